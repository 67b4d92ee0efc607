"""Names that mean the same in every language: the newest assignment wins, and only what a cell uses is brought over."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lakebook_kernel.languages import PYTHON
from lakebook_kernel.languages.base import UNCHANGED, CellError, Namespace, Source
from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.sharing.catalog import CatalogNames
from lakebook_kernel.sharing.ledger import Ledger
from lakebook_kernel.sharing.python import PythonNames


class SharedNames:
    """Brings names over before a cell and notes what it bound after it.

    Args:
        python: Python's names.
        catalog: tables, for lazy languages.
        language: gives a language by its name.
        say: shows a line to the user.
        limit: the most bytes of a frame of Spark's, or a lazy one, that are brought into memory.
    """

    def __init__(
        self,
        python: PythonNames,
        catalog: CatalogNames,
        language: Callable[[str], Namespace],
        say: Callable[[str], None],
        limit: Callable[[], int],
    ) -> None:
        self.ledger = Ledger()
        self.on = True
        self._python = python
        self._catalog = catalog
        self._language = language
        self._say = say
        self._limit = limit
        #: names that the running cell uses and that cannot come, and why
        self.refused: dict[str, str] = {}
        #: names that the last cell in another language than Python read, and that it bound
        self.used: set[str] = set()
        self.bound: set[str] = set()
        #: by language, the names that its running or last cell was promised: whose they are, and under which number
        self._promised: dict[str, dict[str, tuple[Source, int]]] = {}
        #: under which number the newest copy went, by language and name
        self._tokens: dict[tuple[str, str], int] = {}
        self._next_token = 0
        #: by language that reads Python's names and name, what a Spark DataFrame held when it was last collected
        self._collected: dict[tuple[str, str], Any] = {}

    # --- around a cell

    def before(self, code: str, space: Namespace) -> None:
        """Bring what a cell uses and another language owns; a name that cannot travel is kept in ``refused``."""
        self.refused = {}
        self.used = set()
        self._catalog.begin()
        if self.on:
            self._bring(code, space)
        elif space.lazy:
            self._promised[space.name] = {}
            space.promise({}, {})
        self._python.remember(set(self.ledger), code if space is self._python else "")

    def _bring(self, code: str, space: Namespace) -> None:
        if space is self._python:
            foreign = self.ledger.foreign(PYTHON)
            wanted = foreign & space.free_names(code) if foreign else set()
        else:
            wanted = self.used = space.free_names(code)
        given = self._given(space) if space.lazy else {}
        promised = self._promised_before(space, given, wanted)
        for name in sorted(wanted):
            owner = self._owner(name, space)
            if owner is None or (owner is self._python and space.reads_python):
                if (space.name, name) not in self._collected:
                    self._withdraw(name, space)
            elif owner is space:
                continue
            elif space.protects(name):
                own = f"{space.label} has a {name} of its own, which is never replaced"
                self.refused[name] = self._why(name, owner, TypeError(own))
            elif space.lazy and not (
                self.ledger.bound_in(name, space.name) or (space.holds(name) and name not in given)
            ):
                promised[name] = owner, self._token(name, owner, space)
            else:
                self._send(name, owner, space)
        self._promised[space.name] = promised
        space.promise({name: token for name, (_, token) in promised.items()}, given)

    def after(self, space: Namespace) -> None:
        """Note what the cell bound and deleted, also one that failed half-way."""
        for name in space.removed_names():
            if space is self._python and self.ledger.owner(name) == PYTHON:
                self._release(name, space)
            self.ledger.remove(name, space.name)
        self.bound = space.bound_names()
        for name in self.bound:
            self._release(name, space)
            self.ledger.bind(name, space.name)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Within it a cell of Python runs on another thread: nothing is brought, and what it binds is Python's.

        Copies that others have are old then. They are not let go, since only the main thread talks to the languages.
        """
        before = self._python.values(self.ledger)
        try:
            yield
        finally:
            for name, value in self._python.values(self.ledger).items():
                if name not in before or before[name] is not value:
                    self.ledger.bind(name, PYTHON)

    def value(self, name: str, space: Namespace, held: int = 0) -> Any:
        """The newest value of a name that the language asks for while its cell runs.

        ``UNCHANGED`` when that is what was promised under the number ``held``.

        Raises:
            KeyError: there is no such name.
            CellError: it cannot come.
        """
        # a lazy language is in the middle of its cell: it can be asked nothing
        owner, token = self._promised[space.name].get(name, (None, 0)) if space.lazy else (self._owner(name, space), 0)
        if owner is None or owner is space:
            raise KeyError(name)
        stamp = self._stamp(name, owner, space)
        if self.ledger.has_newest(name, space.name, stamp):
            if held and held == self._tokens.get((space.name, name)):
                return UNCHANGED
            if (space.name, name) in self._collected:
                return self._collected[space.name, name]
        self._collected.pop((space.name, name), None)
        try:
            value = self._taken(name, owner)
            fitting = self._fitting(name, value, space)
        except TypeError as reason:
            raise CellError("NotShared", self._why(name, owner, reason)) from None
        if space.lazy:
            self.ledger.copied(name, space.name, stamp)
            self._tokens[space.name, name] = token
        elif space.reads_python and fitting is not value and stamp == self._stamp(name, owner, space):
            self.ledger.copied(name, space.name, stamp)
            self._collected[space.name, name] = fitting
        return fitting

    @staticmethod
    def _taken(name: str, owner: Source) -> Any:
        try:
            return owner.take(name)
        except KeyError:
            if isinstance(owner, Namespace) and owner.in_driver:
                gone = f"{name} is gone: it was {owner.label}'s, and Spark's driver has ended."
                raise CellError("NotShared", gone) from None
            raise

    def home(self, name: str, space: Namespace) -> str:
        """How the language is called that ``value`` has a name from."""
        owner = self._promised[space.name].get(name, (None, 0))[0] if space.lazy else self._owner(name, space)
        return owner.label if owner is not None else self._python.label

    def bring(self, name: str, space: Namespace) -> None:
        """Bring a name because the cell asks for it. Raises ``CellError`` when it cannot come."""
        owner = self._owner(name, space)
        if owner is None or owner is space:
            raise CellError("NameError", f"%{space.name} -i {name}: no other language has a variable of that name.")
        self.refused.pop(name, None)  # who asks for it means it, whatever it takes the place of
        self._send(name, owner, space)
        if name in self.refused:
            raise CellError("TypeError", f"%{space.name} -i {name}: {self.refused[name]}")

    def hand_over(self, name: str, space: Namespace) -> None:
        """Bind a name of the cell's language in Python because the cell asks for it. Raises ``CellError``."""
        try:
            self._python.give(name, space.take(name))
        except KeyError:
            message = f"%{space.name} -o {name}: the cell has run and there is no variable of that name."
            raise CellError("NameError", message) from None
        except TypeError as reason:
            raise CellError("TypeError", f"%{space.name} -o {name}: {reason}.") from None
        if self.ledger.owner(name) == space.name:
            self.ledger.copied(name, PYTHON, space.stamp(name))
        elif name in self.ledger:
            self.ledger.bind(name, PYTHON)

    def lost(self, language: str) -> None:
        """The language's process has ended, and with it all that it held."""
        self.ledger.forget(language)

    def hint(self, message: str) -> str:
        """Why a name that the error's message mentions could not come; empty when it is about something else."""
        words = set(_words(message))
        return "\n".join(reason for name, reason in self.refused.items() if name in words)

    def known_to(self, space: Namespace | None) -> dict[str, str]:
        """The names that a cell of this language could have from another one, and how the one is called that has it.

        None is a language that nobody has used.
        """
        names = {} if space is self._python else dict.fromkeys(self._python.shareable(), self._python.label)
        owners = {name: self._namespace(self.ledger.owner(name)) for name in self.ledger}
        return names | {name: owner.label for name, owner in owners.items() if owner is not space}

    def bound_by(self, space: Namespace) -> dict[str, str]:
        """The names that a language has bound itself as the ledger knows, and how it is called; asks nobody."""
        return {name: space.label for name in self.ledger if self.ledger.bound_in(name, space.name)}

    # --- one name

    def _namespace(self, language: str) -> Namespace:
        return self._python if language == PYTHON else self._language(language)

    def _owner(self, name: str, space: Namespace) -> Source | None:
        """Who has the newest value of a name that a language wants."""
        owner = self._owner_of_variable(name)
        if owner is not None:
            return owner
        return self._catalog if space.lazy and self._catalog.holds(name) and not space.knows(name) else None

    def _owner_of_variable(self, name: str) -> Source | None:
        language = self.ledger.owner(name)
        if language == PYTHON:
            return self._python if self._python.holds(name) else None
        if self._python.changed_through_an_alias(name):
            self._release(name, self._python)
            self.ledger.bind(name, PYTHON)
            return self._python
        return self._language(language)

    def _stamp(self, name: str, owner: Source, space: Namespace) -> Hashable:
        """What the owner's value looks like to the language, which a Spark DataFrame by reference does by itself."""
        stamp = owner.stamp(name)
        return stamp if space.frames_by_reference else (stamp, owner.version(name))

    def _send(self, name: str, owner: Source, space: Namespace) -> None:
        stamp = self._stamp(name, owner, space)
        if self.ledger.has_newest(name, space.name, stamp):
            return
        replaced = self.ledger.bound_in(name, space.name) or (
            space.holds(name) and space.name not in self.ledger.copies(name)
        )
        try:
            try:
                value = owner.take(name)
            except KeyError:  # its owner lost it without a word
                self.ledger.remove(name, owner.name)
                return
            fitting = self._fitting(name, value, space)
            space.give(name, fitting)
        except TypeError as reason:
            self.refused[name] = self._why(name, owner, reason)
            self._withdraw(name, space)
            return
        self.ledger.copied(name, space.name, stamp)
        if replaced:
            ours, theirs = space.label, owner.label
            self._say(f"{name} is {theirs}'s now, which bound it last; {ours}'s own is replaced.")

    def _fitting(self, name: str, value: Any, space: Namespace) -> Any:
        """The value, or the rows of a frame that is computed only when somebody needs them."""
        kind = kind_of(value)
        if kind is None or kind.form != "lazy" or (kind.library == "pyspark" and space.frames_by_reference):
            return value
        from lakebook_kernel.languages.frames.memory import in_memory

        return in_memory(value, self._limit(), name)

    def _token(self, name: str, owner: Source, space: Namespace) -> int:
        """The number of the value that the language has already, if that is the newest; else a new one."""
        token = self._tokens.get((space.name, name))
        if token is not None and self.ledger.has_newest(name, space.name, self._stamp(name, owner, space)):
            return token
        return self._new_token()

    def _new_token(self) -> int:
        self._next_token += 1
        return self._next_token

    def _given(self, space: Namespace) -> dict[str, int]:
        """The names that a lazy language has been given, each with the number under which its value is kept.

        It keeps them no longer than what it was promised: they may change where it cannot see that.
        """
        given: dict[str, int] = {}
        for name in self.ledger:
            if space.name in self.ledger.copies(name) and space.holds(name):
                self._tokens[space.name, name] = given[name] = self._new_token()
        return given

    def _promised_before(
        self, space: Namespace, given: Mapping[str, int], wanted: set[str]
    ) -> dict[str, tuple[Source, int]]:
        """What the language had and has not named now: functions, fitted models and quoted code may need it.

        Nobody looks at the values: they are promised under new numbers, and compared when they are needed.
        """
        promised: dict[str, tuple[Source, int]] = {}
        tables = {name for name, (owner, _) in self._promised.get(space.name, {}).items() if owner is self._catalog}
        for name in self._promised.get(space.name, {}).keys() | given.keys():
            # whether a table still is in the catalog shows when it is needed
            table = name in tables or (name in given and self._catalog.holds(name))
            owner = self._owner_of_variable(name) or (self._catalog if table else None)
            if name not in wanted and owner is not None and owner is not space and not space.protects(name):
                promised[name] = owner, self._new_token()
        return promised

    def _withdraw(self, name: str, space: Namespace) -> None:
        if space.name in self.ledger.copies(name) or (space.reads_python and space is not self._python):
            space.withdraw(name)
            self.ledger.drop_copy(name, space.name)
            self._collected.pop((space.name, name), None)

    def _release(self, name: str, space: Namespace) -> None:
        """Let the others' copies go when a name means something else: nothing keeps them alive, nobody finds them."""
        for language in self.ledger.copies(name):
            if language != space.name:
                self._withdraw(name, self._namespace(language))

    def _why(self, name: str, owner: Source, reason: TypeError) -> str:
        return f"{name} lives in {owner.label} and cannot come: {reason}."


def _words(text: str) -> list[str]:
    import re

    return re.findall(r"[\w.]+", text)
