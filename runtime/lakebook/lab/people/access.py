"""What each role may ask Jupyter's server for.

Every request passes here, whatever answers it: not all of JupyterLab's extensions ask Jupyter's authorizer. What is not
known to be harmless is refused to who may only look.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from tornado.web import HTTPError

from lakebook.lab.people.store import Role

if TYPE_CHECKING:
    from tornado.web import RequestHandler

#: paths below the server's own that a viewer may get
_LOOKED_AT = re.compile(
    r"""
    | lab(/(tree|workspaces|api|extensions)(/.*)?)? | doc(/.*)? | tree(/.*)?
    | static/.* | custom/.* | favicon\.ico | kernelspecs/.* | files/.* | login | logout
    | api | api/(me|status|spec\.yaml) | api/(contents|sessions|kernels|kernelspecs|config|nbconvert)(/.*)?
    | api/collaboration/.* | api/lakebook/.* | lakebook(/.*)? | api/2\.\d/.*
    | mlflow(/.*)? | nbconvert/(html|notebook|python|markdown|script)/.*
    | git/settings | lsp/status
    """,
    re.VERBOSE,
)
#: what a viewer may do besides: open a shared document, keep a layout, choose a colour, search runs, come and go
_DONE = {
    "PUT": re.compile(r"api/collaboration/session/.*|lab/api/workspaces/.+"),
    "DELETE": re.compile(r"lab/api/workspaces/.+"),
    "PATCH": re.compile(r"api/me"),
    "POST": re.compile(r"login|mlflow/(ajax-)?api/[23]\.0/mlflow/[a-z-]+/search|mlflow/graphql"),
}
_SOCKETS = re.compile(r"api/events/subscribe|api/collaboration/room/.+|api/kernels/[^/]+/channels")


class Watched:
    """Marks a WebSocket handler that lets a viewer's harmless messages through only."""


def check(handler: RequestHandler, role: Role) -> None:
    """Refuse a request that is not for this role.

    Raises:
        HTTPError: it is refused.
    """
    if not may(handler, role):
        raise HTTPError(HTTPStatus.FORBIDDEN, "This link lets you look, not change or run anything.")


def may(handler: RequestHandler, role: Role) -> bool:
    """Whether a request is for this role."""
    if role is not Role.VIEWER:
        return True
    path = (handler.request.path or "").removeprefix(handler.settings["base_url"])
    if handler.request.headers.get("Upgrade", "").lower() == "websocket":
        is_harmless = isinstance(handler, Watched) or path == "api/events/subscribe"
        return is_harmless and _SOCKETS.fullmatch(path) is not None
    method = handler.request.method or ""
    allowed = _LOOKED_AT if method in ("GET", "HEAD", "OPTIONS") else _DONE.get(method)
    return allowed is not None and allowed.fullmatch(path) is not None
