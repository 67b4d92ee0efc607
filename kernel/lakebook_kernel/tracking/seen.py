"""The Delta tables that a notebook has read and written so far, and those of its running cell."""

from __future__ import annotations

import threading

from lakebook.tracking.tables import TableUse, TableVersion, Write


class TablesSeen:
    """Noted from any thread. Of what was written, the newest version of each table is kept beyond its cell."""

    def __init__(self) -> None:
        self._read: dict[TableVersion, None] = {}
        self._written: dict[str, Write] = {}
        self._of_cell = TableUse()
        self._guard = threading.Lock()

    def begin_cell(self) -> None:
        """What is noted from now on is another cell's."""
        with self._guard:
            self._of_cell = TableUse()

    def note(self, use: TableUse) -> None:
        """The running cell has read and written these."""
        with self._guard:
            for table in use.read:
                self._read.setdefault(table)
                if table not in self._of_cell.read:
                    self._of_cell.read.append(table)
            for write in use.written:
                self._written.pop(write.table.location, None)
                self._written[write.table.location] = write
            self._of_cell.written.extend(use.written)

    @property
    def nothing_read(self) -> bool:
        """Whether the notebook has read no table at all."""
        return not self._read

    @property
    def of_cell(self) -> TableUse:
        """What the running cell has read and written."""
        with self._guard:
            return TableUse(list(self._of_cell.read), list(self._of_cell.written))

    @property
    def so_far(self) -> TableUse:
        """What the notebook has read until now, in the order of first use, and what it wrote last to each table."""
        with self._guard:
            return TableUse(list(self._read), list(self._written.values()))
