"""``python -m benchmarks [name …] [--json FILE]``"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    cells,
    crowd,
    interrupts,
    jobs,
    keystrokes,
    lab,
    memory,
    report,
    sharing,
    starting,
    tables,
    tracking,
)
from benchmarks.kernels import CellFailed
from benchmarks.measuring import Comparison
from benchmarks.place import Place, a_place

BENCHMARKS: dict[str, Callable[[Place], Iterator[Comparison]]] = {
    "python": cells.python_cell,
    "sql": cells.sql_cell,
    "r": cells.r_cell,
    "scala": cells.scala_cell,
    "duckdb": cells.duckdb_question,
    "to-r": sharing.to_r,
    "from-r": sharing.from_r,
    "by-reference": sharing.by_reference,
    "again": sharing.again,
    "no-share": sharing.no_share,
    "second": starting.second_notebook,
    "first": starting.first_notebook,
    "memory": memory.memory,
    "share-memory": sharing.share_memory,
    "interrupts": interrupts.interrupts,
    "crowd": crowd.crowd,
    "fairness": crowd.fairness,
    "tables": tables.first_rows,
    "autolog": tracking.autolog,
    "tracking-start": tracking.start,
    "jobs-lag": jobs.lag,
    "jobs-dag": jobs.dag,
    "jobs-notebook": jobs.notebook,
    "lab-start": lab.lab_start,
    "lab-size": lab.lab_size,
    "keystrokes": keystrokes.keystrokes,
    "long-notebook": keystrokes.long_notebook,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Our figures beside their references.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which: {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single value there too")
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # all that was started ends, and its folders go
    before = report.machine()
    print(before, flush=True)
    comparisons: list[Comparison] = []
    failed = False
    for name in options.names or BENCHMARKS:
        print(f"measuring: {name} …", flush=True)
        try:
            with a_place() as place:
                comparisons += BENCHMARKS[name](place)
        except CellFailed as failure:
            failed = True
            print(f"{name} cannot be measured: {failure}", flush=True)
    after = report.machine()
    print(f"{report.table(comparisons)}\n{after}")
    if options.json:
        report.write(options.json, comparisons, before, after)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
