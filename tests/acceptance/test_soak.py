"""A short soak: random cells of all languages on two kernels, disturbed at random."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_short_soak_finds_nothing() -> None:
    command = [
        sys.executable,
        "-m",
        "benchmarks.soak",
        "--cells",
        "70",
        "--round",
        "70",
        "--kernels",
        "2",
        "--seed",
        "7",
    ]
    soak = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert soak.returncode == 0, soak.stdout[-8000:] + soak.stderr[-2000:]
    assert "70 cells" in soak.stdout and "interrupt" in soak.stdout
