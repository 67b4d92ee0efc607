"""What R asks of Spark, answered in the kernel with this notebook's session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakebook_kernel.errors import explain
from lakebook_kernel.languages.base import CellError, Host
from lakebook_kernel.languages.r.arrow import from_stream, to_stream
from lakebook_kernel.languages.r.channel import Block, Message
from lakebook_kernel.languages.r.forms import pack, unpack
from lakebook_kernel.languages.r.frames import HeldFrames

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


class SparkRequests:
    """Serves R's requests on the kernel's main thread."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._last_error = ("", "")
        self._frames = HeldFrames(host.spark)

    def trace(self, message: str) -> str:
        """Spark's whole story of the last error, if that is the one with this message."""
        told, full = self._last_error
        return full if told == message else ""

    def forget(self) -> None:
        """R has ended: let go of the frames that it held."""
        self._frames = HeldFrames(self._host.spark)

    def frame_meant(self, value: Any) -> Any:
        """A frame that R gave as an argument: Spark's own, pandas' of a data.frame; other values as they are."""
        import pyarrow as pa

        if isinstance(value, pa.Table):
            return value.to_pandas()
        return self._frames.given(value)

    def serve(self, asked: Message) -> tuple[dict[str, Any], list[Block]]:
        """The answer to a request. Raises ``KeyboardInterrupt`` when the user interrupts meanwhile."""
        try:
            if asked.body["what"] == "frames":
                return {}, self._evaluated(asked.blocks)
            table = getattr(self, f"_{asked.body['what']}")(asked.body["arguments"], asked.blocks)
        except CellError as error:
            return self._refuse(error.ename, error.evalue, error.full)
        except Exception as error:
            told = explain(error)
            if told is None:
                return self._refuse(type(error).__name__, str(error), repr(error))
            return self._refuse(told.ename, told.evalue, told.full)
        return {}, [to_stream(table)] if table is not None else []

    def _refuse(self, name: str, message: str, full: str) -> tuple[dict[str, Any], list[Block]]:
        self._last_error = (message, full)
        return {"status": "error", "name": name, "message": message}, []

    def _sql(self, arguments: dict[str, str], blocks: list[Block]) -> pa.Table:
        bound = {name: values[0] for name, values in from_stream(blocks[0]).to_pydict().items()} if blocks else None
        return self._host.spark().sql(arguments["text"], args=bound).toArrow()

    def _fields(self, arguments: dict[str, str], blocks: list[Block]) -> pa.Table:
        return _names(self._host.spark().sql(arguments["text"]).columns)

    def _tables(self, arguments: dict[str, str], blocks: list[Block]) -> pa.Table:
        return _names([row["tableName"] for row in self._host.spark().sql("SHOW TABLES").collect()])

    def _exists(self, arguments: dict[str, str], blocks: list[Block]) -> pa.Table:
        return _names([str(self._host.spark().catalog.tableExists(arguments["name"])).lower()])

    def _write_frame(self, arguments: dict[str, str], blocks: list[Block]) -> None:
        _save(self._frame_in(blocks), arguments)

    def _make_frame(self, arguments: dict[str, str], blocks: list[Block]) -> pa.Table:
        import pyarrow as pa

        made = self._frames.hold(self._frame_in(blocks))
        numbers = [float(made["number"])] * len(made["columns"])
        return pa.table({"number": numbers, "name": made["columns"], "type": made["types"]})

    def _frame_rows(self, arguments: dict[str, str], blocks: list[Block]) -> pa.Table:
        most = arguments["most"]
        return self._frames.rows(int(arguments["number"]), int(most) if most else None)

    def _frame_in(self, blocks: list[Block]) -> DataFrame:
        import pyarrow as pa

        table = from_stream(blocks[0])
        for index, field in enumerate(table.schema):
            if pa.types.is_dictionary(field.type):
                table = table.set_column(index, field.name, table.column(index).cast(field.type.value_type))
        return self._host.spark().createDataFrame(table)

    def _evaluated(self, blocks: list[Block]) -> list[Block]:
        from lakebook_kernel.languages.r.decode import decode
        from lakebook_kernel.languages.r.encode import encode

        asked = decode(unpack(blocks))
        return pack(encode(self._frames.evaluate(asked["tree"], asked["released"]), []))

    def _write_query(self, arguments: dict[str, str], blocks: list[Block]) -> None:
        _save(self._host.spark().sql(arguments["text"]), arguments)


def _save(frame: DataFrame, arguments: dict[str, str]) -> None:
    frame.write.mode(arguments["mode"]).saveAsTable(arguments["name"])


def _names(names: list[str]) -> pa.Table:
    import pyarrow as pa

    return pa.table({"name": pa.array(names, pa.string())})
