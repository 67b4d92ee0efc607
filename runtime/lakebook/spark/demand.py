"""A ``SparkContext`` that is there when PySpark first needs it, as in a Databricks notebook, and no sooner.

``col("x")``, ``@udf("long")`` or ``Window.partitionBy("x")`` need one, though nobody has named ``spark`` yet. PySpark
looks for it in an attribute of the class and takes its absence for a mistake.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

#: modules of PySpark that ask whether there is a context, and do without
_ASK = ("pyspark.core.context", "pyspark.sql.session")
#: whoever asks for the active session to see whether Spark is used at all
_SEE = ("mlflow",)


class _Absent:
    """Stands where the context would be: whoever needs that gets it made."""

    #: makes it; a process has one notebook at a time
    attach: Callable[[], object]

    def __get__(self, instance: object, owner: type[SparkContext]) -> SparkContext | None:
        reader = sys._getframe(1)
        module = str(reader.f_globals.get("__name__"))
        if not module.startswith("pyspark.") or module in _ASK or reader.f_code.co_name == "__del__":
            return None
        self.attach()
        context = vars(owner)["_active_spark_context"]
        return None if context is self else context


_absent: _Absent | None = None


def install(attach: Callable[[], object]) -> None:
    """Let PySpark call ``attach``, which makes a context, where it needs one that is not there."""
    global _absent
    if _absent is None:
        _absent = _Absent()
        forget()
        _give_active_session(_absent)
    _absent.attach = attach


def forget() -> None:
    """There is no context any more."""
    from pyspark import SparkContext

    SparkContext._active_spark_context = _absent  # type: ignore[assignment]


def _give_active_session(absent: _Absent) -> None:
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession.__func__  # type: ignore[attr-defined]

    def active_session(cls: type[SparkSession]) -> SparkSession | None:
        module = str(sys._getframe(1).f_globals.get("__name__"))
        if module.partition(".")[0] not in _SEE and "SPARK_REMOTE" not in os.environ:  # a session elsewhere
            absent.attach()
        session: SparkSession | None = active(cls)
        return session

    SparkSession.getActiveSession = classmethod(active_session)  # type: ignore[method-assign, assignment]
