"""Values between R's memory and Arrow or Python, without R's arrow package; runs in R's process.

Numbers cross as memory; text as one block with its lengths, or as codes and distinct values where these are few.
R has no 64-bit integers: such a column becomes doubles, and a note says so where digits are lost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rpy2.rinterface as ri
from rpy2.rinterface_lib import openrlib

from lakebook_kernel.languages.r.embedded import R

NA_INTEGER = -(2**31)
#: R's missing double is the NaN whose lower word is 1954
_NA_REAL = np.uint64(0x7FF00000000007A2)
_NA_WORD = np.uint64(1954)
_EXACT = 2**53
_LOSES = "{name} holds {what}, which lose digits as R's doubles; CAST it to STRING to keep them"
_SEPARATORS = [chr(code) for code in (0x1F, 0x1E, 0x1D, 0x1C, 0x01, 0x02)]
#: bytes of text that are turned into R strings at once; R has no string longer than 2^31 - 1
_TEXT_BLOCK = 2**28


class Exchange:
    """Converts; ``notes`` collects what a user must know of the last conversion."""

    def __init__(self, r: R) -> None:
        self._r = r
        self.notes: list[str] = []

    # ------------------------------------------------------------------ to R

    def frame_to_r(self, table: pa.Table) -> ri.Sexp:
        """A data.frame of the table's columns."""
        columns = [self.column_to_r(table.column(index), name) for index, name in enumerate(table.column_names)]
        names = ri.StrSexpVector(table.column_names)
        return self._r.call("as_frame", ri.ListSexpVector(columns), names, ri.IntSexpVector([table.num_rows]))

    def value_to_r(self, value: Any) -> ri.Sexp:
        """A Python value as R has it. Raises ``TypeError`` when it has no form there."""
        if value is None:
            return ri.NULL
        if isinstance(value, pa.Table):
            return self.frame_to_r(value)
        if isinstance(value, bytes):
            return ri.ByteSexpVector(value)
        if isinstance(value, complex):
            return ri.ComplexSexpVector([value])
        if isinstance(value, np.generic):
            return self.column_to_r(pa.array(np.array([value])), "value")
        if isinstance(value, np.ndarray):
            return self._array_to_r(value)
        if isinstance(value, dict):
            items = ri.ListSexpVector([self.value_to_r(item) for item in value.values()])
            return self._r.call("with_names", items, ri.StrSexpVector([str(key) for key in value]))
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._list_to_r(list(value))
        try:
            array = pa.array([value])
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            raise TypeError(f"a {type(value).__name__} has no form in R") from None
        return self._exact(array)

    def _list_to_r(self, values: list[Any]) -> ri.Sexp:
        kinds = {type(value) for value in values if value is not None}
        if len(kinds) == 1 and not kinds & {list, tuple, dict, set, bytes, complex, np.ndarray}:
            return self._exact(pa.array(values))
        return ri.ListSexpVector([self.value_to_r(value) for value in values])

    def _exact(self, array: pa.Array) -> ri.Sexp:
        known = len(self.notes)
        vector = self.column_to_r(array, "value")
        if len(self.notes) > known:
            self.notes.pop()
            raise TypeError("R has numbers of 53 bits, and this one has more")
        return vector

    def _array_to_r(self, values: np.ndarray) -> ri.Sexp:
        vector = self._exact(pa.array(values.ravel(order="F")))
        if values.ndim == 1:
            return vector
        return self._r.call("as_matrix", vector, ri.IntSexpVector(values.shape))

    def column_to_r(self, column: pa.Array | pa.ChunkedArray, name: str) -> ri.Sexp:
        """An R vector of the column's values, null as NA."""
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
        kind = array.type
        if pa.types.is_dictionary(kind):
            if pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type):
                return self._factor_to_r(array)
            array, kind = array.dictionary_decode(), kind.value_type
        if pa.types.is_null(kind):
            return self._r.base("rep", ri.BoolSexpVector([ri.NA_Logical]), ri.IntSexpVector([len(array)]))
        if pa.types.is_boolean(kind):
            return self._r.base("as.logical", self._integers(array.cast(pa.int32())))
        if pa.types.is_integer(kind):
            return self._integer_column(array, name)
        if pa.types.is_floating(kind):
            return self._doubles(array.cast(pa.float64()))
        if pa.types.is_decimal(kind):
            return self._decimal_column(array, name)
        if pa.types.is_date(kind):
            return self._r.call("as_date", self._doubles(array.cast(pa.date32()).cast(pa.int32()).cast(pa.float64())))
        if pa.types.is_timestamp(kind):
            return self._times(array, kind)
        if pa.types.is_duration(kind):
            seconds = pc.divide(array.cast(pa.duration("us"), safe=False).cast(pa.int64()).cast(pa.float64()), 1e6)
            return self._r.call("as_span", self._doubles(seconds))
        if pa.types.is_time(kind):
            micros = array.cast(pa.time64("us"), safe=False).cast(pa.int64())
            return self._r.call("as_span", self._doubles(pc.divide(micros.cast(pa.float64()), 1e6)))
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
            return self._texts(array.cast(pa.large_string()), name)
        return ri.ListSexpVector([self.value_to_r(item) for item in array.to_pylist(maps_as_pydicts="lossy")])

    def _integer_column(self, array: pa.Array, name: str) -> ri.Sexp:
        if array.type.bit_width < 32 or array.type == pa.int32():
            array = array.cast(pa.int32())
            if not len(array) or pc.min(array).as_py() != NA_INTEGER:
                return self._integers(array)
        elif array.type.bit_width == 64 and len(array):
            bounds = pc.min_max(array).as_py()
            if bounds["min"] is not None and (bounds["max"] > _EXACT or bounds["min"] < -_EXACT):
                self.notes.append(_LOSES.format(name=name, what="integers beyond 2^53"))
        return self._doubles(array.cast(pa.float64(), safe=False))

    def _decimal_column(self, array: pa.Array, name: str) -> ri.Sexp:
        numbers = array.cast(pa.float64())
        if array.type.precision > 15 and len(array):
            largest = pc.max(pc.abs(array)).as_py()
            if largest is not None and len(largest.as_tuple().digits) > 15:
                self.notes.append(_LOSES.format(name=name, what="decimals of more than 15 digits"))
        return self._doubles(numbers)

    def _integers(self, array: pa.Array) -> ri.Sexp:
        if not len(array):
            return ri.IntSexpVector([])
        values = np.ascontiguousarray(array.fill_null(NA_INTEGER).to_numpy(zero_copy_only=False))
        return ri.IntSexpVector.from_memoryview(values.data)

    def _doubles(self, array: pa.Array) -> ri.Sexp:
        if not len(array):
            return ri.FloatSexpVector([])
        values = np.ascontiguousarray(array.fill_null(0.0).to_numpy(zero_copy_only=False))
        if array.null_count:
            values = values.copy()
            values.view(np.uint64)[array.is_null().to_numpy(zero_copy_only=False)] = _NA_REAL
        return ri.FloatSexpVector.from_memoryview(values.data)

    def _times(self, array: pa.Array, kind: pa.TimestampType) -> ri.Sexp:
        micros = array.cast(pa.timestamp("us", tz=kind.tz), safe=False).cast(pa.int64())
        seconds = pc.divide(micros.cast(pa.float64(), safe=False), 1e6)
        return self._r.call("as_time", self._doubles(seconds), ri.StrSexpVector([kind.tz or "UTC"]))

    def _factor_to_r(self, array: pa.DictionaryArray) -> ri.Sexp:
        levels = self._texts(array.dictionary.cast(pa.large_string()), "levels")
        codes = pc.add(array.indices.cast(pa.int32()), pa.scalar(1, pa.int32()))
        return self._r.call("as_factor", self._integers(codes), levels, ri.BoolSexpVector([bool(array.type.ordered)]))

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
        vector = self._split(array.fill_null(""), name)
        if array.null_count:
            missing = np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)).astype(np.int32) + 1
            vector = self._r.call("without", vector, ri.IntSexpVector.from_memoryview(missing.data))
        return vector

    def _split(self, array: pa.LargeStringArray, name: str) -> ri.Sexp:
        """R strings of texts without nulls, cut from one block at a byte that none of them has."""
        ended = pa.concat_arrays([array, pa.array([""], pa.large_string())])
        lines = pa.LargeListArray.from_arrays(pa.array([0, len(ended)], pa.int64()), ended)
        for separator in _SEPARATORS:
            block = pc.binary_join(lines, pa.scalar(separator, pa.large_string()))[0].as_buffer()
            codes = np.frombuffer(block, np.uint8)
            if not codes.all():
                raise TypeError(f"{name} holds a text with a NUL character, which R cannot have")
            if np.count_nonzero(codes == ord(separator)) == len(array):
                vector = ri.ByteSexpVector.from_memoryview(memoryview(block))
                return self._r.call("split_text", vector, ri.StrSexpVector([separator]))
        return ri.StrSexpVector(array.to_pylist())

    # ---------------------------------------------------------------- from R

    def frame_from_r(self, frame: ri.Sexp) -> pa.Table:
        """The columns of a data.frame. Raises ``TypeError`` for what Arrow cannot hold."""
        names = [str(name) for name in self._r.base("names", frame)] if len(frame) else []
        columns = []
        for name, vector in zip(names, self._r.call("ungroup_frame", frame), strict=True):
            try:
                columns.append(self.column_from_r(vector))
            except (TypeError, pa.ArrowInvalid, pa.ArrowTypeError) as problem:
                raise TypeError(f"column {name}: {problem}") from None
        return pa.Table.from_arrays(columns, names=names)

    def value_from_r(self, value: ri.Sexp) -> Any:
        """An R value as Python has it: a frame as a table, one value as a scalar, more as a list, names as a dict."""
        if value is ri.NULL:
            return None
        names, shape, frame = self._r.call("shape_of", value)
        if frame[0]:
            return self.frame_from_r(value)
        kind, values, *_ = self._r.call("lay_out", value)
        if kind[0] == "raw":
            return raw_bytes(values)
        if kind[0] == "list":
            items = [self.value_from_r(item) for item in values]
        elif kind[0] == "complex":
            items = list(values)
        else:
            column = self.column_from_r(value)
            if shape is not ri.NULL and column.null_count == 0:
                return column.to_numpy(zero_copy_only=False).reshape(tuple(shape), order="F")
            items = column.to_pylist()
        if names is not ri.NULL and len(names) == len(items) and len(names):
            return dict(zip([str(name) for name in names], items, strict=True))
        return items[0] if len(items) == 1 and kind[0] != "list" else items

    def column_from_r(self, vector: ri.Sexp) -> pa.Array:
        """An Arrow array of an R vector's values, NA as null; a double's NaN stays NaN."""
        laid_out = self._r.call("lay_out", vector)
        kind, values = laid_out[0][0], laid_out[1]
        if kind in ("factor", "ordered"):
            return self._factor_from_r(values, laid_out[2], kind == "ordered")
        if kind == "character":
            return self._texts_from_r(values)
        if kind == "integer":
            numbers = _numbers(values)
            return pa.array(numbers, mask=numbers == NA_INTEGER)
        if kind == "logical":
            numbers = _numbers(values)
            return pa.array(numbers != 0, mask=numbers == NA_INTEGER)
        if kind == "list":
            return pa.array([self.value_from_r(item) for item in values])
        if kind not in ("double", "date", "time", "span", "integer64"):
            raise TypeError(f"R's {kind} has no form in Arrow")
        numbers = _numbers(values)
        if kind == "integer64":
            whole = numbers.view(np.int64)
            return pa.array(whole, mask=whole == np.iinfo(np.int64).min)
        if kind == "double":
            bits = numbers.view(np.uint64)
            return pa.array(numbers, mask=np.isnan(numbers) & ((bits & np.uint64(0xFFFFFFFF)) == _NA_WORD))
        missing = ~np.isfinite(numbers)
        numbers = np.where(missing, 0, numbers)
        if kind == "date":
            return pa.array(np.floor(numbers).astype(np.int32), mask=missing).cast(pa.date32())
        micros = pa.array(np.round(numbers * 1e6).astype(np.int64), mask=missing)
        if kind == "time":
            return micros.cast(pa.timestamp("us", tz=laid_out[2][0]))
        return micros.cast(pa.duration("us"))

    def _factor_from_r(self, codes: ri.Sexp, levels: ri.Sexp, ordered: bool) -> pa.Array:
        numbers = _numbers(codes)
        indices = pa.array(numbers - 1, mask=numbers == NA_INTEGER)
        return pa.DictionaryArray.from_arrays(indices, self._texts_from_r(levels).cast(pa.string()), ordered=ordered)

    def _texts_from_r(self, vector: ri.Sexp) -> pa.Array:
        joined = self._r.call("join_text", vector)
        if joined is ri.NULL:
            raise TypeError("a text is not valid UTF-8; iconv() or enc2utf8() it first")
        text, lengths, missing = joined
        offsets = np.zeros(len(vector) + 1, np.int64)
        if len(vector):
            np.cumsum(_numbers(lengths), out=offsets[1:])
        gone = np.frombuffer(raw_bytes(missing), np.uint8)
        valid = pa.py_buffer(np.packbits(gone == 0, bitorder="little").tobytes()) if gone.any() else None
        buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(raw_bytes(text))]
        return pa.Array.from_buffers(pa.large_string(), len(vector), buffers)


def raw_bytes(vector: ri.Sexp) -> bytes:
    """The bytes of a raw vector in one copy."""
    return bytes(openrlib.ffi.buffer(openrlib.rlib.RAW(vector.__sexp__._cdata), len(vector)))


def _numbers(vector: ri.Sexp) -> np.ndarray:
    """A copy of an R number vector's memory, which R is free to move on from."""
    if not len(vector):
        return np.empty(0, np.int32 if isinstance(vector, ri.IntSexpVector) else np.float64)
    return np.array(vector.memoryview(), copy=True)
