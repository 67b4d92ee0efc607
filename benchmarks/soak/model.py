"""What every name of a notebook must be, as far as the disturbances let one know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from benchmarks.soak.hostile import NAMES
from benchmarks.soak.values import SORTS, Sort, Value

#: processes whose end takes values along
KERNEL, DRIVER, R = "kernel", "driver", "r"


@dataclass(frozen=True)
class Binding:
    value: Value
    language: str
    #: the process in which it lives
    home: str


@dataclass
class Name:
    name: str
    sort: Sort
    #: what it may be: one binding, or several after a cell that was disturbed while it bound the name
    may_be: list[Binding] = field(default_factory=list)

    @property
    def homes(self) -> set[str]:
        return {binding.home for binding in self.may_be}


class Names:
    """The names of one notebook. Each has values of one sort, so that whoever shows it need not know who bound it."""

    def __init__(self) -> None:
        self._names = {
            f"{sort}_{name}": Name(f"{sort}_{name}", sort)
            for number, name in enumerate(NAMES)
            for sort in (SORTS[number % len(SORTS)], SORTS[(number + 2) % len(SORTS)])
        }

    def __iter__(self) -> Iterator[Name]:
        return iter(self._names.values())

    def any(self, random: Random) -> Name:
        return random.choice(list(self))

    def known(self, random: Random) -> Name | None:
        """One that is bound to something."""
        bound = [name for name in self if name.may_be]
        return random.choice(bound) if bound else None

    def bind(self, name: str, binding: Binding, *, sure: bool) -> None:
        known = self._names[name]
        if sure:
            known.may_be = [binding]
        elif known.may_be:  # else it may be unbound, which no cell asks for
            known.may_be.append(binding)

    def lose(self, home: str) -> list[str]:
        """What lived there is gone; returns the names that certainly did."""
        gone = []
        for name in self:
            if home in name.homes or home == KERNEL:
                if name.homes == {home}:
                    gone.append(name.name)
                name.may_be = []
        return gone
