"""JupyterLab's server in a process of its own, which ends with the one that started it."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys

from jupyter_server.serverapp import ServerApp
from jupyter_server_ydoc.rooms import DocumentRoom
from jupyterlab.labapp import LabApp

#: seconds that edits of the last moment have to get into their files
_SAVING = 3.0


class LabServer(ServerApp):
    """Jupyter's server."""

    async def _cleanup(self) -> None:
        await self._save_documents()
        await super()._cleanup()

    async def _save_documents(self) -> None:
        """Save what was edited in the moment before the end."""
        collaboration = self.extension_manager.extension_points["jupyter_server_ydoc"].app
        rooms = collaboration.ywebsocket_server.rooms.values()
        edited = [room for room in rooms if isinstance(room, DocumentRoom) and room.ready and room._document.dirty]
        if saving := [task for room in edited if (task := room._save_to_disc())]:
            await asyncio.wait(saving, timeout=_SAVING)


class Lab(LabApp):
    """JupyterLab on that server."""

    serverapp_class = LabServer

    @classmethod
    def get_extension_package(cls) -> str:
        """The package by which Jupyter's server knows it."""
        return "jupyterlab"


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM."""
    Lab.launch_instance(sys.argv[1:] if arguments is None else arguments)
    # all is done, and what others have left open, threads and ZeroMQ's sockets, would keep the process for ever
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
