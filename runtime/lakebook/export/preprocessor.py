"""How nbconvert comes to colour each cell as what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from nbconvert.filters.highlight import Highlight2HTML, Highlight2Latex
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from lakebook.databricks.languages import NOTEBOOK_KEY, of_notebook
from lakebook.export.highlight import STYLE, HtmlOfCells, LatexOfCells
from lakebook.kernelspecs import KERNELS

#: as nbconvert's settings name it
PREPROCESSOR = "lakebook.export.CellLanguages"
_EXPORTERS = ("HTMLExporter", "LatexExporter")
_FILTER = "highlight_code"


class CellLanguages(Preprocessor):
    """Has its exporter colour the cells of the notebook at hand, if that is for a kernel of ours or from Databricks.

    nbconvert colours all cells by one lexer, but for those with a ``%%`` magic that it knows.
    """

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook as it is, and what a page needs beside it."""
        default = _default_language(notebook)
        filters = getattr(getattr(self.parent, "environment", None), "filters", {})
        present = filters.get(_FILTER)
        if default and isinstance(present, Highlight2HTML):
            filters[_FILTER] = HtmlOfCells(default, parent=self.parent)
            if include := resources.get("include_css"):
                resources["include_css"] = _with_style(include)
        elif default and isinstance(present, Highlight2Latex):
            filters[_FILTER] = LatexOfCells(default, parent=self.parent)
        return notebook, resources


def _with_style(include: Callable[[str], str]) -> Callable[[str], str]:
    """How a template includes a style sheet; the first one brings ours along."""
    ours = [f"<style>\n{STYLE}</style>"]
    return lambda name: Markup(include(name)) + Markup(ours.pop() if ours else "")


def _default_language(notebook: NotebookNode) -> str | None:
    """The language of cells without a magic; None where a notebook's magics are another kernel's."""
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    if NOTEBOOK_KEY not in notebook.metadata and kernel not in [ours.name for ours in KERNELS]:
        return None
    language = of_notebook(notebook)
    return language.name if language else None


def load(server: Any) -> None:
    """Have what Jupyter's server exports coloured so.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    for exporter in _EXPORTERS:
        server.config[exporter].preprocessors.append(PREPROCESSOR)
