"""A whole file of comments: read although lines of it are wrong, written so that nothing is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from lakebook.lab.comments import records
from lakebook.lab.comments.records import Record, RecordError

#: with which git marks what it could not merge: both sides are comments that somebody wrote
_CONFLICT = ("<<<<<<< ", "||||||| ", ">>>>>>> ")


_TAKEN = "another person's comment has its identifier"


@dataclass(frozen=True)
class Kept:
    """A line that is no record. It stays as it is."""

    text: str
    #: of the record after which it stands, ``None`` before the first
    after: str | None
    problem: str


@dataclass(frozen=True)
class Contents:
    """What a file holds."""

    records: Mapping[str, Record] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()


def read(text: str) -> Contents:
    """Read a file's text. Of several versions of a record the newest counts: a merge may leave more than one."""
    versions: dict[str, list[Record]] = defaultdict(list)
    kept: list[Kept] = []
    after: str | None = None
    for line in text.removeprefix("\ufeff").split("\n"):
        line = line.removesuffix("\r")
        if not line.strip() or line == "=======" or line.startswith(_CONFLICT):
            continue
        try:
            record = records.read(line)
        except RecordError as problem:
            kept.append(Kept(line, after, str(problem)))
        else:
            after = records.key(record)
            if versions[after] and records.is_of_another(record, versions[after][0]):
                kept.append(Kept(line, after, _TAKEN))
            else:
                versions[after].append(record)
    return Contents({key: records.newest(found) for key, found in versions.items()}, tuple(kept))


def write(contents: Contents) -> str:
    """The text of a file: no text at all if it holds nothing."""
    return "".join(f"{line}\n" for line, _ in _lines(contents))


def lines_of_kept(contents: Contents) -> list[int]:
    """On which lines of the text the kept ones stand, counted from 1."""
    found = {kept: number for number, (_, kept) in enumerate(_lines(contents), 1) if kept is not None}
    return [found[number] for number in range(len(contents.kept))]


def _lines(contents: Contents) -> list[tuple[str, int | None]]:
    """Each line, and which of the kept ones it is."""
    waiting: dict[str | None, list[int]] = defaultdict(list)
    for number, kept in enumerate(contents.kept):
        waiting[kept.after if kept.after in contents.records else None].append(number)

    def kept_after(key: str | None) -> list[tuple[str, int | None]]:
        return [(contents.kept[number].text, number) for number in waiting[key]]

    lines = kept_after(None)
    for key, record in sorted(contents.records.items(), key=lambda item: records.place(item[1])):
        lines += [(records.write(record), None), *kept_after(key)]
    return lines
