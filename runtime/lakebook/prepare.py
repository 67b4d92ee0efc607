"""Setting up: what is downloaded, compiled or registered once, so that no notebook has to wait for it."""

from __future__ import annotations

from collections.abc import Callable

from lakebook import kernelspecs
from lakebook.config import find_workspace
from lakebook.spark.prepare import prepare as prepare_spark
from lakebook.tracking.template import empty_database


def prepare(report: Callable[[str], None]) -> None:
    """Register the kernels, and make ready what the first run and Spark's first start would wait for; quick when all
    is there.

    Raises:
        DriverError: Spark cannot be made ready.
    """
    kernelspecs.install()
    empty_database(report)
    prepare_spark(report, find_workspace().spark)
