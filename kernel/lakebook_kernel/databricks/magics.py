"""Databricks' magics that belong to no language: in Python cells they are magics of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

if TYPE_CHECKING:
    from lakebook_kernel.kernel import LakebookKernel


@magics_class
class DatabricksMagics(Magics):
    """A cell that begins with one of them is Python's, whatever the notebook's default language."""

    @line_magic
    def pip(self, line: str) -> None:
        """Run pip: what it installs is this notebook's alone, and found first."""
        from lakebook_kernel.databricks.pip import Pip

        kernel = self._kernel
        Pip(kernel.packages, kernel, lambda path: kernel.databricks.paths().local(path)).run(line)

    @line_magic
    def fs(self, line: str) -> Any:
        """``%fs ls /path``: a function of ``dbutils.fs``, whose result is shown."""
        from lakebook_kernel.databricks.fs_line import run

        return run(self._kernel.databricks.fs, line)

    @line_magic
    def conda(self, line: str) -> None:
        """Not here; says what to use."""
        raise UsageError("%conda is not supported, as on Databricks now: install with %pip install PACKAGE.")

    @property
    def _kernel(self) -> LakebookKernel:
        kernel: LakebookKernel = self.shell.kernel  # type: ignore[union-attr]
        return kernel
