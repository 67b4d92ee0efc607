"""What a dashboard's address gives its notebook: ``?day=2024-05-01``, read as ``lakebook run -p`` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lakebook.parameters import BadParameter, arguments, inject, parse

__all__ = ["RESERVED", "BadParameter", "Parameters"]

#: names in an address that mean something to the server
RESERVED = frozenset({"token", "theme"})


@dataclass(frozen=True)
class Parameters:
    """The parameters of one page, each ``name=value``."""

    texts: list[str]

    @classmethod
    def of(cls, query: dict[str, list[bytes]]) -> Parameters:
        """Those in the query of an address, as tornado has it; of one that is there several times, the last."""
        return cls([f"{name}={values[-1].decode()}" for name, values in query.items() if name not in RESERVED])

    @property
    def of_widgets(self) -> dict[str, str]:
        """What the notebook's widgets are called with. Raises ``BadParameter``."""
        return arguments(self.texts)

    def put_into(self, notebook: Any) -> Any:
        """The notebook with a cell that sets them, unless it takes them by widgets. Raises ``BadParameter``."""
        typed = parse(self.texts)
        if not typed:
            return notebook
        kernel = notebook.metadata.kernelspec
        return inject(notebook, typed, kernel.name, kernel.language)[0]
