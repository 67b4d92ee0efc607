"""The address of a database, told without its password: commands and variables of processes are seen by others."""

from __future__ import annotations

import sqlalchemy

_PASSWORD = "password"


def password_of(url: sqlalchemy.URL) -> str | None:
    """The password in a URL, which may also be among its parameters."""
    given = url.password or url.query.get(_PASSWORD)
    return given if given is None or isinstance(given, str) else given[-1]


def without_password(url: sqlalchemy.URL) -> str:
    """A URL as text, with neither a password nor a sign that there was one; ``PGPASSWORD`` then says it."""
    # URL.set takes None for what is not to be changed
    bare = sqlalchemy.URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return bare.difference_update_query([_PASSWORD]).render_as_string(hide_password=False)
