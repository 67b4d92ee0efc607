"""What a table looks like, as HTML that nobody trusted and as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from lakebook_kernel.display.tables import CELL_CHARACTERS, Column, Table, table_bundle

#: what JupyterLab's sanitizer keeps of a notebook that is not trusted
SAFE_TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td", "br", "small", "span", "i"}
SAFE_ATTRIBUTES = {"class", "style", "title", "dir"}
SAFE_STYLES = {
    "border-bottom": r"1px solid rgba\(128,128,128,0\.4\)",
    "border-collapse": "collapse",
    "display": "block",
    "font-size": r"\d+%",
    "font-weight": "normal",
    "margin": r"(0|\dpx)( (0|\dpx))*",
    "max-width": r"\d+em",
    "opacity": r"0\.\d+",
    "overflow": "hidden",
    "overflow-x": "auto",
    "padding": r"\d+px \d+px",
    "text-align": "left|right",
    "text-overflow": "ellipsis",
    "vertical-align": "top",
    "white-space": "nowrap|pre",
    "width": "auto",
}


class Page(HTMLParser):
    """The cells, footer, tags and styles of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.footer = ""
        self._in_cell = False
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))
        if tag in ("td", "th"):
            self.cells.append("")
            self._in_cell = True
        if tag == "br":
            self.cells[-1] += "\n"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data
        else:
            self.footer += data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False


def html(table: Table, limit: int = 20) -> Page:
    return Page(table_bundle(table, limit)["text/html"])


def text(table: Table, limit: int = 20) -> str:
    return str(table_bundle(table, limit)["text/plain"])


def strings(*values: str | None) -> Table:
    return Table([Column("s", "string")], [[value] for value in values])


NASTY = strings("<script>alert(1)</script>", "a\n\"b\" & 'c'", "x" * 5_000, "  indented", "שלום", "👩‍👩‍👧 🎉", None)


def test_a_header_is_the_name_and_the_type_below() -> None:
    page = html(Table([Column("carrier", "string"), Column("delay", "bigint")], [["UA", "2"]]))
    assert page.cells[:4] == ["carrier\nstring", "delay\nbigint", "UA", "2"]


def test_only_what_needs_no_trust_is_used() -> None:
    for tag, attributes in html(NASTY).tags:
        assert tag in SAFE_TAGS
        assert set(attributes) <= SAFE_ATTRIBUTES
        for style in filter(None, attributes.get("style", "").split(";")):
            name, _, value = style.partition(":")
            assert re.fullmatch(SAFE_STYLES[name], value), style


def test_values_are_escaped_and_whole() -> None:
    page = html(NASTY)
    assert page.cells[1:3] == ["<script>alert(1)</script>", "a\n\"b\" & 'c'"]
    assert "<script" not in table_bundle(NASTY)["text/html"]


def test_names_and_types_are_escaped() -> None:
    page = html(Table([Column("<b>", "struct<a:int>")], []))
    assert page.cells[0] == "<b>\nstruct<a:int>"


def test_what_is_cut_is_said() -> None:
    assert html(NASTY).cells[3] == "x" * CELL_CHARACTERS + "… and 3,000 more characters"


def test_a_long_value_is_whole_in_its_tooltip() -> None:
    value = "word " * 30
    titles = [attributes["title"] for _, attributes in html(strings(value)).tags if "title" in attributes]
    assert titles == [value]


def test_null_is_not_the_word_null() -> None:
    null, word = re.findall("<td.*?</td>", table_bundle(strings(None, "null"))["text/html"])
    assert "<i " in null
    assert "<i " not in word


@pytest.mark.parametrize(
    "kind",
    [
        *("tinyint", "smallint", "int", "bigint", "float", "double", "decimal(38,10)"),  # Spark
        *("int64", "Int64", "uint8", "float32", "Float64", "int64[pyarrow]", "decimal128(5, 2)[pyarrow]"),  # pandas
        *("UInt32", "Int128", "Decimal(precision=38, scale=2)", "halffloat", "decimal128(3, 2)"),  # polars, pyarrow
        *("INTEGER", "HUGEINT", "UBIGINT", "DECIMAL(5,2)", "integer", "numeric"),  # DuckDB, R
    ],
)
def test_numbers_are_flush_right(kind: str) -> None:
    assert Column("x", kind).numeric


@pytest.mark.parametrize(
    "kind",
    ["string", "date", "timestamp", "interval", "array<int>", "INTEGER[]", "INTEGER[3]", "List(Int64)", "boolean"],
)
def test_all_else_is_flush_left(kind: str) -> None:
    assert not Column("x", kind).numeric


@pytest.mark.parametrize(
    ("table", "footer"),
    [
        (Table([], [], False), "no rows"),
        (strings("a"), "1 row"),
        (strings("a", "b", "c"), "3 rows"),
        (strings(*"abcd"), "first 3 rows, there are more"),
        (Table([], [[]] * 3, True), "first 3 rows, there are more"),
        (Table([], [[]] * 3, True, 336_776), "first 3 of 336,776 rows"),
        (Table([Column(str(n), "int") for n in range(1_000)], []), "no rows, first 100 of 1,000 columns"),
    ],
)
def test_the_footer_says_how_much_is_shown(table: Table, footer: str) -> None:
    assert html(table, limit=3).footer == footer
    assert text(table, limit=3).endswith(f"({footer})")


def test_the_bridges_form() -> None:
    table = Table.from_json({"columns": [{"name": "a", "type": "int"}], "rows": [["1"], [None]], "more": True})
    assert table == Table([Column("a", "int")], [["1"], [None]], True)


def test_text_is_aligned() -> None:
    table = Table([Column("名前", "string"), Column("n", "int")], [["日本", "1"], ["a", "1000"], [None, None]])
    assert text(table).splitlines() == [
        " 名前   |    n",
        " string |  int",
        "--------+------",
        " 日本   |    1",
        " a      | 1000",
        " null   | null",
        "(3 rows)",
    ]


def test_text_keeps_to_one_line_a_row() -> None:
    assert text(strings("a\nb\tc")).splitlines()[3] == r" a\nb\tc"


def test_text_cuts_words_and_never_digits() -> None:
    table = Table([Column("s", "string"), Column("n", "decimal(38,0)")], [["x" * 100, "9" * 100]])
    row = text(table).splitlines()[3]
    assert "x" * 59 + "…" in row
    assert "9" * 100 in row
