from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.jobs.harness import Bench


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Makes benches, each in a folder of its own."""
    made: list[Bench] = []

    def make(**bodies: Any) -> Bench:
        folder = tmp_path / f"workspace{len(made)}"
        folder.mkdir()
        made.append(Bench(folder, bodies))
        return made[-1]

    yield make
    for bench in made:
        bench.store.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
