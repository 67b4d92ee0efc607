"""Every name of every language, for ``%whos`` and for a panel of variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.tables import Column, Table
from lakebook_kernel.languages import PYTHON
from lakebook_kernel.languages.base import Described
from lakebook_kernel.languages.frames import is_frame
from lakebook_kernel.sharing.ledger import Ledger
from lakebook_kernel.sharing.python import PythonNames

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

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
    #: see ``Described``
    glance: str = ""
    is_frame: bool = False
    is_aside: bool = False


class NameList:
    """The names of a notebook.

    Args:
        shell: whose namespace is Python's.
        languages: the others that have been started.
        ledger: which of them owns what.
    """

    def __init__(self, shell: InteractiveShell, languages: Callable[[], Iterable[Language]], ledger: Ledger) -> None:
        self._shell = shell
        self._languages = languages
        self._ledger = ledger

    def whole(self) -> list[Listed]:
        """Every name that the user bound, in any language; on the main thread."""
        return listing(self._shell.user_ns, self._shell.user_ns_hidden, self._languages(), self._ledger)

    def of_python(self) -> list[Listed]:
        """Those that Python owns, on any thread, while a cell may bind more."""
        return listing(self._shell.user_ns.copy(), self._shell.user_ns_hidden.copy(), [], self._ledger)

    def value(self, name: str) -> Any:
        """What the name means in Python. Raises ``KeyError``."""
        return self._shell.user_ns[name]


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
        Listed(
            name,
            about.type,
            about.size,
            labels[owner],
            sorted(labels[language] for language in ledger.current(name)),
            about.glance,
            about.is_frame,
            about.is_aside,
        )
        for owner, described_names in owned.items()
        for name, about in described_names.items()
        if ledger.owner(name) == owner
    ]
    return sorted(listed, key=lambda entry: entry.name.lower())


def table(listed: list[Listed]) -> Table:
    """The list as it is shown."""
    titles = ("name", "type", "size", "owner", "copies")
    rows = [[_text(getattr(entry, title)) for title in titles] for entry in listed]
    return Table([Column(title, "") for title in titles], rows)


def described(value: Any) -> Described:
    """What is said of a Python value, without computing anything."""
    from lakebook_kernel.sharing.glance import glance, is_aside

    kind, size = _type_and_size(value)
    return Described(kind, size, glance(value), is_frame(value), is_aside(value))


def _type_and_size(value: Any) -> tuple[str, str]:
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
