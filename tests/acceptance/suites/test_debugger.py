"""The debugger on Python cells, and that the other languages run as ever while it is attached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from acceptance.samples import ALL, PYTHON, R, Samples
from acceptance.suites.conversation import Conversation

HELLO = {
    "clientID": "tests",
    "clientName": "tests",
    "adapterID": "",
    "pathFormat": "path",
    "linesStartAt1": True,
    "columnsStartAt1": True,
    "supportsVariableType": True,
    "supportsVariablePaging": True,
    "supportsRunInTerminalRequest": True,
    "locale": "en",
}
ADD = "def add(a, b):\n    c = a + b\n    return c\n\nprint(add(2, 3))"


@pytest.fixture(scope="module")
def debugged(conversation: Conversation) -> Iterator[Conversation]:
    assert conversation.run("started = 1").ok
    attach(conversation)
    yield conversation
    conversation.debug("disconnect", restart=False, terminateDebuggee=False)
    assert conversation.run("print(started + 1)").stdout == "2\n"


def attach(conversation: Conversation) -> None:
    conversation.debug("initialize", **HELLO)
    conversation.debug("attach")
    conversation.debug("configurationDone")


def stop_at(conversation: Conversation, code: str, line: int) -> tuple[str, dict[str, object]]:
    """Run a cell until it stops at a line: the request, and the innermost frame."""
    path = conversation.debug("dumpCell", code=code)["sourcePath"]
    told = conversation.debug(
        "setBreakpoints", breakpoints=[{"line": line}], source={"path": path}, sourceModified=False
    )
    assert [point["verified"] for point in told["breakpoints"]] == [True]
    assert path in [place["source"] for place in conversation.debug("debugInfo")["breakpoints"]]
    request = conversation.execute(code)
    stopped = conversation.event("stopped")
    assert stopped["reason"] == "breakpoint"
    frame = conversation.debug("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
    assert frame["source"]["path"] == path and frame["line"] == line
    return request, {**frame, "thread": stopped["threadId"]}


def go_on(conversation: Conversation, request: str, frame: dict[str, object]) -> str:
    conversation.debug("setBreakpoints", breakpoints=[], source=frame["source"], sourceModified=False)
    conversation.debug("continue", threadId=frame["thread"])
    conversation.event("continued")
    return conversation.outcome(request).stdout


@pytest.mark.parametrize(
    ("code", "line"), [(ADD, 2), (f"\n\n{ADD}", 4), (f"%python\n{ADD}", 3)], ids=["plain", "empty lines", "magic"]
)
def test_a_cell_stops_at_a_breakpoint(debugged: Conversation, code: str, line: int) -> None:
    request, frame = stop_at(debugged, code, line)
    assert frame["name"] == "add"
    scopes = {scope["name"]: scope for scope in debugged.debug("scopes", frameId=frame["id"])["scopes"]}
    told = debugged.debug("variables", variablesReference=scopes["Locals"]["variablesReference"])["variables"]
    assert {variable["name"]: variable["value"] for variable in told} == {"a": "2", "b": "3"}
    shown = debugged.debug("richInspectVariables", variableName="a", frameId=frame["id"])
    assert shown["data"]["text/plain"] == "2"
    assert debugged.debug("evaluate", expression="a * 10", frameId=frame["id"], context="repl")["result"] == "20"
    debugged.debug("next", threadId=frame["thread"])
    assert debugged.event("stopped")["reason"] == "step"
    assert go_on(debugged, request, frame) == "5\n"


def test_variables_are_told_between_cells(debugged: Conversation) -> None:
    debugged.run("seen = 'text'")
    names = [variable["name"] for variable in debugged.debug("inspectVariables")["variables"]]
    assert "seen" in names
    assert debugged.debug("richInspectVariables", variableName="seen")["data"] == {"text/plain": "'text'"}


def test_a_local_becomes_global(debugged: Conversation) -> None:
    request, frame = stop_at(debugged, ADD, 3)
    debugged.debug("copyToGlobals", srcVariableName="c", dstVariableName="copied", srcFrameId=frame["id"])
    go_on(debugged, request, frame)
    assert debugged.run("copied").text == "5"


@pytest.mark.parametrize("samples", ALL, ids=lambda samples: samples.language)
def test_every_language_runs_with_the_debugger_attached(debugged: Conversation, samples: Samples) -> None:
    assert debugged.run(samples.cell(samples.bind)).ok
    assert samples.shown in debugged.run(samples.cell(samples.read)).text
    assert samples.wrong in debugged.run(samples.cell(samples.fail)).error
    debugged.debug("dumpCell", code=samples.cell(samples.read))


@pytest.mark.r
def test_a_brought_value_is_there_at_a_breakpoint(debugged: Conversation) -> None:
    debugged.run("%r\nfrom_r <- 21")
    request, frame = stop_at(debugged, "def double():\n    return 2 * from_r\nprint(double())", 2)
    assert debugged.debug("evaluate", expression="from_r", frameId=frame["id"], context="repl")["result"] == "21.0"
    assert go_on(debugged, request, frame) == "42.0\n"


@pytest.mark.r
@pytest.mark.parametrize("last", ["disconnect", "terminate"])
def test_the_debuggers_end_is_not_the_notebooks(workspace: Path, last: str) -> None:
    """Asked to end what it debugs, debugpy would kill R and the driver as well, or leave them stopped for ever."""
    with Notebook(workspace) as notebook:
        conversation = Conversation(notebook)
        for samples in (PYTHON, R):
            assert conversation.run(samples.cell(samples.bind)).ok
        conversation.run("import os, psutil, time")
        family = "print(os.getpid(), *sorted(child.pid for child in psutil.Process().children()))"
        before = conversation.run(family).stdout
        attach(conversation)
        conversation.debug(last, restart=False, terminateDebuggee=True)
        conversation.run("time.sleep(3)")  # debugpy does it on a thread of its own
        assert set(before.split()) <= set(conversation.run(family).stdout.split())
        for samples in (PYTHON, R):
            assert samples.shown in conversation.run(samples.cell(samples.read)).text
