from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from runtime.lab.execution.bench import Bench

Play = Callable[[Awaitable[Any]], Any]


@pytest.fixture(scope="package")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as started:
        yield started


@pytest.fixture(scope="package")
def _with_kernel(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    async def start() -> Bench:
        bench = Bench(tmp_path_factory.mktemp("state"))
        bench.kernel = await bench.server.kernel_manager.start_kernel(kernel_name="python3")
        return bench

    async def stop(bench: Bench) -> None:
        await bench.executor.close()
        await bench.server.kernel_manager.shutdown_all(now=True)

    bench = runner.run(start())
    yield bench
    runner.run(stop(bench))


@pytest.fixture
def bench(_with_kernel: Bench) -> Bench:
    _with_kernel.events.clear()
    return _with_kernel


@pytest.fixture
def play(runner: asyncio.Runner) -> Play:
    """Runs a coroutine to its end."""
    return runner.run
