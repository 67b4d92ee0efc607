"""What the suites start once for a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from acceptance.suites.conversation import Conversation


@pytest.fixture(scope="module")
def notebook(workspace: Path) -> Iterator[Notebook]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)  # under it ipykernel does not show what processes print
        notebook = Notebook(workspace)
    with notebook:
        yield notebook


@pytest.fixture(scope="module")
def conversation(notebook: Notebook) -> Conversation:
    return Conversation(notebook)
