"""Where the processes of task runs live."""

from lakebook.jobs.executors.base import OWNER, Executor, ExecutorError, Process, StartError

__all__ = ["OWNER", "Executor", "ExecutorError", "Process", "StartError"]
