"""Every name of every language, for ``%whos`` and for a panel of variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.tables import Column, Table
from lakebook_kernel.languages import PYTHON
from lakebook_kernel.sharing.ledger import Ledger
from lakebook_kernel.sharing.python import PythonNames

if TYPE_CHECKING:
    from lakebook_kernel.languages.base import Language


@dataclass(frozen=True)
class Listed:
    """A name as the list tells of it."""

    name: str
    #: as the owner's language writes it
    type: str
    #: rows and columns, or a length; empty where that says nothing
    size: str
    owner: str
    #: other languages that have a copy of its newest version
    copies: list[str]


def listing(
    names: Mapping[str, Any], hidden: Iterable[str], languages: Iterable[Language], ledger: Ledger
) -> list[Listed]:
    """All names that the user bound, sorted.

    Args:
        names: Python's.
        hidden: those of Python's that are not the user's.
        languages: the others that have been started.
    """
    started = list(languages)
    labels = {PYTHON: PythonNames.label} | {language.name: language.label for language in started}
    skipped = set(hidden)
    owned = {PYTHON: {name: described(value) for name, value in names.items() if not _is_hidden(name, skipped)}}
    owned |= {language.name: language.describe() for language in started}
    listed = [
        Listed(name, kind, size, labels[owner], sorted(labels[language] for language in ledger.current(name)))
        for owner, described_names in owned.items()
        for name, (kind, size) in described_names.items()
        if ledger.owner(name) == owner
    ]
    return sorted(listed, key=lambda entry: entry.name.lower())


def table(listed: list[Listed]) -> Table:
    """The list as it is shown."""
    columns = [Column(title, "") for title in ("name", "type", "size", "owner", "copies")]
    return Table(columns, [list(map(_text, asdict(entry).values())) for entry in listed])


def described(value: Any) -> tuple[str, str]:
    """A Python value's type and size, without computing anything."""
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    name = kind.__name__ if module in ("builtins", "__main__") else f"{module}.{kind.__name__}"
    shape = None if module == "pyspark" else getattr(value, "shape", None)  # Spark would be asked
    if isinstance(shape, tuple) and all(isinstance(length, int) for length in shape):
        return name, " × ".join(map(str, shape)) or "1"
    return name, str(len(value)) if isinstance(value, (str, bytes, list, tuple, set, frozenset, dict)) else ""


def _is_hidden(name: str, hidden: set[str]) -> bool:
    return name in hidden or name.startswith("_")


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
