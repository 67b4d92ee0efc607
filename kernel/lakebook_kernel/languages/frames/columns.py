"""Arrow's types as those that Spark has."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

#: what Spark has as it is, and what it has in another width without a loss
_SAME = {pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64()}
_SAME |= {pa.null(), pa.bool_(), pa.string(), pa.binary(), pa.date32()}
_WIDER = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
    pa.date64(): pa.date32(),
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.binary_view(): pa.binary(),
}
_DIGITS = 38


def spark_column(array: Any) -> tuple[Any, bool]:
    """A column in the type under which Spark has it, and whether digits of its times were cut off.

    Raises:
        TypeError: Spark has nothing like it.
    """
    kind = spark_type(array.type)
    if kind == array.type:
        return array, False
    try:
        return array.cast(kind), False
    except pa.ArrowNotImplementedError as problem:
        raise TypeError(f"is {array.type}, which has no form in Spark: {problem}") from None
    except pa.ArrowInvalid as problem:
        try:
            return array.cast(options=pc.CastOptions(kind, allow_time_truncate=True)), True
        except pa.ArrowInvalid:
            raise TypeError(f"has a value that Spark cannot hold: {problem}") from None


def spark_type(kind: pa.DataType) -> pa.DataType:
    """The Arrow type that Spark reads for a type. Raises ``TypeError`` when there is none."""
    if kind in _SAME:
        return kind
    if kind in _WIDER:
        return _WIDER[kind]
    if types.is_dictionary(kind):
        return spark_type(kind.value_type)
    if types.is_fixed_size_binary(kind):
        return pa.binary()
    if types.is_timestamp(kind):
        return pa.timestamp("us", tz=kind.tz and "UTC")
    if types.is_duration(kind):
        return pa.duration("us")
    if types.is_time(kind):
        return pa.time64("ns")
    if types.is_decimal(kind):
        return _decimal_type(kind)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return pa.list_(pa.field("element", spark_type(kind.value_type)))
    if types.is_map(kind):
        return pa.map_(spark_type(kind.key_type), spark_type(kind.item_type))
    if types.is_struct(kind):
        return _struct_type(kind)
    raise TypeError(f"is {kind}, which has no form in Spark")


def _decimal_type(kind: pa.DataType) -> pa.DataType:
    scale = max(kind.scale, 0)
    precision = kind.precision + scale - kind.scale
    if precision > _DIGITS:
        raise TypeError(f"is {kind}, and Spark's decimals have at most {_DIGITS} digits")
    return pa.decimal128(precision, scale)


def _struct_type(kind: pa.DataType) -> pa.DataType:
    fields = [kind.field(at) for at in range(kind.num_fields)]
    names = [field.name for field in fields]
    if len(set(names)) < len(names):
        raise TypeError("has two fields of one name, which Spark cannot read")
    return pa.struct([pa.field(field.name, spark_type(field.type)) for field in fields])
