"""What becomes of a value that a cell of another language uses: one table of kinds of values × pairs of languages.

The expectations follow from the tables of types in ``docs/languages.md``; change them there first. A kind has a form in some
languages: code that makes such a value, and a check that tells it by value and type. ``@`` stands for the value's name. A
journey ``a>b`` is there and back: ``b`` checks the value, binds a copy of it, and ``a`` checks the copy. In SQL a value is a
parameter, and its copy is a column of ``_sqldf``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LANGUAGES = ("python", "sql", "r", "scala", "duckdb")


@dataclass(frozen=True)
class Form:
    """How a language makes a value of a kind, empty where it has none of its own, and how it tells one."""

    code: str
    check: str


@dataclass(frozen=True)
class Journey:
    """What becomes of a value. Where a check is None, it is the language's own for the kind."""

    outcome: str
    check: str | None = None
    #: empty where there is no way back: that is the journey of another kind
    back: str | None = None
    #: of the warning or error
    words: str = ""

    @property
    def arrives(self) -> bool:
        return self.outcome != "error"


@dataclass(frozen=True)
class Kind:
    """Values of one kind. Every journey from a language with code is stated, but for those of no form at all (``n/a``)."""

    name: str
    forms: dict[str, Form]
    journeys: dict[str, Journey]
    #: checks for what arrives as something else, by the name that journeys use
    others: dict[str, str] = field(default_factory=dict)
    #: whether SQL and DuckDB read it as a relation
    frame: bool = False
    #: the languages where there is a question of it
    targets: tuple[str, ...] = LANGUAGES

    def journey(self, source: str, target: str) -> Journey | None:
        return self.journeys.get(f"{source}>{target}")

    def check(self, language: str, stated: str | None) -> str:
        return self.forms[language].check if stated is None else self.others.get(stated, stated)


def same(back: str | None = None) -> Journey:
    """The same there and back; ``back`` where SQL's copy, a column of a frame, is told in another way."""
    return Journey("same", None, back)


def changed(to: str, check: str | None = None, back: str | None = None) -> Journey:
    """A change that depends on the type alone."""
    return Journey(f"as {to}", check, back)


def warning(words: str, check: str | None = None, back: str | None = None) -> Journey:
    return Journey("warning", check, back, words)


def error(words: str) -> Journey:
    return Journey("error", words=words)


def value(name: str, journeys: dict[str, Journey], **forms: tuple[str, str]) -> Kind:
    return Kind(name, {language: Form(*form) for language, form in forms.items()}, journeys)


def typed(name: str, check: str) -> str:
    """Scala's check of a static type too."""
    return f'kindOf(@) == "{name}" && {check}'


SAME = same()
