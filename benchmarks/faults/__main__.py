"""``python -m benchmarks.faults [--times N] [--seed N]``"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

from benchmarks import kernels
from benchmarks.faults.flow import EVERY
from benchmarks.faults.trial import tried


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults",
        description="Schedulers, workers, kernels and drivers are killed while jobs run.",
    )
    parser.add_argument("--times", type=int, default=200, help="how many are killed (default: 200)")
    parser.add_argument("--seed", type=int, default=None, help="the same choices again (default: others each time)")
    parser.add_argument("--no-spark", dest="spark", action="store_false", help="no task uses Spark")
    parser.add_argument(
        "--every",
        type=int,
        choices=(10, 15, 20, 30, 60),
        default=EVERY,
        help=f"seconds between runs that are due: more for a busy machine (default: {EVERY})",
    )
    parser.add_argument("--folder", type=Path, default=None, help="an empty one that stays (default: one that goes)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # all that was started ends, and its folder goes
    seed = Random().randrange(10**6) if options.seed is None else options.seed
    print(f"killing {options.times} times, seed {seed}", flush=True)
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lakebook-faults-")))
        os.environ["JUPYTER_PATH"] = str(kernels.install_all(folder / "jupyter"))
        workspace = folder / "workspace"
        workspace.mkdir()
        began = time.monotonic()
        trial = tried(workspace, options.times, seed, spark=options.spark, every=options.every)
    print(f"{trial.text()}\nin {time.monotonic() - began:.0f} s")
    return 1 if trial.failures else 0


if __name__ == "__main__":
    sys.exit(main())
