"""Names that Scala and SQL share: what a user sees when values change, are two of one spelling, or lose digits."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook

pytestmark = pytest.mark.spark


def test_a_scala_map_that_is_changed_in_place_is_sent_again(notebook: Notebook) -> None:
    notebook.good('%scala\nval seen = scala.collection.concurrent.TrieMap("a" -> 1)')
    assert notebook.good("print(seen)").text == "{'a': 1}\n"
    notebook.good('%scala\nseen("a") = 2')
    assert notebook.good("print(seen)").text == "{'a': 2}\n"


def test_a_scala_function_stays_a_function(notebook: Notebook) -> None:
    notebook.good("%scala\nval twice = (x: Int) => 2 * x")
    notebook.good("twice = 3")
    assert "Int = 42" in notebook.good("%scala\ntwice(21)").text
    assert notebook.good("print(twice)").text == "3\n"


def test_names_that_differ_in_case_are_two_frames_in_sql(notebook: Notebook) -> None:
    notebook.good("import pandas as pd\ncased = pd.DataFrame({'n': [11]})\nCased = pd.DataFrame({'n': [22]})")
    for name, n in (("cased", "11"), ("Cased", "22"), ("cased", "11")):
        assert n in notebook.good(f"%sql\nSELECT n FROM {name}").text


def test_a_frame_whose_name_is_in_another_alphabet_is_one_in_sql(notebook: Notebook) -> None:
    notebook.good("import pandas as pd\nпродажи = pd.DataFrame({'n': [33]})")
    assert "33" in notebook.good("%sql\nSELECT n FROM `продажи`").text
    assert "33" in notebook.good("%sql -i продажи\nSELECT n FROM `продажи`").text
    notebook.good("%sql\nCREATE TEMPORARY VIEW `вид` AS SELECT 44 AS n")
    assert "44" in notebook.good("%sql -o вид\nSELECT 1").text + notebook.good("вид.first().n").text


def test_what_is_masked_is_missing_in_scala(notebook: Notebook) -> None:
    notebook.good("import numpy as np\nmasked = np.ma.MaskedArray([1, 2], [False, True])")
    assert "List(Some(1), None)" in notebook.good("%scala\nmasked.toList").text


def test_a_loss_of_nanoseconds_is_told_in_each_cell_that_loses_them(notebook: Notebook) -> None:
    notebook.good("import pandas as pd\nmoment = pd.Timestamp('2024-01-01 00:00:00.123456789')")
    notebook.good("moments = pd.DataFrame({'t': [moment]})")
    parameter = ":moment: nanoseconds were cut off: Spark's times have microseconds.\n"
    column = "moments: nanoseconds of t were cut off: Spark's times have microseconds.\n"
    scalar = "span: nanoseconds were cut off: Python's times have microseconds.\n"
    for _ in range(2):
        assert notebook.good("%sql\nSELECT :moment").stderr == parameter
        notebook.good("moments = moments.copy()")
        assert notebook.good("%sql\nSELECT * FROM moments").stderr == column
        notebook.good("%scala\nval span = java.time.Duration.ofNanos(1001)")
        assert notebook.good("span").stderr == scalar
