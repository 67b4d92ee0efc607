"""What a notebook's file of comments is called."""

from __future__ import annotations

#: of the shared document, as Jupyter's server and the lab's pages know it
TYPE = "lakebook-comments"

SUFFIX = ".comments.jsonl"


def comments_of(notebook: str) -> str:
    """The path of a notebook's comments, which is beside it."""
    return notebook + SUFFIX


def notebook_of(path: str) -> str | None:
    """The path of the notebook whose comments a file holds, ``None`` if it is no such file."""
    notebook = path.removesuffix(SUFFIX)
    return notebook if notebook != path and not notebook.endswith("/") and notebook else None
