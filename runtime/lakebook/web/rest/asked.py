"""What an endpoint is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lakebook.config import Workspace
from lakebook.jobs.store import Store
from lakebook.web.rest.fields import Fields


@dataclass(frozen=True)
class Asked:
    """A request."""

    fields: Fields
    workspace: Workspace
    store: Store
    #: where the pages are, as a URL
    pages: str
    #: whether tasks and the like come in pages of a hundred, which clients of older APIs do not know of
    is_paged: bool


#: answers a request; is called on a thread
Endpoint = Callable[[Asked], dict[str, Any]]
