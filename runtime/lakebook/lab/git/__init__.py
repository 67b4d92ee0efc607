"""Git in the lab: notebooks compared and merged cell by cell, and outputs left out of commits where that is wished."""

from __future__ import annotations

from typing import Any


def load(server: Any) -> None:
    """Let the lab's git panel know of outputs that stay out of commits, where jupyterlab-git is there.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    settings = server.web_app.settings
    if "git" in settings:
        from lakebook.lab.git.panel import NotebookGit

        settings["git"] = NotebookGit(settings["git"]._config)
