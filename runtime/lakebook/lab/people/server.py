"""Puts people on Jupyter's server."""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import url_path_join

from lakebook.lab.people import layouts
from lakebook.lab.people.api import PeopleHandler, PersonHandler
from lakebook.lab.people.sockets import ChannelsHandler, Doorkeeper, RoomHandler
from lakebook.lab.routes import put_first

_PEOPLE = "api/lakebook/people"


def set_up(server: Any) -> None:
    """Add what knows people, in the place of what does not.

    Args:
        server: Jupyter's ``ServerApp`` with our identity provider, after JupyterLab and jupyter-collaboration.
    """
    base = server.web_app.settings["base_url"]
    apps = server.extension_manager.extension_points
    lab, collaboration = apps["lab"].app, apps["jupyter_server_ydoc"].app
    # the owner's token would be in the page of whoever comes in; their cookie does
    server.web_app.settings["page_config_data"]["token"] = ""
    (rooms,) = [options for _, handler, options in _with_options(collaboration) if issubclass(RoomHandler, handler)]
    own: list[tuple[Any, ...]] = [
        (rf"{_PEOPLE}", PeopleHandler),
        (rf"{_PEOPLE}/([^/]+)", PersonHandler),
        (r"api/collaboration/room/(.*)", RoomHandler, rooms),
        (r"api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/channels", ChannelsHandler),
    ]
    put_first(
        server.web_app,
        [*((url_path_join(base, path), *rest) for path, *rest in own), *layouts.handlers(lab)],
    )
    Doorkeeper(server.identity_provider).start()


def _with_options(app: Any) -> list[tuple[Any, ...]]:
    return [handler for handler in app.handlers if len(handler) == 3]
