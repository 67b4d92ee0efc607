"""The tour where something that it needs is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from lakebook import tour
from lakebook.doctor import Check

PLAIN = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tour of two cells, one of which wants R."""
    cells = [nbformat.v4.new_code_cell("print('first')"), nbformat.v4.new_code_cell("print('wants R')")]
    cells[1].metadata["tags"] = ["r"]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": PLAIN})
    nbformat.write(notebook, tmp_path / "small.ipynb")
    monkeypatch.setattr(tour, "_PLACES", (tmp_path / "small.ipynb",))


@pytest.mark.parametrize("there", [True, False])
def test_cells_that_need_r_are_left_out_where_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    def r_checks() -> Iterator[Check]:
        yield (
            Check("R", "ok", "there")
            if there
            else Check("R", "without", "not installed", "sudo apt-get install r-base")
        )

    monkeypatch.setattr(tour, "r_checks", r_checks)
    assert tour.tour(tmp_path) == 0
    out = capsys.readouterr().out
    assert ("wants R" in out) == there
    assert ("R cells are left out; lakebook doctor says" in out) == (not there)
    executed = nbformat.read(tmp_path / "tour-executed.ipynb", as_version=4)
    assert [len(cell.outputs) for cell in executed.cells] == [1, int(there)]
    assert (tmp_path / "tour-executed.html").exists()
