"""Which names Python code reads and binds, without running it."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from lakebook_kernel.languages.python import free_names, reads, with_magics


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("spark.range(3)", {"spark"}),
        ("x = 'spark'  # spark", set()),
        ("def f(spark):\n    return spark", set()),
        ("def f():\n    return spark", {"spark"}),
        ("[spark for spark in range(3)]", {"range"}),
        ("{a: [b for b in a] for a in c if d}", {"c", "d"}),
        ("{x for x in a}; {x for y in b}", {"a", "b", "x"}),
        ("lambda x: x + y", {"y"}),
        ("class A:\n    b = c", {"c"}),
        ("await thing", {"thing"}),
        ("x.spark", {"x"}),
        ("this isn't python", set()),
    ],
)
def test_free_names(code: str, names: set[str]) -> None:
    assert free_names(code) == names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("%time spark.range(3)", {"spark"}),
        ("%%capture out\nprint(x)", {"print", "x"}),
        ("!echo $x {y + 1}", {"x", "y"}),
        ("lines = !ls {folder}", {"folder"}),
        ("%cd {folder}", {"folder"}),
        ("x?", {"x"}),
        ("x??", {"x"}),
        ("!awk '{print $1}' file", set()),
        ("%%time\n!echo $x", {"x"}),
    ],
)
def test_what_is_handed_to_magics_is_read(cell: str, names: set[str]) -> None:
    assert free_names(with_magics(cell, TransformerManager().transform_cell)) - {"get_ipython"} == names


def test_a_use_is_found_through_the_notebooks_functions() -> None:
    namespace: dict[str, Any] = {}
    exec("def rows():\n    return [spark.range(1) for _ in '1']\ndef outer():\n    return rows()", namespace)
    assert "spark" in reads({"outer"}, namespace)
    assert "sc" not in reads({"outer"}, namespace)


def test_functions_of_modules_are_not_followed() -> None:
    def spark() -> None: ...

    other: dict[str, Any] = {}
    exec("def f():\n    return spark", other)
    assert reads({"f"}, {"f": other["f"]}) == {"f"}
