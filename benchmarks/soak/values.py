"""Values, how each language writes them, and how each shows what it has under a name, so that all show the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from benchmarks.soak.hostile import COLUMNS, TEXTS

Sort = Literal["whole", "text", "numbers", "nested", "frame"]
SORTS: tuple[Sort, ...] = ("whole", "text", "numbers", "nested", "frame")


@dataclass(frozen=True)
class Whole:
    number: int

    @property
    def shown(self) -> str:
        return str(self.number)


@dataclass(frozen=True)
class Text:
    text: str

    @property
    def shown(self) -> str:
        return self.text.encode().hex()


@dataclass(frozen=True)
class Numbers:
    """Multiples of a half, so that their sum is exact."""

    halves: tuple[int, ...]

    @property
    def shown(self) -> str:
        return f"{len(self.halves)}:{sum(self.halves)}"


@dataclass(frozen=True)
class Nested:
    """A list beside a dictionary with a text in a dictionary; ``shown`` reads both."""

    text: str
    halves: tuple[int, ...]

    @property
    def shown(self) -> str:
        return f"{sum(self.halves)}:{self.text.encode().hex()}"


@dataclass(frozen=True)
class Frame:
    """``rows`` rows of 0, 1, 2 … beside a text, which the last row lacks; the columns belong to the name."""

    rows: int
    text: str
    columns: tuple[str, str]

    @property
    def shown(self) -> str:
        return f"{self.rows}:{sum(range(self.rows))}:{self.rows - 1}:{self.text.encode().hex()}"


Value = Whole | Text | Numbers | Nested | Frame


def some_value(sort: Sort, name: str, random: Random) -> Value:
    text = random.choice(TEXTS)
    halves = tuple(random.randrange(-999, 999) for _ in range(random.randrange(2, 6)))
    match sort:
        case "whole":
            return Whole(random.randrange(-(2**53), 2**53))
        case "text":
            return Text(text)
        case "numbers":
            return Numbers(halves)
        case "nested":
            return Nested(text.replace("\0", "0"), halves)
        case "frame":
            return Frame(random.choice([2, 10, 999, 20_000]), text.replace("\0", "0"), columns_of(name))


def columns_of(name: str) -> tuple[str, str]:
    """The same for every frame of that name, in every run."""
    return COLUMNS[sum(name.encode()) % len(COLUMNS)]


# --- texts as literals


def python_text(text: str) -> str:
    return repr(text)


def r_text(text: str) -> str:
    return '"' + "".join(_escaped(sign, r"\u{%x}", '"\\') for sign in text) + '"'


def scala_text(text: str) -> str:
    return '"' + "".join(_escaped(sign, r"\u%04x", '"\\') for sign in text) + '"'


def sql_text(text: str) -> str:
    return "'" + "".join(_escaped(sign, r"\u%04x", "'\\") for sign in text) + "'"


def _escaped(sign: str, form: str, quoted: str) -> str:
    if sign in quoted:
        return "\\" + sign
    return form % ord(sign) if not sign.isprintable() and ord(sign) < 0x10000 else sign


def sql_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def duckdb_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- how a language binds a value


def python_binds(name: str, value: Value, random: Random) -> str:
    match value:
        case Whole(number):
            return f"{name} = {number}"
        case Text(text):
            return f"{name} = {text!r}"
        case Numbers(halves):
            return f"{name} = {[half / 2 for half in halves]}"
        case Nested(text, halves):
            return f"{name} = {{'list': {[half / 2 for half in halves]}, 'inner': {{'text': {text!r}}}}}"
        case Frame(rows, text, (first, second)):
            columns = f"{{{first!r}: list(range({rows})), {second!r}: [{text!r}] * ({rows} - 1) + [None]}}"
            library = random.choice(["pandas", "polars", "pyarrow", "spark"])
            match library:
                case "pandas":
                    return f"import pandas as pd\n{name} = pd.DataFrame({columns})"
                case "polars":
                    return f"import polars as pl\n{name} = pl.DataFrame({columns})"
                case "pyarrow":
                    return f"import pyarrow as pa\n{name} = pa.table({columns})"
            return f"import pyarrow as pa\n{name} = spark.createDataFrame(pa.table({columns}))"


def r_binds(name: str, value: Value, random: Random) -> str:
    match value:
        case Whole(number):
            return f"{name} <- {number}"
        case Text(text):
            return f"{name} <- {r_text(text)}"
        case Numbers(halves):
            return f"{name} <- c({', '.join(str(half / 2) for half in halves)})"
        case Nested(text, halves):
            numbers = ", ".join(str(half / 2) for half in halves)
            return f"{name} <- list(list = c({numbers}), inner = list(text = {r_text(text)}))"
        case Frame(rows, text, (first, second)):
            return (
                f"{name} <- data.frame(n = 0:{rows - 1}, t = c(rep({r_text(text)}, {rows - 1}), NA))\n"
                f"names({name}) <- c({r_text(first)}, {r_text(second)})"
            )


def scala_binds(name: str, value: Value, random: Random) -> str:
    match value:
        case Whole(number):
            return f"val {name} = {number}L"
        case Text(text):
            return f"val {name} = {scala_text(text)}"
        case Numbers(halves):
            return f"val {name} = List({', '.join(str(half / 2) for half in halves)})"
        case Nested(text, halves):
            numbers = ", ".join(str(half / 2) for half in halves)
            return f'val {name} = Map("list" -> List({numbers}), "inner" -> Map("text" -> {scala_text(text)}))'
        case Frame(rows, text, (first, second)):
            return (
                f"val {name} = (0L until {rows}L).map(i => (i, if (i < {rows - 1}L) {scala_text(text)} else null))"
                f".toDF({scala_text(first)}, {scala_text(second)})"
            )


# --- how a language shows what it has; ``=[`` and ``]=`` are around it


def marked(shown: str) -> str:
    return f"=[{shown}]="


def python_shows(name: str, sort: Sort) -> str:
    ways: dict[Sort, str] = {
        "whole": f"print(f'=[{{int({name})}}]=')",
        "text": f"print(f'=[{{{name}.encode().hex()}}]=')",
        "numbers": f"print(f'=[{{len({name})}}:{{int(sum({name}) * 2)}}]=')",
        "nested": f"print('=[%d:%s]=' % (sum({name}['list']) * 2, {name}['inner']['text'].encode().hex()))",
        "frame": f"""_f = {name}
_f = _f.to_pandas() if hasattr(_f, 'to_pandas') else _f.toPandas() if hasattr(_f, 'toPandas') else _f
_n, _t = _f.iloc[:, 0], _f.iloc[:, 1]
print(f"=[{{len(_f)}}:{{int(_n.sum())}}:{{_t.count()}}:{{_t[_n == 0].iloc[0].encode().hex()}}]=")
del _f, _n, _t""",
    }
    return ways[sort]


def r_shows(name: str, sort: Sort) -> str:
    ways: dict[Sort, str] = {
        "whole": f"cat(sprintf('=[%.0f]=', {name}))",
        "text": f"cat('=[', {_r_hex(name)}, ']=', sep = '')",
        "numbers": f"cat(sprintf('=[%d:%.0f]=', length({name}), 2 * sum({name})))",
        "nested": f"cat(sprintf('=[%.0f:%s]=', 2 * sum({name}$list), {_r_hex(name + '$inner$text')}))",
        "frame": (
            f"cat(sprintf('=[%d:%.0f:%d:%s]=', nrow({name}), sum(as.numeric({name}[[1]])), sum(!is.na({name}[[2]])), "
            f"{_r_hex(f'{name}[[2]][{name}[[1]] == 0][1]')}))"
        ),
    }
    return ways[sort]


def _r_hex(text: str) -> str:
    return f"paste(as.character(charToRaw(enc2utf8({text}))), collapse = '')"


def scala_shows(name: str, sort: Sort) -> str:
    ways: dict[Sort, str] = {
        "whole": f'println("=[" + BigDecimal({name}.toString).toBigInt + "]=")',
        "text": f'println("=[" + {_scala_hex(name)} + "]=")',
        "numbers": f'println("=[" + {name}.length + ":" + ({name}.sum * 2).toLong + "]=")',
        "nested": (
            f'println("=[" + ({name}("list").asInstanceOf[Seq[Double]].sum * 2).toLong + ":" + '
            + _scala_hex(f'{name}("inner").asInstanceOf[Map[String, Any]]("text").asInstanceOf[String]')
            + ' + "]=")'
        ),
        "frame": (
            f'{{ val row = {name}.toDF("n", "t").selectExpr("count(*)", "sum(n)", "count(t)", '
            '"max(CASE WHEN n = 0 THEN t END)").first()\n'
            '  println("=[" + row.getLong(0) + ":" + row.get(1) + ":" + row.getLong(2) + ":" + '
            f'{_scala_hex("row.getString(3)")} + "]=") }}'
        ),
    }
    return ways[sort]


def _scala_hex(text: str) -> str:
    return f'{text}.getBytes("UTF-8").map("%02x".format(_)).mkString'


def sql_shows(name: str, sort: Sort) -> str | None:
    first, second = (sql_name(column) for column in columns_of(name))
    ways: dict[Sort, str] = {
        "whole": f"SELECT concat('=[', CAST(:{name} AS BIGINT), ']=') AS answer",
        "text": f"SELECT concat('=[', lower(hex(:{name})), ']=') AS answer",
        "numbers": f"SELECT concat('=[', size(:{name}), ':', "
        f"CAST(2 * aggregate(:{name}, 0D, (a, b) -> a + b) AS BIGINT), ']=') AS answer",
        "frame": f"SELECT concat('=[', count(*), ':', sum({first}), ':', count({second}), ':', "
        f"lower(hex(max(CASE WHEN {first} = 0 THEN {second} END))), ']=') AS answer FROM {sql_name(name)}",
    }
    return ways.get(sort)


def duckdb_shows(name: str, sort: Sort) -> str | None:
    first, second = (duckdb_name(column) for column in columns_of(name))
    if sort != "frame":
        return None
    return (
        f"SELECT concat('=[', count(*), ':', sum({first}), ':', count({second}), ':', "
        f"lower(hex(max(CASE WHEN {first} = 0 THEN {second} END))), ']=') AS answer FROM {name}"
    )


#: languages that bind names, and how
BINDS: dict[str, Callable[[str, Value, Random], str]] = {"python": python_binds, "r": r_binds, "scala": scala_binds}
#: languages that show values; None where the sort has no form in the language
SHOWS: dict[str, Callable[[str, Sort], str | None]] = {
    "python": python_shows,
    "r": r_shows,
    "scala": scala_shows,
    "sql": sql_shows,
    "duckdb": duckdb_shows,
}
