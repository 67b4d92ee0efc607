"""Values between R's memory and forms, without R's arrow package; runs in R's process."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import rpy2.rinterface as ri

from lakebook_kernel.languages.r.decode import decode
from lakebook_kernel.languages.r.embedded import R
from lakebook_kernel.languages.r.forms import Form, Frame
from lakebook_kernel.languages.r.from_r import FromR
from lakebook_kernel.languages.r.to_r import ToR


class Exchange:
    """Converts; ``notes`` is what a user must know of the last conversion, ``check`` raises when it shall stop."""

    def __init__(self, r: R, check: Callable[[], None]) -> None:
        self.notes: list[str] = []
        self._to_r = ToR(r, self._note, check)
        self._from_r = FromR(r, self._note, check)

    def to_r(self, form: Form) -> ri.Sexp:
        """R's value of a form. Raises ``TypeError`` when R cannot have it."""
        return self._to_r.form(form)

    def from_r(self, value: ri.Sexp) -> Form:
        """The form of R's value. Raises ``TypeError`` for what has none, such as a function."""
        return self._from_r.form(value)

    def frame_to_r(self, table: pa.Table) -> ri.Sexp:
        """An Arrow table as R's data.frame; ``notes`` gets what was lost."""
        return self._to_r.frame(Frame(table.columns, table.column_names, table.num_rows))

    def frame_from_r(self, frame: ri.Sexp) -> pa.Table:
        """R's data.frame as an Arrow table; ``notes`` gets what was lost. A column of no form is a ``TypeError``."""
        table: pa.Table = decode(self._from_r.frame(frame))
        return table

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
