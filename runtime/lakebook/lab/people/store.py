"""Whom the lab is shared with: a file that its owner alone can read, and no token in it."""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any

from lakebook.atomic import write_bytes

_LONGEST = 80


class PeopleError(Exception):
    """The list of people cannot be read, or a person cannot be put on it; one clear sentence."""


class Role(StrEnum):
    """What a person may do."""

    #: all, sharing included
    OWNER = "owner"
    #: all but sharing: cells run with the rights of the owner's account
    EDITOR = "editor"
    #: look, also while others work
    VIEWER = "viewer"


@dataclass(frozen=True)
class Person:
    """Somebody with a link of their own."""

    #: unique, for machines
    username: str
    name: str
    role: Role
    #: SHA-256 of the token of the link
    digest: str
    #: seconds since 1970
    since: float
    color: str | None = None
    initials: str | None = None

    @property
    def stamp(self) -> str:
        """What a cookie of theirs must show: another one for each link."""
        return self.digest[:16]


class People:
    """The people of a lab.

    Args:
        file: need not exist.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[object, dict[str, Person]] = (None, {})

    def all(self) -> list[Person]:
        """Everybody, the first who came first. Raises ``PeopleError``."""
        return list(self._people().values())

    def get(self, username: str) -> Person | None:
        """The person with that user name. Raises ``PeopleError``."""
        return self._people().get(username)

    def find(self, name: str) -> Person | None:
        """The person with that name or user name. Raises ``PeopleError``."""
        return self.get(name) or next((person for person in self.all() if person.name == name), None)

    def with_token(self, token: str) -> Person | None:
        """The person whose link has that token. Raises ``PeopleError``."""
        digest = _digest(token)
        return next((person for person in self.all() if compare_digest(person.digest, digest)), None)

    def share(self, name: str, role: Role, taken: str = "") -> tuple[Person, str]:
        """Let a person in, or give a person who is in a new link; the old one ends.

        Args:
            taken: the owner's user name, which nobody else can have.

        Returns:
            The person and the token of the link, which is kept nowhere.

        Raises:
            PeopleError: this is no name, or the list cannot be read.
        """
        name = checked_name(name)
        token = secrets.token_urlsafe(24)
        with self._changing() as people:
            known = next((person for person in people.values() if person.name == name), None)
            username = known.username if known else _free_username(name, {*people, taken})
            person = Person(username, name, role, _digest(token), time.time())
            people[username] = replace(person, color=known.color, initials=known.initials) if known else person
            return people[username], token

    def revoke(self, name: str) -> Person:
        """End a person's link, and what is open by it. Raises ``PeopleError``, also where there is no such person."""
        with self._changing() as people:
            person = people.get(name) or next((one for one in people.values() if one.name == name), None)
            if person is None:
                raise PeopleError(f"The lab is not shared with {name}.")
            return people.pop(person.username)

    def change(self, username: str, color: str | None, initials: str | None) -> None:
        """Keep how a person wants to be shown. Raises ``PeopleError``."""
        with self._changing() as people:
            if username in people:
                people[username] = replace(people[username], color=color, initials=initials)

    def _people(self) -> dict[str, Person]:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return {}
        version = (found.st_mtime_ns, found.st_size, found.st_ino)
        if self._read[0] != version:
            self._read = (version, _parsed(self._file))
        return self._read[1]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Person]]:
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            people = dict(self._people())
            yield people
            text = json.dumps({"people": [asdict(person) for person in people.values()]}, indent=1, ensure_ascii=False)
            write_bytes(self._file, text.encode() + b"\n", 0o600)


def checked_name(name: str) -> str:
    """A name as it can be shown. Raises ``PeopleError``."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise PeopleError(f"A person's name is a text of 1 to {_LONGEST} characters such as 'Ann Lee'.")
    return name


def initials_of(name: str) -> str:
    """Such as "AL"."""
    words = name.split()
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper()


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _free_username(name: str, taken: set[str]) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-") or "person"
    number = 1
    while (username := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return username


def _parsed(file: Path) -> dict[str, Person]:
    try:
        people = [_person(entry) for entry in json.loads(file.read_bytes())["people"]]
    except OSError as problem:
        raise PeopleError(f"{file} cannot be read: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise PeopleError(f"{file} is damaged; delete it, and share the lab again with whom you want.") from None
    return {person.username: person for person in people}


def _person(entry: dict[str, Any]) -> Person:
    return Person(**{**entry, "role": Role(entry["role"])})
