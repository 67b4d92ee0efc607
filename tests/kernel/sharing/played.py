"""Languages that are only played, for the rules of sharing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from types import SimpleNamespace
from typing import Any

from kernel.standins import shared
from lakebook_kernel.languages.base import CellError, Namespace
from lakebook_kernel.sharing.automatic import SharedNames
from lakebook_kernel.sharing.catalog import CatalogNames
from lakebook_kernel.sharing.python import PythonNames


def frame_of_spark(tell: Callable[[], str | None]) -> Any:
    """Something that is taken for a Spark DataFrame.

    Args:
        tell: what its driver says when it is asked for the frame's version.
    """
    entry_point = SimpleNamespace(frameVersion=lambda jdf: tell())
    session = SimpleNamespace(sparkContext=SimpleNamespace(_gateway=SimpleNamespace(entry_point=entry_point)))
    kind = type("DataFrame", (), {"__module__": "pyspark.sql.classic.dataframe"})
    frame: Any = kind()
    frame.sparkSession, frame._jdf = session, None
    return frame


class Played(Namespace):
    """A language whose cells are ``read a b`` or ``bind a=1`` or ``drop a``, line by line."""

    def __init__(self, name: str, lazy: bool = False) -> None:
        self.name, self.lazy = name, lazy  # as classes of their own would say it
        self.label = {"scala": "Scala", "duckdb": "DuckDB", "r": "R"}[name]
        self.values: dict[str, Any] = {}
        self.given: list[str] = []
        self.withdrawn: list[str] = []
        self.promised: dict[str, int] = {}
        self.protected: set[str] = set()
        self._bound: set[str] = set()
        self._removed: set[str] = set()

    def run(self, code: str) -> None:
        self._bound, self._removed = set(), set()
        for line in code.splitlines():
            what, _, rest = line.partition(" ")
            if what == "bind":
                name, _, value = rest.partition("=")
                self.values[name] = eval(value)
                self._bound.add(name)
            elif what == "drop":
                del self.values[rest]
                self._removed.add(rest)
            elif what == "fail":
                raise CellError("Error", rest)

    def free_names(self, code: str) -> set[str]:
        return {name for line in code.splitlines() if line.startswith("read") for name in line.split()[1:]}

    def bound_names(self) -> set[str]:
        return self._bound

    def removed_names(self) -> set[str]:
        return self._removed

    def protects(self, name: str) -> bool:
        return name in self.protected

    def knows(self, name: str) -> bool:
        return name == "mtcars"

    def stamp(self, name: str) -> Hashable:
        return 0

    def version(self, name: str) -> Hashable:
        return None

    def take(self, name: str) -> Any:
        if callable(self.values[name]):
            raise TypeError("it is a function")
        return self.values[name]

    def give(self, name: str, value: Any) -> None:
        if isinstance(value, set):
            raise TypeError("this language has no sets")
        self.given.append(name)
        self.values[name] = value

    def withdraw(self, name: str) -> None:
        self.withdrawn.append(name)
        self.values.pop(name, None)

    def promise(self, names: Mapping[str, int], given: Mapping[str, int]) -> None:
        self.promised = dict(names)


class Tables(CatalogNames):
    """A catalog: tables and their versions."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}

    def begin(self) -> None:
        pass

    def holds(self, name: str) -> bool:
        return name in self.versions

    def stamp(self, name: str) -> Hashable:
        return self.versions[name]

    def version(self, name: str) -> Hashable:
        return None

    def take(self, name: str) -> Any:
        return f"version {self.versions[name]}"


class Played4:
    """A notebook of Python, two eager languages and a lazy one."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.languages = {"scala": Played("scala"), "duckdb": Played("duckdb"), "r": Played("r", lazy=True)}
        self.said: list[str] = []
        self._python = PythonNames(self.names, lambda code: code)
        self.tables = Tables()
        self.sharing = SharedNames(self._python, self.tables, self.languages.__getitem__, self.said.append, lambda: 10)

    def python(self, code: str) -> None:
        with shared(self.sharing, code, self._python):
            exec(code, self.names)

    def cell(self, language: str, code: str) -> Played:
        space = self.languages[language]
        with shared(self.sharing, code, space):
            space.run(code)
        return space
