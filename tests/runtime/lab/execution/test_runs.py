"""In which order cells run, and what becomes of those that do not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lakebook.lab.execution.documents import NoDocument
from lakebook.lab.execution.executor import NoCell
from lakebook.lab.execution.sessions import NoKernel
from runtime.lab.execution.bench import NAME, Bench
from runtime.lab.execution.conftest import Play

WAITS = "import time\nprint('begun', flush=True)\ntime.sleep({})"


def begun(bench: Bench, cell: str) -> Any:
    return lambda: bench.text(cell).startswith("begun\n")


async def interrupt(bench: Bench) -> None:
    await bench.server.kernel_manager.interrupt_kernel(bench.kernel)


def test_cells_run_in_the_order_in_which_they_were_asked_for(bench: Bench, play: Play) -> None:
    cells = bench.open("order = [1]", "order.append(2)", "order.append(3)", "order")
    assert play(bench.run(*cells)) == ["ok"] * 4
    assert bench.outputs(cells[-1])[0]["data"] == {"text/plain": "[1, 2, 3]"}


def test_a_cell_that_waits_is_shown_as_one_that_runs(bench: Bench, play: Play) -> None:
    first, second = bench.open(WAITS.format(1), "2")
    runs = play(bench.ask(first, second))
    assert [bench.cell(cell)["state"] for cell in (first, second)] == ["running", "running"]
    assert bench.cell(second)["execution_count"] is None
    play(bench.end(*runs))
    assert [bench.cell(cell)["state"] for cell in (first, second)] == ["idle", "idle"]


def test_two_people_run_cells_at_once(bench: Bench, play: Play) -> None:
    ada, ben = bench.open("a = 1\na", "b = 2\nb")

    async def both() -> list[list[str]]:
        return list(await asyncio.gather(bench.run(ada, user="ada"), bench.run(ben, user="ben")))

    assert play(both()) == [["ok"], ["ok"]]
    assert [bench.outputs(cell)[0]["data"]["text/plain"] for cell in (ada, ben)] == ["1", "2"]


def test_cells_after_one_that_fails_do_not_run_and_say_so(bench: Bench, play: Play) -> None:
    fails, after = bench.open("raise ValueError('no')", "2")
    assert play(bench.run(fails, after)) == ["error", "aborted"]
    assert bench.outputs(after) == [
        {"output_type": "stream", "name": "stderr", "text": "Not run: a cell before it failed.\n"}
    ]
    assert bench.cell(after)["state"] == "idle" and bench.cell(after)["execution_count"] is None


def test_a_cell_that_may_fail_stops_no_other(bench: Bench, play: Play) -> None:
    fails, after = bench.open("raise ValueError('no')", "2")
    bench.notebook.ycells[0]["metadata"]["tags"] = ["raises-exception"]
    assert play(bench.run(fails, after)) == ["error", "ok"]


def test_an_interrupt_stops_the_cell_and_those_that_wait(bench: Bench, play: Play) -> None:
    waits, after = bench.open(WAITS.format(60), "2")
    runs = play(bench.ask(waits, after))
    play(bench.until(begun(bench, waits)))
    play(interrupt(bench))
    assert play(bench.end(*runs)) == ["error", "aborted"]
    assert bench.text(waits) == "begun\n"
    assert bench.outputs(waits)[-1]["ename"] == "KeyboardInterrupt"
    assert bench.text(after) == "Not run: a cell before it was interrupted.\n"


def test_what_runs_is_what_was_there_when_it_was_asked_for(bench: Bench, play: Play) -> None:
    waits, edited = bench.open(WAITS.format(0.5), "'before'")
    runs = play(bench.ask(waits, edited))
    bench.notebook.set_cell(1, source="'after'")
    play(bench.end(*runs))
    assert bench.outputs(edited)[0]["data"] == {"text/plain": "'before'"}


def test_a_cell_that_is_moved_while_it_runs_shows_all_in_its_new_place(bench: Bench, play: Play) -> None:
    waits, _ = bench.open("import time\nfor n in range(6):\n    print(n, flush=True)\n    time.sleep(0.2)", "2")
    runs = play(bench.ask(waits))
    play(bench.until(lambda: bench.text(waits).startswith("0\n1\n")))

    def move() -> None:  # as a browser does: it makes a copy, perhaps of what had come until just before
        copy = {**bench.notebook.get_cell(0), "outputs": [{"output_type": "stream", "name": "stdout", "text": "0\n"}]}
        bench.notebook.ycells.pop(0)
        bench.notebook.append_cell(copy)

    play(bench.edit(move))
    assert bench.notebook.ycells[1]["id"] == waits
    play(bench.until(lambda: bench.cell(waits)["state"] == "running"))
    assert play(bench.end(*runs)) == ["ok"]
    assert bench.text(waits) == "0\n1\n2\n3\n4\n5\n"
    assert bench.cell(waits)["state"] == "idle"


def test_a_cell_that_is_deleted_while_it_runs_has_it_all_when_that_is_undone(bench: Bench, play: Play) -> None:
    waits, other = bench.open("import time\nprint('begun', flush=True)\ntime.sleep(0.5)\nprint('ended')", "2")
    runs = play(bench.ask(waits))
    play(bench.until(begun(bench, waits)))
    deleted = bench.notebook.get_cell(0)
    play(bench.edit(lambda: bench.notebook.ycells.pop(0)))
    assert play(bench.end(*runs)) == ["ok"]

    def undo() -> None:
        bench.notebook.ycells.insert(0, bench.notebook.create_ycell(deleted))
        bench.notebook.ycells[0]["execution_state"] = "running"

    play(bench.edit(undo))
    play(bench.until(lambda: bench.cell(waits)["state"] == "idle"))
    assert bench.text(waits) == "begun\nended\n"
    assert bench.cell(other)["source"] == "2"


def test_what_is_cleared_while_it_runs_stays_cleared(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("import time\nprint('begun', flush=True)\ntime.sleep(0.5)\nprint('ended')")
    runs = play(bench.ask(cell))
    play(bench.until(begun(bench, cell)))
    shared = bench.notebook.ycells[0]["outputs"]
    del shared[0 : len(shared)]
    play(bench.end(*runs))
    assert bench.text(cell) == "ended\n"


def test_a_cell_that_is_run_again_while_it_runs_shows_the_second_run(bench: Bench, play: Play) -> None:
    (cell,) = bench.open(
        "import time\nagain = globals().get('again', 0) + 1\nprint('run', again, flush=True)\ntime.sleep(0.4)"
    )
    play(bench.end(*play(bench.ask(cell)), *play(bench.ask(cell))))
    assert bench.text(cell) == "run 2\n"
    assert bench.cell(cell)["state"] == "idle"


def test_nothing_of_a_run_is_to_be_undone_by_a_person(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("print('shown')")
    before = len(bench.notebook.undo_manager.undo_stack)
    play(bench.run(cell))
    assert len(bench.notebook.undo_manager.undo_stack) == before


def test_a_notebook_stays_in_memory_while_its_cells_run(bench: Bench, play: Play) -> None:
    (cell,) = bench.open(WAITS.format(0.5))
    clients = bench.server.rooms.rooms[NAME].clients
    runs = play(bench.ask(cell))
    clients.discard("a browser")
    assert len(clients) == 1
    play(bench.end(*runs))
    assert not clients


def test_a_cell_that_was_just_made_is_waited_for(bench: Bench, play: Play) -> None:
    bench.open("1")
    new = bench.notebook.create_ycell({"id": "new", "cell_type": "code", "source": "2", "metadata": {}})

    async def run() -> list[str]:
        from lakebook.lab.execution.executor import Asked

        asked = asyncio.create_task(bench.executor.run(NAME, bench.kernel, [Asked("new", "2")], "ada"))
        await asyncio.sleep(0.1)
        assert not asked.done()
        bench.notebook.ycells.append(new)
        return await bench.end(*await asked)

    assert play(run()) == ["ok"]


def test_what_is_not_there_is_answered_with_a_sentence(
    bench: Bench, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cell,) = bench.open("1")
    monkeypatch.setattr("lakebook.lab.execution.executor._PATIENCE", 0.1)
    from lakebook.lab.execution.executor import Asked

    def ask(document: str, kernel: str, cell: str) -> None:
        play(bench.executor.run(document, kernel, [Asked(cell, "1")], "ada"))

    with pytest.raises(NoDocument, match=r"json:notebook:other.* is not open; open it in the lab\.$"):
        ask("json:notebook:other", bench.kernel, cell)
    with pytest.raises(NoDocument, match=r"^There is no shared notebook 'text:file:x'"):
        ask("text:file:x", bench.kernel, cell)
    with pytest.raises(NoKernel, match="start one"):
        ask(NAME, "no-kernel", cell)
    with pytest.raises(NoCell, match="no code cell 'no-cell'"):
        ask(NAME, bench.kernel, "no-cell")
    assert bench.cell(cell)["state"] == "idle"
