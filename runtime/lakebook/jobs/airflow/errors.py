"""What a job has that Airflow cannot do."""

from __future__ import annotations


class ExportError(ValueError):
    """A job cannot be a DAG; the message names the field, and says why."""
