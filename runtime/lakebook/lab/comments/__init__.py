"""Comments on the cells of a notebook: a shared document, in a file beside the notebook."""

from __future__ import annotations

from typing import Any


def load(server: Any) -> None:
    """Let Jupyter's server share documents of comments, and tell the lab's pages that it does.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    from jupyter_ydoc import ydocs

    from lakebook.lab.comments.contents import CommentsBeside
    from lakebook.lab.comments.document import CommentsDocument
    from lakebook.lab.comments.names import TYPE

    if not isinstance(server.contents_manager, CommentsBeside):
        server.log.warning(
            "Notebooks have no comments here, which need: "
            'c.ServerApp.contents_manager_class = "lakebook.lab.contents.LabContentsManager"'
        )
        return
    ydocs[TYPE] = CommentsDocument
    server.web_app.settings.setdefault("page_config_data", {})["lakebookComments"] = True
