"""Definitions of jobs: YAML as Databricks' bundles have it, read, resolved and checked.

Jobs have the fields of ``JobSettings`` in ``databricks.sdk.service.jobs``, which knows their types; ``schema`` has what
is otherwise here, ``rules`` what types cannot say. All that is wrong is told at once.
"""

from lakebook.jobs.definitions.bundle import Bundle, Definition, load
from lakebook.jobs.definitions.errors import DefinitionError, Problem
from lakebook.jobs.definitions.job import check_settings

__all__ = ["Bundle", "Definition", "DefinitionError", "Problem", "check_settings", "load"]
