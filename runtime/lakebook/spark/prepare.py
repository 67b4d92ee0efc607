"""Everything that a first driver would wait for, done before: at set-up."""

from __future__ import annotations

from collections.abc import Callable

from lakebook.config import SparkSettings
from lakebook.spark import archive
from lakebook.spark.errors import DriverError
from lakebook.spark.java import find_java
from lakebook.spark.launch import parts


def prepare(report: Callable[[str], None] = lambda text: None, settings: SparkSettings | None = None) -> None:
    """Fetch the libraries, compile the bridge, make the class-data archive; quick when all is there.

    Raises:
        DriverError: no Java can be used, the libraries cannot be fetched, or the bridge cannot be compiled.
    """
    java = find_java(settings)
    class_path = parts(java, report).class_path
    try:
        archive.make(java, class_path, report)
    except DriverError as problem:
        report(f"Spark will start slower: {problem}")
