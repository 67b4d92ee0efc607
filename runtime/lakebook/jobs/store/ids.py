"""Numbers of jobs, runs and task runs.

All are from one sequence, since Databricks' API takes a task run's number where a run's may be.
"""

from __future__ import annotations

from sqlalchemy import Connection, update

from lakebook.jobs.store.schema import sequences


def take_ids(connection: Connection, count: int) -> range:
    """Numbers that nobody else gets."""
    statement = update(sequences).where(sequences.c.name == "ids").values(value=sequences.c.value + count)
    last = connection.scalar(statement.returning(sequences.c.value))
    if last is None:
        last = count
        connection.execute(sequences.insert().values(name="ids", value=last))
    return range(last - count + 1, last + 1)
