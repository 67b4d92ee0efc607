"""Functions that Databricks' notebooks call without importing them."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from lakebook_kernel.databricks.dbutils import DBUtils


class Functions:
    """``sql``, ``table``, ``udf`` and ``getArgument``, where nothing else has these names.

    Args:
        session: the notebook's, made when needed.
        dbutils: the notebook's.
    """

    def __init__(self, session: Callable[[], SparkSession], dbutils: DBUtils) -> None:
        self._session = session
        self._dbutils = dbutils

    def install(self) -> None:
        """Let every cell and module see them, below what is bound by any language."""
        vars(builtins).update({name: getattr(self, name) for name in ("sql", "table", "udf", "getArgument")})

    def sql(self, sqlQuery: str, *args: Any, **options: Any) -> DataFrame:  # noqa: N803  Spark's name
        """``spark.sql``."""
        return self._session().sql(sqlQuery, *args, **options)

    def table(self, tableName: str) -> DataFrame:  # noqa: N803  Spark's name
        """``spark.table``."""
        return self._session().table(tableName)

    def udf(self, *args: Any, **options: Any) -> Any:
        """``pyspark.sql.functions.udf``."""
        from pyspark.sql.functions import udf

        return udf(*args, **options)

    def getArgument(self, name: str, defaultValue: str | None = None) -> str:  # noqa: N802, N803  Databricks' names
        """``dbutils.widgets.getArgument``."""
        value: str = self._dbutils.widgets.getArgument(name, defaultValue)
        return value
