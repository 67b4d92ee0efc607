"""The tables of one kernel, for those who show frames and for browsers that look at them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comm.base_comm import BaseComm, CommManager
    from pyspark.sql import DataFrame

    from lakebook_kernel.driver import Driver
    from lakebook_kernel.paging.comm import TablesComm
    from lakebook_kernel.paging.kept import KeptTables
    from lakebook_kernel.paging.source import Source

#: what a front end opens a comm of; see ``paging.comm``
TARGET = "lakebook.tables"


class KernelTables:
    """Keeps frames that are shown, and answers who asks for more of them.

    Args:
        manager: of the kernel's comms.
        cell: the cell that runs; see ``KeptTables``.
        driver: what the kernel knows of Spark.
    """

    def __init__(self, manager: CommManager, cell: Callable[[], tuple[str, str]], driver: Driver) -> None:
        self._cell = cell
        self._driver = driver
        self._lock = threading.Lock()
        self._made: tuple[KeptTables, TablesComm] | None = None
        manager.register_target(TARGET, self._opened)

    def keep(self, frame: Any) -> str | None:
        """Keep a frame that is shown as a table. See ``Keep``."""
        kept, comm = self._parts()
        handle = kept.keep(frame)
        if handle is not None:
            comm.shown(handle)
        return handle

    def keep_shown(self, number: int) -> str | None:
        """Keep a frame that Scala has shown; the driver has it by this number, and is asked when somebody looks."""
        from lakebook_kernel.paging.kept import ShownFrame

        return self.keep(ShownFrame(lambda: self._shown(number)))

    def close(self) -> None:
        """Let go of all, and answer nothing more."""
        if self._made is not None:
            self._made[1].close()

    def _opened(self, comm: BaseComm, message: dict[str, Any]) -> None:
        self._parts()[1].opened(comm)

    def _parts(self) -> tuple[KeptTables, TablesComm]:
        """Made when the first table is shown or asked for: a kernel that shows none starts without them."""
        with self._lock:
            if self._made is None:
                from lakebook_kernel.paging.comm import TablesComm
                from lakebook_kernel.paging.kept import KeptTables

                kept = KeptTables(self._cell, self._source)
                self._made = kept, TablesComm(kept)
            return self._made

    def _shown(self, number: int) -> DataFrame | None:
        from pyspark.sql import DataFrame

        found = self._driver.if_attached(lambda notebook: notebook.shownFrame(number), None)
        return None if found is None else DataFrame(found, self._driver.session())

    def _source(self, frame: DataFrame) -> Source:
        from lakebook_kernel.paging.spark import SparkSource

        return SparkSource(frame, self._driver.if_attached)
