"""What travels between Python and R: values taken apart into Arrow arrays.

A ``Vector``'s Arrow type says which R vector it is:

===============  ===================================
bool             logical
int8 … int32     integer
float64          double
string           character
date32           Date
timestamp(us)    POSIXct; without zone in ``ZONELESS``
duration(us)     difftime
time64(us)       hms
dictionary       factor
NumPy's complex  complex
===============  ===================================
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook_kernel.languages.r.channel import Block

if TYPE_CHECKING:
    import pyarrow as pa

#: beyond it a double skips integers
EXACT = 2**53
#: R's time zone of times that have none: a name of UTC that nobody writes
ZONELESS = "Etc/Universal"
#: begins the ``comment()``, which R does not print, of a vector that is to come back as another type than R's own
MARK = "Python "


@dataclass(frozen=True)
class Vector:
    """``mark`` says what it was in Python where R's own type does not; its further items belong to the first."""

    values: Any
    names: Sequence[str] | None = None
    shape: tuple[int, ...] | None = None
    mark: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raw:
    """Bytes, which are a raw vector in R, or an array of them."""

    data: bytes
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Listing:
    """R's list; ``names`` where its items have some."""

    items: list[Form]
    names: Sequence[str] | None = None
    mark: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """Whoever converts it takes the columns out of the list, so that their memory is free again at once."""

    columns: list[pa.ChunkedArray]
    names: list[str]
    rows: int


Form = Vector | Raw | Listing | Frame | None


def pack(form: Form) -> list[Block]:
    """The blocks of a form; the memory of its arrays is not copied."""
    buffers: list[Block] = []
    head = pickle.dumps(form, protocol=5, buffer_callback=lambda buffer: buffers.append(buffer.raw()))
    return [head, *buffers]


def unpack(blocks: list[Block]) -> Form:
    """The form in the blocks, whose memory it shares; empties the list."""
    head, *buffers = blocks
    blocks.clear()
    form: Form = pickle.loads(head, buffers=buffers)
    return form
