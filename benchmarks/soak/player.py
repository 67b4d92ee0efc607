"""One notebook's user: runs random cells, disturbs some, and knows what must have come of each."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from benchmarks.soak.cells import Desk, Kind
from benchmarks.soak.disturbances import DriverWatch, Shares, kill_r
from benchmarks.soak.model import DRIVER, KERNEL, Names, R
from benchmarks.soak.notebook import Due, Notebook, Outcome
from benchmarks.soak.tables import SharedTables
from benchmarks.soak.trial import Fails, Trial

#: how the error of an interrupted cell begins; a shell's script tells how it was ended
INTERRUPTED = Fails(("KeyboardInterrupt", "SIGINT", "SIGKILL", "exit status 130"))
#: the errors of those whose process was killed
WITHOUT_DRIVER = Fails(("driver",), lines=12)
WITHOUT_R = Fails(("R has ended", "R could not be started: it has ended"), lines=12)
#: words that no user should have to read
INTERNAL = ("py4j.protocol", "Py4JNetworkError", "lakebook_kernel/")
#: cells that a failure shows …
SHOWN = 12
#: … and characters of a line
LINE = 400
#: cells after which a kernel has loaded what it needs
WARM = 25


@dataclass(frozen=True)
class Failure:
    notebook: str
    kind: str
    complaint: str
    cells: Sequence[str]

    def __str__(self) -> str:
        story = "\n".join(f"--- {_short(cell)}" for cell in self.cells)
        return f"in notebook {self.notebook}, {self.kind}: {self.complaint}\nits last cells:\n{story}"


@dataclass
class Soak:
    """What the notebooks of one soak share."""

    seed: int
    folder: Path
    logs: Path
    kinds: Sequence[Kind]
    shares: Shares
    watch: DriverWatch
    tables: SharedTables = field(default_factory=SharedTables)
    failures: list[Failure] = field(default_factory=list)
    #: held by a cell that wants much
    heavy: threading.Lock = field(default_factory=threading.Lock)
    disturbed: bool = True
    #: not in every round: memory is compared in one driver's life
    driver_may_die: bool = False
    #: bytes by which each kernel has grown in its life
    growth: list[int] = field(default_factory=list)
    #: one line per round: what the driver held after it
    rounds: list[str] = field(default_factory=list)


def _short(cell: str) -> str:
    """Without the middle of the longest lines."""
    return "\n".join(line if len(line) < LINE else f"{line[:LINE]} … {line[-40:]}" for line in cell.splitlines())


class Player:
    def __init__(self, soak: Soak, label: str) -> None:
        self._soak = soak
        self._label = label
        self._steps = 0
        self._names = Names()
        self._deaths = soak.watch.deaths
        #: whether R may have been killed with nobody having noticed: the next R cell is told
        self._r_killed = False
        #: cells since this kernel began, and its memory after the first of them
        self._age = 0
        self._warm: int | None = None
        self._story: deque[str] = deque(maxlen=SHOWN)
        self._following: deque[Trial] = deque()
        self.notebook = Notebook(soak.folder, soak.logs / f"{label}.log")

    def play(self, cells: int) -> None:
        """Run so many cells, or until the soak has had all of its."""
        for _ in range(cells):
            if not self._soak.shares.next_cell():
                return
            self._steps += 1
            random = Random(f"{self._soak.seed} {self._label} {self._steps}")
            self._look_for_driver()
            if self._soak.disturbed and self._soak.shares.granted("kernel restarted", 120):
                self._soak.shares.disturbed("kernel restarted")
                self.notebook.restart(politely=random.random() < 0.5)
                self._forget_all()
            if self._age == WARM:
                self._warm = self._memory()
            self._age += 1
            self._one(self._choose(random), random)

    def close(self, random: Random) -> None:
        self._weigh()
        politely = random.random() < 0.7
        if not politely:
            self._soak.shares.disturbed("kernel killed at its end")
            self.notebook.kill()
        self.notebook.close(politely=politely)

    def _choose(self, random: Random) -> Trial:
        stamp = f"{self._label}-{self._steps}"
        if self._following:
            return self._following.popleft()
        desk = Desk(self._names, random, self._soak.tables, stamp)
        while True:
            [kind] = random.choices(self._soak.kinds, [kind.weight for kind in self._soak.kinds])
            trial = kind.make(desk)
            if trial is not None and self._soak.shares.granted(f"{kind.name} {kind.language}", kind.one_in):
                return trial

    def _one(self, trial: Trial, random: Random) -> None:
        how, dues = self._disturbance(trial, random)
        self._story.append(f"{trial.code}\n    [{trial.kind} in {trial.language}{', ' + how if how else ''}]")
        self._soak.shares.ran(trial.language, trial.kind)
        if trial.heavy:
            with self._soak.heavy:
                outcome = self.notebook.run(trial.code, trial.patience, dues)
        else:
            outcome = self.notebook.run(trial.code, trial.patience, dues)
        self._story[-1] += f" {outcome.ended} {outcome.status} in {outcome.seconds:.1f} s"
        if how:
            self._soak.shares.disturbed(how)
        self._judge(trial, how, outcome)

    def _disturbance(self, trial: Trial, random: Random) -> tuple[str, list[Due]]:
        if trial.endless:
            return "interrupt", [Due(random.random() * 1.5, self.notebook.interrupt, after_start=True)]
        if not self._soak.disturbed or trial.ends or trial.steady:
            return "", []
        soon = random.choice([0.0, 0.02, 0.1, 0.3, 1.0]) * (0.5 + random.random())
        if self._soak.driver_may_die and self._soak.shares.granted("driver killed", 100):
            return "driver killed", [Due(soon, self._kill_driver)]
        if self._soak.shares.granted("kernel killed", 120):
            return "kernel killed", [Due(soon, self.notebook.kill)]
        if self._soak.shares.granted("R killed", 60):
            return "R killed", [Due(soon, self._kill_r)]
        if random.random() < 0.12:
            return "interrupt", [Due(soon, self.notebook.interrupt)]
        return "", []

    def _kill_driver(self) -> None:
        self._soak.watch.kill()

    def _kill_r(self) -> None:
        with suppress(psutil.NoSuchProcess):  # the kernel has just died
            kill_r(self.notebook.process)

    def _judge(self, trial: Trial, how: str, outcome: Outcome) -> None:
        died = self._soak.watch.deaths != self._deaths
        if outcome.ended == "hung":
            self._fail(trial, f"the cell hung for {outcome.seconds:.0f} s; so far: {outcome.text[-2000:]!r}")
            trial.then(False)
            self._replace()
            return
        if outcome.ended == "died":
            if how != "kernel killed" and trial.ends != KERNEL:
                self._fail(trial, f"the kernel died: {self._log()}")
            trial.then(False)
            self._replace()
            return
        complaint = trial.expected.complaint(outcome) if not trial.endless else "it goes on for ever"
        sure = complaint is None
        if how == "kernel killed":  # it has answered before
            trial.then(sure)
            self._replace()
            return
        self._r_killed = self._r_killed or how == "R killed"
        if trial.refusal is not None and trial.refusal.complaint(outcome) is None:
            self._soak.shares.disturbed("refused by Delta")
            return
        ways = []
        if how == "interrupt":
            ways.append(INTERRUPTED)
        if died and DRIVER in trial.uses:
            ways.append(WITHOUT_DRIVER)
        if self._r_killed and (R in trial.uses or trial.language == "r"):
            ways.append(WITHOUT_R)
        if complaint is not None:
            complaints = [way.complaint(outcome) for way in ways]
            if None in complaints:
                complaint = None
            else:
                complaint = "\nnor: ".join([complaint, *map(str, complaints)])
        if complaint is None and (word := next((word for word in INTERNAL if word in outcome.error), None)):
            complaint = f"the error tells of {word}:\n{outcome.error[:3000]}"
        if complaint is not None:
            self._fail(trial, f"{complaint}{' (disturbed: ' + how + ')' if how else ''}")
            trial.then(False)
            self._replace()
            return
        trial.then(sure)
        self._following = deque(trial.following or self._following) if sure else deque()
        if trial.ends == R or how == "R killed" or "R has ended" in outcome.error:
            self._names.lose(R)
        if trial.language == "r" and how != "R killed":  # the one that has noticed
            self._r_killed = False

    def _look_for_driver(self) -> None:
        """What lived in a driver that has died since is gone."""
        if self._deaths != self._soak.watch.deaths:
            self._deaths = self._soak.watch.deaths
            self._names.lose(DRIVER)

    def _replace(self) -> None:
        self.notebook.restart()
        self._forget_all()

    def _weigh(self) -> None:
        """Compare a kernel's memory with what it was when it had just warmed up."""
        if self._warm is not None:
            self._soak.growth.append(self._memory() - self._warm)

    def _memory(self) -> int:
        return int(self.notebook.process.memory_info().rss)

    def _forget_all(self) -> None:
        self._following.clear()
        self._age, self._warm, self._r_killed = 0, None, False
        self._names.lose(KERNEL)

    def _fail(self, trial: Trial, complaint: str) -> None:
        failure = Failure(self._label, f"{trial.kind} in {trial.language}", complaint, list(self._story))
        self._soak.failures.append(failure)
        print(f"FAILED (seed {self._soak.seed}): {failure}\n", flush=True)

    def _log(self) -> str:
        return (self._soak.logs / f"{self._label}.log").read_text(errors="replace")[-2000:]
