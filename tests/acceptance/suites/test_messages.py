"""Every request and every message is as Jupyter's protocol has it, in each language."""

from __future__ import annotations

import pytest

from acceptance.samples import ALL, PROGRAMS, PYTHON, SCALA, SQL, R, Samples
from acceptance.suites.conversation import Conversation

every = pytest.mark.parametrize("samples", ALL, ids=lambda samples: samples.language)
programs = pytest.mark.parametrize("samples", PROGRAMS, ids=lambda samples: samples.language)


@pytest.fixture(scope="module", autouse=True)
def _bound(conversation: Conversation) -> None:
    for samples in ALL:
        assert conversation.run(samples.cell(samples.bind)).ok


@every
@pytest.mark.parametrize("what", ["bind", "read", "complain", "fail", "frame"])
def test_a_cell_is_busy_then_told_then_idle(conversation: Conversation, samples: Samples, what: str) -> None:
    code = samples.cell(getattr(samples, what))
    outcome = conversation.run(code)
    kinds = [message["msg_type"] for message in outcome.messages]
    assert kinds[:2] == ["status", "execute_input"] and kinds[-1] == "status"
    assert kinds.count("status") == 2 and kinds.count("error") == (what == "fail")
    told = outcome.of("execute_input")[0]
    assert told["code"] == code
    assert told["execution_count"] == outcome.reply["execution_count"]
    assert all(result["execution_count"] == told["execution_count"] for result in outcome.of("execute_result"))


@every
def test_cells_are_counted_in_every_language(conversation: Conversation, samples: Samples) -> None:
    first = conversation.run("1").reply["execution_count"]
    assert conversation.run(samples.cell(samples.read)).reply["execution_count"] == first + 1
    assert conversation.run(samples.cell(samples.fail)).reply["execution_count"] == first + 2
    assert conversation.run("1").reply["execution_count"] == first + 3


@every
@pytest.mark.parametrize(
    "options", [{"store_history": False}, {"silent": True, "store_history": False}, {"silent": True}]
)
def test_a_cell_that_is_not_stored_is_not_counted(
    conversation: Conversation, samples: Samples, options: dict[str, bool]
) -> None:
    before = conversation.run("1").reply["execution_count"]
    code = samples.cell(samples.read)
    outcome = conversation.run(code, **options)
    assert outcome.ok
    if options.get("silent"):
        assert not outcome.of("execute_input") and not outcome.of("execute_result")
    else:
        assert samples.shown in outcome.text
    assert conversation.run("1").reply["execution_count"] == before + 1
    history = conversation.ask("history_request", {"hist_access_type": "tail", "n": 2, "raw": True, "output": False})
    assert [line for _, _, line in history["history"]] == ["1", "1"]


@every
def test_the_reply_says_the_error_as_it_was_told(conversation: Conversation, samples: Samples) -> None:
    outcome = conversation.run(samples.cell(samples.fail))
    assert outcome.reply["status"] == "error"
    for key in ("ename", "evalue", "traceback"):
        assert outcome.errors[0][key] == outcome.reply[key]


def test_an_error_whose_words_cannot_be_had_is_told_once(conversation: Conversation) -> None:
    code = "class Odd(Exception):\n    def __str__(self): raise LookupError('no words')\nraise Odd"
    failed = conversation.run(code)
    assert [told["ename"] for told in failed.errors] == ["Odd"]
    assert "LookupError" in failed.errors[0]["evalue"]
    for key in ("ename", "evalue", "traceback"):
        assert failed.errors[0][key] == failed.reply[key]
    assert conversation.run("1").reply["execution_count"] == failed.reply["execution_count"] + 1


def test_an_error_that_loses_its_words_as_it_is_told_is_told_once(conversation: Conversation) -> None:
    code = (
        "class Fading(Exception):\n"
        "    def __str__(self):\n"
        "        import sys\n"
        "        frame = sys._getframe(1)\n"
        "        if frame.f_code.co_name == 'do_execute': raise LookupError('the driver has ended')\n"
        "        return 'first words'\n"
        "raise Fading"
    )
    failed = conversation.run(code)
    assert [(told["ename"], told["evalue"]) for told in failed.errors] == [("Fading", "first words")]
    for key in ("ename", "evalue", "traceback"):
        assert failed.errors[0][key] == failed.reply[key]
    assert conversation.run("1").reply["execution_count"] == failed.reply["execution_count"] + 1


def test_an_error_in_a_subshell_is_not_told_of_the_notebooks_next_cell(conversation: Conversation) -> None:
    with conversation.subshell() as shell:
        assert conversation.run("raise ValueError('beside')", shell).reply["evalue"] == "beside"
        assert conversation.run("1 +").reply["ename"] == "SyntaxError"


@every
def test_cells_after_one_that_fails_are_not_run(conversation: Conversation, samples: Samples) -> None:
    asking = conversation.execute("input()", allow_stdin=True)
    conversation.next("stdin", asking)  # so that all are there before the first of them fails
    requests = [conversation.execute(code) for code in (samples.cell(samples.fail), "print('a')", "print('b')")]
    question = conversation.send("kernel_info_request")
    conversation.notebook.client.input("")
    assert conversation.outcome(asking).ok
    outcomes = [conversation.outcome(request) for request in requests]
    assert [outcome.reply["status"] for outcome in outcomes] == ["error", "aborted", "aborted"]
    assert not any(outcome.stdout for outcome in outcomes)
    assert conversation.reply(question)["content"]["status"] == "ok"
    assert conversation.run("print('c')").stdout == "c\n"


@every
def test_cells_after_one_that_fails_are_run_if_asked_for(conversation: Conversation, samples: Samples) -> None:
    failing = conversation.execute(samples.cell(samples.fail), stop_on_error=False)
    after = conversation.execute("print('after')")
    assert not conversation.outcome(failing).ok
    assert conversation.outcome(after).stdout == "after\n"


@every
def test_expressions_are_pythons(conversation: Conversation, samples: Samples) -> None:
    expressions = {"sum": "1 + 1", "wrong": "1 / 0"}
    said = conversation.run(samples.cell(samples.read), user_expressions=expressions).reply["user_expressions"]
    assert said["sum"] == {"status": "ok", "data": {"text/plain": "2"}, "metadata": {}}
    assert said["wrong"]["status"] == "error" and said["wrong"]["ename"] == "ZeroDivisionError"
    failed = conversation.run(samples.cell(samples.fail), user_expressions=expressions).reply
    assert failed["user_expressions"] == {}


@every
def test_inspection(conversation: Conversation, samples: Samples) -> None:
    code = samples.cell(samples.inspect)
    found = conversation.ask("inspect_request", {"code": code, "cursor_pos": len(code) - 1, "detail_level": 1})
    assert found["status"] == "ok" and found["found"] is True
    assert samples.documented in found["data"]["text/plain"]
    code = samples.cell("no_such_thing_at_all")
    missing = conversation.ask("inspect_request", {"code": code, "cursor_pos": len(code), "detail_level": 0})
    assert missing["status"] == "ok" and missing["found"] is False and missing["data"] == {}


@every
def test_completion_replaces_what_is_written(conversation: Conversation, samples: Samples) -> None:
    code = samples.cell(samples.complete)
    said = conversation.ask("complete_request", {"code": code, "cursor_pos": len(code)})
    assert said["cursor_end"] == len(code)
    written = code[said["cursor_start"] :]
    assert any(match.startswith(written) and samples.completed in match for match in said["matches"])


@every
def test_whether_more_lines_are_wanted(conversation: Conversation, samples: Samples) -> None:
    assert conversation.ask("is_complete_request", {"code": samples.cell(samples.whole)})["status"] == "complete"
    more = conversation.ask("is_complete_request", {"code": samples.cell(samples.unfinished)})
    assert more["status"] == "incomplete" and isinstance(more["indent"], str)


def test_what_the_kernel_says_of_itself(conversation: Conversation) -> None:
    said = conversation.ask("kernel_info_request")
    assert said["implementation"] == "lakebook" and said["language_info"]["name"] == "python"
    assert {"debugger", "kernel subshells"} <= set(said["supported_features"])
    known = conversation.notebook.manager.get_connection_info()
    ports = conversation.ask("connect_request")
    assert ports["status"] == "ok"
    for channel in ("shell", "iopub", "stdin", "hb", "control"):
        assert ports[f"{channel}_port"] == known[f"{channel}_port"]


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ({"hist_access_type": "tail", "n": 2}, ["%sql\nSELECT 'searched' AS x", "'searched'"]),
        ({"hist_access_type": "search", "pattern": "%sql*searched*", "n": 9}, ["%sql\nSELECT 'searched' AS x"]),
        (
            {"hist_access_type": "range", "session": 0, "start": -2, "stop": None},
            ["%sql\nSELECT 'searched' AS x", "'searched'"],
        ),
    ],
    ids=["tail", "search", "range"],
)
def test_the_history_has_cells_of_every_language(
    conversation: Conversation, access: dict[str, object], expected: list[str]
) -> None:
    conversation.run("%sql\nSELECT 'searched' AS x")
    count = conversation.run("'searched'").reply["execution_count"]
    if access.get("start"):
        access = access | {"start": count - 1, "stop": count + 1}
    said = conversation.ask("history_request", {"output": False, "raw": True, "unique": True, **access})
    assert [line for _, _, line in said["history"]] == expected


def test_one_next_cell_is_proposed(conversation: Conversation) -> None:
    said = conversation.run("for text in 'abc': get_ipython().set_next_input(text)").reply["payload"]
    assert said == [{"source": "set_next_input", "text": "c", "replace": False}]


def test_a_display_may_be_changed(conversation: Conversation) -> None:
    outcome = conversation.run(
        "from IPython.display import display, HTML\nhandle = display(HTML('<b>1</b>'), display_id='mine')\n"
        "handle.update(HTML('<b>2</b>'))"
    )
    (shown,), (changed,) = outcome.of("display_data"), outcome.of("update_display_data")
    assert shown["transient"] == changed["transient"] == {"display_id": "mine"}
    assert changed["data"]["text/html"] == "<b>2</b>"


def test_output_may_be_cleared(conversation: Conversation) -> None:
    outcome = conversation.run("from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)")
    assert outcome.of("clear_output") == [{"wait": True}]


@programs
def test_what_is_printed_comes_before_the_error(conversation: Conversation, samples: Samples) -> None:
    prints = {PYTHON: "print('said')\n", R: "cat('said\\n')\n", SCALA: 'println("said")\n'}[samples]
    kinds = [message["msg_type"] for message in conversation.run(samples.cell(prints + samples.fail)).messages]
    assert kinds.index("stream") < kinds.index("error")


def test_answers_come_in_the_order_of_the_questions(conversation: Conversation) -> None:
    codes = ["print(1)", SQL.cell("SELECT 2 AS n"), SCALA.cell("println(3)"), "print(4)"]
    requests = [conversation.execute(code) for code in codes]
    outcomes = [conversation.outcome(request) for request in requests]
    assert all(str(n) in outcome.text for n, outcome in enumerate(outcomes, 1))
    ends = [outcome.messages[-1]["header"]["date"] for outcome in outcomes]
    assert ends == sorted(ends)


def test_what_a_thread_writes_later_is_in_the_cell_that_runs_then(conversation: Conversation) -> None:
    conversation.run("import threading\ngate = threading.Event()")
    conversation.run("t = threading.Thread(target=lambda: (gate.wait(), print('late')))\nt.start()")
    assert conversation.run("gate.set()\nt.join()").stdout == "late\n"


def test_what_a_process_of_a_python_cell_prints_is_shown(conversation: Conversation) -> None:
    assert "from below" in conversation.run("import os, time\nos.system('echo from below')\ntime.sleep(0.3)").stdout


def test_an_unknown_request_hinders_nobody(conversation: Conversation) -> None:
    conversation.send("no_such_request")
    assert conversation.run("print('on')").stdout == "on\n"
