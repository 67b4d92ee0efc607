"""Which names Python code reads and binds, without running it."""

from __future__ import annotations

from typing import Any

import pytest

from lakebook_kernel.languages.python import bound_names, free_names, reaches


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("spark.range(3)", {"spark"}),
        ("x = 'spark'  # spark", set()),
        ("def f(spark):\n    return spark", set()),
        ("def f():\n    return spark", {"spark"}),
        ("[spark for spark in range(3)]", {"range"}),
        ("lambda x: x + y", {"y"}),
        ("class A:\n    b = c", {"c"}),
        ("await thing", {"thing"}),
        ("x.spark", {"x"}),
        ("this isn't python", set()),
    ],
)
def test_free_names(code: str, names: set[str]) -> None:
    assert free_names(code) == names


def test_bound_names_are_all_kinds_of_binding() -> None:
    code = (
        "import a.b, c as d\nfor e in x: pass\nwith y as f: pass\n(g := 1)\nh: int = 2\ndef i(): j = 1\nclass K: pass"
    )
    assert bound_names(code) == {"a", "d", "e", "f", "g", "h", "i", "K"}


def test_a_use_is_found_through_the_notebooks_functions() -> None:
    namespace: dict[str, Any] = {}
    exec("def rows():\n    return [spark.range(1) for _ in '1']\ndef outer():\n    return rows()", namespace)
    assert reaches({"outer"}, {"spark"}, namespace)
    assert not reaches({"outer"}, {"sc"}, namespace)


def test_functions_of_modules_are_not_followed() -> None:
    def spark() -> None: ...

    other: dict[str, Any] = {}
    exec("def f():\n    return spark", other)
    assert not reaches({"f"}, {"spark"}, {"f": other["f"]})
