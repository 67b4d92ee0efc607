"""Who is in the lab: names, roles and what each role may do."""

from __future__ import annotations

from typing import Any


def load(server: Any) -> None:
    """Give each person what is theirs, on a server that knows them; JupyterHub's knows its own people.

    Args:
        server: Jupyter's ``ServerApp``.
    """
    from lakebook.lab.people.identity import LabIdentityProvider

    if isinstance(server.identity_provider, LabIdentityProvider):
        from lakebook.lab.people.server import set_up

        set_up(server)
