"""The object ``dbutils``, whose parts are made when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from lakebook_kernel.databricks.of_kernel import Databricks

#: the parts, and what each is for
PARTS = {
    "credentials": "roles of a cloud, which there are none of here",
    "data": "what is in a frame",
    "fs": "files by Databricks' paths",
    "jobs": "values that the tasks of a job hand on",
    "library": "libraries of Python",
    "notebook": "end this notebook, run another one, ask where this one is",
    "secrets": "passwords and the like, which are never shown",
    "widgets": "values that the notebook is given from outside",
}


class DBUtils:
    """``dbutils``, as Databricks' notebooks know it."""

    def __init__(self, databricks: Databricks) -> None:
        self.__databricks = databricks

    def __getattr__(self, name: str) -> Any:
        if name in PARTS:
            return getattr(self.__databricks, name)
        raise AttributeError(f"dbutils has no {name} here; there are {', '.join(PARTS)}.")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "dbutils stays in the notebook: take what a function for Spark's workers needs out of it first."
        )

    def __dir__(self) -> list[str]:
        return [*PARTS, "help"]

    def help(self) -> None:
        """Print what the parts are."""
        print(
            "\n".join([*(f"{name}: {use}" for name, use in PARTS.items()), "", "dbutils.fs.help() says more of one."])
        )

    def __repr__(self) -> str:
        return f"dbutils: {', '.join(PARTS)}. dbutils.help() says what they do."


class PysparkModule(MetaPathFinder, Loader):
    """The module ``pyspark.dbutils``, of Databricks' PySpark: ``DBUtils(spark)`` is the notebook's ``dbutils``."""

    NAME = "pyspark.dbutils"

    def __init__(self, dbutils: DBUtils) -> None:
        self._dbutils = dbutils

    def install(self) -> None:
        """Let it be found where PySpark has none of its own."""
        sys.meta_path.append(self)

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        """The module, and no other."""
        return spec_from_loader(fullname, self) if fullname == self.NAME else None

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its class."""
        made = self._dbutils

        class Made:
            """Whatever it is made with, it is the notebook's own."""

            def __new__(cls, *arguments: Any) -> DBUtils:  # type: ignore[misc]
                return made

        vars(module)["DBUtils"] = Made
