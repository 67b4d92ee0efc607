"""The tables. Times are milliseconds since the epoch, as the Jobs API has them."""

from __future__ import annotations

# SQLAlchemy asks what is imported of it how to read a value: a statement that is built while another thread, MLflow's,
# imports this fails
import sqlalchemy.orm  # noqa: F401
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
)

#: raised when a table changes in a way that older code cannot read
VERSION = 1

metadata = MetaData()
_JSON = JSON(none_as_null=True)

#: the last number given out, by the name of the sequence; ``schema`` has the tables' version
sequences = Table(
    "sequences", metadata, Column("name", String(40), primary_key=True), Column("value", BigInteger, nullable=False)
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
    # none of the three: made through the API
    Column("bundle", String(255)),
    Column("target", String(255)),
    Column("key", String(255)),
    Column("name", String(4096), nullable=False, index=True),
    Column("creator", String(255)),
    Column("created_time", BigInteger, nullable=False),
    # when what makes it run (schedule, trigger, continuous, paused) last changed: since when due times count
    Column("armed_time", BigInteger, nullable=False),
    Column("settings", _JSON, nullable=False),
    Column("root", Text, nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("last_number", BigInteger, nullable=False, default=0),
    UniqueConstraint("bundle", "target", "key"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("job_id", BigInteger, ForeignKey("jobs.job_id")),
    Column("run_name", String(4096), nullable=False),
    Column("number_in_job", BigInteger, nullable=False),
    Column("trigger", String(40), nullable=False),
    Column("due_time", BigInteger),
    Column("trigger_info", _JSON),
    Column("state", String(40), nullable=False),
    # while TERMINATING: what it will be
    Column("result", String(40)),
    Column("message", Text),
    Column("settings", _JSON, nullable=False),
    Column("root", Text, nullable=False),
    Column("parameters", _JSON, nullable=False),
    Column("task_parameters", _JSON, nullable=False),
    Column("only_tasks", _JSON),
    Column("start_time", BigInteger, nullable=False),
    Column("execution_start", BigInteger),
    # when it, or its latest repair, left the queue
    Column("admitted_time", BigInteger),
    Column("end_time", BigInteger, index=True),
    Column("idempotency_token", String(64), unique=True),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("parent_task_run", BigInteger, unique=True),
    Column("repairs", _JSON, nullable=False),
    Column("mlflow_run", String(64)),
    # when it was found to take longer than its health rules say
    Column("warned_time", BigInteger),
    Column("creator", String(255)),
    UniqueConstraint("job_id", "due_time"),
    Index("runs_of_job", "job_id", "start_time"),
    Index("runs_by_start", "start_time", "run_id"),
)

task_runs = Table(
    "task_runs",
    metadata,
    Column("task_run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, ForeignKey("runs.run_id"), nullable=False),
    Column("task_key", String(100), nullable=False),
    Column("attempt", Integer, nullable=False),
    # of how many tries this one is a repetition, since the run or its repair began
    Column("retry", Integer, nullable=False, default=0),
    Column("iteration", Integer),
    Column("input", _JSON),
    Column("state", String(40), nullable=False),
    # while TERMINATING: what it will be
    Column("result", String(40)),
    Column("message", Text),
    Column("created_time", BigInteger, nullable=False),
    Column("start_time", BigInteger),
    Column("end_time", BigInteger),
    Column("retry_at", BigInteger),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("owner", String(64)),
    Column("expires", BigInteger),
    Column("process", _JSON),
    Column("output", _JSON),
    Column("mlflow_run", String(64)),
    # whether the messages about its end are in the outbox
    Column("notified", Boolean, nullable=False, default=False),
    # when it was found to take longer than its health rules say
    Column("warned_time", BigInteger),
)
Index(
    "task_runs_attempts",
    task_runs.c.run_id,
    task_runs.c.task_key,
    func.coalesce(task_runs.c.iteration, -1),
    task_runs.c.attempt,
    unique=True,
)
_some_process = task_runs.c.process.is_not(None)
Index(
    "task_runs_processes",
    task_runs.c.task_run_id,
    sqlite_where=_some_process,
    postgresql_where=_some_process,
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(255), nullable=False),
    Column("expires", BigInteger, nullable=False),
)

triggers = Table(
    "triggers",
    metadata,
    Column("job_id", BigInteger, ForeignKey("jobs.job_id"), primary_key=True, autoincrement=False),
    # schedule, periodic, continuous, file_arrival or table_update; none: runs only when asked
    Column("kind", String(40), index=True),
    # of the job when this row was made; another one means that it must be made anew
    Column("armed_time", BigInteger, nullable=False),
    Column("next_due", BigInteger, index=True),
    Column("state", _JSON, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, ForeignKey("runs.run_id"), nullable=False, index=True),
    Column("kind", String(60), nullable=False),
    Column("payload", _JSON, nullable=False),
    # when it was written
    Column("created_time", BigInteger, nullable=False),
    # of the next attempt; none: it was sent, or given up
    Column("due", BigInteger, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("sent_time", BigInteger),
    Column("failure", Text),
)
