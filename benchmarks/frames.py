"""The same frame made by Python and by R, each from the numbers of its rows: 4 columns, a tenth of each missing."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

ROWS = 1_000_000

#: texts by the number of the row ``i``: in Python and in R
WORDS = {
    "few distinct texts": (
        "['amber', 'blue', 'coral', 'dusk', 'ebony'][i % 5]",
        "c('amber', 'blue', 'coral', 'dusk', 'ebony')[i %% 5 + 1]",
    ),
    "all texts distinct": ("f'text {i}'", "sprintf('text %d', as.integer(i))"),
    # U+0001 to U+001F and U+007F to U+009F: 64 of them
    "control characters": (
        "f'{chr(i % 64 + 1 if i % 64 < 31 else i % 64 + 96)} {i}'",
        "paste(intToUtf8(c(1:31, 127:159), multiple = TRUE)[i %% 64 + 1], as.integer(i))",
    ),
}


def made(rows: int, word: str) -> pandas.DataFrame:
    """Whole numbers of up to 52 bits, numbers, texts (an expression of ``i``) and moments in a zone."""
    import numpy
    import pandas

    i = numpy.arange(rows)
    text = eval(f"lambda i: {word}")
    moments = pandas.to_datetime(1_700_000_000_000_000 + i * 1_000_001, unit="us", utc=True)
    return pandas.DataFrame(
        {
            "whole": pandas.Series(i * 4_000_000_007, dtype="Int64").mask(i % 10 == 0),
            "real": pandas.Series(i / 7).mask(i % 10 == 1),
            "word": pandas.Series([None if k % 10 == 2 else text(k) for k in range(rows)], dtype=object),
            "moment": pandas.Series(moments.tz_convert("Europe/Berlin")).mask(i % 10 == 3),
        }
    )


_IN_R = """
made <- function(rows) {{
  i <- seq_len(rows) - 1
  some <- function(values, gone) {{
    values[i %% 10 == gone] <- NA
    values
  }}
  data.frame(
    whole = some(i * 4000000007, 0),
    real = some(i / 7, 1),
    word = some({word}, 2),
    moment = some(.POSIXct((1.7e15 + i * 1000001) / 1e6, "Europe/Berlin"), 3)
  )
}}
"""

#: R's doubles are the same to the last bit; moments, which pandas counts in nanoseconds, to the microsecond
CHECK_IN_R = """%r
local({
  expected <- made(nrow(frame))
  micros <- function(moments) round(as.numeric(moments) * 1e6)
  stopifnot(
    is.data.frame(frame),
    identical(names(frame), names(expected)),
    identical(lapply(frame, class), lapply(expected, class)),
    identical(frame$whole, expected$whole),
    identical(frame$real, expected$real),
    identical(frame$word, expected$word),
    identical(attr(frame$moment, "tzone"), attr(expected$moment, "tzone")),
    identical(micros(frame$moment), micros(expected$moment))
  )
})
"""

#: R's numbers are doubles, and its moments come in microseconds
CHECK_IN_PYTHON = """
import pandas
expected = made(len(frame), word).astype({"whole": "float64", "moment": "datetime64[us, Europe/Berlin]"})
pandas.testing.assert_frame_equal(frame, expected, check_exact=True)
assert {type(text) for text in frame["word"]} == {str, type(None)}
"""


def definition(words: str) -> str:
    """A cell of Python that defines ``made`` and ``word``."""
    return f"from __future__ import annotations\n{inspect.getsource(made)}\nword = {WORDS[words][0]!r}\n"


def definition_in_r(words: str) -> str:
    """Code of R that defines ``made``."""
    return _IN_R.format(word=WORDS[words][1])


def arrow_size(frame: pandas.DataFrame) -> float:
    """Bytes of the frame's columns in Arrow."""
    import pyarrow

    return float(pyarrow.Table.from_pandas(frame, preserve_index=False).nbytes)
