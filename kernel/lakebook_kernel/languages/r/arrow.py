"""Arrow tables as byte blocks; pyarrow is imported when the first one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakebook_kernel.languages.r.channel import Block

if TYPE_CHECKING:
    import pyarrow as pa


def to_stream(table: pa.Table) -> Block:
    """The table in Arrow's stream format."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def from_stream(block: Block) -> pa.Table:
    """The table in a block, whose memory it shares."""
    import pyarrow as pa

    return pa.ipc.open_stream(pa.py_buffer(block)).read_all()
