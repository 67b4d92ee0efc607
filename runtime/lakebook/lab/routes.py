"""Handlers of ours in the place of Jupyter's."""

from __future__ import annotations

from typing import Any

from tornado.web import Application


def put_first(application: Application, handlers: list[tuple[Any, ...]]) -> None:
    """Add handlers before all that are there: tornado takes the first one that fits."""
    application.add_handlers(".*$", handlers)
    rules = application.default_router.rules
    # it puts what is added before the last one, which takes what fits no other
    rules.insert(0, rules.pop(-2))
