"""``permissions/jobs``: a job is of the one whose server this is."""

from __future__ import annotations

import getpass
from typing import Any

from lakebook.web.rest.access import FIELD, NOBODY_ELSE, OWNER, checked
from lakebook.web.rest.asked import Asked
from lakebook.web.rest.errors import invalid
from lakebook.web.rest.jobs import there


def get(asked: Asked) -> dict[str, Any]:
    """Who may do what with a job."""
    with asked.store.read() as rows:
        job = there(rows, asked.fields.number_of("job_id"))
    user = getpass.getuser()
    owner = {
        "user_name": user,
        "display_name": user,
        "all_permissions": [{"permission_level": OWNER, "inherited": False}],
    }
    return {"object_id": f"/jobs/{job.job_id}", "object_type": "job", FIELD: [owner]}


def levels(asked: Asked) -> dict[str, Any]:
    """What may be permitted."""
    with asked.store.read() as rows:
        there(rows, asked.fields.number_of("job_id"))
    return {"permission_levels": [{"permission_level": OWNER, "description": f"{NOBODY_ELSE}."}]}


def set_all(asked: Asked) -> dict[str, Any]:
    """Give a job the permissions that it has; all others are refused."""
    if not any(entry["permission_level"] == OWNER for entry in checked(asked.fields)):
        raise invalid(f"{FIELD} gives nobody {OWNER}; it has to give {getpass.getuser()} that.")
    return get(asked)


def update(asked: Asked) -> dict[str, Any]:
    """Add permissions that are there already; all others are refused."""
    checked(asked.fields)
    return get(asked)
