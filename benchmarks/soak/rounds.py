"""A soak in rounds: notebooks come, run their cells and go; then it is looked what they left."""

from __future__ import annotations

import os
import shutil
import threading
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.place import Place
from benchmarks.soak.accounting import KERNEL, Witness, left, settle, told
from benchmarks.soak.cells import EVERYDAY
from benchmarks.soak.disturbances import DriverWatch, Shares
from benchmarks.soak.extremes import RARE
from benchmarks.soak.player import Failure, Player, Soak
from benchmarks.soak.writers import WRITERS
from lakebook.spark import driver

#: the driver is killed in the first of so many rounds alone: in the others its memory is compared
LIFE = 4


def soaked(place: Place, shares: Shares, seed: int, kernels: int, each: int, *, calm: bool) -> Soak:
    temporary = place.folder()
    os.environ["TMPDIR"] = str(temporary)
    absent = {"r"} if shutil.which("R") is None else set()
    kinds = [kind for kind in [*EVERYDAY, *WRITERS, *RARE] if kind.language not in absent]
    workspace = place.workspace
    soak = Soak(seed, workspace.root, place.folder(), kinds, shares, DriverWatch(workspace), disturbed=not calm)
    try:
        _play(soak, Witness(workspace, temporary, soak.logs / "witness.log"), kernels, each)
        driver.stop(workspace)
        _account(soak, temporary)
    finally:
        for process in left(set()):
            process.kill()
    return soak


def _play(soak: Soak, witness: Witness, kernels: int, each: int) -> None:
    """Round after round, until the soak has had its cells or its time."""
    for number in count():
        if soak.shares.over:
            break
        soak.driver_may_die = number % LIFE == 0
        _round(soak, number, kernels, -(-each // kernels))
        try:
            complaints = witness.complaints(soak.tables)
        except RuntimeError as error:  # it is the last round: who cannot look cannot compare
            _fail(soak, f"after round {number}", str(error))
            break
        for complaint in complaints:
            _fail(soak, f"after round {number}", complaint)
        soak.rounds.append(f"round {number}: {soak.shares.cells} cells; {witness.line}")
        print(soak.rounds[-1], flush=True)
    witness.close()


def _round(soak: Soak, number: int, kernels: int, each: int) -> None:
    def play(place: int) -> None:
        label = f"{number}.{place}"
        try:
            player = Player(soak, label)
            try:
                player.play(each)
            finally:
                player.close(Random(f"{soak.seed} {label}"))
        except Exception as error:  # a kernel that does not start, or not again
            _fail(soak, f"in notebook {label}", f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=play, args=(place,), daemon=True) for place in range(kernels)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _account(soak: Soak, temporary: Path) -> None:
    """Nothing is left of anything, now that the driver has ended too."""
    settle(lambda: not left(set()))
    for process in left(set()):
        _fail(soak, "at the end", f"left running: {told(process)}")
    if files := sorted(path.name for path in temporary.iterdir()):
        _fail(soak, "at the end", f"files are left: {files}")
    for grown in soak.growth:
        if grown > KERNEL:
            _fail(soak, "at the end", f"a kernel grew by {grown / 2**20:.0f} MiB")


def _fail(soak: Soak, when: str, complaint: str) -> None:
    failure = Failure("all", when, complaint, [])
    soak.failures.append(failure)
    print(f"FAILED (seed {soak.seed}): {failure}\n", flush=True)
