"""Versions of models beside each other: their parameters, metrics, signatures and the data that their runs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lakebook.tracking.details import Details, Signature


@dataclass(frozen=True)
class Row:
    """One thing of all versions that are compared."""

    #: ``params``, ``metrics``, ``inputs``, ``outputs``, ``signature params`` or ``data``
    section: str
    name: str
    #: one for each version, None where it has none
    values: tuple[str | float | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the versions are not alike in this."""
        return len({str(value) for value in self.values}) > 1

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {"section": self.section, "name": self.name, "values": list(self.values), "differs": self.differs}


_SECTIONS: dict[str, Callable[[Details], Mapping[str, str | float]]] = {
    "params": lambda one: one.params,
    "metrics": lambda one: one.metrics,
    "inputs": lambda one: _of(one).inputs,
    "outputs": lambda one: _of(one).outputs,
    "signature params": lambda one: _of(one).params,
    "data": lambda one: one.data,
}


def compare(versions: Sequence[Details]) -> list[Row]:
    """All that any of the versions has, section by section."""
    rows: list[Row] = []
    for section, take in _SECTIONS.items():
        taken = [take(version) for version in versions]
        names = dict.fromkeys(name for one in taken for name in one)
        rows += [Row(section, name, tuple(one.get(name) for one in taken)) for name in names]
    return rows


def _of(version: Details) -> Signature:
    return version.signature or Signature()
