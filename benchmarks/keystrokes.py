"""A keystroke's way to a second browser, and a long notebook, against a plain lab with jupyter-collaboration."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from benchmarks.measuring import MILLISECONDS, Comparison, Series, at_most_more, in_turn
from benchmarks.place import Place

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT / "tests"))  # where labs are started, and people come to them

#: more than this beyond a plain lab is a defect, in seconds
BEYOND = 0.3
ROUNDS, KEYS = 5, 40
CELLS = 1000

_NOTE_KEYS = "addEventListener('keydown', () => { window.sentAt = performance.timeOrigin + performance.now(); }, true)"
_NOTE_CHANGES = """() => {
    const text = document.querySelector('.jp-Notebook .jp-Cell .cm-content');
    window.changes = 0;
    new MutationObserver(() => {
        window.changedAt = performance.timeOrigin + performance.now();
        window.changes += 1;
    }).observe(text, { childList: true, characterData: true, subtree: true });
}"""
_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


class _Lab:
    """Two people in a notebook of one server."""

    def __init__(self, browser: Browser, place: Place, extension: Path | None, cells: int) -> None:
        from lab.coediting.serving import Person, Server, write_notebook

        self.server = Server(place.folder(), place.folder(), extension)
        self.server.start()
        name = f"{uuid4().hex}.ipynb"
        write_notebook(self.server.folder / name, *(f"delay = {number}" for number in range(cells)))
        self.ada, self.ben = (Person(browser, self.server.url).open(name) for _ in range(2))
        self.ada.page.evaluate(_NOTE_KEYS)
        self.ben.page.evaluate(_NOTE_CHANGES)
        self.rounds: list[list[float]] = []

    def keys(self) -> float:
        """The median of a round of keystrokes, in seconds."""
        self.ada.editor(0).click()
        self.rounds.append([self._key() for _ in range(KEYS)])
        return statistics.median(self.rounds[-1])

    def scroll(self) -> float:
        """From a turn of the wheel to the second frame after it."""
        page: Page = self.ada.page
        before = page.evaluate("performance.now()")
        page.mouse.wheel(0, 3000)
        return float(page.evaluate(_FRAME) - before) / 1000

    def close(self) -> None:
        self.ada.leave()
        self.ben.leave()
        self.server.stop()

    def _key(self) -> float:
        changes = self.ben.page.evaluate("window.changes")
        self.ada.page.keyboard.type("x")
        self.ben.page.wait_for_function("before => window.changes > before", arg=changes)
        return float(self.ben.page.evaluate("window.changedAt") - self.ada.page.evaluate("window.sentAt")) / 1000


def keystrokes(place: Place) -> Iterator[Comparison]:
    yield from _compared(place, "keystroke to the other browser", 1)


def long_notebook(place: Place) -> Iterator[Comparison]:
    yield from _compared(place, f"the same in {CELLS} cells", CELLS)


def _compared(place: Place, what: str, cells: int) -> Iterator[Comparison]:
    from browsing import browsing

    prefix = place.folder()
    build = _ROOT / "kernel" / "labextension" / "build.py"
    subprocess.run([sys.executable, build, prefix], check=True, stdout=subprocess.DEVNULL)
    os.environ.setdefault("JUPYTER_RUNTIME_DIR", str(place.folder()))
    with browsing() as browser:
        ours, plain = _Lab(browser, place, prefix, cells), _Lab(browser, place, None, cells)
        try:
            against, goal = "plain jupyter-collaboration", at_most_more(BEYOND)
            yield Comparison(f"{what}, p50", against, MILLISECONDS, goal, *in_turn(ours.keys, plain.keys, ROUNDS, 1))
            high = (Series([_p95(keys) for keys in lab.rounds[1:]]) for lab in (ours, plain))
            yield Comparison(f"{what}, p95", against, MILLISECONDS, goal, *high)
            if cells > 1:
                scrolled = in_turn(ours.scroll, plain.scroll, 20, 2)
                yield Comparison("scrolling them", against, MILLISECONDS, goal, *scrolled)
        finally:
            ours.close()
            plain.close()


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
