"""Jupyter's authorizer, for what asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.authorizer import Authorizer

from lakebook.lab.people.access import may
from lakebook.lab.people.identity import LabUser
from lakebook.lab.people.store import Role

if TYPE_CHECKING:
    from jupyter_server.auth.identity import User
    from jupyter_server.base.handlers import JupyterHandler

#: the path at which a browser asks what it may do
_QUESTION = "api/me"


class LabAuthorizer(Authorizer):
    """Lets viewers read."""

    def is_authorized(self, handler: JupyterHandler, user: User, action: str, resource: str) -> bool:
        """Whether a user may do what a request is for, or what it asks about."""
        if not isinstance(user, LabUser) or user.role is not Role.VIEWER:
            return True
        asks = handler.request.path == handler.settings["base_url"] + _QUESTION
        return action == "read" or (not asks and may(handler, user.role))
