"""The everyday kinds of cells: names bound, shown and changed in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.soak.hostile import TEXTS
from benchmarks.soak.model import DRIVER, KERNEL, Binding, Names, R
from benchmarks.soak.tables import SharedTables
from benchmarks.soak.trial import Fails, Runs, Shows, Trial, cell
from benchmarks.soak.values import BINDS, SHOWS, Frame, Text, Whole, some_value


@dataclass
class Desk:
    """What a kind of cell may draw on."""

    names: Names
    random: Random
    tables: SharedTables
    #: which notebook, and how many cells it had: together a name for what the cell writes
    stamp: str


Make = Callable[[Desk], Trial | None]


@dataclass(frozen=True)
class Kind:
    name: str
    language: str
    make: Make
    #: how often, against the other kinds
    weight: float = 1.0
    #: at most one in so many cells of the whole soak
    one_in: int = 1


def uses(language: str, homes: set[str] | None = None) -> frozenset[str]:
    """The processes that a cell of the language may feel the end of."""
    own = {"sql": {DRIVER}, "scala": {DRIVER}, "r": {R}}.get(language, set())
    return frozenset(own | (homes or set()) - {KERNEL})


def home_of(language: str, code: str) -> str:
    if language == "scala" or "spark.createDataFrame" in code:
        return DRIVER
    return R if language == "r" else KERNEL


def binds(language: str) -> Make:
    def make(desk: Desk) -> Trial:
        name = desk.names.any(desk.random)
        value = some_value(name.sort, name.name, desk.random)
        if language == "r" and isinstance(value, Text):
            value = Text(value.text.replace("\0", "0"))
        code = BINDS[language](name.name, value, desk.random)
        binding = Binding(value, language, home_of(language, code))
        return Trial(
            f"bind {name.sort}",
            language,
            cell(language, code),
            then=lambda sure: desk.names.bind(name.name, binding, sure=sure),
            uses=uses(language, {binding.home}),
        )

    return make


def shows(language: str) -> Make:
    def make(desk: Desk) -> Trial | None:
        name = desk.names.known(desk.random)
        if name is None or (code := SHOWS[language](name.name, name.sort)) is None:
            return None
        values = [binding.value for binding in name.may_be]
        expected = Shows(frozenset(value.shown for value in values))
        if language == "r" and any(isinstance(value, Text) and "\0" in value.text for value in values):
            return None  # R's texts have no NUL
        return Trial(
            f"show {name.sort}",
            language,
            cell(language, code),
            expected,
            # a frame of Spark's is asked of the driver, wherever it is shown
            uses=uses(language, name.homes | ({DRIVER} if name.sort == "frame" else set())),
        )

    return make


def changes_whole(desk: Desk) -> Trial | None:
    """A cell that reads a name of another language and binds it anew."""
    name = desk.names.known(desk.random)
    if name is None or name.sort != "whole" or len(name.may_be) != 1:
        return None
    [binding] = name.may_be
    assert isinstance(binding.value, Whole)
    small = Whole(binding.value.number // 2)
    changed = Binding(small, "python", KERNEL)
    return Trial(
        "change whole",
        "python",
        f"{name.name} = int({name.name}) // 2\nprint(f'=[{{{name.name}}}]=')",
        Shows(frozenset({small.shown})),
        then=lambda sure: desk.names.bind(name.name, changed, sure=sure),
        uses=uses("python", name.homes),
    )


def changes_frame(desk: Desk) -> Trial | None:
    """A text of a pandas frame is replaced in place: no copy of it may be used again."""
    name = desk.names.known(desk.random)
    if name is None or len(name.may_be) != 1 or not isinstance(name.may_be[0].value, Frame):
        return None
    [binding] = name.may_be
    value = binding.value
    assert isinstance(value, Frame)
    text = desk.random.choice(TEXTS).replace("\0", "0")
    changed = Binding(Frame(value.rows, text, value.columns), "python", KERNEL)
    x = name.name
    grown = (
        f"if hasattr({x}, 'to_pandas'): {x} = {x}.to_pandas()\n"
        f"elif hasattr({x}, 'toPandas'): {x} = {x}.toPandas()\n"
        f"{x}.sort_values({x}.columns[0], inplace=True, ignore_index=True)\n"
        f"{x}.isetitem(1, [{text!r}] * {value.rows - 1} + [None])"
    )
    return Trial(
        "change frame",
        "python",
        grown,
        then=lambda sure: desk.names.bind(name.name, changed, sure=sure) if sure else _forget(desk, name.name),
        uses=uses("python", name.homes | {DRIVER}),
    )


def _forget(desk: Desk, name: str) -> None:
    """It may be half changed."""
    for known in desk.names:
        if known.name == name:
            known.may_be = []


ERRORS = {
    "python": ("1 / 0", "ZeroDivisionError"),
    "r": ("stop('as it should')", "as it should"),
    "scala": ('sys.error("as it should")', "as it should"),
    "sql": ("SELECT no_such_column FROM range(3)", "no_such_column"),
    "duckdb": ("SELECT no_such_column FROM range(3)", "no_such_column"),
    "shell": ("echo as it should >&2; exit 3", "3"),
}
TRIVIAL = {
    "python": "print('=[5]=')",
    "r": "cat('=[5]=')",
    "scala": 'println("=[" + (2 + 3) + "]=")',
    "sql": "SELECT concat('=[', 2 + 3, ']=') AS x",
    "duckdb": "SELECT concat('=[', 2 + 3, ']=') AS x",
    "shell": 'echo "=[$((2 + 3))]="',
    "markdown": "# Five\n\n=[5]=",
}


def fails(language: str) -> Make:
    code, word = ERRORS[language]
    return lambda desk: Trial("fail", language, cell(language, code), Fails((word,)), uses=uses(language))


def trivial(language: str) -> Make:
    shown = Shows(frozenset({"5"}))
    return lambda desk: Trial("trivial", language, cell(language, TRIVIAL[language]), shown, uses=uses(language))


def draws(desk: Desk) -> Trial:
    return Trial("plot", "r", cell("r", "plot(1:10)\nhist(rnorm(50))"), Runs(), uses=uses("r"))


EVERYDAY = [
    *(Kind("bind", language, binds(language), weight) for language, weight in (("python", 3), ("r", 2), ("scala", 2))),
    *(Kind("show", language, shows(language), 3 if language == "python" else 2) for language in SHOWS),
    *(Kind("fail", language, fails(language), 0.3) for language in ERRORS),
    *(Kind("trivial", language, trivial(language), 0.4) for language in TRIVIAL),
    Kind("change whole", "python", changes_whole, 2),
    Kind("change frame", "python", changes_frame, 2),
    Kind("plot", "r", draws, 0.3),
]
