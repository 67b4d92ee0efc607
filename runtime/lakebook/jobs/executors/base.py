"""What the scheduler asks of the place where task runs have their processes."""

from __future__ import annotations

from typing import Any, Protocol

from lakebook.jobs.store.rows import TaskRun

#: the environment variable that has a process's token, with which it claims its task run
OWNER = "LAKEBOOK_TASK_OWNER"
#: the one that names the file to which a process writes its output itself, since nobody else does
LOG = "LAKEBOOK_TASK_LOG"

#: what it takes to find a process again, also after the scheduler's death; has a form in JSON
Process = dict[str, Any]


class StartError(Exception):
    """A process cannot be started; the message says why."""


class ExecutorError(Exception):
    """No process can be started, whatever the task; the message says why."""


class Executor(Protocol):
    """Starts and ends the processes of task runs. A second scheduler with an executor of its own knows them too."""

    def start(self, task: TaskRun) -> Process:
        """Start ``python -m lakebook.jobs.worker`` for a task run, with ``task.owner`` in the variable ``OWNER``.

        Raises:
            StartError: it could not be started.
        """

    def alive(self, process: Process) -> bool:
        """Whether anything is left of it, a kernel included; one that outlived it is ended when this is asked."""

    def reaches(self, process: Process) -> bool:
        """Whether it can be seen from here. One that cannot is always ``alive``."""

    def restarted(self, process: Process) -> bool:
        """Whether the machine where it was started is this one, and was started anew since, as far as names tell."""

    def end(self, process: Process) -> None:
        """Ask it to end, and after a grace time end it by force, its kernel included.

        Returns at once, and is called again and again until nothing is ``alive``.
        """
