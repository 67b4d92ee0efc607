"""Any request of Jupyter's protocol, on any channel, and all that answers it: valid, and told apart by its request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

from jupyter_kernel_test.msgspec_v5 import schema_fragments, validate_message

from acceptance.live import HUNG, Notebook, Outcome

Message = dict[str, Any]


class Conversation:
    """What comes while something else is waited for is kept."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._client = notebook.client
        self._kept: dict[tuple[str, str], list[Message]] = defaultdict(list)
        #: of requests to the debugger
        self._sequence = 0

    def send(
        self, kind: str, content: dict[str, Any] | None = None, channel: str = "shell", subshell: str | None = None
    ) -> str:
        """Send a request; its id."""
        message = self._client.session.msg(kind, content or {})
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        getattr(self._client, f"{channel}_channel").send(message)
        return str(message["header"]["msg_id"])

    def execute(self, code: str, subshell: str | None = None, **options: Any) -> str:
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        return self.send("execute_request", {**content, **options}, subshell=subshell)

    def next(self, channel: str, request: str) -> Message:
        """The next message that answers the request on a channel."""
        kept = self._kept[channel, request]
        while not kept:
            self._receive(channel)
        return kept.pop(0)

    def _receive(self, channel: str) -> Message:
        try:
            message: Message = getattr(self._client, f"get_{channel}_msg")(timeout=HUNG)
        except Empty:
            raise AssertionError(f"no answer on the {channel} channel") from None
        kind, content = message["msg_type"], message["content"]
        if kind in schema_fragments and kind != "input_request" and content.get("status") != "aborted":
            validate_message(message)  # which is wrong of the two others: see docs/development/suites.md
        self._kept[channel, message["parent_header"].get("msg_id", "")].append(message)
        return message

    def debug(self, command: str, **arguments: Any) -> dict[str, Any]:
        """A request to the debugger; the body of what it answers."""
        self._sequence += 1
        asked = {"type": "request", "seq": self._sequence, "command": command, "arguments": arguments}
        answer = self.ask("debug_request", asked, "control")
        assert answer["success"], answer
        body: dict[str, Any] = answer.get("body", {})
        return body

    def event(self, name: str) -> dict[str, Any]:
        """The debugger's next event of this name."""
        while (content := self._receive("iopub")["content"]).get("event") != name:
            pass
        body: dict[str, Any] = content["body"]
        return body

    def reply(self, request: str, channel: str = "shell") -> Message:
        return self.next(channel, request)

    def ask(self, kind: str, content: dict[str, Any] | None = None, channel: str = "shell") -> dict[str, Any]:
        """A request, and what its reply says."""
        answer: dict[str, Any] = self.reply(self.send(kind, content, channel), channel)["content"]
        return answer

    def told(self, request: str) -> list[Message]:
        """All that was published for a request, up to its end."""
        messages = [self.next("iopub", request)]
        while messages[-1]["content"].get("execution_state") != "idle":
            messages.append(self.next("iopub", request))
        return messages

    def run(self, code: str, subshell: str | None = None, **options: Any) -> Outcome:
        request = self.execute(code, subshell, **options)
        return self.outcome(request)

    def outcome(self, request: str) -> Outcome:
        messages = self.told(request)
        return Outcome(self.reply(request)["content"], messages)

    def answered(self, code: str, *answers: str) -> tuple[Outcome, list[dict[str, Any]]]:
        """Run a cell and answer its questions; what it asked."""
        request = self.execute(code, allow_stdin=True)
        asked = []
        for answer in answers:
            asked.append(self.next("stdin", request)["content"])
            self._client.input(answer)
        return self.outcome(request), asked

    @contextmanager
    def subshell(self) -> Iterator[str]:
        shell = self.ask("create_subshell_request", channel="control")["subshell_id"]
        try:
            yield shell
        finally:
            assert self.ask("delete_subshell_request", {"subshell_id": shell}, "control")["status"] == "ok"
