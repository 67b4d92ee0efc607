"""Where R's output is shown: text, tables, results and plots of the running cell."""

from __future__ import annotations

import uuid
from typing import Any

from lakebook_kernel.display.tables import Table, table_bundle
from lakebook_kernel.languages.base import Output, Stream
from lakebook_kernel.languages.r.channel import Message
from lakebook_kernel.languages.r.plots import plot_bundle


class Screen:
    """Without an output, as beside a cell, nothing is shown."""

    def __init__(self) -> None:
        self.output: Output | None = None
        #: the number of the cell that runs: a page of plots is updated within it alone
        self.cell = 0
        self._plots = uuid.uuid4().hex

    def write(self, stream: Stream, text: str) -> None:
        """Show what R, or the kernel on its behalf, prints."""
        if self.output is not None:
            self.output.stream(stream, text)

    def show(self, message: Message) -> None:
        """Show a table, a result, a display or a plot that R sent; anything else is no one's output."""
        if self.output is None:
            return
        body = message.body
        if message.kind == "table":
            self.output.display(table_bundle(Table.from_json(body["table"])))
        elif message.kind == "result":
            self.output.result(body["data"])
        elif message.kind == "display":
            self.output.display(body["data"])
        elif message.kind == "plot":
            self._show_plot(self.output, body, bytes(message.blocks[0]))

    def _show_plot(self, output: Output, body: dict[str, Any], picture: bytes) -> None:
        data, metadata = plot_bundle(body, picture)
        place = f"r-{self._plots}-{self.cell}-{body['page']}"
        output.display(data, metadata, display_id=place, update=body["again"])
