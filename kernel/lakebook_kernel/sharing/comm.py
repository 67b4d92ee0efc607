"""The list of names over Jupyter's comms, for whoever shows it beside the notebook."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lakebook_kernel.sharing.listing import Listed, NameList

if TYPE_CHECKING:
    from comm.base_comm import BaseComm, CommManager

#: A front end opens a comm of this target. It gets ``{"names": [{"name", "type", "size", "owner", "copies", "glance",
#: "is_frame", "is_aside"}, …], "whole": …}`` then and after every cell. To ``{"columns": name}`` the answer is
#: ``{"columns": name, "of": [[name, type], …]}``, or ``{"columns": name, "problem": "…"}``.
TARGET = "lakebook.names"


class VariablesComm:
    """Sends the list to all who asked for it; while nobody has, it costs nothing.

    Front ends may share a comm, which one of them opens again when its page is loaded anew.

    Args:
        manager: the kernel's comms.
        listing: the names of all languages.
        soon: calls something on the main thread when no cell keeps it busy: front ends ask on any thread.
    """

    def __init__(
        self,
        manager: CommManager,
        listing: NameList,
        soon: Callable[[Callable[[], None]], None],
    ) -> None:
        self._listing = listing
        self._soon = soon
        self._open: dict[str, BaseComm] = {}
        manager.register_target(TARGET, self._opened)

    def update(self) -> None:
        """Send the list as it is now; called after every cell."""
        if self._open:
            self._send(self._listing.whole(), whole=True)

    def _send(self, listed: list[Listed], *, whole: bool) -> None:
        names = [asdict(entry) for entry in listed]
        for comm in list(self._open.values()):
            comm.send({"names": names, "whole": whole})

    def _opened(self, comm: BaseComm, message: dict[str, Any]) -> None:
        self._open[comm.comm_id] = comm
        comm.on_close(lambda _: self._closed(comm))
        comm.on_msg(lambda asked: self._asked(comm, asked["content"]["data"]))
        if threading.current_thread() is not threading.main_thread():
            self._send(self._listing.of_python(), whole=False)  # a cell may run for long
        self._soon(self.update)

    def _closed(self, comm: BaseComm) -> None:
        del self._open[comm.comm_id]

    def _asked(self, comm: BaseComm, data: dict[str, Any]) -> None:
        name = data.get("columns")
        if isinstance(name, str):
            # on a thread of its own: Spark is asked, and what the main thread asks it counts as the cell's
            threading.Thread(target=self._tell_columns, args=(comm, name), name="lakebook columns", daemon=True).start()

    def _tell_columns(self, comm: BaseComm, name: str) -> None:
        from lakebook_kernel.sharing.columns import columns_of

        try:
            comm.send({"columns": name, "of": columns_of(self._listing.value(name))})
        except KeyError:
            comm.send({"columns": name, "problem": f"{name} is no longer a variable of Python's."})
        except Exception as problem:  # of Spark's, or of a class of the user's
            said = next(iter(str(problem).splitlines()), "")
            comm.send({"columns": name, "problem": f"Its columns cannot be had: {said or type(problem).__name__}"})
