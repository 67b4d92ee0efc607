"""Which language owns a name of the notebook, and which others have a copy of which version."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from lakebook_kernel.languages import PYTHON


@dataclass
class Entry:
    """A name that more than Python has to do with."""

    owner: str
    #: grows with every binding
    version: int = 1
    #: languages that bound the name themselves and still have what they bound
    bound_in: set[str] = field(default_factory=set)
    #: by language, the version that was copied and what the owner's value looked like then
    copies: dict[str, tuple[int, Hashable]] = field(default_factory=dict)


class Ledger:
    """The notebook's shared names. What is not in it is Python's, if anybody's: a notebook of Python alone is empty."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._entries))

    def owner(self, name: str) -> str:
        """The language that bound the name last; Python for names that are not in the ledger."""
        entry = self._entries.get(name)
        return entry.owner if entry is not None else PYTHON

    def foreign(self, language: str) -> set[str]:
        """The names that another language than this one and Python owns."""
        return {name for name, entry in self._entries.items() if entry.owner not in (language, PYTHON)}

    def bind(self, name: str, language: str) -> None:
        """The language has bound the name: it owns it from now on, and all copies are old."""
        entry = self._entries.setdefault(name, Entry(language, version=0))
        entry.owner = language
        entry.version += 1
        entry.bound_in.add(language)
        entry.copies.pop(language, None)

    def bound_in(self, name: str, language: str) -> bool:
        """Whether the language still has a value of its own under the name."""
        entry = self._entries.get(name)
        return entry is not None and language in entry.bound_in

    def remove(self, name: str, language: str) -> None:
        """The language has deleted the name; a copy that another one has becomes nobody's but its own."""
        entry = self._entries.get(name)
        if entry is None:
            return
        entry.bound_in.discard(language)
        entry.copies.pop(language, None)
        if entry.owner == language:
            del self._entries[name]

    def copied(self, name: str, language: str, stamp: Hashable) -> None:
        """The language has got a copy of the newest version, made when the owner's value had this stamp."""
        entry = self._entries.setdefault(name, Entry(PYTHON))
        entry.copies[language] = (entry.version, stamp)
        entry.bound_in.discard(language)

    def has_newest(self, name: str, language: str, stamp: Hashable) -> bool:
        """Whether the language's copy is what the owner has, whose value has this stamp now."""
        entry = self._entries.get(name)
        return entry is not None and entry.copies.get(language) == (entry.version, stamp)

    def copies(self, name: str) -> dict[str, Hashable]:
        """The languages that have a copy of any version, and what the owner's value looked like then."""
        entry = self._entries.get(name)
        return {language: stamp for language, (_, stamp) in entry.copies.items()} if entry is not None else {}

    def current(self, name: str) -> set[str]:
        """The languages that have a copy of the newest version."""
        entry = self._entries.get(name)
        return {lang for lang, (version, _) in entry.copies.items() if version == entry.version} if entry else set()

    def drop_copy(self, name: str, language: str) -> None:
        """The language has no copy of the name any more."""
        entry = self._entries.get(name)
        if entry is not None:
            entry.copies.pop(language, None)

    def forget(self, language: str) -> None:
        """The language's process has ended: what it owned is gone, and what it had copies of it must get again."""
        for name, entry in list(self._entries.items()):
            entry.copies.pop(language, None)
            entry.bound_in.discard(language)
            if entry.owner == language:
                del self._entries[name]
