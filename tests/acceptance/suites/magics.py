"""IPython's magics in Python cells: what each shows and binds, and that what it binds is there in the other languages."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Magic:
    """Cells that run one after the other; ``shown`` is in what the last one prints, shows and proposes, or in its error."""

    name: str
    cells: tuple[str, ...]
    shown: str = ""
    fails: bool = False
    #: expressions of R that are true afterwards: names that were bound are shared
    in_r: tuple[str, ...] = field(default=())


def magic(name: str, *cells: str, shown: str = "", fails: bool = False, in_r: tuple[str, ...] = ()) -> Magic:
    return Magic(name, cells, shown, fails, in_r)


RUNNING = [
    magic("%timeit", "%timeit -n1 -r1 sum(range(3))", shown="per loop"),
    magic("%timeit -o", "timed = %timeit -n1 -r1 -o -q pass\ntimed.loops", shown="1"),
    magic("%%timeit", "%%timeit -n1 -r1 setup = 1\nsetup + 1", shown="per loop"),
    magic("%time", "%time by_time = 3", shown="Wall time", in_r=("by_time == 3",)),
    magic("%%time", "%%time\nby_cell_time = [1, 2]", shown="Wall time", in_r=("all(by_cell_time == c(1, 2))",)),
    magic("%prun", "%prun -q by_prun = 4", in_r=("by_prun == 4",)),
    magic(
        "%%capture",
        "%%capture captured\nprint('kept back')\nby_capture = 5",
        "captured.stdout",
        shown="kept back",
        in_r=("by_capture == 5",),
    ),
    magic("%%capture of a table", "%%capture frames\ndisplay(spark.range(2))", "len(frames.outputs)", shown="1"),
    magic(
        "%%writefile, %run",
        "%%writefile ran.py\nby_run = 11\ndef run_double(n): return 2 * n",
        "%run ran.py",
        "run_double(by_run)",
        shown="22",
        in_r=("by_run == 11",),
    ),
    magic(
        "%run -i", "%%writefile reads.py\nfrom_notebook = by_time * 2", "%run -i reads.py", in_r=("from_notebook == 6",)
    ),
    magic(
        "%run of a file that uses spark",
        "%%writefile with_spark.py\nfrom pyspark.sql import SparkSession\nran = SparkSession.builder.getOrCreate().range(6).count()",
        "%run with_spark.py",
        in_r=("ran == 6",),
    ),
    magic("%load", "%load ran.py", shown="def run_double"),
    magic("%pycat", "%pycat ran.py", shown="run_double"),
    magic("%macro", "%macro again 1", "again", shown="per loop"),
    magic("%rerun", "by_rerun = 'first'", "%rerun", shown="by_rerun", in_r=("by_rerun == 'first'",)),
    magic("%recall", "'to be recalled'", "%recall", shown="'to be recalled'"),
    magic("%save", "%save -f kept 1", "print(open('kept.py').read())", shown="timeit"),
    magic(
        "%notebook",
        "%notebook written.ipynb",
        "import nbformat\nlen(nbformat.read('written.ipynb', 4).cells) > 10",
        shown="True",
    ),
    magic("%history", "'in the history'", "%history -l 2", shown="'in the history'"),
    magic("%edit opens no editor", "%edit ran.py", shown="edit_magic"),
    magic("await", "import asyncio\nasync def later(): return 6\nby_await = await later()", in_r=("by_await == 6",)),
    magic("%autoawait", "%autoawait", shown="`on`"),
]

SYSTEM = [
    magic("!", "!echo by a command", shown="by a command"),
    magic("! with a name of R's", "%r\nr_word <- 'from R'", "!echo {r_word} $r_word", shown="from R from R"),
    magic("! with a Python name", "word = 'carried'\n!echo {word} $word", shown="carried carried"),
    magic(
        "x = !",
        "printed = !printf 'one\\ntwo\\n'",
        "printed",
        shown="['one', 'two']",
        in_r=("all(printed == c('one', 'two'))",),
    ),
    magic("%sx", "by_sx = %sx echo three", "by_sx", shown="['three']", in_r=("by_sx == 'three'",)),
    magic("%system", "%system echo four", shown="['four']"),
    magic("%%bash", "%%bash\necho by bash", shown="by bash"),
    magic("%%bash --out", "%%bash --out said\necho by bash", "said", shown="by bash", in_r=("said == 'by bash\\n'",)),
    magic("%%bash that fails", "%%bash\nexit 3", shown="3", fails=True),
    magic("%%script", "%%script cat\nas it is", shown="as it is"),
    magic("%alias", "%alias say echo said %s", "say it", shown="said it"),
    magic("%unalias", "%alias gone echo", "%unalias gone", "gone", shown="NameError", fails=True),
    magic("%env", "%env LAKEBOOK_MAGIC=set", "%env LAKEBOOK_MAGIC", shown="'set'"),
    magic("%pip", "%pip --version", shown="pip "),
    magic("%conda", "%conda list", shown="%pip install", fails=True),
    magic(
        "%cd, %pwd",
        "import os\nhome = os.getcwd()\nos.makedirs('inner', exist_ok=True)",
        "%cd inner",
        "%pwd",
        shown="inner",
    ),
    magic("%cd back", "%cd {home}", "os.getcwd() == home", shown="True"),
    magic("%pushd, %popd", "%pushd inner", "%popd", "os.getcwd() == home", shown="True"),
]

NAMES = [
    magic("%who", "told = 1\n%who int", shown="told"),
    magic("%who_ls", "%who_ls int", shown="'told'"),
    magic("%whos", "%whos told", shown="Python"),
    magic(
        "%store",
        "stored = {'a': 1.5}\n%store stored",
        "del stored",
        "%store -r stored",
        "stored",
        shown="{'a': 1.5}",
        in_r=("stored$a == 1.5",),
    ),
    magic("%store -d", "%store -d stored", "%store", shown="Stored variables"),
    magic("%xdel", "dropped = 1", "%xdel dropped", "dropped", shown="NameError", fails=True),
    magic(
        "%xdel in R",
        "dropped_too = 1",
        "%r\ndropped_too",
        "%xdel dropped_too",
        "%r\ndropped_too",
        shown="not found",
        fails=True,
    ),
    magic(
        "%reset_selective",
        "prefix_a = 1\nother_a = 2",
        "%reset_selective -f ^prefix",
        "(other_a, 'prefix_a' in dir())",
        shown="(2, False)",
    ),
    magic("_, Out and In", "40 + 2", "(_, Out[max(Out)], In[-2])", shown="(42, 42, '40 + 2')"),
]

SHOWING = [
    magic("?", "zip?", shown="Docstring"),
    magic("? of what was brought", "%r\nin_r <- c(1, 2)", "in_r?", shown="list"),
    magic("??", "def documented():\n    'what it says'\n    return 7", "documented??", shown="what it says"),
    magic("?*", "str.zf*?", shown="str.zfill"),
    magic(
        "%pinfo, %pdoc, %psource", "%pinfo documented", "%pdoc documented", "%psource documented", shown="what it says"
    ),
    magic("%%html", "%%html\n<b>bold</b>", shown="<b>bold</b>"),
    magic("%%javascript", "%%javascript\n1 + 1", shown="1 + 1"),
    magic("%%latex", "%%latex\n$x^2$", shown="$x^2$"),
    magic("%%svg", "%%svg\n<svg xmlns='http://www.w3.org/2000/svg'></svg>", shown="<svg"),
    magic("%%markdown", "%%markdown\n# A title", shown="# A title"),
    magic(
        "%matplotlib inline",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        shown="image/png",
    ),
    magic("%precision", "%precision 2", "3.14159", shown="3.14"),
    magic("%precision back", "%precision", "3.14159", shown="3.14159"),
    magic("%pprint", "%pprint", "%pprint", shown="ON"),
    magic(
        "%config", "%config InlineBackend.figure_formats = ['png']", "%config InlineBackend.figure_formats", shown="png"
    ),
    magic("%lsmagic", "%lsmagic", shown="%timeit"),
    magic("%magic, %quickref", "%quickref", shown="Quick Reference"),
    magic("%page", "paged = [41]", "%page paged", shown="[41]"),
    magic("%colors", "%colors nocolor", "%colors linux"),
    magic("%clear", "%clear"),
    magic("%connect_info", "%connect_info", shown="shell_port"),
    magic("%gui", "%gui asyncio"),
]

ERRORS = [
    magic("%tb", "1 / 0  # again", "%tb", shown="# again"),
    magic("%xmode", "%xmode Minimal", "1 / 0", shown="ZeroDivisionError: division by zero", fails=True),
    magic("%xmode back", "%xmode Context", "1 / 0  # in context", shown="# in context", fails=True),
    magic("%pdb", "%pdb on", "%pdb off", shown="OFF"),
    magic("%trace", "1 / 0  # to trace", "%trace", shown="# to trace"),
    magic("an unknown one", "%no_such_magic", shown="There is no magic %no_such_magic", fails=True),
    magic("a language's within a cell", "within = 1\n%r\nwithin", shown="a cell has one language", fails=True),
]

EXTENSIONS = [
    magic("%load_ext", "%load_ext autoreload", "%autoreload 2"),
    magic(
        "%autoreload",
        "%%writefile reloaded.py\nvalue = 1",
        "import reloaded\nreloaded.value",
        "import os\n_ = open('reloaded.py', 'w').write('value = 2222\\n')\nos.utime('reloaded.py', (2e9, 2e9))",
        "reloaded.value",
        shown="2222",
    ),
]

MAGICS = RUNNING + SYSTEM + NAMES + SHOWING + ERRORS + EXTENSIONS
