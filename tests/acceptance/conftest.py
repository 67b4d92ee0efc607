"""A notebook for a whole module of tests: a kernel starts once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook


@pytest.fixture(scope="module")
def notebook(workspace: Path) -> Iterator[Notebook]:
    with Notebook(workspace) as made:
        yield made


@pytest.fixture(scope="module")
def neighbour(workspace: Path) -> Iterator[Notebook]:
    """A second notebook on the same driver."""
    with Notebook(workspace) as made:
        yield made
