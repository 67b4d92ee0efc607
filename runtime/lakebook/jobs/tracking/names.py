"""How a job's MLflow runs are called and found."""

from __future__ import annotations

#: MLflow's own
PARENT = "mlflow.parentRunId"
COMMIT = "mlflow.source.git.commit"
#: of a run of a job, and of a task of it: the number of the job's run
JOB_RUN = "lakebook.job.run"
#: of a task: the number of the task run
TASK_RUN = "lakebook.job.task_run"
TASK = "lakebook.job.task"
JOB = "lakebook.job.id"
#: what the experiments of jobs begin with
EXPERIMENTS = "jobs/"


def experiment_of(job: str) -> str:
    """The experiment of a job: its runs, and what its tasks fit."""
    return f"{EXPERIMENTS}{job}"
