from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from IPython.core.error import UsageError

from kernel.standins import StandInHost, StandInOutput
from lakebook.config import ConfigError
from lakebook_kernel.cell import read
from lakebook_kernel.languages.base import CellError, Stream
from lakebook_kernel.languages.shell import ShellLanguage
from lakebook_kernel.shell import LakebookShell


@pytest.fixture
def shell(host: StandInHost) -> ShellLanguage:
    return ShellLanguage(host)


def run(shell: ShellLanguage, output: StandInOutput, script: str, options: str = "") -> None:
    shell.run(read(f"%sh {options}\n{script}"), output)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int, seconds: float = 2) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_settings_that_cannot_be_read_are_the_cells_error(shell: ShellLanguage, output: StandInOutput) -> None:
    def refuse(command: list[str], code: str) -> list[str]:
        raise ConfigError("lakebook.toml, line 2: unknown setting pahts")

    shell.sighted = refuse
    with pytest.raises(CellError) as raised:
        run(shell, output, "ls /dbfs")
    assert raised.value.traceback == ["ConfigError: lakebook.toml, line 2: unknown setting pahts"]


def test_settings_that_cannot_be_read_are_an_error_of_usage_in_python() -> None:
    def refuse(code: str) -> str:
        raise ConfigError("lakebook.toml, line 2: unknown setting pahts")

    trees = SimpleNamespace(shown_to_shell=refuse)
    shell = SimpleNamespace(kernel=SimpleNamespace(databricks=SimpleNamespace(trees=trees)))
    with pytest.raises(UsageError, match="line 2: unknown setting pahts"):
        LakebookShell._sighted(cast("LakebookShell", shell), "ls /dbfs")


def test_both_streams(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, "echo out; echo err >&2")
    assert (output.text("stdout"), output.text("stderr")) == ("out\n", "err\n")


def test_it_runs_in_the_notebooks_folder(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, "pwd -P")
    assert output.text() == f"{shell.host.folder.resolve()}\n"


def test_output_streams_while_it_runs(shell: ShellLanguage) -> None:
    came: list[float] = []

    class Clock(StandInOutput):
        def stream(self, name: object, text: str) -> None:
            came.append(time.monotonic())

    run(shell, Clock(), "echo a; sleep 0.6; echo b")
    assert len(came) == 2
    assert came[1] - came[0] > 0.4


def test_standard_input_is_empty(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, "cat; echo end")
    assert output.text() == "end\n"


def test_characters_are_whole_where_chunks_meet(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, r"printf '\xe2\x82'; sleep 0.2; printf '\xac'")
    assert output.text() == "€"


def test_a_hundred_megabytes(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, "head -c 100000000 /dev/zero | tr '\\0' x; echo y >&2")
    assert len(output.text()) == 100_000_000
    assert output.text("stderr") == "y\n"


def test_a_failure_is_an_error(shell: ShellLanguage, output: StandInOutput) -> None:
    with pytest.raises(CellError) as raised:
        run(shell, output, "echo before; exit 2")
    assert raised.value.traceback == ["ShellError: exit status 2"]
    assert output.text() == "before\n"


def test_the_line_is_named_where_bash_names_it(shell: ShellLanguage, output: StandInOutput) -> None:
    with pytest.raises(CellError) as raised:
        run(shell, output, "echo fine\nno_such_command --now")
    assert raised.value.traceback == ["ShellError: exit status 127", "   3 | no_such_command --now"]


def test_options_are_bashs(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, "false\necho on")
    assert output.text() == "on\n"
    with pytest.raises(CellError, match="exit status 1"):
        run(shell, output, "false\necho never", "-e")
    assert "never" not in output.text()


def test_an_interrupt_ends_the_script_and_what_it_started(
    shell: ShellLanguage, host: StandInHost, output: StandInOutput
) -> None:
    with host.interrupted(0.5), pytest.raises(KeyboardInterrupt):
        run(shell, output, "sleep 60 & echo $!; sleep 61")
    assert gone(int(output.text()))


def test_a_script_that_ignores_interrupts_is_killed(
    shell: ShellLanguage, host: StandInHost, output: StandInOutput
) -> None:
    with host.interrupted(0.3), pytest.raises(KeyboardInterrupt):
        run(shell, output, "trap '' INT; echo $$; while true; do sleep 0.1; done")
    assert gone(int(output.text()))


def test_a_script_may_clean_up_when_interrupted(shell: ShellLanguage, host: StandInHost, output: StandInOutput) -> None:
    with host.interrupted(0.3), pytest.raises(KeyboardInterrupt):
        run(shell, output, "trap 'echo clean; exit 1' INT\nsleep 60 & wait")
    assert output.text() == "clean\n"
    run(shell, output, "echo next")
    assert output.text() == "clean\nnext\n"


def test_a_background_job_is_not_waited_for(shell: ShellLanguage, output: StandInOutput) -> None:
    run(shell, output, "sleep 30 & echo $!")
    os.kill(int(output.text()), 9)


def test_a_background_job_may_write_after_the_cell(shell: ShellLanguage, output: StandInOutput, tmp_path: Path) -> None:
    said = tmp_path / "said"
    words = "for n in {1..30000}; do echo out; echo err >&2; done"
    job = f"(while [ ! -e go ]; do sleep 0.02; done; {words}; echo on > {said})"
    run(shell, output, f"{job} & echo $!")
    (shell.host.folder / "go").touch()
    assert gone(int(output.text()), 20)
    assert said.read_text() == "on\n"


def test_the_reader_of_background_jobs_ends_with_them(shell: ShellLanguage, output: StandInOutput) -> None:
    before = threading.enumerate()
    run(shell, output, "sleep 30 & echo $!")
    (reader,) = (thread for thread in threading.enumerate() if thread not in before)
    assert reader.daemon
    os.kill(int(output.text()), 9)
    reader.join(20)
    assert not reader.is_alive()


def test_a_background_job_that_never_stops_writing_keeps_no_cell(shell: ShellLanguage) -> None:
    class Slow(StandInOutput):
        def stream(self, name: Stream, text: str) -> None:
            super().stream(name, text)
            time.sleep(0.05)  # in which the pipe is full again

    output = Slow()
    run(shell, output, "yes & echo $! >&2")
    os.kill(int(output.text("stderr")), 9)


def test_all_that_the_script_wrote_is_there(shell: ShellLanguage, output: StandInOutput) -> None:
    for _ in range(20):
        run(shell, output, "sleep 5 & printf '€%.0s' {1..9000}; kill $!")
    assert output.text() == "€" * 180_000


def test_a_folder_that_is_gone_is_named(shell: ShellLanguage, output: StandInOutput, tmp_path: Path) -> None:
    shell.host.folder = tmp_path / "gone"
    with pytest.raises(CellError, match=f"The notebook's folder {tmp_path}/gone is gone"):
        run(shell, output, "echo a")


@pytest.mark.parametrize(
    ("code", "status"), [("echo a", "complete"), ("if true; then", "incomplete"), ("fi", "invalid"), ("", "complete")]
)
def test_completeness(shell: ShellLanguage, code: str, status: str) -> None:
    assert shell.is_complete(code).status == status
