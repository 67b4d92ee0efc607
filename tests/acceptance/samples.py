"""The same behaviour said in each language: what is tested of one is written once and run for all."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

#: R is an extra: without it, what needs it is left out
HAS_R = shutil.which("R") is not None


@dataclass(frozen=True)
class Samples:
    language: str
    #: the kernel whose default language it is
    kernel: str
    bind: str
    read: str
    shown: str
    #: prints "first", works for a while, prints "second"
    slow_print: str
    complain: str
    #: fails with a message that contains ``wrong``, on line 3 of the cell
    fail: str
    wrong: str
    #: at its end Tab offers ``completed``
    complete: str
    completed: str
    #: in its middle Shift-Tab shows ``documented``
    inspect: str
    documented: str
    whole: str
    unfinished: str
    #: shows a frame of 1000 rows whose first column is called ``id``
    frame: str
    #: prints "started", then counts for ever
    loop: str
    #: prints "started", then sleeps long in the language's own way
    sleep: str
    #: prints "started", then runs a long Spark job
    job: str

    def cell(self, code: str) -> str:
        return f"%{self.language}\n{code}" if self.language != "python" else code


_SLOW = "SELECT count(*) FROM range(3000000) a JOIN range(3000000) b ON a.id % 10 = b.id % 10 AND a.id + b.id < 0"

PYTHON = Samples(
    language="python",
    kernel="lakebook",
    bind="kept = 41",
    read="kept + 1",
    shown="42",
    slow_print="import time\nprint('first')\ntime.sleep(2)\nprint('second')",
    complain="import sys\nprint('a complaint', file=sys.stderr)",
    fail="x = 1\nx += 1\nraise ValueError('wrong thing')",
    wrong="wrong thing",
    complete="import math\nmath.sq",
    completed="sqrt",
    inspect="sorted",
    documented="ascending order",
    whole="x = 1",
    unfinished="for i in range(3):",
    frame="spark.range(1000)",
    loop="print('started')\nn = 0\nwhile True: n += 1",
    sleep="import time\nprint('started')\ntime.sleep(600)",
    job=f"spark.range(1).count()\nprint('started')\nspark.sql('''{_SLOW}''').collect()",
)

SQL = Samples(
    language="sql",
    kernel="lakebook-sql",
    bind="CREATE OR REPLACE TEMPORARY VIEW kept AS SELECT 41 AS n",
    read="SELECT n + 1 AS answer FROM kept",
    shown="42",
    slow_print="",
    complain="",
    fail="SELECT\n  id,\n  no_such_column\nFROM range(3)",
    wrong="no_such_column",
    complete="SELECT array_di",
    completed="array_distinct",
    inspect="array_distinct",
    documented="Removes duplicate values",
    whole="SELECT 1",
    unfinished="SELECT (1",
    frame="SELECT id FROM range(1000)",
    loop="",
    sleep="",
    job=_SLOW,
)

R = Samples(
    language="r",
    kernel="lakebook-r",
    bind="kept <- 41",
    read="kept + 1",
    shown="42",
    slow_print="cat('first\\n')\nSys.sleep(2)\ncat('second\\n')",
    complain="message('a complaint')",
    fail="x <- 1\nx <- x + 1\nstop('wrong thing')",
    wrong="wrong thing",
    complete="read.cs",
    completed="read.csv",
    inspect="sprintf",
    documented="format",
    whole="x <- 1",
    unfinished="f <- function(x) {",
    frame="data.frame(id = 1:1000)",
    loop="cat('started\\n')\nn <- 0\nwhile (TRUE) n <- n + 1",
    sleep="cat('started\\n')\nSys.sleep(600)",
    job=f"cat('started\\n')\nsql('{_SLOW}')",
)

SCALA = Samples(
    language="scala",
    kernel="lakebook-scala",
    bind="val kept = 41",
    read="kept + 1",
    shown="42",
    slow_print='println("first")\nThread.sleep(2000)\nprintln("second")',
    complain='Console.err.println("a complaint")',
    fail='val x = 1\nval y = x + 1\nsys.error("wrong thing")',
    wrong="wrong thing",
    complete='"text".toUpp',
    completed="toUpperCase",
    inspect="List(1).map",
    documented="map",
    whole="val x = 1",
    unfinished="def f(x: Int) = {",
    frame="display(spark.range(1000))",
    loop='println("started")\nvar n = 0L\nwhile (true) n += 1',
    sleep='println("started")\nThread.sleep(600000)',
    job=f'println("started")\nspark.sql("{_SLOW}").collect()',
)

ALL = [PYTHON, SQL, R, SCALA] if HAS_R else [PYTHON, SQL, SCALA]
PROGRAMS = [PYTHON, R, SCALA] if HAS_R else [PYTHON, SCALA]
