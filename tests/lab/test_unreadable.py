"""What is no notebook, or one of a kernel that is not here: said in a sentence, and left as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbformat
import pytest

from lakebook.lab.unreadable import reason

if TYPE_CHECKING:
    from lab.conftest import Pair


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"{not json", "it is not JSON at line 1, column 2"),
        (b"\xff\xfe{", "it is not text in UTF-8"),
        (b"[" * 100_000, "it is not JSON of a notebook, it is nested too deeply"),
        (b"[1]", "it is JSON, but says no version of Jupyter's format"),
        (b'{"mine": true}', "it is JSON, but says no version of Jupyter's format"),
        (b'{"nbformat": 9, "cells": []}', "version 9 of Jupyter's format cannot be read here, 4 is the newest"),
        (b'{"nbformat": 4, "cells": {}}', "it has no list of cells"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "its cell 1 lacks a type or a source"),
        (nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])).encode(), None),
        (b'{"nbformat": 3, "worksheets": []}', None),
    ],
)
def test_it_is_said_what_is_wrong(content: bytes, why: str | None) -> None:
    assert reason(content) == why


def test_what_is_no_notebook_is_named_and_left_and_the_lab_goes_on(pair: Pair) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    good = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    good.metadata["kernelspec"] = {"name": "nobody-has-this", "display_name": "Nobody's", "language": "cobol"}
    texts = {
        "broken.ipynb": "{not json",
        "mine.ipynb": json.dumps({"mine": True}),
        "strange.ipynb": nbformat.writes(good),
    }
    files = {name: pair.ann.write(name, text) for name, text in texts.items()}
    page = pair.ann.page
    pair.ann.open()
    for name, why in (
        ("broken.ipynb", "it is not JSON at line 1, column 2"),
        ("mine.ipynb", "it is JSON, but says no version of Jupyter's format"),
    ):
        pair.ann.file(name).dblclick()
        said = page.locator(".Toastify__toast").filter(has_text=f"{name} is no notebook, and stays as it is: {why}.")
        expect(said).to_be_visible()
        page.get_by_role("dialog", name="File Load Error").get_by_role("button", name="Close").click()
    pair.ann.file("strange.ipynb").dblclick()
    asked = page.locator(".jp-Dialog").filter(has_text="Select Kernel")
    asked.get_by_role("button", name="No Kernel").click()
    expect(pair.ann.notebook.locator(".jp-CodeCell .cm-content")).to_have_text("1")
    assert {name: file.read_text() for name, file in files.items() if name != "strange.ipynb"} == {
        name: text for name, text in texts.items() if name != "strange.ipynb"
    }
    assert nbformat.read(files["strange.ipynb"], 4).cells == good.cells
