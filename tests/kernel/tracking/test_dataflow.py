"""Which tables a value came from, as the cells' texts tell."""

from __future__ import annotations

import pytest

from lakebook.tracking.tables import TableVersion
from lakebook_kernel.languages.python import touched_names
from lakebook_kernel.tracking.dataflow import DataFlow

FLOWERS, PRICES = (TableVersion(name, f"file:/{name}", 3, name) for name in ("flowers", "prices"))


def test_what_a_cell_binds_came_from_what_it_read() -> None:
    flow = DataFlow()
    flow.note({"spark"}, {"frame"}, [FLOWERS])
    assert flow.sources({"frame"}, []) == {FLOWERS}
    assert flow.sources({"other"}, []) == set()


def test_names_carry_their_tables_on() -> None:
    flow = DataFlow()
    flow.note(set(), {"frame"}, [FLOWERS])
    flow.note({"frame"}, {"part"}, [])
    assert flow.note({"part"}, {"X", "y"}, [PRICES]) == {FLOWERS, PRICES}
    assert flow.sources({"y"}, []) == {FLOWERS, PRICES}
    assert flow.sources({"part"}, []) == {FLOWERS}


def test_a_name_that_is_bound_anew_forgets() -> None:
    flow = DataFlow()
    flow.note(set(), {"frame"}, [FLOWERS])
    assert not flow.empty
    flow.note(set(), {"frame"}, [])
    assert flow.sources({"frame"}, []) == set()
    assert flow.empty


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = 1\ny: int = 2\nz += 1", {"x", "y", "z"}),
        ("a, (b, *c) = rows", {"a", "b", "c"}),
        ("for row in rows:\n    last = row", {"row", "last"}),
        ("with open(p) as f:\n    pass", {"f"}),
        ("frame['x'] = 1\nframe.columns[0].name = 'y'", {"frame"}),
        ("rows.append(1)\nprint(rows)", {"rows"}),
        ("total = rows.pop()", {"total"}),
        ("del x, frame['y']", {"x", "frame"}),
        ("def fit(data):\n    return data", {"fit"}),
        ("if (n := 1):\n    pass", {"n"}),
        ("not python", set()),
    ],
)
def test_the_names_that_code_may_change_are_read_from_its_text(code: str, names: set[str]) -> None:
    assert touched_names(code) == names
