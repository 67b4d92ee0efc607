"""DuckDB cells: SQL on Delta tables and on Python's frames without Spark."""

from lakebook_kernel.languages.duckdb.language import DuckDBLanguage

__all__ = ["DuckDBLanguage"]
