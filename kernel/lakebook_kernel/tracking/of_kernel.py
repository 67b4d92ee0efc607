"""What a kernel has of MLflow: its runs are recorded, fits record themselves, every language has the verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from lakebook.imports import AfterImport
from lakebook.tracking.tables import TableUse
from lakebook_kernel.languages import PYTHON
from lakebook_kernel.languages.base import CellError, Tracking
from lakebook_kernel.tracking.autolog import Autologging
from lakebook_kernel.tracking.delta_rs import DeltaRs
from lakebook_kernel.tracking.notebook import Notebook
from lakebook_kernel.tracking.recorder import Recorder

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject

    from lakebook.config import Workspace
    from lakebook_kernel.cell import Cell
    from lakebook_kernel.kernel import LakebookKernel
    from lakebook_kernel.questions import Subject
    from lakebook_kernel.tracking.driver_verbs import DriverVerbs
    from lakebook_kernel.tracking.spark_fits import SparkFits
    from lakebook_kernel.tracking.verbs import Verbs


class KernelTracking(Tracking):
    """Made with the kernel; MLflow is imported when a library that fits, a verb or the user asks for it."""

    def __init__(self, kernel: LakebookKernel, workspace: Callable[[], Workspace]) -> None:
        self._kernel = kernel
        self.recorder = Recorder(_notebook_of(kernel), kernel.say)
        self.recorder.set_environment(workspace)
        self.autologging = Autologging(self.recorder.autolog, kernel.say)
        self.autologging.install()
        AfterImport({"mlflow.spark"}, _replace_relogged).install()
        note = self.recorder.note
        DeltaRs(lambda table: note(TableUse([table])), lambda write: note(TableUse([], [write]))).install()

    @property
    @override
    def autolog(self) -> bool:
        return self.autologging.on

    @override
    def answer(self, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        from lakebook_kernel.tracking.verbs import VerbError

        try:
            return self._verbs.answer(verb, arguments)
        except VerbError as refused:
            raise CellError("MlflowException", str(refused)) from None

    @override
    def log_fits(self, fits: Sequence[JavaObject], *, interrupted: bool) -> None:
        self._spark_fits.log(fits, interrupted=interrupted)

    def answer_driver(self, verb: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
        """One of MLflow's verbs for code that runs in the driver; not on the main thread, which waits for that code."""
        return self._driver_verbs.answer(verb, arguments, subject)

    @cached_property
    def _driver_verbs(self) -> DriverVerbs:
        from lakebook_kernel.tracking.driver_verbs import DriverVerbs

        driver, note = self._kernel.driver, self.recorder.note
        return DriverVerbs(lambda: self._verbs, self._kernel.spark, lambda: note(driver.take_tables()))

    @cached_property
    def _spark_fits(self) -> SparkFits:
        from lakebook_kernel.tracking.spark_fits import SparkFits

        return SparkFits(self._kernel.spark, self._kernel.say)

    @cached_property
    def _verbs(self) -> Verbs:
        from lakebook_kernel.tracking.verbs import Verbs

        return Verbs(self._kernel.folder)

    def end_cell(self, cell: Cell, *, failed: bool) -> None:
        """Record the runs that a cell, which has just run, has made."""
        self.recorder.end(*_names_of(self._kernel, cell), failed=failed)


def _replace_relogged() -> None:
    from lakebook_kernel.tracking import spark_relogged

    spark_relogged.wrap()


def _notebook_of(kernel: LakebookKernel) -> Notebook:
    """The notebook of a kernel; nothing is asked of it before a run wants it."""
    history = kernel.ipython.history_manager
    assert history is not None
    return Notebook(
        folder=kernel.folder,
        names=kernel.names,
        workspace=kernel.workspace,
        sources=lambda: history.input_hist_raw[1:],
        metadata=lambda: {**_kernelspec(kernel.default_language), "language_info": kernel.language_info},
        spark_tables=kernel.driver.take_tables,
        session=lambda: kernel.driver.session() if kernel.driver.attached else None,
        whole=lambda: kernel.waiting(lambda: None),
        r_packages=lambda: kernel.language("r").packages(),
    )


def _names_of(kernel: LakebookKernel, cell: Cell) -> tuple[Callable[[], set[str]], Callable[[], set[str]]]:
    """The names that a cell, which has just run, has read; those that it bound or whose values it changed."""
    if cell.language == PYTHON:
        return lambda: kernel.python_names.read_by(cell.code), lambda: kernel.python_names.touched_by(cell.code)
    return lambda: kernel.sharing.used, lambda: kernel.sharing.bound


def _kernelspec(language: str) -> dict[str, Any]:
    """The metadata that opens a notebook with our kernel of a default language."""
    from lakebook.kernelspecs import KERNELS

    kernel = next((kernel for kernel in KERNELS if kernel.default == language), KERNELS[0])
    shown = kernel.spec()["display_name"]
    return {"kernelspec": {"name": kernel.name, "display_name": shown, "language": kernel.language}}
