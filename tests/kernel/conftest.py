from pathlib import Path

import pytest

from kernel.standins import StandInHost, StandInOutput


@pytest.fixture
def host(tmp_path: Path) -> StandInHost:
    (tmp_path / "lakebook.toml").touch()
    return StandInHost(tmp_path)


@pytest.fixture
def output() -> StandInOutput:
    return StandInOutput()
