"""Parameters of a notebook: ``name=value`` from the command line, injected as papermill does."""

from __future__ import annotations

import difflib
import logging
import re
from typing import Any

import nbformat
import yaml
from papermill.iorw import NoDatesSafeLoader
from papermill.parameterize import parameterize_notebook
from papermill.translators import papermill_translators

import lakebook.papermill_engine  # noqa: F401  registers our kernels' translators also where the package is not installed

#: what a notebook has in its cells that takes parameters by widgets
_WIDGETS = re.compile(r"\bwidgets\s*[.$]|\bCREATE\s+WIDGET\b|\bgetArgument\s*\(", re.IGNORECASE)
_WORDS = {"True": True, "False": False, "None": None}


class BadParameter(ValueError):
    """A parameter cannot be read; the message says which and what was expected."""


def parse(texts: list[str]) -> dict[str, Any]:
    """Read ``name=value`` texts; the values are typed as papermill types them.

    ``True``, ``False``, ``None``, integers and floats are what they look like; what starts with ``[``, ``{`` or a quote
    is read as YAML, of which JSON is a part; everything else is a string.
    """
    parameters: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise BadParameter(f"-p {text}: expected name=value, such as -p year=2013")
        parameters[name] = _value(name, value)
    return parameters


def arguments(texts: list[str]) -> dict[str, str]:
    """What widgets get of ``name=value`` texts: the text as it stands, without the quotes of a quoted one."""
    typed = parse(texts)
    written = {name: value for name, _, value in (text.partition("=") for text in texts)}
    return {name: value if isinstance(value, str) else written[name] for name, value in typed.items()}


def _value(name: str, text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    if not text.startswith(("[", "{", '"', "'")):
        return text
    try:
        return yaml.load(text, Loader=NoDatesSafeLoader)
    except yaml.YAMLError as problem:
        reason = getattr(problem, "problem", None) or problem
        raise BadParameter(f"-p {name}: {text} is neither JSON nor YAML: {reason}") from None


def inject(
    notebook: nbformat.NotebookNode, parameters: dict[str, Any], kernel: str, language: str
) -> tuple[nbformat.NotebookNode, list[str]]:
    """Put a cell that sets the parameters after the one tagged ``parameters``, or first.

    A notebook without a tagged cell that uses widgets gets none: they have the values.

    Returns:
        The notebook, and notes for the user about parameters that the notebook does not know.
    """
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not tagged and any(cell.cell_type == "code" and _WIDGETS.search(cell.source) for cell in notebook.cells):
        return notebook, []
    notes = _notes(tagged, parameters, kernel, language)
    for cell in notebook.cells:  # papermill reads the tags of every cell
        cell.metadata.setdefault("tags", [])
    notebook.metadata.setdefault("papermill", nbformat.NotebookNode())
    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = parameterize_notebook(notebook, parameters, kernel_name=kernel, language=language)
    for cell in notebook.cells:
        if not cell.metadata.tags:
            del cell.metadata["tags"]
    return notebook, notes


def _notes(tagged: list[nbformat.NotebookNode], parameters: dict[str, Any], kernel: str, language: str) -> list[str]:
    if not tagged:
        return ["no cell of the notebook is tagged parameters: they are set in a cell of their own at the top"]
    try:
        known = [found.name for found in papermill_translators.find_translator(kernel, language).inspect(tagged[0])]
    except NotImplementedError:  # papermill reads the parameters of Python cells only
        return []
    notes = []
    for name in parameters:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            notes.append(f"the notebook's parameters cell has no {name}{hint}")
    return notes
