"""Delta tables that all notebooks write, and the ledger of what must be in them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

ROWS, KEYS = "soak_rows", "soak_keys"


@dataclass
class SharedTables:
    """Who wrote what. A write that was disturbed is there as a whole or not at all."""

    #: batches, and of how many rows they are
    _sure: dict[str, int] = field(default_factory=dict)
    _perhaps: dict[str, int] = field(default_factory=dict)
    #: keys, and what they may have
    _keys: dict[str, set[int | None]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def appended(self, batch: str, rows: int, *, sure: bool) -> None:
        with self._lock:
            (self._sure if sure else self._perhaps)[batch] = rows

    def merged(self, key: str, value: int, *, sure: bool) -> None:
        with self._lock:
            if sure:
                self._keys[key] = {value}
            else:
                self._keys.setdefault(key, {None}).add(value)

    def complaints(self, batches: dict[str, list[int]], keys: dict[str, list[int]]) -> list[str]:
        """What is wrong: ``batches`` are the numbers of each batch's rows, ``keys`` the values of each key's rows."""
        wrong = []
        for batch, rows in self._sure.items():
            if sorted(batches.get(batch, [])) != list(range(rows)):
                wrong.append(f"{ROWS}: batch {batch} must have {rows} rows and has {sorted(batches.get(batch, []))}")
        for batch, found in batches.items():
            if batch in self._sure:
                continue
            if sorted(found) != list(range(self._perhaps.get(batch, 0))):
                wrong.append(f"{ROWS}: batch {batch} was disturbed or refused, and has {sorted(found)}")
        for key, values in self._keys.items():
            there = keys.get(key, [])
            if (there[0] if there else None) not in values or len(there) > 1:
                wrong.append(f"{KEYS}: {key} must be one of {values} and is {there}")
        wrong += [f"{KEYS}: nobody wrote {key}" for key in keys.keys() - self._keys.keys()]
        return wrong

    @property
    def writes(self) -> int:
        return len(self._sure) + len(self._perhaps) + len(self._keys)
