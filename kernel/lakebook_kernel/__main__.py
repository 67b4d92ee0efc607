"""``python -m lakebook_kernel -f CONNECTION_FILE [--language sql]``: what a kernelspec starts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

# the folder that -m put there: a file of the notebook must not pass for a module of ours
if sys.path[0] == str(Path.cwd()):
    del sys.path[0]

from ipykernel.kernelapp import IPKernelApp, kernel_aliases
from traitlets import Type
from typing_extensions import override

from lakebook_kernel.kernel import LakebookKernel
from lakebook_kernel.publishing import WaitingSocket


class LakebookKernelApp(IPKernelApp):
    """Starts the kernel; ``--language`` is the language of cells that name none."""

    name = "lakebook-kernel"
    kernel_class = Type(LakebookKernel, klass="ipykernel.kernelbase.Kernel").tag(config=True)  # type: ignore[assignment]
    classes = [LakebookKernel, *IPKernelApp.classes]  # noqa: RUF012
    aliases = {**kernel_aliases, "language": "LakebookKernel.default_language"}  # noqa: RUF012

    @override
    def init_iopub(self, context: Any) -> None:
        super().init_iopub(context)  # type: ignore[no-untyped-call]
        thread = self.iopub_thread
        thread.schedule(lambda: setattr(thread, "socket", WaitingSocket(thread.socket)))

    @override
    def start(self) -> None:
        """Run until the kernel is asked to end.

        The thread that answers has what was printed sent by another one, which ends when this process does: it would
        wait for that.
        """
        super().start()  # type: ignore[no-untyped-call]
        control = self.control_thread
        if control is not None and control.is_alive():
            control.stop()
            control.join()


if __name__ == "__main__":
    LakebookKernelApp.launch_instance()
