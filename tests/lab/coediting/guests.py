"""An authorizer for tests: whoever says to be a guest may only look."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import User

GUEST = "X-Guest"


class Guests(Authorizer):
    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return GUEST not in handler.request.headers or action == "read"
