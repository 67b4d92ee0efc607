"""What a process is to run: a task of a run, with all references in its settings resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakebook.config import Workspace
from lakebook.jobs import files
from lakebook.jobs.context import context
from lakebook.jobs.model import Job, Task
from lakebook.jobs.references import as_text, resolve
from lakebook.jobs.store import Store
from lakebook.jobs.store.rows import Run, TaskRun
from lakebook.jobs.worker.fence import Fence
from lakebook.jobs.worker.patience import until_it_works


@dataclass(frozen=True)
class Assignment:
    """A task run that this process has claimed."""

    workspace: Workspace
    store: Store
    owner: str
    run: Run
    row: TaskRun
    #: of an iteration: the task that is done for each input
    task: Task
    #: the job's, with the references in them resolved
    parameters: Mapping[str, str]
    fence: Fence

    @classmethod
    def of(cls, store: Store, task_run_id: int, owner: str, workspace: Workspace, fence: Fence) -> Assignment:
        """Read it from the rows of its run.

        Raises:
            ReferenceProblem: a reference names what is not there.
        """
        with store.read() as rows:
            run = rows.runs.of_task_run(task_run_id)
            row = rows.tasks.get(task_run_id)
            tasks = rows.tasks.of_run(run.run_id)
        top = Job.read(run.settings).tasks[row.task_key]
        task = top if row.iteration is None else top.nested
        known = context(run, row, tasks, workspace.state)
        parameters = {name: as_text(value) for name, value in known.job.parameters.items()}
        return cls(workspace, store, owner, run, row, Task.read(resolve(task.settings, known)), parameters, fence)

    @property
    def root(self) -> Path:
        """The folder from which relative paths count."""
        return Path(self.run.root)

    @property
    def folder(self) -> Path:
        """Where the files of its run are."""
        return files.run_folder(self.workspace.state, self.run.run_id)

    @property
    def notebook(self) -> Path:
        """Where the notebook is written as it runs."""
        return files.notebook_file(self.workspace.state, self.row)

    def override(self, name: str) -> Any:
        """What run-now has given for tasks of a kind, such as ``notebook_params``; None if it has not."""
        return self.run.task_parameters.get(name)

    def tell(self, output: dict[str, Any]) -> None:
        """Write what has come of it so far."""
        with self.store.write() as rows:
            rows.tasks.set_output(self.row.task_run_id, self.owner, output)

    def mlflow_run(self) -> str | None:
        """The MLflow run of the task; None if nothing was logged below it."""

        def read() -> str | None:
            with self.store.read() as rows:
                return rows.tasks.get(self.row.task_run_id).mlflow_run

        return until_it_works(self.fence, "what the task has logged cannot be looked up", read)
