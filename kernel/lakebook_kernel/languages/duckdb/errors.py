"""What DuckDB says of an error."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def details(error: duckdb.Error) -> dict[str, str]:
    """What DuckDB says of an error, which it writes as JSON after the error's kind."""
    text = str(error)
    try:
        details: dict[str, str] = json.loads(text[text.index("{") :])
    except ValueError:
        return {"exception_message": re.sub(r"^[\w ]+ Error: ", "", text)}  # of a view's own query it is plain text
    return details
