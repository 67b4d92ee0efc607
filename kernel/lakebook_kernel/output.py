"""Where a running cell writes: Jupyter's messages, in order, from any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from lakebook_kernel.languages.base import CellError, MimeBundle, Output, Stream

if TYPE_CHECKING:
    from lakebook_kernel.kernel import LakebookKernel


class CellOutput(Output):
    """The output of one cell: keeps the request it answers, so that late output finds its cell."""

    def __init__(self, kernel: LakebookKernel, *, silent: bool = False) -> None:
        self._kernel = kernel
        self._parent = kernel.get_parent()
        self._silent = silent
        #: the cell's number: a cell in a subshell may take the next one before this one has ended
        self.number = kernel.execution_count

    @override
    def stream(self, name: Stream, text: str) -> None:
        if text:
            self._send("stream", {"name": name, "text": text})

    @override
    def display(
        self,
        data: MimeBundle,
        metadata: dict[str, Any] | None = None,
        *,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        transient = {"display_id": display_id} if display_id else {}
        content = {"data": data, "metadata": metadata or {}, "transient": transient}
        self._send("update_display_data" if update else "display_data", content)

    @override
    def result(self, data: MimeBundle, metadata: dict[str, Any] | None = None) -> None:
        content = {"execution_count": self.number, "data": data, "metadata": metadata or {}}
        if not self._silent:
            self._send("execute_result", content)

    def error(self, error: CellError) -> None:
        """Send the cell's one ``error`` message."""
        self._send("error", {"ename": error.ename, "evalue": error.evalue, "traceback": error.traceback})

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        kernel = self._kernel
        for stream in kernel.streams:  # what Python printed before comes first
            stream.flush()
        assert kernel.session is not None
        kernel.session.send(kernel.iopub_socket, kind, content, parent=self._parent, ident=kernel._topic(kind))
