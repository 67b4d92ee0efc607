"""``python -m benchmarks.soak [--cells N] [--seed N] [--kernels N]``"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import uuid
from pathlib import Path
from random import Random

from benchmarks.place import a_place
from benchmarks.soak import report
from benchmarks.soak.accounting import MARK
from benchmarks.soak.disturbances import Shares
from benchmarks.soak.rounds import soaked


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Random cells, disturbed at random.")
    parser.add_argument("--cells", type=int, default=2000, help="how many in all (default: 2000)")
    parser.add_argument("--seed", type=int, default=None, help="the same cells again (default: another each time)")
    parser.add_argument("--kernels", type=int, default=4, help="how many at a time (default: 4)")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="no cell is begun later (default: a day)")
    parser.add_argument(
        "--round", type=int, default=100, help="cells after which is looked what is left (default: 100)"
    )
    parser.add_argument("--report", type=Path, default=None, help="a file for what was counted and found, as JSON")
    parser.add_argument("--calm", action="store_true", help="without disturbances")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # all that was started ends, and its folders go
    seed = Random().randrange(10**6) if options.seed is None else options.seed
    print(f"soaking: {options.cells} cells over {options.kernels} kernels, seed {seed}", flush=True)
    with a_place() as place:
        os.environ[MARK] = uuid.uuid4().hex
        soak = soaked(
            place, Shares(options.cells, 60 * options.minutes), seed, options.kernels, options.round, calm=options.calm
        )
    print(report.text(soak))
    if options.report is not None:
        options.report.write_text(report.counted(soak))
    return 1 if soak.failures else 0


if __name__ == "__main__":
    sys.exit(main())
