"""IPython's magics work as in ipykernel, and what they bind is shared; see ``magics.py``."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook
from acceptance.samples import HAS_R
from acceptance.suites.magics import MAGICS, Magic


@pytest.mark.parametrize("magic", MAGICS, ids=lambda magic: magic.name)
def test_a_magic_is_ipythons(notebook: Notebook, magic: Magic) -> None:
    *before, last = magic.cells
    for cell in before:
        notebook.run(cell)
    outcome = notebook.run(last)
    assert outcome.ok is not magic.fails, outcome.messages
    told = [outcome.text, outcome.stderr, *map(str, outcome.bundles), str(outcome.reply["payload"])]
    assert magic.shown in "\n".join([*told, *(outcome.error for _ in outcome.errors)])
    for expression in magic.in_r if HAS_R else ():
        assert notebook.good(f"%r\nisTRUE({expression})").text == "[1] TRUE"


def test_reset_forgets_pythons_names_everywhere(notebook: Notebook) -> None:
    notebook.good("forgotten = 1")
    notebook.good("%scala\nval kept_in_scala = forgotten + 1")
    notebook.good("%sql\nSELECT :forgotten AS n")
    notebook.good("%reset -f")
    assert "NameError" in notebook.run("forgotten").error
    assert "forgotten" in notebook.run("%scala\nforgotten").error
    assert "forgotten" in notebook.run("%sql\nSELECT :forgotten AS n").error
    assert notebook.good("kept_in_scala").text == "2"


@pytest.mark.parametrize("forget", ["%reset -f", "del spark, sc", "spark = sc = None\ndel spark, sc"])
def test_spark_is_there_again_after_it_was_forgotten(notebook: Notebook, forget: str) -> None:
    notebook.good("spark.range(1).count(), sc")
    notebook.good(forget)
    assert notebook.good("spark.range(3).count()").text == "3"
    assert notebook.good("sc.parallelize([1, 2]).count()").text == "2"
    assert "<table" in notebook.good("display(spark.range(2))").html


def test_a_name_of_ones_own_is_not_taken_for_spark(notebook: Notebook) -> None:
    notebook.good("spark = 'mine'")
    assert notebook.good("spark").text == "'mine'"
    notebook.good("del spark")
    assert notebook.good("spark.range(2).count()").text == "2"
