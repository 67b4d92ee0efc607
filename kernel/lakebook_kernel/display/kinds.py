"""What a column's values are like, told by its type as any of the frames' libraries and languages writes it."""

from __future__ import annotations

import re
from typing import Literal

#: what can be done with the values: how they are ordered and compared, and whether they can be counted with
Kind = Literal["integer", "number", "boolean", "date", "time", "duration", "text", "binary", "nested", "other"]

#: by the first word of a type
_WORDS: dict[Kind, str] = {
    "integer": r"u?(tiny|small|medium|big|huge)?int(eger)?\d*|byte|short|long|u?bignum",
    "number": r"(half)?float\d*|double|dbl|real|numeric|number|decimal\d*|dec",
    "boolean": r"bool(ean)?|lgl|logical",
    "date": r"date(32|64)?",
    "time": r"timestamp(_\w+)?|timestamptz|datetime(64)?|dttm|posixct",
    "duration": r"timedelta(64)?|duration|interval|drtn|difftime",
    "text": r"(large_)?(str(ing)?|utf8)(_view)?|varchar|char(acter)?|chr|text|object|categor(y|ical)|enum|fct|ord"
    r"|factor|dictionary",
    "binary": r"(large_|fixed_size_|var)?binary(_view)?|blob|bytea|raw|bytes",
    "nested": r"(large_|fixed_size_)?list(_view)?|array|struct|map|json|variant|union",
}
_PATTERNS = {kind: re.compile(words, re.IGNORECASE) for kind, words in _WORDS.items()}


def kind_of_type(written: str) -> Kind:
    """The kind of a type such as ``bigint``, ``datetime64[ns, UTC]``, ``List(Int64)`` or ``DECIMAL(10,2)[]``."""
    text = written.strip().removesuffix("[pyarrow]")
    if re.search(r"\[\d*\]$", text) and not text.startswith("fixed_size_binary"):
        return "nested"
    if re.match(r"interval\[", text):  # of pandas: a piece of a line
        return "other"
    word = re.split(r"[\[(<\s]", text, maxsplit=1)[0]
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(word)), "other")
