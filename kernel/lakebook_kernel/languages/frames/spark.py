"""Frames of any Python library as Spark's, and Spark's in Python's memory as far as they fit."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lakebook.spark.errors import SessionEnded
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.frames import Kind, framed, kind_of
from lakebook_kernel.languages.frames.columns import spark_column
from lakebook_kernel.languages.frames.limits import too_large
from lakebook_kernel.languages.frames.series import arrow_of_series

if TYPE_CHECKING:
    import pandas
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

#: a name, and what makes the Arrow array
_Column = tuple[str, Callable[[], Any]]
#: Spark's rows take more memory than Arrow's, booleans 64 times as much
_ROW_OVERHEAD = 64
#: what the bridge's ``TooLarge`` says
_TOO_LARGE = "lakebook: the frame is larger than may be brought into memory"


def spark_frame(spark: SparkSession, value: Any, name: str, say: Callable[[str], object]) -> DataFrame:
    """A frame in memory, or a column, as a Spark DataFrame; Spark's own as it is.

    Its rows go over at once, as Arrow, in as many partitions as Spark computes with. pandas' index comes along where it
    has a name. ``say`` shows the user a line about what was lost.

    Raises:
        TypeError: Spark has nothing like one of its columns, or it is a DataFrame of a session that has ended.
    """
    from pyspark.sql import DataFrame

    if isinstance(value, DataFrame):
        try:
            value._jdf._get_object_id()
        except SessionEnded as reason:
            raise TypeError(str(reason)) from None
        return value
    columns, rows = _columns(value)
    if not columns:
        return spark.range(rows).select()
    arrays, cut = [], []
    for column, array in columns:
        try:
            converted, lost = spark_column(array())
        except TypeError as reason:
            raise TypeError(f"{name}: column {column} {reason}") from None
        arrays.append(converted)
        cut += [column] * lost
    if cut:
        say(f"{name}: nanoseconds of {', '.join(cut)} were cut off: Spark's times have microseconds.")
    import pyarrow as pa

    return from_arrow(spark, pa.Table.from_arrays(arrays, names=[column for column, _ in columns]))


def from_arrow(spark: SparkSession, table: pa.Table) -> DataFrame:
    """A table of which ``spark_column`` has made every column, as a Spark DataFrame."""
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.serializers import ArrowStreamSerializer
    from pyspark.sql.pandas.types import from_arrow_schema

    context = spark.sparkContext
    jvm: Any = context._jvm
    rows = max(1, -(-table.num_rows // context.defaultParallelism))
    batches = context._serialize_to_jvm(
        table.combine_chunks().to_batches(max_chunksize=rows),
        ArrowStreamSerializer(),
        jvm.PythonSQLUtils.readArrowStreamFromFile,
        jvm.ArrowIteratorServer,
    )
    schema = from_arrow_schema(table.schema).json()
    return DataFrame(jvm.PythonSQLUtils.toDataFrame(batches, schema, spark._jsparkSession), spark)


def arrow_of(frame: DataFrame, limit_bytes: int, name: str = "name") -> pa.Table:
    """All rows of a Spark DataFrame. Times with a zone are in UTC.

    No more than the limit is brought here; Spark stops when that is reached.

    Raises:
        CellError: ``FrameTooLarge``; ``name`` is what it calls the frame.
    """
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    # what Spark's optimizer knows never to be null in a struct is null in Arrow where the struct is
    nullable = frame.schema._as_nullable()
    schema = to_arrow_schema(nullable, error_on_duplicated_field_names_in_struct=True, timezone="UTC")
    batches: list[pa.RecordBatch] = []
    order: list[int] = []
    size = 0
    try:
        with closing(_collected(_bounded(frame, limit_bytes))) as parts:
            for part in parts:
                if isinstance(part, list):
                    order = part
                    continue
                size += part.nbytes
                if size > limit_bytes:
                    raise _too_large(name, limit_bytes)
                batches.append(part)
    except Exception as failure:  # Spark's errors have no class in common
        if _TOO_LARGE not in str(failure):
            raise
        raise _too_large(name, limit_bytes) from None
    if not batches:
        return schema.empty_table()
    return pa.Table.from_batches([batches[index] for index in order]).cast(schema)


def _columns(value: Any) -> tuple[list[_Column], int]:
    """A frame's columns, and how many rows it has."""
    import pyarrow as pa

    library, form = kind_of(value) or Kind("pyarrow", "table")
    if form == "column":
        value = framed(value)
    if library == "pandas":
        return _pandas_columns(value), len(value)
    if library == "polars":
        return [(name, partial(_of_polars, value[name])) for name in value.columns], value.height
    if isinstance(value, pa.RecordBatch):
        value = pa.Table.from_batches([value])
    return [(name, partial(value.column, at)) for at, name in enumerate(value.schema.names)], value.num_rows


def _pandas_columns(frame: pandas.DataFrame) -> list[_Column]:
    index = [
        (str(name), partial(_of_pandas, frame.index.get_level_values(at).to_series()))
        for at, name in enumerate(frame.index.names)
        if name is not None
    ]
    return index + [(str(name), partial(_of_pandas, frame.iloc[:, at])) for at, name in enumerate(frame.columns)]


def _of_pandas(series: Any) -> pa.Array:
    import pyarrow as pa

    try:
        return arrow_of_series(series)
    except (pa.ArrowException, OverflowError, ValueError) as problem:
        raise TypeError(_has_no_form(problem)) from None


def _of_polars(series: Any) -> pa.Array:
    import pyarrow as pa

    if str(series.dtype) == "Object":
        raise TypeError("is of Python objects, which have no form in Spark")
    try:
        return series.to_arrow()
    except pa.ArrowException as problem:
        raise TypeError(_has_no_form(problem)) from None


def _has_no_form(problem: Exception) -> str:
    return f"has no form in Spark: {str(problem).splitlines()[0] if str(problem) else type(problem).__name__}"


def _bounded(frame: DataFrame, limit: int) -> DataFrame:
    """The frame, whose tasks end when their rows take many times the limit, or more than the driver has room for."""
    from pyspark.sql import DataFrame

    bridge: Any = frame.sparkSession.sparkContext._jvm.org.apache.spark.sql.lakebook.Bounded  # type: ignore[union-attr]
    return DataFrame(bridge.of(frame._jdf, limit * _ROW_OVERHEAD), frame.sparkSession)


def _collected(frame: DataFrame) -> Generator[Any, None, None]:
    """The frame's batches as they come, and last their order. When it is closed before, Spark's jobs for it end."""
    from pyspark.errors.exceptions.captured import unwrap_spark_exception
    from pyspark.sql.pandas.serializers import ArrowCollectSerializer
    from pyspark.util import _load_from_socket

    context = frame.sparkSession.sparkContext
    tag = f"collected-{uuid4()}"
    context.addJobTag(tag)
    try:
        port, secret, server = frame._jdf.collectAsArrowToPython()
    finally:
        context.removeJobTag(tag)
    try:
        with _load_from_socket((port, secret), ArrowCollectSerializer()) as parts:
            yield from parts
    except GeneratorExit:
        context.cancelJobsWithTag(tag)
        raise
    except Exception:
        with unwrap_spark_exception():
            server.getResult()  # raises what the stream broke off for
        raise
    with unwrap_spark_exception():
        server.getResult()  # a failed job may end the stream as a whole one does


def _too_large(name: str, limit: int) -> CellError:
    advice = (
        f'Leave it in Spark (in R: tbl(spark, "{name}")), take a part of it with LIMIT, give the driver more memory '
        "under [spark]"
    )
    return too_large(name, limit, f", or than Spark's driver has room for. {advice}")
