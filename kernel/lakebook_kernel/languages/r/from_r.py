"""R's values as forms; runs in R's process."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import rpy2.rinterface as ri
from rpy2.rinterface_lib import openrlib

from lakebook_kernel.languages.r.decode import decode
from lakebook_kernel.languages.r.embedded import R, raw_memory
from lakebook_kernel.languages.r.forms import MARK, ZONELESS, Form, Frame, Listing, Raw, Vector
from lakebook_kernel.languages.r.times import microseconds
from lakebook_kernel.languages.r.to_r import NA_INTEGER, ROWS

#: the lower word of the NaN that is R's missing double
_NA_WORD = np.uint64(1954)
_OFFSET = re.compile(r"<[+-]\d{4}>([+-])(\d\d):(\d\d)")


class FromR:
    """Converts; ``note`` takes what a user must know of it, ``check`` raises when the conversion shall stop."""

    def __init__(self, r: R, note: Callable[[str], None], check: Callable[[], None]) -> None:
        self._r = r
        self._note = note
        self._check = check

    def form(self, value: ri.Sexp) -> Form:
        """The form of a value. Raises ``TypeError`` for what has none, such as a function."""
        self._check()
        if value is ri.NULL:
            return None
        if value.typeof == ri.RTYPES.SYMSXP:
            raise TypeError("it is a symbol")
        if value.typeof == ri.RTYPES.LANGSXP and "class" not in list(value.list_attrs()):
            raise TypeError("it is unevaluated code")  # to call R with it would evaluate it
        laid_out = self._r.call("lay_out", value)
        kind = laid_out[0][0]
        if kind == "frame":
            return self.frame(value)
        if kind == "foreign":
            raise TypeError(str(laid_out[1][0]))
        names, shape, mark, notes = self._traits(value)
        for text in notes:
            self._note(text)
        if kind == "raw":
            return Raw(raw_bytes(laid_out[1]), shape)
        if kind == "list":
            if shape is not None:
                raise TypeError("it is a list with dimensions")
            return Listing([self.form(item) for item in laid_out[1]], names, mark)
        if kind == "complex":
            missing = list(self._r.call("is_missing", laid_out[1]))
            values: Any = np.ma.MaskedArray(np.array(list(laid_out[1]), np.complex128), missing)
        else:
            values = self._column(laid_out)
        return Vector(values, names, shape, mark)

    def frame(self, frame: ri.Sexp) -> Frame:
        """The columns of a data.frame. Raises ``TypeError`` for what Arrow cannot hold."""
        names = [str(name) for name in self._r.base("names", frame)] if len(frame) else []
        columns = []
        for name, vector in zip(names, self._r.call("ungroup_frame", frame), strict=True):
            self._check()
            try:
                columns.append(pa.chunked_array([self.column(vector)]))
            except (TypeError, pa.ArrowInvalid, pa.ArrowTypeError) as problem:
                raise TypeError(f"column {name}: {problem}") from None
        rows = self._r.call("rows_of", frame)
        for text in rows[1]:
            self._note(text)
        return Frame(columns, names, rows[0][0])

    def column(self, vector: ri.Sexp) -> pa.Array:
        """An Arrow array of an R vector's values, NA as null; a double's NaN stays NaN."""
        laid_out = self._r.call("lay_out", vector)
        kind = laid_out[0][0]
        if kind == "frame":
            return self._struct(vector)
        if kind == "foreign":
            raise TypeError(str(laid_out[1][0]))
        if kind == "list":
            return self._list(laid_out[1])
        columns = self._r.call("columns_of", vector)[0]
        array = self._column(laid_out)
        if columns is ri.NA_Integer:
            return array
        rows = pa.array(np.arange(len(array)).reshape(columns, -1).T.ravel())
        return pa.FixedSizeListArray.from_arrays(array.take(rows), columns)

    def _traits(self, value: ri.Sexp) -> tuple[list[str] | None, tuple[int, ...] | None, tuple[str, ...], list[str]]:
        names, shape, comment, notes = self._r.call("traits", value)
        mark: tuple[str, ...] = ()
        if comment is not ri.NULL:
            texts = [str(text) for text in comment]
            if texts and texts[0].startswith(MARK):
                mark = (texts[0].removeprefix(MARK), *texts[1:])
        given = None if names is ri.NULL else [str(name) for name in names]
        if given is not None and (len(set(given)) < len(given) or ri.NA_Character in list(names)):
            raise TypeError("its names are not unique, as a dictionary's keys must be; unname() or make.unique() helps")
        return given, None if shape is ri.NULL else tuple(shape), mark, [str(note) for note in notes]

    def _column(self, laid_out: Any) -> pa.Array:
        kind, values = laid_out[0][0], laid_out[1]
        if kind in ("factor", "ordered"):
            return self._factor(values, laid_out[2], kind == "ordered")
        if kind == "character":
            return self._texts(values)
        if kind == "integer":
            numbers = _numbers(values)
            return pa.array(numbers, mask=numbers == NA_INTEGER)
        if kind == "logical":
            numbers = _numbers(values)
            return pa.array(numbers != 0, mask=numbers == NA_INTEGER)
        if kind not in ("double", "date", "time", "span", "clock", "integer64"):
            raise TypeError(f"R's {kind} has no form in a column of Arrow")
        numbers = _numbers(values)
        if kind == "integer64":
            whole = numbers.view(np.int64)
            return pa.array(whole, mask=whole == np.iinfo(np.int64).min)
        missing = np.isnan(numbers)
        if kind == "double":
            missing &= (numbers.view(np.uint64) & np.uint64(0xFFFFFFFF)) == _NA_WORD
            return pa.array(numbers, mask=missing) if missing.any() else pa.array(numbers)
        return self._moments(kind, numbers, missing, laid_out)

    def _moments(self, kind: str, numbers: np.ndarray, missing: np.ndarray, laid_out: Any) -> pa.Array:
        if np.isinf(numbers).any():
            raise TypeError("it holds an infinite time or date")
        if missing.any():
            numbers = np.where(missing, 0, numbers)
        if kind == "date":
            return pa.array(np.floor(numbers).astype(np.int32), mask=missing).cast(pa.date32())
        if max(numbers.max(initial=0), -numbers.min(initial=0)) >= 2**63 / 1e6:
            raise TypeError("it holds a time that is too far away")
        whole = numbers.view(np.int64)
        for start in range(0, len(numbers), ROWS):
            part = slice(start, start + ROWS)
            whole[part] = microseconds(numbers[part])
        micros = pa.array(whole, mask=missing)
        if kind == "time":
            return micros.cast(pa.timestamp("us", tz=_zone(laid_out[2][0])))
        if kind == "span":
            return micros.cast(pa.duration("us"))
        if len(whole) and (whole.min() < 0 or whole.max() >= 86_400 * 10**6):
            raise TypeError("it holds a time of day (hms) that no day has; as.difftime() makes a duration of it")
        return micros.cast(pa.time64("us"))

    def _struct(self, frame: ri.Sexp) -> pa.Array:
        """Structs of a data.frame in a data.frame; a row of NA is a null."""
        inner = self.frame(frame)
        columns = [pa.concat_arrays(column.chunks) for column in inner.columns]
        if not columns:
            return pa.array([{}] * inner.rows, pa.struct([]))
        empty = np.ones(inner.rows, bool)
        for column in columns:
            empty &= column.is_null().to_numpy(zero_copy_only=False)
        mask = pa.array(empty) if empty.any() else None
        return pa.StructArray.from_arrays(columns, names=inner.names, mask=mask)

    def _list(self, items: ri.Sexp) -> pa.Array:
        """A column of lists: of what all elements' vectors are of, or of structs."""
        kind, lengths, flat = self._r.call("lay_out_list", items)
        if kind[0] == "none":
            return pa.nulls(len(items), pa.list_(pa.null()))
        if kind[0] == "raw":
            return pa.array([None if item is ri.NULL else raw_bytes(item) for item in items], pa.binary())
        if kind[0] == "named":
            return pa.array([decode(self.form(item)) for item in items])
        if kind[0] == "mixed":
            raise TypeError("the elements of its list are of several types")
        counts = _numbers(lengths)
        missing = counts == NA_INTEGER
        offsets = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(np.where(missing, 0, counts), out=offsets[1:])
        if kind[0] == "frame":
            tables = [decode(self.frame(item)) for item in flat]
            joined = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
            values = joined.to_struct_array()
            values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
        else:
            values = self.column(flat)
        wide = offsets[-1] > np.iinfo(np.int32).max
        made = pa.LargeListArray if wide else pa.ListArray
        mask = pa.array(missing) if missing.any() else None
        return made.from_arrays(pa.array(offsets, pa.int64() if wide else pa.int32()), values, mask=mask)

    def _factor(self, codes: ri.Sexp, levels: ri.Sexp, ordered: bool) -> pa.Array:
        numbers = _numbers(codes)
        missing = numbers == NA_INTEGER
        words = self._texts(levels).cast(pa.string())
        if words.null_count:
            # addNA() makes a level of what is missing: here it is missing
            self._note("its level NA becomes a missing value")
            missing |= np.isin(numbers, np.flatnonzero(words.is_null().to_numpy(zero_copy_only=False)) + 1)
            kept = np.cumsum(words.is_valid().to_numpy(zero_copy_only=False)).astype(np.int32)
            numbers = np.where(missing, 0, kept[np.where(missing, 1, numbers) - 1])
            words = words.drop_null()
        indices = pa.array(numbers - 1, mask=missing)
        return pa.DictionaryArray.from_arrays(indices, words, ordered=ordered)

    def _texts(self, vector: ri.Sexp) -> pa.Array:
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
        if len(vector) > ROWS:
            # what was made of the texts in R is as large as they are, and R would keep it until it needs memory itself
            del joined, text, lengths, missing
            self._r.call("collect_garbage")
        return pa.Array.from_buffers(pa.large_string(), len(vector), buffers)


def _zone(zone: str) -> str | None:
    if zone == ZONELESS:
        return None
    offset = _OFFSET.fullmatch(zone)
    if offset:
        sign, hours, minutes = offset.groups()
        return f"{'-' if sign == '+' else '+'}{hours}:{minutes}"
    return zone


def raw_bytes(vector: ri.Sexp) -> bytes:
    """The bytes of a raw vector in one copy."""
    return bytes(raw_memory(vector))


def _numbers(vector: ri.Sexp) -> np.ndarray:
    """A copy of a number vector's memory, which R is free to move on from; truth values are integers."""
    double = vector.typeof == ri.RTYPES.REALSXP
    if not len(vector):
        return np.empty(0, np.float64 if double else np.int32)
    find = {ri.RTYPES.REALSXP: "REAL", ri.RTYPES.LGLSXP: "LOGICAL"}.get(vector.typeof, "INTEGER")
    address = getattr(openrlib.rlib, find)(vector.__sexp__._cdata)
    memory = openrlib.ffi.buffer(address, len(vector) * (8 if double else 4))
    return np.frombuffer(memory, np.float64 if double else np.int32).copy()
