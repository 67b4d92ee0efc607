"""Texts that break what was pasted together, and names that are good in every language but written in no English."""

from __future__ import annotations

#: no text is longer than 26 bytes, so that its digits fit into a table's cell
TEXTS = [
    "",
    " ",
    "plain",
    "it's",
    'say "so"',
    "back`tick",
    "a\\b\\",
    "'; DROP TABLE t; --",
    "%sql",
    ":name ? {x} ${y} $z",
    "tab\there",
    "line\nbreak",
    "cr\rlf\r\n",
    "nul\0inside",
    "\x01\x1b[31mred\x7f",
    "<b>&amp;</b><script>",
    "שלום עולם",
    "\u202eevil\u202c",
    "👩‍👩‍👧 👍🏽",
    "é e\u0301",
    "\ufeffbom",
    "\u2028line\u2029",
    "NA",
    "NULL",
    "NaN",
    "TRUE",
    "1e5",
    "0x1F",
]

#: what makes a variable's name: good identifiers in Python, R and Scala alike
NAMES = ["total", "größe", "имя", "変数", "naïve", "T1", "data", "x_y_z", "df2", "count_", "List1", "ñandú"]

#: names of a frame's two columns
COLUMNS = [
    ("n", "t"),
    ("N", "text column"),
    ("größe", "имя"),
    ('q"uote', "ap'ostrophe"),
    ("tick`s", "back\\slash"),
    ("<b>n</b>", "&amp;"),
    ("a.b", "a.b.c"),
    ("select", "from"),
    ("👍", "\u202ertl"),
    ("line\nbreak", "tab\there"),
    ("x" * 300, "y" * 300),
    ("%s", "{}"),
    ("1", "2"),
    ("a;b", "--"),
]
