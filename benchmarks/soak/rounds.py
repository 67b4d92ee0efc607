"""A soak in rounds: notebooks come, run their cells and go; then it is looked what they left."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.place import Place
from benchmarks.soak.accounting import KERNEL, Witness, left, settle
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
    os.environ |= {"TMPDIR": str(temporary), "JAVA_TOOL_OPTIONS": f"-Djava.io.tmpdir={temporary}"}
    absent = {"r"} if shutil.which("R") is None else set()
    kinds = [kind for kind in [*EVERYDAY, *WRITERS, *RARE] if kind.language not in absent]
    workspace = place.workspace
    soak = Soak(seed, workspace.root, place.folder(), kinds, shares, DriverWatch(workspace), disturbed=not calm)
    witness = Witness(workspace, temporary, soak.logs / "witness.log")
    for number in count():
        if shares.over:
            break
        soak.driver_may_die = number % LIFE == 0
        _round(soak, number, kernels, -(-each // kernels))
        for complaint in witness.complaints(soak.tables):
            _fail(soak, f"after round {number}", complaint)
        print(f"round {number}: {soak.shares.cells} cells; {witness.lines[-1]}", flush=True)
    witness.close()
    driver.stop(workspace)
    _account(soak, temporary)
    return soak


def _round(soak: Soak, number: int, kernels: int, each: int) -> None:
    def play(place: int) -> None:
        label = f"{number}.{place}"
        player = Player(soak, label)
        try:
            player.play(each)
        finally:
            player.close(Random(f"{soak.seed} {label}"))

    with ThreadPoolExecutor(kernels) as threads:
        ended = [threads.submit(play, place) for place in range(kernels)]
    for player in ended:
        if error := player.exception():  # a kernel that does not come back
            _fail(soak, f"in round {number}", f"{type(error).__name__}: {error}")


def _account(soak: Soak, temporary: Path) -> None:
    """Nothing is left of anything, now that the driver has ended too."""
    settle(lambda: not left(set()))
    for process in left(set()):
        _fail(soak, "at the end", f"left running: {process}")
    if files := sorted(path.name for path in temporary.iterdir()):
        _fail(soak, "at the end", f"files are left: {files}")
    for grown in soak.growth:
        if grown > KERNEL:
            _fail(soak, "at the end", f"a kernel grew by {grown / 2**20:.0f} MiB")


def _fail(soak: Soak, when: str, complaint: str) -> None:
    failure = Failure("all", when, complaint, [])
    soak.failures.append(failure)
    print(f"FAILED (seed {soak.seed}): {failure}\n", flush=True)
