"""The rare kinds of cells: what is large, endless, deep, left behind, or ends its own process."""

from __future__ import annotations

from benchmarks.soak.cells import Desk, Kind, Make, uses
from benchmarks.soak.model import DRIVER, KERNEL, R
from benchmarks.soak.trial import Expected, Fails, OneOf, Runs, Shows, Trial, cell

#: seconds that a cell with much to do may take on a busy machine
LONG = 420.0
MUCH = 100_000_000
MANY_ROWS = 10_000_000
MANY_COLUMNS = 5_000

MUCH_TEXT = {
    "python": f"line = 'x' * 99\nfor _ in range({MUCH // 100}): print(line)",
    "r": f"line <- strrep('x', 9999)\nfor (i in 1:{MUCH // 10_000}) cat(line, '\\n', sep = '')",
    "scala": f'val line = "x" * 9999\n(1 to {MUCH // 10_000}).foreach(_ => println(line))',
    "shell": f"yes {'x' * 99} | head -c {MUCH}",
}

#: a frame of ten million rows, bound in Python; then asked for its sum in each language
ROWS = f"import numpy as np, pandas as pd\nmany_rows = pd.DataFrame({{'n': np.arange({MANY_ROWS}), 'x': 0.5}})\n"
ASK_ROWS = {
    "python": "print(f'=[{int(many_rows.n.sum())}]=')",
    "r": "cat(sprintf('=[%.0f]=', sum(as.numeric(many_rows$n))))",
    "scala": 'println("=[" + many_rows.selectExpr("sum(n)").first().get(0) + "]=")',
    "sql": "SELECT concat('=[', sum(n), ']=') AS answer FROM many_rows",
    "duckdb": "SELECT concat('=[', sum(n), ']=') AS answer FROM many_rows",
}
COLUMNS = f"import pandas as pd\nmany_columns = pd.DataFrame({{f'c{{i}}': [i, i] for i in range({MANY_COLUMNS})}})\n"
ASK_COLUMNS = {
    "python": "print(f'=[{many_columns.shape[1]}:{many_columns.c4321.sum()}]=')\nmany_columns",
    "r": "cat(sprintf('=[%d:%.0f]=', ncol(many_columns), sum(many_columns$c4321)))\nmany_columns",
    "scala": 'println("=[" + many_columns.columns.length + ":" + many_columns.selectExpr("sum(c4321)").first().get(0) + "]=")',
    "sql": "SELECT concat('=[', 5000, ':', sum(c4321), ']=') AS answer FROM many_columns",
    "duckdb": "SELECT concat('=[', 5000, ':', sum(c4321), ']=') AS answer FROM many_columns",
}

ENDLESS = {
    "python": "print('started')\nwhile True: print('x' * 1000)",
    "r": "cat('started\\n')\nrepeat cat(strrep('x', 1000), '\\n')",
    "scala": 'println("started")\nwhile (true) println("x" * 1000)',
    "shell": "echo started; yes",
}
LOOPS = {
    "python": "print('started')\nwhile True: pass",
    "r": "cat('started\\n')\nrepeat 1",
    "scala": 'println("started")\nvar n = 0L\nwhile (true) n += 1',
    "shell": "echo started; sleep 600",
}
_SLOW = "SELECT count(*) FROM range(3000000) a JOIN range(3000000) b ON a.id % 10 = b.id % 10 AND a.id + b.id < 0"
JOBS = {
    "python": f"spark.range(1).count()\nprint('started')\nspark.sql('{_SLOW}').collect()",
    "r": f"sql('SELECT 1')\ncat('started\\n')\nsql('{_SLOW}')",
    "scala": f'println("started")\nspark.sql("{_SLOW}").collect()',
}

DEPTH = 3_000
DEEP_CODE = {
    "python": f"print('=[' + str({'(' * 150}5{')' * 150}) + ']=')",
    "r": f"cat('=[', {'(' * DEPTH}5{')' * DEPTH}, ']=', sep = '')",
    "scala": f'println("=[" + {"(" * DEPTH}5{")" * DEPTH} + "]=")',
    "sql": f"SELECT concat('=[', {'(' * DEPTH}5{')' * DEPTH}, ']=') AS x",
    "duckdb": f"SELECT concat('=[', {'(' * DEPTH}5{')' * DEPTH}, ']=') AS x",
}
DEEP_VALUE = "deep = 5\nfor _ in range({depth}): deep = [deep]\n"
ASK_DEEP = {
    "python": "print('=[5]=')",
    "r": "while (is.list(deep)) deep <- deep[[1]]\ncat('=[', deep, ']=', sep = '')",
    "scala": 'var x: Any = deep\nwhile (x.isInstanceOf[List[_]]) x = x.asInstanceOf[List[Any]].head\nprintln("=[" + x + "]=")',
    "sql": "SELECT concat('=[', 5, ']=') AS x, :deep AS y",
}

BEHIND = {
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(8,)).start()",
    "daemon": "import threading, time\nthreading.Thread(target=lambda: [(time.sleep(1), print('late')) for _ in range(8)], daemon=True).start()",
    "spark thread": "import threading\nthreading.Thread(target=lambda: spark.range(10**9).selectExpr('sum(id)').first()).start()",
    "fork": "import os\nif os.fork() == 0:\n    print('in the child')\n    os._exit(7)\nprint(os.wait()[1])",
    "sleeping fork": "import os, time\nif os.fork() == 0:\n    time.sleep(5)\n    os._exit(0)",
    "pool": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
    "child": "import subprocess\nsubprocess.Popen(['sleep', '8'])",
    "open files": "left = [open('/dev/null') for _ in range(100)]",
    "task": "import asyncio\nasyncio.ensure_future(asyncio.sleep(8))",
    "view": "spark.range(9).createOrReplaceTempView('left_view')",
    "cached": "spark.range(1000).cache().count()",
    "stream": "for query in spark.streams.active: query.stop()\nleft_stream = spark.readStream.format('rate').load().writeStream.format('noop').start()",
}
BEHIND_ELSEWHERE = {
    "scala": "val left = new Thread(() => { Thread.sleep(8000) }); left.start()\nimport scala.concurrent.ExecutionContext.Implicits.global\nval f = scala.concurrent.Future { Thread.sleep(8000) }",
    "shell": "sleep 8 &\necho going on",
    "r": "system('sleep 8', wait = FALSE)",
}


def much_text(language: str) -> Make:
    code = cell(language, MUCH_TEXT[language])
    return lambda desk: Trial("100 MB", language, code, Runs(MUCH), uses=uses(language), patience=LONG, heavy=True)


def asks_large(kind: str, bound: str, asked: dict[str, str], answer: str) -> Make:
    """Python binds it, the next cell asks in any language, the third lets it go."""

    def make(desk: Desk) -> Trial:
        language = desk.random.choice(list(asked))
        first = Trial(
            f"bind {kind}",
            "python",
            bound,
            patience=LONG,
            heavy=True,
        )
        second = Trial(
            kind,
            language,
            cell(language, asked[language]),
            Shows(frozenset({answer})),
            uses=uses(language, {DRIVER}),
            patience=LONG,
            heavy=True,
        )
        third = Trial("drop", "python", f"del {bound.split(' =')[0].split()[-1]}")
        return first.followed_by(second, third)

    return make


def endless(kind: str, cells: dict[str, str], language: str) -> Make:
    code = cell(language, cells[language])
    return lambda desk: Trial(
        kind, language, code, uses=uses(language, {DRIVER} if kind == "job" else set()), endless=True
    )


def deep_code(language: str) -> Make:
    code = cell(language, DEEP_CODE[language])
    refused = Fails(
        ("deep", "nest", "recursion", "overflow", "complex", "too many", "too large", "limit", "depth", "StackOverflow")
    )
    expected = OneOf((Shows(frozenset({"5"})), refused))
    return lambda desk: Trial("deep code", language, code, expected, uses=uses(language))


def deep_value(desk: Desk) -> Trial:
    language = desk.random.choice(list(ASK_DEEP))
    bound = DEEP_VALUE.format(depth=desk.random.choice([20, 60, 400, 5_000]))
    expected = OneOf((Shows(frozenset({"5"})), Fails(("deep",))))
    asked = Trial("deep value", language, cell(language, ASK_DEEP[language]), expected, uses=uses(language, {DRIVER}))
    return Trial("bind deep value", "python", bound).followed_by(asked)


def leaves_behind(desk: Desk) -> Trial:
    what = desk.random.choice(list(BEHIND))
    code = BEHIND[what]
    used = uses("python", {DRIVER} if "spark" in code else set())
    return Trial(f"left {what}", "python", code, uses=used, steady="fork" in code)


def leaves_elsewhere(language: str) -> Make:
    code = cell(language, BEHIND_ELSEWHERE[language])
    return lambda desk: Trial("left running", language, code, uses=uses(language))


def ends(language: str, kind: str, code: str, expected: Expected, process: str | None) -> Make:
    return lambda desk: Trial(kind, language, cell(language, code), expected, uses=uses(language), ends=process)


_EXIT = Fails(("exit", "SystemExit"))
_R_ENDED = OneOf((Runs(), Fails(("R has ended",))))

RARE = [
    *(Kind("100 MB", language, much_text(language), 0.3, one_in=200) for language in MUCH_TEXT),
    Kind(
        "10 million rows", "python", asks_large("10 million rows", ROWS, ASK_ROWS, str(sum(range(MANY_ROWS)))), 1, 120
    ),
    Kind("5,000 columns", "python", asks_large("5,000 columns", COLUMNS, ASK_COLUMNS, f"{MANY_COLUMNS}:8642"), 1, 120),
    *(Kind("endless output", language, endless("endless output", ENDLESS, language), 0.5, 80) for language in ENDLESS),
    *(Kind("endless loop", language, endless("endless loop", LOOPS, language), 0.5, 60) for language in LOOPS),
    *(Kind("endless job", language, endless("job", JOBS, language), 0.5, 60) for language in JOBS),
    *(Kind("deep code", language, deep_code(language), 0.3, 100) for language in DEEP_CODE),
    Kind("deep value", "python", deep_value, 0.6, 30),
    Kind("left", "python", leaves_behind, 1.5, 15),
    *(Kind("left", language, leaves_elsewhere(language), 0.4, 60) for language in BEHIND_ELSEWHERE),
    Kind("os._exit", "python", ends("python", "os._exit", "import os\nos._exit(3)", Runs(), KERNEL), 0.4, 150),
    Kind("sys.exit", "python", ends("python", "sys.exit", "import sys\nsys.exit(3)", _EXIT, None), 0.4, 100),
    Kind("System.exit", "scala", ends("scala", "System.exit", "System.exit(3)", _EXIT, None), 0.4, 80),
    Kind("quit()", "r", ends("r", "quit()", "quit()", _R_ENDED, R), 0.4, 80),
    Kind("crash", "r", ends("r", "crash", "tools::pskill(Sys.getpid(), 11)", Fails(("R has ended",)), R), 0.4, 100),
]
