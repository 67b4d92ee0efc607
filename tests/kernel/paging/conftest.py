from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.attached import AttachedHost


@pytest.fixture(scope="module")
def attached(workspace: Path) -> Iterator[AttachedHost]:
    host = AttachedHost(workspace)
    yield host
    host.close()
