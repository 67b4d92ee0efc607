"""Jupyter's contents manager as the lab has it.

``c.ServerApp.contents_manager_class = "lakebook.lab.contents.LabContentsManager"``
"""

from __future__ import annotations

from lakebook.databricks.contents import LakebookContentsManager
from lakebook.lab.comments.contents import CommentsBeside
from lakebook.lab.unreadable import UnreadableNotebooks


class LabContentsManager(UnreadableNotebooks, CommentsBeside, LakebookContentsManager):  # type: ignore[misc]  # Jupyter's own bases differ
    """Source files as notebooks, the comments of both beside them, and a sentence for what is no notebook."""
