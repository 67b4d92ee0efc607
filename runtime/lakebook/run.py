"""Run a notebook once, from its first cell to its last, without a browser."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode
from typing_extensions import override

from lakebook import atomic
from lakebook.databricks import formats
from lakebook.databricks.calls import ARGUMENTS, Ended, value_of
from lakebook.databricks.source import mixed
from lakebook.kernel_answer import answer
from lakebook.kernelspecs import KERNELS
from lakebook.transcript import Transcript, duration

FAILED = 1
INTERRUPTED = 130
#: the tags of cells that do not run
SKIPPED = frozenset({"skip-execution"})
#: characters of text after which an output goes on in a new one, at the end of a line
_LARGE = 1_000_000
_POLL = 0.2  # seconds between two looks whether the kernel lives
_START = 120  # seconds for a kernel to start


class RunError(Exception):
    """The notebook cannot be run; one clear sentence."""


def run_notebook(source: Path, **options: Any) -> int:
    """Run a notebook and print what happens; takes what ``run_to_end`` takes.

    Returns:
        The exit code: 0, ``FAILED`` when a cell failed or the kernel died, ``INTERRUPTED``.
    """
    return run_to_end(source, **options).code


def run_to_end(
    source: Path,
    *,
    output: Path | None = None,
    parameters: dict[str, Any] | None = None,
    arguments: dict[str, str] | None = None,
    kernel: str | None = None,
    folder: Path | None = None,
    without: str | None = None,
) -> Ended:
    """Run a notebook, print what happens and tell how it ended.

    Args:
        source: the notebook, of any format that ``lakebook.databricks.formats`` reads.
        output: where the executed notebook is written, again after each cell.
        parameters: values for the cell tagged ``parameters``.
        arguments: values for its widgets.
        kernel: the kernel to use instead of the notebook's own.
        folder: the kernel's working directory; the notebook's folder unless given.
        without: a tag; cells that have it are left out, as those tagged ``skip-execution`` always are.
    """
    notebook, notes = ready(source, parameters, kernel)
    if output and not output.parent.is_dir():
        raise RunError(f"{output} cannot be written: there is no folder {output.parent}.")
    left_out = {*SKIPPED, without}
    transcript = Transcript(code_cells(notebook, left_out))
    for note in notes:
        transcript.problem(f"note: {note}")
    save = partial(write, notebook, output) if output else lambda: None
    runner = Runner(notebook, transcript, left_out, save, arguments, kernel_name=kernel_of(notebook))
    code = asyncio.run(runner.run(folder or formats.file_of(source).resolve().parent, source))
    if output:
        transcript.line(f"Written to {output}")
    return Ended(code, runner.exit_value, runner.failure)


def ready(
    source: Path, parameters: dict[str, Any] | None = None, kernel: str | None = None
) -> tuple[NotebookNode, list[str]]:
    """A notebook, prepared to run with parameters, and what is to be said about them. Raises ``RunError``."""
    notebook = read(source)
    name = kernel or kernel_of(notebook)
    notes: list[str] = []
    if parameters:
        from lakebook.parameters import inject  # papermill takes long to import

        notebook, notes = inject(notebook, parameters, name, _spec(name).language)
    prepare(notebook, name)
    return notebook, notes


def kernel_of(notebook: NotebookNode) -> str:
    """The kernel that a notebook asks for, or ours."""
    return notebook.metadata.get("kernelspec", {}).get("name") or KERNELS[0].name


def prepare(notebook: NotebookNode, kernel: str) -> None:
    """Note the kernel in a notebook that is to run, and remove what it showed before. Raises ``RunError``."""
    spec = _spec(kernel)
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": spec.display_name, "language": spec.language}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def code_cells(notebook: NotebookNode, left_out: Container[str | None] = SKIPPED) -> int:
    """How many cells run."""
    return sum(runs(cell, left_out) for cell in notebook.cells)


def read(source: Path) -> NotebookNode:
    """A notebook file of any format, as version 4 of Jupyter's. Raises ``RunError`` when it is none."""
    try:
        notebook = formats.read(source)
    except formats.FormatError as problem:
        raise RunError(str(problem)) from None
    for number in mixed(notebook):
        raise RunError(
            f"{source} cannot be run: cell {number} begins with lines of MAGIC and goes on without. "
            "Put a separator between the two."
        )
    return notebook


def write(notebook: NotebookNode, output: Path) -> None:
    """Write a notebook so that the file is always whole, without displays that were emptied, such as progress bars."""
    kept = NotebookNode(notebook, cells=[_without_emptied(cell) for cell in notebook.cells])
    atomic.write_bytes(output, nbformat.writes(kept).encode())


def _without_emptied(cell: NotebookNode) -> NotebookNode:
    outputs = cell.get("outputs", [])
    shown = [found for found in outputs if found.output_type != "display_data" or any(found.data.values())]
    return cell if len(shown) == len(outputs) else NotebookNode(cell, outputs=shown)


def _spec(name: str) -> KernelSpec:
    manager = KernelSpecManager()
    try:
        return manager.get_kernel_spec(name)
    except NoSuchKernel:
        if name in {kernel.name for kernel in KERNELS}:
            raise RunError(f"The kernel {name} is not installed; type: lakebook kernel install") from None
        known = ", ".join(sorted(manager.find_kernel_specs()))
        raise RunError(f"The kernel {name} is not installed; there are {known}. Choose one with --kernel.") from None


def runs(cell: NotebookNode, left_out: Container[str | None] = SKIPPED) -> bool:
    """Whether a cell runs: it is code, is not empty, and has no tag that leaves it out."""
    tags = cell.metadata.get("tags", [])
    return cell.cell_type == "code" and bool(cell.source.strip()) and not any(tag in left_out for tag in tags)


class Runner(NotebookClient):
    """nbclient's client with output as it comes, deaths noticed at once, and Ctrl-C for the cell first."""

    def __init__(
        self,
        notebook: NotebookNode,
        transcript: Transcript,
        left_out: Container[str | None],
        save: Callable[[], None],
        arguments: dict[str, str] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(notebook, startup_timeout=_START, iopub_timeout=60, **settings)
        self.log = logging.getLogger("lakebook.run")
        self.log.setLevel(logging.CRITICAL)  # what nbclient logs is said in our words
        if self.kernel_name in {kernel.name for kernel in KERNELS}:
            self.extra_arguments = ["--HistoryManager.hist_file=:memory:"]
        self._transcript = transcript
        self._left_out = left_out
        self._save = save
        self._arguments = arguments or {}
        #: what ``dbutils.notebook.exit`` was given
        self.exit_value: str | None = None
        #: what failed
        self.failure = ""
        self._death = ""
        self._busy = False
        self._began = asyncio.Event()
        self._interrupts = 0
        self._ended = False
        self._closing = False
        self._interrupting: asyncio.Future[None] | None = None

    def create_kernel_manager(self) -> AsyncKernelManager:
        """A manager that encrypts what goes over the loopback, where other users could listen, if the kernel can."""
        self.km = AsyncKernelManager(
            kernel_name=self.kernel_name, transport_encryption="auto" if zmq.has("curve") else "disabled"
        )
        return self.km

    async def run(self, folder: Path, source: Path) -> int:
        """Run all cells in a kernel of their own; returns the exit code."""
        self.create_kernel_manager()
        began = time.monotonic()
        with self._signals():
            try:
                await self._start(folder, source)
                failed = await self._cells()
            except (asyncio.CancelledError, DeadKernelError) as problem:
                if isinstance(problem, DeadKernelError) and not self._death:
                    await self._note_death()  # nbclient looks too, and was first
                if not self._ended and not self._death:
                    raise
                self._problem("ended" if self._ended else self._death)
                failed = True
            finally:
                self._closing = True
                if self.km is not None:
                    await self._async_cleanup_kernel()
                self._save()
        if self._ended or (failed and self._interrupts):
            return INTERRUPTED
        if not failed:
            self._transcript.line(f"Done in {duration(time.monotonic() - began)}")
        return FAILED if failed else 0

    async def _start(self, folder: Path, source: Path) -> None:
        session = {"JPY_SESSION_NAME": str(source.resolve()), ARGUMENTS: json.dumps(self._arguments)}
        try:
            await self.async_start_new_kernel(cwd=str(folder), env={**os.environ, **session})
            assert isinstance(self.km, AsyncKernelManager)
            self.kc = client = self.km.client()
            assert isinstance(client, AsyncKernelClient)
            client.start_channels()
            client.allow_stdin = False
            info = await answer(self.km, client, _START)
        except (OSError, RuntimeError) as problem:
            raise RunError(f"The kernel {self.kernel_name} did not start: {problem}") from None
        self.nb.metadata["language_info"] = info["language_info"]

    async def _cells(self) -> bool:
        """Run the cells; returns whether one failed."""
        number = 0
        for index, cell in enumerate(self.nb.cells):
            if not runs(cell, self._left_out):
                continue
            number += 1
            self._transcript.cell(number, cell.source)
            began = time.monotonic()
            try:
                await self._watched(cell, index)
            except CellExecutionError as failure:
                self._transcript.time(number, time.monotonic() - began)
                self._problem(f"cell {number} failed: {failure.ename}: {failure.evalue}".splitlines()[0])
                return True
            finally:
                self._save()
            self._transcript.time(number, time.monotonic() - began)
            if self.exit_value is not None:
                break
        self.set_widgets_metadata()
        return False

    def _problem(self, failure: str) -> None:
        self.failure = failure
        self._transcript.problem(failure)

    async def _watched(self, cell: NotebookNode, index: int) -> None:
        self._busy, self._interrupts = True, 0
        self._began.clear()
        watch = asyncio.ensure_future(self._watch())
        try:
            await self.async_execute_cell(cell, index)
        finally:
            self._busy = False
            watch.cancel()

    async def _watch(self) -> None:
        """End the wait for the running cell as soon as the kernel's process is gone."""
        assert self.km is not None
        while await ensure_async(self.km.is_alive()):
            await asyncio.sleep(_POLL)
        await self._note_death()
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()

    async def _note_death(self) -> None:
        provisioner = self.km.provisioner if self.km is not None else None
        self._death = _death(await provisioner.poll() if provisioner else None)

    async def _interrupt(self) -> None:
        await self._began.wait()  # before that the kernel would not know what to interrupt
        if self.km is not None:
            await ensure_async(self.km.interrupt_kernel())

    @override
    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        if msg["msg_type"] == "execute_input":
            self._began.set()
        value = value_of(msg)
        if value is not None:
            self.exit_value = value
        output = super().process_message(msg, cell, cell_index)
        if output is not None and cell.outputs and cell.outputs[-1] is output:
            _merge_text(cell.outputs)
        self._transcript.message(msg)
        return output

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None

        def end() -> None:
            if self._closing:
                return
            self._ended = True
            self.shutdown_kernel = "immediate"
            task.cancel()

        def interrupt() -> None:
            self._interrupts += 1
            if not self._busy or self._interrupts > 1:
                end()
                return
            self._transcript.problem("interrupting the cell; press Ctrl-C again to end")
            self._interrupting = asyncio.ensure_future(self._interrupt())

        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        loop.add_signal_handler(signal.SIGINT, interrupt)
        loop.add_signal_handler(signal.SIGTERM, end)
        try:
            yield
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)  # which leaves the system's own effect
                signal.signal(number, handler)


def _merge_text(outputs: list[NotebookNode]) -> None:
    """Make the last output one with the text before it: what shows a notebook begins a line with each output.

    Not at the end of the cell, since updates go to displays by their places.
    """
    if len(outputs) < 2:
        return
    before, last = outputs[-2:]
    if not before.output_type == last.output_type == "stream" or before.name != last.name:
        return
    if len(before.text) < _LARGE or not before.text.endswith("\n"):
        before.text += outputs.pop().text


def _death(code: int | None) -> str:
    if code is None:
        return "the kernel died"
    if code < 0:
        with suppress(ValueError):
            return f"the kernel was killed by {signal.Signals(-code).name}"
    return f"the kernel ended with exit code {code}"
