"""Source files of notebooks, written by their cells."""

from __future__ import annotations

from pathlib import Path

import nbformat

from lakebook.databricks import formats, languages


def source(file: Path, language: str, *cells: str) -> None:
    """Write a source file of these cells."""
    known = languages.named(language)
    assert known is not None
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": languages.kernelspec(known)},
    )
    formats.write(made, file)


def python(file: Path, *cells: str) -> None:
    """Write a source file of Python."""
    source(file, "python", *cells)
