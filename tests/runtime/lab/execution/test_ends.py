"""What becomes of runs whose kernel or server ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lakebook.lab.execution.extension import tell_of_restarts
from runtime.lab.execution.bench import NAME, Bench
from runtime.lab.execution.conftest import Play

WAITS = "import time\nprint('begun', flush=True)\ntime.sleep(60)"


def begun(bench: Bench, cell: str) -> Callable[[], bool]:
    return lambda: bench.text(cell).startswith("begun\n")


def error(bench: Bench, cell: str) -> str:
    last = bench.outputs(cell)[-1]
    return f"{last['ename']}: {last['evalue']}"


def test_a_kernel_that_dies_ends_its_cell_and_the_next_one_runs_in_a_new_one(bench: Bench, play: Play) -> None:
    dies, after, later = bench.open(
        "import os\nimport time; print('begun', flush=True); time.sleep(0.5)\nos._exit(1)", "2", "3"
    )
    runs = play(bench.ask(dies, after))
    assert play(bench.end(*runs)) == ["aborted", "aborted"]
    assert bench.text(dies) == "begun\n"
    assert error(bench, dies) == "KernelDied: The kernel died while this cell ran."
    assert bench.text(after) == "Not run: the kernel died before its turn.\n"
    assert [bench.cell(cell)["state"] for cell in (dies, after)] == ["idle", "idle"]
    assert play(bench.run(later)) == ["ok"]


@pytest.fixture
def restart(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    kernels = bench.server.kernel_manager
    monkeypatch.setattr(kernels, "restart_kernel", kernels.restart_kernel)  # as it is afterwards
    tell_of_restarts(bench.executor, kernels)
    return lambda: kernels.restart_kernel(bench.kernel, now=True)


def test_a_restart_ends_the_cell_that_runs(bench: Bench, play: Play, restart: Callable[[], Awaitable[None]]) -> None:
    waits, after, later = bench.open(WAITS, "2", "3")
    runs = play(bench.ask(waits, after))
    play(bench.until(begun(bench, waits)))
    play(restart())
    assert play(bench.end(*runs)) == ["aborted", "aborted"]
    assert bench.text(waits) == "begun\n"
    assert error(bench, waits) == "KernelRestarted: The kernel was restarted while this cell ran."
    assert bench.text(after) == "Not run: the kernel was restarted before its turn.\n"
    assert play(bench.run(later)) == ["ok"]


def test_a_cell_that_is_run_during_a_restart_runs_in_the_new_kernel(
    bench: Bench, play: Play, restart: Callable[[], Awaitable[None]]
) -> None:
    waits, first, second = bench.open(WAITS, "'waits' in globals()", "globals().get('left')")

    async def run_meanwhile() -> list[str]:
        (old,) = await bench.ask(waits)
        await bench.until(begun(bench, waits))
        restarting = asyncio.create_task(restart())  # type: ignore[arg-type]
        await asyncio.sleep(0)  # it has begun
        new = await bench.ask(first, second)
        await restarting
        return await bench.end(old, *new)

    assert play(run_meanwhile()) == ["aborted", "ok", "ok"]
    assert error(bench, waits) == "KernelRestarted: The kernel was restarted while this cell ran."
    assert bench.outputs(first)[0]["data"]["text/plain"] == "False"
    assert bench.text(second) == ""


def test_a_cell_that_is_run_while_an_idle_kernel_restarts_runs_in_the_new_one(
    bench: Bench, play: Play, restart: Callable[[], Awaitable[None]]
) -> None:
    before, after = bench.open("old = 1", "'old' in globals()")

    async def run_meanwhile() -> list[str]:
        await bench.run(before)
        restarting = asyncio.create_task(restart())  # type: ignore[arg-type]
        await asyncio.sleep(0)  # it has begun
        new = await bench.ask(after)
        await restarting
        return await bench.end(*new)

    assert play(run_meanwhile()) == ["ok"]
    assert bench.outputs(after)[0]["data"]["text/plain"] == "False"


def test_a_restart_that_fails_ends_no_cell(bench: Bench, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = bench.open("import time; time.sleep(1)", "2")

    async def fails(kernel_id: str) -> None:
        raise OSError("no process can be started")

    async def try_it() -> list[str]:
        runs = await bench.ask(one)
        with pytest.raises(OSError):
            await bench.server.kernel_manager.restart_kernel(bench.kernel)
        return await bench.end(*runs, *await bench.ask(two))

    monkeypatch.setattr(bench.server.kernel_manager, "restart_kernel", fails)
    tell_of_restarts(bench.executor, bench.server.kernel_manager)
    assert play(try_it()) == ["ok", "ok"]


def test_a_server_that_is_started_anew_says_which_cells_were_cut_off(bench: Bench, play: Play) -> None:
    waits, after, untouched = bench.open(WAITS, "2", "3")
    runs = play(bench.ask(waits, after))
    play(bench.until(begun(bench, waits)))
    again = bench.new_executor()
    bench.notebook.ycells[2]["execution_state"] = "running"  # as the store of documents may have it
    play(again.open(NAME))
    assert bench.text(waits) == "begun\n"
    assert error(bench, waits).startswith("ServerEnded: The server ended while this cell ran.")
    assert bench.text(after) == "Not run: the server ended before its turn.\n"
    assert [bench.cell(cell)["state"] for cell in (waits, after, untouched)] == ["idle"] * 3
    play(bench.new_executor().open(NAME))
    assert len(bench.outputs(after)) == 1  # it is said once
    play(_interrupt(bench))
    play(bench.end(*runs))


def test_a_list_of_cells_that_was_damaged_is_left_out(bench: Bench, caplog: Any) -> None:
    (bench.folder / "running.json").write_text("[1")
    bench.new_executor()
    assert "Which cells the server's end has cut off is not known" in caplog.text
    (bench.folder / "running.json").unlink()


async def _interrupt(bench: Bench) -> None:
    await bench.server.kernel_manager.interrupt_kernel(bench.kernel)
