"""Who is who in these tests: a cookie says it, and one of them may only read."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth import Authorizer, IdentityProvider, User

READER = "guest"


class People(IdentityProvider):
    """Everybody is whom the cookie names."""

    async def _get_user(self, handler: Any) -> User | None:
        name = handler.get_cookie("person")
        return User(username=name.lower(), name=name.title(), display_name=name.title()) if name else None

    get_user = _get_user


class Readers(Authorizer):
    """The guest changes no file."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        is_session = type(handler).__name__ == "DocSessionHandler"  # asks for a document, which it does with a PUT
        return user.username != READER or resource != "contents" or action != "write" or is_session
