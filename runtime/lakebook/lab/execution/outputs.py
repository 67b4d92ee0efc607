"""The outputs of a cell, from the kernel's messages, and how those of a shared cell follow them."""

from __future__ import annotations

from typing import Any

from pycrdt import Array, Map, Text

from lakebook.lab.execution.streams import StreamText

#: messages that are outputs
SHOWN = frozenset({"stream", "display_data", "execute_result", "error"})


class Output:
    """One output: ``content`` is what a notebook's file has of it, but for the text of a stream.

    Args:
        display: the identifier by which it can be updated, if any.
    """

    def __init__(self, content: dict[str, Any], display: str | None = None) -> None:
        self.content = content
        self.display = display
        #: what it was when it was last written, if that is not what it is
        self._before: dict[str, Any] | None = None
        self.stream = StreamText() if content["output_type"] == "stream" else None

    def replace(self, content: dict[str, Any]) -> None:
        """Show something else in the same place."""
        self._before = self._before or self.content
        self.content = {**self.content, "data": content["data"], "metadata": content["metadata"]}

    def shared(self) -> Map[Any]:
        """It, as a new part of a shared document."""
        self._before = None
        if self.stream is None:
            return Map(self.content)
        text = Text()
        return Map({**self.content, "text": text})

    def written(self) -> dict[str, Any]:
        """What the shared document has of it."""
        if self.stream is None:
            return self.content if self._before is None else self._before
        return {**self.content, "text": self.stream.written()}

    def unwrite(self) -> None:
        """It is not in a shared document."""
        if self.stream is not None:
            self.stream.unwrite()

    def write(self, shared: Map[Any]) -> None:
        """Let it show the same."""
        if self.stream is not None:
            self.stream.write(shared["text"])
        elif self._before is not None:
            self._before = None
            for name in ("data", "metadata"):
                shared[name] = self.content[name]


class Outputs:
    """All outputs of one run of a cell."""

    def __init__(self) -> None:
        self.shown: list[Output] = []
        #: those that the shared cell has
        self._written: list[Output] = []
        self._is_to_be_cleared = False

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """What a message says that is one of ``SHOWN``."""
        if self._is_to_be_cleared:
            self.clear()
        if kind == "stream":
            self._add_text(content["name"], content["text"])
        elif kind == "error":
            names = ("ename", "evalue", "traceback")
            self.shown.append(Output({"output_type": kind, **{name: content[name] for name in names}}))
        else:
            kept = {"output_type": kind, "data": content["data"], "metadata": content.get("metadata") or {}}
            if kind == "execute_result":
                kept["execution_count"] = content.get("execution_count")
            self.shown.append(Output(kept, (content.get("transient") or {}).get("display_id")))

    def clear(self, wait: bool = False) -> None:
        """Show nothing, at once or as soon as there is something else."""
        self._is_to_be_cleared = wait
        if not wait:
            self.shown = []

    def update(self, display: str, content: dict[str, Any]) -> bool:
        """Change what a display shows. Returns whether one of them has this identifier."""
        found = [output for output in self.shown if output.display == display]
        for output in found:
            output.replace({"data": content["data"], "metadata": content.get("metadata") or {}})
        return bool(found)

    def end(self) -> None:
        """Nothing more comes."""
        for output in self.shown:
            if output.stream is not None:
                output.stream.end()

    def write(self, shared: Array[Any], may_be_another: bool) -> None:
        """Let a cell show the same, in the changes that JupyterLab can follow.

        It appends whatever comes new, wherever that is; so new outputs come behind those that go before these are
        deleted, and a stream's text changes before there is anything behind it.

        Args:
            may_be_another: whether the cell may be another one than before: moved, or deleted and back again.
        """
        if may_be_another and not self.are_those_of(shared):
            self._unwrite()
        elif not len(shared) and self._written:
            self._forget()
        elif len(shared) != len(self._written):
            self._unwrite()
        kept = self._kept()
        for index, output in enumerate(self.shown[:kept]):
            output.write(shared[index])
        gone = len(shared) - kept
        for output in self.shown[kept:]:
            shared.append(output.shared())
            output.write(shared[len(shared) - 1])
        if gone:
            del shared[kept : kept + gone]
        self._written = list(self.shown)

    def are_those_of(self, shared: Array[Any]) -> bool:
        """Whether a cell still has what was written last."""
        written: list[Any] = [output.written() for output in self._written]
        return bool(shared.to_py() == written)

    def append_to(self, shared: Array[Any]) -> None:
        """Let a cell show them behind what it shows."""
        for output in self.shown:
            shared.append(output.shared())
            output.write(shared[len(shared) - 1])

    def _add_text(self, name: str, text: str) -> None:
        last = self.shown[-1] if self.shown else None
        if last is None or last.stream is None or last.content["name"] != name:
            last = Output({"output_type": "stream", "name": name})
            self.shown.append(last)
        assert last.stream is not None
        last.stream.add(text)

    def _forget(self) -> None:
        """Somebody has cleared the cell: what it had is gone, what comes is shown."""
        last = self._written[-1]
        self.shown = [output for output in self.shown if output not in self._written]
        if last.stream is not None and (text := last.stream.unwritten()):
            new = Output(last.content)
            assert new.stream is not None
            new.stream.add(text)
            self.shown.insert(0, new)
        self._written = []

    def _unwrite(self) -> None:
        self._written = []
        for output in self.shown:
            output.unwrite()

    def _kept(self) -> int:
        """How many outputs of the cell stay, from its first one."""
        kept = 0
        for new, old in zip(self.shown, self._written, strict=False):
            if new is not old:
                break
            kept += 1
        return kept
