"""Forms as R's values; runs in R's process.

Numbers cross as memory; text as one block, or as codes and distinct values where these are few. R has no 64-bit
integers: such a column becomes doubles, and a note says so where digits are lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rpy2.rinterface as ri
from rpy2.rinterface_lib import openrlib

from lakebook_kernel.languages.r.embedded import R
from lakebook_kernel.languages.r.forms import EXACT, MARK, ZONELESS, Form, Frame, Listing, Raw, Vector
from lakebook_kernel.languages.r.times import microseconds

NA_INTEGER = -(2**31)
#: rows that are looked at together where that takes more memory than the values themselves
ROWS = 2**16
#: R's missing double is the NaN whose lower word is 1954
_NA_REAL = np.uint64(0x7FF00000000007A2)
_LOSES = "{name} holds {what}, which lose digits as R's doubles; CAST it to STRING to keep them"
#: a byte that no UTF-8 has
_SEPARATOR = b"\xff"
#: bytes of text that are turned into R strings at once; R has no string longer than 2^31 - 1
_TEXT_BLOCK = 2**28
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


class ToR:
    """Converts; ``note`` takes what a user must know of it, ``check`` raises when the conversion shall stop."""

    def __init__(self, r: R, note: Callable[[str], None], check: Callable[[], None]) -> None:
        self._r = r
        self._note = note
        self._check = check

    def form(self, form: Form) -> ri.Sexp:
        """R's value. Raises ``TypeError`` when R cannot have it."""
        self._check()
        if form is None:
            return ri.NULL
        if isinstance(form, Frame):
            return self.frame(form)
        if isinstance(form, Raw):
            return self._dressed(ri.ByteSexpVector(form.data), None, form.shape, ())
        if isinstance(form, Listing):
            return self._dressed(
                ri.ListSexpVector([self.form(item) for item in form.items]), form.names, None, form.mark
            )
        return self._dressed(self._vector(form), form.names, form.shape, form.mark)

    def frame(self, frame: Frame) -> ri.Sexp:
        """A data.frame of the columns, whose memory is free again one by one."""
        columns = []
        for name in frame.names:
            self._check()
            columns.append(self.column(frame.columns.pop(0), name))
        return self._frame(columns, frame.names, frame.rows)

    def _frame(self, columns: list[ri.Sexp], names: list[str], rows: int) -> ri.Sexp:
        return self._r.call("as_frame", ri.ListSexpVector(columns), ri.StrSexpVector(names), ri.IntSexpVector([rows]))

    def _vector(self, form: Vector) -> ri.Sexp:
        if isinstance(form.values, np.ndarray):
            missing = np.flatnonzero(np.ma.getmaskarray(form.values)).astype(np.int32) + 1
            vector = ri.ComplexSexpVector(np.ma.getdata(form.values).tolist())
            return self._without(vector, missing) if len(missing) else vector
        return self.column(form.values, "it")

    def _dressed(self, vector: ri.Sexp, names: Any, shape: tuple[int, ...] | None, mark: tuple[str, ...]) -> ri.Sexp:
        if names is None and shape is None and not mark:
            return vector
        given = ri.NULL if names is None else ri.StrSexpVector(list(names))
        dim = ri.NULL if shape is None else ri.IntSexpVector(shape)
        comment = ri.StrSexpVector([MARK + mark[0], *mark[1:]]) if mark else ri.NULL
        return self._r.call("dress", vector, given, dim, comment)

    # --------------------------------------------------------------- columns

    def column(self, column: pa.Array | pa.ChunkedArray, name: str) -> ri.Sexp:
        """An R vector of the column's values, null as NA."""
        array = _one_array(column)
        kind = array.type
        if pa.types.is_dictionary(kind):
            if _is_text(kind.value_type):
                return self._factor(array)
            array, kind = array.dictionary_decode(), kind.value_type
        if pa.types.is_run_end_encoded(kind):
            array, kind = pc.run_end_decode(array), kind.value_type
        if pa.types.is_null(kind):
            return self._r.base("rep", ri.BoolSexpVector([ri.NA_Logical]), ri.IntSexpVector([len(array)]))
        if pa.types.is_boolean(kind):
            return self._r.base("as.logical", self._integers(array.cast(pa.int32())))
        if pa.types.is_integer(kind):
            return self._integer_column(array, name)
        if pa.types.is_floating(kind):
            return self._doubles(array.cast(pa.float64()))
        if pa.types.is_decimal(kind):
            return self._decimals(array, name)
        if pa.types.is_date(kind):
            return self._r.call("as_date", self._doubles(array.cast(pa.date32()).cast(pa.int32()).cast(pa.float64())))
        if pa.types.is_timestamp(kind):
            zone = ri.StrSexpVector([self._zone(kind.tz, name)])
            return self._r.call("as_time", self._seconds(array, name), zone)
        if pa.types.is_duration(kind):
            return self._r.call("as_span", self._seconds(array, name))
        if pa.types.is_time(kind):
            return self._r.call("as_clock", self._seconds(array, name))
        if _is_text(kind):
            return self._texts(array.cast(pa.large_string()), name)
        return self._nested(array, name)

    def _nested(self, array: pa.Array, name: str) -> ri.Sexp:
        kind = array.type
        if pa.types.is_struct(kind):
            return self._struct(array, name)
        if pa.types.is_map(kind):
            entry = pa.struct([pa.field("key", kind.key_type, False), kind.item_field])
            array = array.cast(pa.list_(pa.field("entries", entry, False)))
        elif pa.types.is_fixed_size_list(kind) or pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
            array = array.cast(pa.large_list(kind.value_type))
        elif (
            pa.types.is_binary(kind)
            or pa.types.is_large_binary(kind)
            or pa.types.is_fixed_size_binary(kind)
            or (pa.types.is_binary_view(kind))
        ):
            items = [ri.NULL if item is None else ri.ByteSexpVector(item) for item in array.to_pylist()]
            return ri.ListSexpVector(items)
        elif not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
            raise TypeError(f"{name} is of Arrow's type {kind}, and R has nothing like it")
        lengths = array.value_lengths().cast(pa.int32())
        return self._r.call("cut_list", self.column(array.flatten(), name), self._integers(lengths))

    def _struct(self, array: pa.StructArray, name: str) -> ri.Sexp:
        """A data.frame in the data.frame; a null among the structs is a row of NA."""
        fields = [field.name for field in array.type]
        parts = array.flatten()
        empty = np.ones(len(array), bool)
        for part in parts:
            empty &= part.is_null().to_numpy(zero_copy_only=False)
        if (empty & array.is_valid().to_numpy(zero_copy_only=False)).any():
            self._note(f"{name} holds structs of nulls only, which R cannot tell from nulls")
        columns = [self.column(part, f"{name}.{field}") for part, field in zip(parts, fields, strict=True)]
        return self._frame(columns, fields, len(array))

    def _integer_column(self, array: pa.Array, name: str) -> ri.Sexp:
        if array.type.bit_width < 32 or array.type == pa.int32():
            array = array.cast(pa.int32())
            if array.null_count < len(array) and pc.min(array).as_py() == NA_INTEGER:
                raise TypeError(f"{name} holds -2147483648, which R's integers have not; CAST it to BIGINT or DOUBLE")
            return self._integers(array)
        if array.type.bit_width == 64 and array.null_count < len(array):
            bounds = pc.min_max(array).as_py()
            if bounds["max"] > EXACT or bounds["min"] < -EXACT:
                self._note(_LOSES.format(name=name, what="integers beyond 2^53"))
        return self._doubles(array)

    def _decimals(self, array: pa.Array, name: str) -> ri.Sexp:
        numbers = array.cast(pa.float64())
        if array.type.precision > 15 and not _is_exact(numbers, array):
            self._note(_LOSES.format(name=name, what="decimals of more than 15 digits"))
        return self._doubles(numbers)

    def _integers(self, array: pa.Array) -> ri.Sexp:
        values = np.frombuffer(array.buffers()[1] or b"", np.int32, len(array), array.offset * 4)
        vector, memory = self._allocated("integer", len(array))
        np.copyto(memory, values)
        if array.null_count:
            memory[_missing(array)] = NA_INTEGER
        return vector

    def _doubles(self, array: pa.Array, unit: int = 1) -> ri.Sexp:
        """Doubles of an array's numbers divided by ``unit``."""
        kind = np.dtype(array.type.to_pandas_dtype())
        values = np.frombuffer(array.buffers()[1] or b"", kind, len(array), array.offset * kind.itemsize)
        vector, memory = self._allocated("double", len(array))
        np.divide(values, unit, out=memory) if unit > 1 else np.copyto(memory, values)
        if array.null_count:
            memory.view(np.uint64)[_missing(array)] = _NA_REAL
        return vector

    def _allocated(self, kind: str, length: int) -> tuple[ri.Sexp, np.ndarray]:
        """A vector of R's, and its memory to be written to."""
        vector = self._r.base("vector", ri.StrSexpVector([kind]), ri.FloatSexpVector([length]))
        if not length:
            return vector, np.empty(0, np.int32 if kind == "integer" else np.float64)
        find, size = (openrlib.rlib.INTEGER, 4) if kind == "integer" else (openrlib.rlib.REAL, 8)
        memory = openrlib.ffi.buffer(find(vector.__sexp__._cdata), length * size)
        return vector, np.frombuffer(memory, np.int32 if kind == "integer" else np.float64)

    def _seconds(self, array: pa.Array, name: str) -> ri.Sexp:
        """Doubles of seconds, in which microseconds are exact up to the year 2242."""
        unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[array.type.unit]
        short = pa.types.is_time32(array.type)
        counts = array.cast(pa.int32()).cast(pa.int64()) if short else array.cast(pa.int64())
        for start in range(0, len(counts), ROWS):
            part = counts.slice(start, ROWS).drop_null().to_numpy(zero_copy_only=False)
            if not _keeps(part / unit, part, unit):
                self._note(f"{name} holds times of more digits than R keeps; they are cut to about a microsecond")
                break
        return self._doubles(counts, unit)

    def _zone(self, zone: str | None, name: str) -> str:
        if zone is None:
            return ZONELESS
        offset = _OFFSET.fullmatch(zone)
        if offset:
            sign, hours, minutes = offset.groups()
            # as POSIX writes it: a name, and what is to be added to have UTC
            return f"<{sign}{hours}{minutes}>{'+' if sign == '-' else '-'}{hours}:{minutes}"
        if zone == ZONELESS:
            return "UTC"
        if not self._r.call("is_zone", ri.StrSexpVector([zone]))[0]:
            self._note(f"{name} is in the zone {zone}, which this R does not know: it shows UTC")
        return zone

    def _factor(self, array: pa.DictionaryArray) -> ri.Sexp:
        words = array.dictionary.cast(pa.large_string())
        if words.null_count or len(words.unique()) < len(words):
            encoded = array.dictionary_decode().cast(pa.large_string()).dictionary_encode()
            words = encoded.dictionary
            array = pa.DictionaryArray.from_arrays(encoded.indices, words, ordered=array.type.ordered)
        codes = pc.add(array.indices.cast(pa.int32()), pa.scalar(1, pa.int32()))
        ordered = ri.BoolSexpVector([bool(array.type.ordered)])
        return self._r.call("as_factor", self._integers(codes), self._texts(words, "levels"), ordered)

    # ----------------------------------------------------------------- texts

    def _texts(self, array: pa.LargeStringArray, name: str) -> ri.Sexp:
        if not len(array):
            return ri.StrSexpVector([])
        if len(array) > 1000:
            encoded = array.dictionary_encode()
            if len(encoded.dictionary) < len(array) // 10:
                levels = self._texts(encoded.dictionary, name)
                codes = pc.add(encoded.indices, pa.scalar(1, pa.int32()))
                return self._r.call("pick", levels, self._integers(codes.cast(pa.int32())))
        if array.nbytes > _TEXT_BLOCK and len(array) > 1:
            half = len(array) // 2
            parts = [self._texts(part, name) for part in (array.slice(0, half), array.slice(half))]
            return self._r.call("concat", ri.ListSexpVector(parts))
        self._check()
        vector = self._split(array.fill_null(""), name)
        if array.null_count:
            missing = np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)).astype(np.int32) + 1
            vector = self._without(vector, missing)
        return vector

    def _without(self, vector: ri.Sexp, places: np.ndarray) -> ri.Sexp:
        return self._r.call("without", vector, ri.IntSexpVector.from_memoryview(places.data))

    def _split(self, array: pa.LargeStringArray, name: str) -> ri.Sexp:
        """R strings of texts without nulls, cut from one block."""
        ended = pa.concat_arrays([array.cast(pa.large_binary()), pa.array([b""], pa.large_binary())])
        lines = pa.LargeListArray.from_arrays(pa.array([0, len(ended)], pa.int64()), ended)
        block = pc.binary_join(lines, pa.scalar(_SEPARATOR, pa.large_binary()))[0].as_buffer()
        if not np.frombuffer(block, np.uint8).all():
            raise TypeError(f"{name} holds a text with a NUL character, which R cannot have")
        vector = ri.ByteSexpVector.from_memoryview(memoryview(block))
        return self._r.call("split_text", vector, ri.ByteSexpVector(_SEPARATOR))


def _keeps(seconds: np.ndarray, counts: np.ndarray, unit: int) -> bool:
    """Whether doubles of seconds say the same, in microseconds, as whole numbers of ``1 / unit`` seconds."""
    micros = microseconds(seconds)
    same = micros * 1000 == counts if unit == 10**9 else micros == counts * (10**6 // unit)
    return bool(same.all())


def _missing(array: pa.Array) -> np.ndarray:
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False))


def _one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    array = column.unify_dictionaries().combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        return pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_exact(numbers: pa.Array, decimals: pa.Array) -> bool:
    """Whether the shortest text of every double is the decimal again."""
    try:
        again = numbers.cast(pa.string()).cast(decimals.type)
    except pa.ArrowInvalid:
        return False
    return bool(pc.all(pc.equal(again, decimals)).as_py() is not False)
