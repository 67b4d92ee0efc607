"""What a transfer leaves behind: nothing half done after an interrupt, no older value kept alive."""

from __future__ import annotations

import time

import pytest

from acceptance.live import Notebook

pytestmark = pytest.mark.r

NEVER_READY = """
import time
from pyspark.sql.functions import udf
@udf('long')
def slow(x):
    time.sleep(600)
    return x
waited_for = spark.range(2).select(slow('id').alias('n'))
"""
LONG = """
import numpy as np, pandas as pd
long_frame = pd.DataFrame({'n': np.arange(1_000_000) + 0.5, 'text': np.arange(1_000_000).astype(str)})
"""


def test_r_writes_a_table_that_every_language_has_at_once(notebook: Notebook) -> None:
    notebook.good("%r\nwrite_table(data.frame(n = 1:3), 'r_wrote')")
    assert "6" in notebook.good("%duckdb\nSELECT sum(n) FROM r_wrote").text
    notebook.good("%r\nwrite_table(data.frame(n = 4L), 'r_wrote', append = TRUE)")
    assert "10" in notebook.good("%duckdb\nSELECT sum(n) FROM r_wrote").text
    assert "10" in notebook.good("%sql\nSELECT sum(n) FROM r_wrote").text
    assert "r_wrote" in notebook.run("%r\nwrite_table(data.frame(n = 5L), 'r_wrote')").error
    notebook.good("%r\nlibrary(dplyr)\nwrite_table(filter(tbl(spark, 'r_wrote'), n > 2L), 'r_wrote_too')")
    assert "7" in notebook.good("%r\nsum(r_wrote_too$n)").text


@pytest.mark.parametrize(
    "ask", ["%r\ncat('started\\n')\nsum(waited_for$n)", "%duckdb\nSELECT sum(n) FROM waited_for"], ids=["r", "duckdb"]
)
def test_an_interrupted_transfer_leaves_nothing_half_done(notebook: Notebook, ask: str) -> None:
    notebook.good(NEVER_READY)
    request = notebook.start(ask)
    time.sleep(3)
    notebook.manager.interrupt_kernel()
    assert not notebook.finish(request).ok
    notebook.good("waited_for = spark.range(3).toDF('n')")
    assert "3" in notebook.good(ask).text


@pytest.mark.parametrize("after", [0.02, 0.1, 0.3, 0.8])
def test_an_interrupt_at_any_moment_leaves_whole_names(notebook: Notebook, after: float) -> None:
    notebook.good(LONG)
    for cell in ("%r\nback <- long_frame\nback$n[1] <- 0", "%scala\nval counted = long_frame.count()", "len(back)"):
        request = notebook.start(cell)
        time.sleep(after)
        notebook.manager.interrupt_kernel()
        notebook.finish(request)
    shown = notebook.good("%r\ncat(nrow(long_frame), sum(long_frame$n) == 5e11, sum(nchar(long_frame$text)))").stdout
    assert shown.split() == ["1000000", "TRUE", "5888890"]
    assert "1000000" in notebook.good("%scala\nlong_frame.count()").text
    notebook.good("%r\nback <- long_frame")
    assert notebook.good("print(len(back), list(back))").stdout.strip() == "1000000 ['n', 'text']"


#: a value of 80 MB, newly bound in Python and used in each language; and what says how many bytes its process uses
HEAP = "%scala\n(1 to 3).foreach(_ => System.gc())\nRuntime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory"
USES = {
    "scala": ("%scala\nbig.length", HEAP),
    "sql": ("%sql\nSELECT count(*) FROM big_frame", HEAP),
    "r": ("%r\nlength(big)", "%r\ninvisible(gc())\nsum(gc()[, 2]) * 1e6"),
}


@pytest.mark.parametrize(("use", "used"), USES.values(), ids=USES)
def test_older_versions_are_let_go(notebook: Notebook, use: str, used: str) -> None:
    def bytes_used() -> float:
        return float(notebook.good(used).text.split()[-1])

    notebook.good("import numpy as np, pandas as pd")
    bind = "big = np.full(10_000_000, {n} + 0.5)\nbig_frame = pd.DataFrame({{'x': big}})"
    notebook.good(bind.format(n=0))
    notebook.good(use)
    before = bytes_used()
    for n in range(1, 6):
        notebook.good(bind.format(n=n))
        notebook.good(use)
    # a thread of Spark's cleans up, a moment later, what nothing refers to any more
    deadline = time.monotonic() + 30
    while (kept := bytes_used() - before) >= 2 * 80e6 and time.monotonic() < deadline:
        time.sleep(1)
    assert kept < 2 * 80e6
