"""What cells show, in the shared document."""

from __future__ import annotations

import asyncio
import textwrap
import time

from runtime.lab.execution.bench import NAME, Bench
from runtime.lab.execution.conftest import Play


def test_a_cell_shows_what_it_prints_and_its_last_value(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("print('one'); print('two'); 6 * 7")
    assert play(bench.run(cell)) == ["ok"]
    stream, result = bench.outputs(cell)
    assert stream == {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"}
    assert result["data"] == {"text/plain": "42"}
    shown = bench.cell(cell)
    assert shown["state"] == "idle"
    assert shown["execution_count"] == result["execution_count"] >= 1


def test_both_streams_are_kept_apart_and_in_their_order(bench: Bench, play: Play) -> None:
    (cell,) = bench.open(
        "import sys\nfor name in 'ab':\n    print(name, flush=True)\n    print(name, file=sys.stderr, flush=True)"
    )
    play(bench.run(cell))
    assert [(output["name"], output["text"]) for output in bench.outputs(cell)] == [
        ("stdout", "a\n"),
        ("stderr", "a\n"),
        ("stdout", "b\n"),
        ("stderr", "b\n"),
    ]


def test_an_error_is_shown_and_ends_the_run_as_one(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("1 / 0")
    assert play(bench.run(cell)) == ["error"]
    (error,) = bench.outputs(cell)
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert bench.events[-1]["reply"]["ename"] == "ZeroDivisionError"


def test_a_carriage_return_goes_back_in_the_line(bench: Bench, play: Play) -> None:
    (cell,) = bench.open(
        "import time\nfor n in range(5):\n    print(f'\\r{n} ünd 😀', end='', flush=True)\n    time.sleep(0.1)"
    )
    play(bench.run(cell))
    assert bench.text(cell) == "4 ünd 😀"


def test_very_much_text_is_written_in_few_pieces(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("for n in range(100_000): print(n, flush=n % 500 == 0)")
    changes: list[bytes] = []
    subscription = bench.notebook.ydoc.observe(lambda event: changes.append(event.update))
    began = time.monotonic()
    play(bench.run(cell))
    written_at_most = (time.monotonic() - began) / 0.25 + 10
    bench.notebook.ydoc.unobserve(subscription)
    assert bench.text(cell) == "".join(f"{n}\n" for n in range(100_000))
    assert len(changes) < written_at_most
    assert sum(map(len, changes)) < 1_500_000


def test_text_without_end_leaves_its_beginning_and_its_end(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("line = 'x' * 999\nfor n in range(6000): print(line)\nprint('the end')")
    play(bench.run(cell))
    text = bench.text(cell)
    assert text.startswith("x" * 999 + "\n") and text.endswith("\nthe end\n")
    assert "characters are left out here]" in text
    assert len(text) < 4_300_000


def test_a_display_is_updated_in_its_place(bench: Bench, play: Play) -> None:
    source = """
        from IPython.display import display
        bar = display("0 %", display_id=True)
        display("behind it")
        bar.update("100 %")
    """
    (cell,) = bench.open(textwrap.dedent(source))
    play(bench.run(cell))
    assert [output["data"]["text/plain"] for output in bench.outputs(cell)] == ["'100 %'", "'behind it'"]


def test_a_later_cell_updates_the_display_of_an_earlier_one(bench: Bench, play: Play) -> None:
    first, second = bench.open("bar = display('0 %', display_id=True)\n", "bar.update('50 %')")
    play(bench.run(first))
    play(bench.run(second))
    play(bench.until(lambda: bench.outputs(first)[0]["data"] == {"text/plain": "'50 %'"}))
    assert bench.outputs(second) == []


def test_a_display_that_is_gone_does_not_come_back_by_an_update(bench: Bench, play: Play) -> None:
    first, second = bench.open("bar = display('0 %', display_id=True)\n", "bar.update('50 %')")
    play(bench.run(first))
    shared = bench.notebook.ycells[0]["outputs"]
    del shared[0 : len(shared)]
    play(bench.run(second))
    play(bench.run(second))  # all that was to be written for the first run has been
    assert bench.outputs(first) == []


def test_outputs_are_cleared_at_once_or_with_the_next_one(bench: Bench, play: Play) -> None:
    source = """
        from IPython.display import clear_output
        print("one")
        clear_output()
        print("two")
        clear_output(wait=True)
        display("three")
        clear_output(wait=True)
    """
    (cell,) = bench.open(textwrap.dedent(source))
    play(bench.run(cell))
    (output,) = bench.outputs(cell)
    assert output["data"] == {"text/plain": "'three'"}


def test_what_a_thread_prints_after_the_cell_ended_is_shown_in_it(bench: Bench, play: Play) -> None:
    source = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), print('late'))).start()\nprint('soon')"
    (cell,) = bench.open(source)
    play(bench.run(cell))
    assert bench.text(cell) == "soon\n"
    play(bench.until(lambda: bench.text(cell) == "soon\nlate\n"))


def test_what_a_thread_prints_when_nobody_has_the_notebook_any_more_is_not_lost(bench: Bench, play: Play) -> None:
    source = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), print('late'))).start()\nprint('soon')"
    (cell,) = bench.open(source)
    play(bench.run(cell))
    content = bench.notebook.get()
    del bench.server.rooms.rooms[NAME]
    create = bench.server.rooms.get_document

    async def read(room_id: str, copy: bool, create_it: bool = False, **more: bool) -> object:
        document = await create(room_id, copy, more.get("create", create_it))
        if document is not None and not document.ycells:
            document.set(content)
        return document

    bench.server.rooms.get_document = read  # type: ignore[method-assign,assignment]
    try:
        play(bench.until(lambda: NAME in bench.server.rooms.rooms and bench.text(cell) == "soon\nlate\n"))
    finally:
        bench.server.rooms.get_document = create  # type: ignore[method-assign]


def test_help_is_shown_in_the_cell(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("len?")
    play(bench.run(cell))
    (output,) = bench.outputs(cell)
    assert "number of items" in output["data"]["text/plain"]


def test_a_kernel_may_give_the_notebook_a_next_cell(bench: Bench, play: Play) -> None:
    first, last = bench.open("get_ipython().set_next_input('delay = 15')", "2")
    play(bench.run(first))
    assert [cell["source"] for cell in bench.notebook.get()["cells"]][1:] == ["delay = 15", "2"]
    assert bench.cell(last)["source"] == "2"


def test_what_an_output_widget_captures_is_shown_in_it(bench: Bench, play: Play) -> None:
    source = """
        import ipywidgets
        captured = ipywidgets.Output()
        with captured:
            print("inside")
            display("too")
        print("outside")
    """
    cell, later = bench.open(textwrap.dedent(source), "captured.outputs")
    play(bench.run(cell))
    assert bench.text(cell) == "outside\n"
    assert len(bench.outputs(cell)) == 1

    async def ask_until_it_has_come() -> str:
        while "inside" not in (text := await shown()):
            await asyncio.sleep(0.1)
        return text

    async def shown() -> str:
        await bench.run(later)
        return str(bench.outputs(later)[0]["data"]["text/plain"])

    text = play(ask_until_it_has_come())
    assert "'text': 'inside\\n'" in text and "'too'" in text


def test_times_are_kept_if_asked_for(bench: Bench, play: Play) -> None:
    with_times, without = bench.open("1", "2")
    play(bench.end(*play(bench.ask(with_times, is_timed=True))))
    play(bench.run(without))
    times = bench.cell(with_times)["metadata"]["execution"]
    assert {"iopub.status.busy", "iopub.execute_input", "iopub.status.idle", "shell.execute_reply"} <= set(times)
    assert times["shell.execute_reply"].endswith("Z")
    assert "execution" not in bench.cell(without)["metadata"]
