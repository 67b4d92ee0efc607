"""How long a running cell takes to end once it was interrupted, against the two seconds that are promised."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measuring import SECONDS, Comparison, Series, at_most
from benchmarks.place import Place

PROMISE = 2.0
RUNS = 3

_JOB = "SELECT count(*) FROM range(3000000) a JOIN range(3000000) b ON a.id % 10 = b.id % 10 AND a.id + b.id < 0"

#: each prints "started" and then goes on for ever
CELLS = {
    "Python loop": "print('started')\nwhile True: pass",
    "Spark job from Python": f"print('started')\nspark.sql('''{_JOB}''').collect()",
    "Python UDF": (
        "from pyspark.sql.functions import udf\nimport time\n"
        "slow = udf(lambda x: time.sleep(600), 'long')\nprint('started')\nspark.range(2).select(slow('id')).collect()"
    ),
    "awaitTermination()": (
        "query = spark.readStream.format('rate').load().writeStream.format('noop').start()\n"
        "print('started')\nquery.awaitTermination()"
    ),
    "R loop": "%r\ncat('started\\n')\nrepeat 1",
    "Sys.sleep in R": "%r\ncat('started\\n')\nSys.sleep(600)",
    "Spark job from R": f"%r\ncat('started\\n')\nsql('{_JOB}')",
    "Scala loop": '%scala\nprintln("started")\nvar n = 0L\nwhile (true) n += 1',
    "Spark job from Scala": f'%scala\nprintln("started")\nspark.sql("{_JOB}").collect()',
    "shell": "%sh\necho started\nsleep 600",
}


def interrupts(place: Place) -> Iterator[Comparison]:
    kernel = place.kernel("lakebook")
    for warm_up in ("spark.range(1).count()", "%r\n1", "%scala\n1"):
        kernel.seconds(warm_up)
    for what, code in CELLS.items():
        taken = Series([kernel.stopped(code) for _ in range(RUNS)])
        yield Comparison(f"interrupt: {what}", "promise", SECONDS, at_most(1.0), taken, Series([PROMISE]))
