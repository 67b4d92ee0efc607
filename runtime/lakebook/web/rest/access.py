"""Who may do what: there are no other users here, so all is of the one whose server this is."""

from __future__ import annotations

import getpass
from typing import Any

from lakebook.web.rest.errors import invalid
from lakebook.web.rest.fields import Fields

FIELD = "access_control_list"
OWNER = "IS_OWNER"
NOBODY_ELSE = "Whoever has the token of this server may do everything, and there are no other users or groups"
#: what the user may do anyhow
_LEVELS = (OWNER, "CAN_MANAGE")
#: by whom an entry of the list is meant
_WHO = ("user_name", "group_name", "service_principal_name")


def checked(fields: Fields) -> list[dict[str, Any]]:
    """The permissions that a request gives, which are there already: all others are refused."""
    user = getpass.getuser()
    entries = fields.mappings(FIELD) or []
    for number, entry in enumerate(entries):
        who = next((f"{name} {entry[name]}" for name in _WHO if entry.get(name)), "nobody")
        if entry.get("user_name") != user or entry.get("permission_level") not in _LEVELS:
            given = f"{FIELD}[{number}] gives {who} {entry.get('permission_level')}"
            raise invalid(f"{given}; expected user_name {user} and {' or '.join(_LEVELS)}. {NOBODY_ELSE}.")
    return entries
