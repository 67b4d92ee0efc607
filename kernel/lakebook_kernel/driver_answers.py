"""What code in the driver asks of the kernel, and who in it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import DataFrame

    from lakebook_kernel.kernel import LakebookKernel
    from lakebook_kernel.questions import Subject


class DriverAnswers:
    """Answers for one kernel: a function of ``dbutils``, or a verb of MLflow's."""

    def __init__(self, kernel: LakebookKernel) -> None:
        self._kernel = kernel

    def __call__(self, what: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
        """What the function of that name returns, as JSON has it."""
        from lakebook_kernel.databricks.driver_calls import answering

        kernel = self._kernel
        return answering(kernel.databricks.call, self._frame, kernel.tracking.answer_driver)(what, arguments, subject)

    def _frame(self, frame: JavaObject) -> DataFrame:
        from pyspark.sql import DataFrame

        return DataFrame(frame, self._kernel.spark())
