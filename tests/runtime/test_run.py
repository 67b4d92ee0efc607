"""``lakebook run``: what it prints, what it writes, and how it ends. With ipykernel's own kernel."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from lakebook.cli import main
from lakebook.run import FAILED, INTERRUPTED, write

MakeNotebook = Callable[..., Path]
Captured = pytest.CaptureFixture[str]

LONG = "import time; print('go' * 3, flush=True); time.sleep(60)"


def outputs(path: Path) -> list[list[Any]]:
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells]


def test_a_line_for_each_cell_its_output_and_the_end(notebook: MakeNotebook, capsys: Captured) -> None:
    source = notebook("x = 1", "%%time\nprint('hello')", "x + 1")
    assert main(["run", str(source)]) == 0
    took = re.compile(r" +[\d.]+ s")  # said of cells that take long, which any may on a busy machine
    out = [line for line in capsys.readouterr().out.splitlines() if not took.fullmatch(line)]
    assert out[:3] == ["[1/3] x = 1", "[2/3] %%time  print('hello')", "hello"]
    assert out[-3:-1] == ["[3/3] x + 1", "2"]
    assert out[-1].startswith("Done in ")


def test_the_notebook_s_folder_is_the_working_directory(notebook: MakeNotebook, capsys: Captured) -> None:
    source = notebook("import os; print(os.getcwd())")
    assert main(["run", str(source)]) == 0
    assert str(source.parent) in capsys.readouterr().out


def test_the_input_is_left_as_it_was(notebook: MakeNotebook, tmp_path: Path) -> None:
    source = notebook("print(1)")
    before = source.read_bytes()
    assert main(["run", str(source), "-o", str(tmp_path / "out.ipynb")]) == 0
    assert source.read_bytes() == before
    assert outputs(tmp_path / "out.ipynb")[0][0].text == "1\n"


def test_text_that_comes_in_pieces_is_one_output(notebook: MakeNotebook, tmp_path: Path) -> None:
    slowly = "import sys, time\nfor part in ('one ', 'line\\n', 'two'):\n    print(part, end='', flush=True)\n    time.sleep(0.3)"
    mixed = "print('before'); display(1); print('after'); print('other', file=sys.stderr)"
    update = "from IPython.display import *\nshown = display('a', display_id=True)\nprint(1)\nshown.update('b')"
    source = notebook(slowly, mixed, update, "shown.update('c')")
    assert main(["run", str(source), "-o", str(tmp_path / "out.ipynb")]) == 0
    pieces, mixture, updated, _ = outputs(tmp_path / "out.ipynb")
    assert [output.text for output in pieces] == ["one line\ntwo"]
    assert [output.output_type for output in mixture] == ["stream", "display_data", "stream", "stream"]
    assert updated[0].data["text/plain"] == "'c'"


def test_very_much_text_goes_on_in_another_output_at_the_end_of_a_line(notebook: MakeNotebook, tmp_path: Path) -> None:
    source = notebook("for _ in range(30):\n    print('x' * 99_999, flush=True)")
    assert main(["run", str(source), "-o", str(tmp_path / "out.ipynb")]) == 0
    texts = [output.text for output in outputs(tmp_path / "out.ipynb")[0]]
    assert "".join(texts) == ("x" * 99_999 + "\n") * 30
    assert 1 < len(texts) < 5
    assert all(text.endswith("\n") for text in texts)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"),
        ("2.5", "2.5"),
        ("True", "True"),
        ("None", "None"),
        ("JFK", "'JFK'"),
        ("a=b", "'a=b'"),
        ("2013-01-31", "'2013-01-31'"),
        ('[1, "two"]', "[1, 'two']"),
        ("{a: [1.5, true]}", "{'a': [1.5, True]}"),
        ('"007"', "'007'"),
    ],
)
def test_parameters_have_types(text: str, value: str) -> None:
    from lakebook.parameters import parse

    assert repr(parse([f"name={text}"])["name"]) == value


def test_parameters_replace_those_of_the_tagged_cell(notebook: MakeNotebook, tmp_path: Path, capsys: Captured) -> None:
    source = notebook("print(year, airport)", parameters='year = 2012\nairport = "EWR"')
    out = tmp_path / "out.ipynb"
    assert main(["run", str(source), "-p", "year=2013", "-p", "airprt=JFK", "-o", str(out)]) == 0
    captured = capsys.readouterr()
    assert "2013 EWR" in captured.out
    assert "the notebook's parameters cell has no airprt; did you mean airport?" in captured.err
    assert nbformat.read(out, as_version=4).cells[1].metadata.tags == ["injected-parameters"]


def test_a_failed_cell_ends_the_run_and_what_ran_is_kept(
    notebook: MakeNotebook, tmp_path: Path, capsys: Captured
) -> None:
    source = notebook("print('before')", "1 / 0", "print('after')")
    out = tmp_path / "out.ipynb"
    assert main(["run", str(source), "-o", str(out)]) == FAILED
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-1] == "lakebook: cell 2 failed: ZeroDivisionError: division by zero"
    assert "after" not in captured.out
    before, failed, after = outputs(out)
    assert before[0].text == "before\n"
    assert failed[0].ename == "ZeroDivisionError"
    assert after == []


@pytest.mark.parametrize("poll", [0.05, 60.0], ids=["before nbclient does", "by nbclient"])
def test_a_kernel_that_dies_is_noticed(
    notebook: MakeNotebook, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, poll: float
) -> None:
    monkeypatch.setattr("lakebook.run._POLL", poll)
    source = notebook("print('before')", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    out = tmp_path / "out.ipynb"
    assert main(["run", str(source), "-o", str(out)]) == FAILED
    assert "lakebook: the kernel was killed by SIGKILL" in capsys.readouterr().err
    assert outputs(out)[0][0].text == "before\n"


def test_emptied_displays_are_not_written(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell(
        outputs=[
            nbformat.v4.new_output("display_data", data={}),
            nbformat.v4.new_output("display_data", data={"text/plain": ""}),
            nbformat.v4.new_output("display_data", data={"text/plain": "kept"}),
            nbformat.v4.new_output("stream", text="kept"),
        ]
    )
    write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "out.ipynb")
    assert len(outputs(tmp_path / "out.ipynb")[0]) == 2
    assert len(cell.outputs) == 4, "the running notebook keeps its places: updates find a display by them"
    assert [file.name for file in tmp_path.iterdir()] == ["out.ipynb"]


class Run:
    """``lakebook run`` as a process of its own, to be interrupted and killed."""

    def __init__(self, source: Path, out: Path) -> None:
        self.out = out
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lakebook", "run", str(source), "-o", str(out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.seen = ""

    def wait_for(self, text: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen += line
            if text in line:
                return
        raise AssertionError(f"{text!r} was never printed:\n{self.seen}")

    def kernels(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> int:
        try:
            rest, _ = self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.seen += rest
        return self.process.returncode


def test_ctrl_c_interrupts_the_cell(notebook: MakeNotebook, tmp_path: Path) -> None:
    run = Run(notebook(LONG), tmp_path / "out.ipynb")
    run.wait_for("gogogo")
    kernels = run.kernels()
    run.process.send_signal(signal.SIGINT)
    assert run.end() == INTERRUPTED
    assert "KeyboardInterrupt" in run.seen
    assert outputs(run.out)[0][-1].ename == "KeyboardInterrupt"
    assert not any(kernel.is_running() for kernel in kernels)


def test_a_second_ctrl_c_ends_a_cell_that_does_not_listen(notebook: MakeNotebook, tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('go' * 3, flush=True); time.sleep(60)"
    )
    run = Run(notebook(deaf), tmp_path / "out.ipynb")
    run.wait_for("gogogo")
    kernels = run.kernels()
    run.process.send_signal(signal.SIGINT)
    run.wait_for("press Ctrl-C again to end")
    run.process.send_signal(signal.SIGINT)
    assert run.end() == INTERRUPTED
    assert outputs(run.out)[0][0].text == "gogogo\n"
    assert not any(kernel.is_running() for kernel in kernels)


def test_a_killed_run_keeps_what_it_had_and_leaves_no_kernel(notebook: MakeNotebook, tmp_path: Path) -> None:
    run = Run(
        notebook("print('first')", "import time; print('go' * 3, flush=True); time.sleep(60)"), tmp_path / "o.ipynb"
    )
    run.wait_for("gogogo")
    kernels = run.kernels()
    run.process.kill()
    run.end()
    assert outputs(run.out)[0][0].text == "first\n"
    deadline = time.monotonic() + 10
    while any(kernel.is_running() for kernel in kernels) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(kernel.is_running() for kernel in kernels)
