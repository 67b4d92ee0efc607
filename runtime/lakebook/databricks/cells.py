"""A cell as Databricks keeps it, one text that may begin with a magic, and as Jupyter does, with a type."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from lakebook.databricks.languages import NOTEBOOK_KEY, Language, kernelspec

#: Databricks' own key in a cell's metadata
CELL_KEY = "application/vnd.databricks.v1+cell"
#: ours, in the metadata of notebooks and of cells: what Jupyter's form has no place for
OUR_KEY = "lakebook"

_MARKDOWN = re.compile(r"(?:[ \t]*\n)*%%?md(?:-sandbox)?(?:[ \t]*\n|[ \t]+|$)", re.IGNORECASE)
_USUAL_MARKDOWN = "%md\n"


@dataclass(frozen=True)
class Command:
    """A cell as Databricks has it: also prose is text that begins with a magic."""

    text: str
    title: str = ""
    show_title: bool = False


def to_cell(command: Command) -> NotebookNode:
    """A command as a cell of Jupyter's. ``to_command`` makes the same command of it again."""
    begins = _MARKDOWN.match(command.text)
    if begins:
        cell: NotebookNode = nbformat.v4.new_markdown_cell(command.text[begins.end() :])
        if begins[0] != _USUAL_MARKDOWN:
            note(cell, "magic", begins[0])
    else:
        cell = nbformat.v4.new_code_cell(command.text)
    if command.title or command.show_title:
        cell.metadata[CELL_KEY] = NotebookNode(title=command.title, showTitle=command.show_title)
    return cell


def to_command(cell: NotebookNode, language: Language, default: Language) -> Command:
    """A cell of Jupyter's as a command.

    Args:
        cell: code, prose, or raw text, which no language runs: Databricks' ``%skip`` says so.
        language: of cells without a magic, in this notebook.
        default: the same where the command goes.
    """
    text = cell.source
    if cell.cell_type == "markdown":
        text = _markdown(str(noted(cell).get("magic", _USUAL_MARKDOWN)), text)
    elif cell.cell_type == "raw":
        text = f"%skip\n{text}"
    elif language != default and text.strip() and not language.is_magic(text):
        text = f"%{language.name}\n{text}"
    told = cell.metadata.get(CELL_KEY, {})
    return Command(text, " ".join(str(told.get("title") or "").split("\n")), bool(told.get("showTitle")))


def _markdown(magic: str, source: str) -> str:
    for begin in (magic, f"{magic.strip()}\n"):
        read = _MARKDOWN.match(begin + source)
        if read and read[0] == begin:
            return begin + source
    return _USUAL_MARKDOWN + source


def new_notebook(cells: Iterable[NotebookNode], language: Language) -> NotebookNode:
    """A notebook of these cells for the kernel of a language.

    Cells are named by what is in them, so that one that has not changed keeps its name when the file is read again.
    """
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata.update(
        nbformat.from_dict({"kernelspec": kernelspec(language), NOTEBOOK_KEY: {"language": language.name}})
    )
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        number = seen[cell.source] = seen.get(cell.source, 0) + 1
        cell.id = hashlib.sha256(f"{number} {cell.source}".encode(errors="surrogatepass")).hexdigest()[:16]
    return notebook


def note(node: NotebookNode, key: str, value: Any) -> None:
    """Keep something in the metadata of a cell or notebook, under our key."""
    node.metadata.setdefault(OUR_KEY, NotebookNode())[key] = nbformat.from_dict(value)


def noted(node: NotebookNode) -> dict[str, Any]:
    """What the metadata of a cell or notebook has under our key."""
    found = node.metadata.get(OUR_KEY)
    return found if isinstance(found, dict) else {}
