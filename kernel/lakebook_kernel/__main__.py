"""``python -m lakebook_kernel -f CONNECTION_FILE [--language sql]``: what a kernelspec starts."""

from __future__ import annotations

from typing import ClassVar

from ipykernel.kernelapp import IPKernelApp, kernel_aliases
from traitlets import Type

from lakebook_kernel.kernel import LakebookKernel


class LakebookKernelApp(IPKernelApp):
    """Starts the kernel; ``--language`` is the language of cells that name none."""

    name = "lakebook-kernel"
    kernel_class = Type(LakebookKernel, klass="ipykernel.kernelbase.Kernel").tag(config=True)
    classes: ClassVar[list[type]] = [LakebookKernel, *IPKernelApp.classes]
    aliases: ClassVar[dict[str, str]] = {**kernel_aliases, "language": "LakebookKernel.default_language"}


if __name__ == "__main__":
    LakebookKernelApp.launch_instance()
