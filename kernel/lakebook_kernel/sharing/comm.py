"""The list of names over Jupyter's comms, for whoever shows it beside the notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lakebook_kernel.sharing.listing import Listed

if TYPE_CHECKING:
    from comm.base_comm import BaseComm, CommManager

#: a front end opens a comm of this target; it gets ``{"names": [{"name", "type", "size", "owner", "copies"}, …]}`` then
#: and after every cell
TARGET = "lakebook.names"


class VariablesComm:
    """Sends the list to all who asked for it; while nobody has, it costs nothing."""

    def __init__(
        self,
        manager: CommManager,
        listing: Callable[[], list[Listed]],
        soon: Callable[[Callable[[], None]], None],
    ) -> None:
        """``soon`` calls something on the main thread when no cell keeps it busy: front ends ask on any thread."""
        self._listing = listing
        self._soon = soon
        self._open: list[BaseComm] = []
        manager.register_target(TARGET, self._opened)

    def update(self) -> None:
        """Send the list as it is now; called after every cell."""
        if not self._open:
            return
        names = [asdict(entry) for entry in self._listing()]
        for comm in self._open:
            comm.send({"names": names})

    def _opened(self, comm: BaseComm, message: dict[str, Any]) -> None:
        self._open.append(comm)
        comm.on_close(lambda _: self._open.remove(comm))
        self._soon(self.update)
