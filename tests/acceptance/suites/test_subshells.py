"""Subshells: Python runs beside a busy notebook, and whatever it asks of the other languages cannot get between a running cell."""

from __future__ import annotations

import pytest

from acceptance.samples import PROGRAMS, SCALA, SQL, R, Samples
from acceptance.suites.conversation import Conversation

programs = pytest.mark.parametrize("samples", PROGRAMS, ids=lambda samples: samples.language)


def list_of(conversation: Conversation) -> list[str]:
    shells: list[str] = conversation.ask("list_subshell_request", channel="control")["subshell_id"]
    return shells


def test_a_subshell_lives_until_it_is_deleted(conversation: Conversation) -> None:
    with conversation.subshell() as first, conversation.subshell() as second:
        assert list_of(conversation) == [first, second]
        gone = {"subshell_id": "none of them"}
        assert conversation.ask("delete_subshell_request", gone, "control")["status"] == "error"
    assert list_of(conversation) == []


def test_a_subshell_has_the_notebooks_names_and_a_thread_of_its_own(conversation: Conversation) -> None:
    conversation.run("import threading\nours = 1")
    with conversation.subshell() as shell:
        assert (
            conversation.run("theirs = ours + 1\nthreading.current_thread() is threading.main_thread()", shell).text
            == "False"
        )
        assert conversation.run("1 / 0", shell, stop_on_error=False).error.endswith("division by zero")
    assert conversation.run("theirs").text == "2"


#: prints "waiting" and goes on when the file ``gate`` is there
WAITING = {
    "python": "import os, time\nprint('waiting')\nwhile not os.path.exists('gate'): time.sleep(0.05)\nprint('done')",
    "r": "cat('waiting\\n')\nwhile (!file.exists('gate')) Sys.sleep(0.05)\ncat('done\\n')",
    "scala": 'println("waiting")\nwhile (!java.nio.file.Files.exists(java.nio.file.Path.of("gate"))) Thread.sleep(50)\nprintln("done")',
}


@programs
def test_it_runs_while_the_notebook_is_busy(conversation: Conversation, samples: Samples) -> None:
    for language in PROGRAMS:
        conversation.run(language.cell(language.bind))
    conversation.run("import pathlib\npathlib.Path('gate').unlink(missing_ok=True)")
    busy = conversation.execute(samples.cell(WAITING[samples.language]))
    while conversation.next("iopub", busy)["msg_type"] != "stream":
        pass
    with conversation.subshell() as shell:
        assert conversation.run("beside = 40 + 2\nprint(beside)", shell).stdout == "42\n"
        for other in (SQL, R, SCALA):
            code = other.cell(other.complete)
            question = conversation.send("complete_request", {"code": code, "cursor_pos": len(code)}, subshell=shell)
            assert conversation.reply(question)["content"]["status"] == "ok"
            assert (
                "A subshell runs Python alone"
                in conversation.run(other.cell(other.read), shell, stop_on_error=False).error
            )
        comm = {"comm_id": f"names-{samples.language}", "target_name": "lakebook.names", "data": {}}
        conversation.told(conversation.send("comm_open", comm, subshell=shell))
        conversation.run("pathlib.Path('gate').touch()", shell)
    outcome = conversation.outcome(busy)
    assert outcome.ok and outcome.stdout.endswith("done\n")
    for language in PROGRAMS:
        assert language.shown in conversation.run(language.cell(language.read)).text


def test_what_a_subshell_binds_is_shared(conversation: Conversation) -> None:
    conversation.run("%r\nbound_beside <- 1")
    assert conversation.run("bound_beside").text == "1.0"
    with conversation.subshell() as shell:
        conversation.run("bound_beside = 5.0", shell)
    assert conversation.run("bound_beside").text == "5.0"
    assert "6" in conversation.run("%r\nbound_beside + 1").text
    assert "7.0" in conversation.run("%scala\nbound_beside + 2").text


@pytest.mark.parametrize("language", ["python", "sh"])
def test_each_cell_has_a_number_of_its_own(conversation: Conversation, language: str) -> None:
    waits = {"python": "import time\nprint('busy')\ntime.sleep(1)\n'result'", "sh": "%sh\necho busy; sleep 1"}[language]
    with conversation.subshell() as shell:
        busy = conversation.execute(waits)
        while conversation.next("iopub", busy)["msg_type"] != "stream":
            pass
        beside = conversation.run("'beside'", shell)
        outcome = conversation.outcome(busy)
    asked = {"hist_access_type": "tail", "n": 2, "output": False, "raw": True}
    numbers = {line: number for _, number, line in conversation.ask("history_request", asked)["history"]}
    assert numbers == {waits: outcome.reply["execution_count"], "'beside'": beside.reply["execution_count"]}
    assert numbers["'beside'"] == numbers[waits] + 1


def test_an_error_stops_the_queue_of_its_own_shell_alone(conversation: Conversation) -> None:
    with conversation.subshell() as shell:
        requests = [
            conversation.execute(code, shell) for code in ("import time\ntime.sleep(0.5)\n1 / 0", "print('never')")
        ]
        other = conversation.execute("print('here')")
        assert conversation.outcome(other).stdout == "here\n"
        assert [conversation.outcome(request).reply["status"] for request in requests] == ["error", "aborted"]


def test_spark_is_used_beside_a_job(conversation: Conversation) -> None:
    conversation.run("spark.range(1).count()")
    with conversation.subshell() as shell:
        busy = conversation.execute("import time\ntime.sleep(1)\nspark.range(7).count()")
        assert conversation.run("spark.range(5).count()", shell).text == "5"
        assert conversation.outcome(busy).text == "7"


def test_the_notebook_is_interrupted_and_its_subshell_is_not(conversation: Conversation) -> None:
    with conversation.subshell() as shell:
        busy = conversation.execute("import time\nprint('started')\ntime.sleep(600)")
        while conversation.next("iopub", busy)["msg_type"] != "stream":
            pass
        beside = conversation.execute("time.sleep(1)\nprint('finished')", shell)
        conversation.notebook.manager.interrupt_kernel()
        assert conversation.outcome(busy).errors[0]["ename"] == "KeyboardInterrupt"
        assert conversation.outcome(beside).stdout == "finished\n"


def test_a_silent_cell_tells_nothing(conversation: Conversation) -> None:
    with conversation.subshell() as shell:
        kinds = {message["msg_type"] for message in conversation.run("silent = 1\nsilent", shell, silent=True).messages}
    assert kinds == {"status"}
