"""The queue: runs begin as their job has room for them, wait, or are skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from lakebook.jobs.engine import notices
from lakebook.jobs.engine.leader import Leadership
from lakebook.jobs.model import Job, Result, State
from lakebook.jobs.store import Transaction
from lakebook.jobs.store.repairs import closed
from lakebook.jobs.store.rows import Run

#: milliseconds that a run may wait, as on Databricks
LONGEST_WAIT = 48 * 3600 * 1000
#: runs that begin in one transaction
_BATCH = 100


class Admission:
    """Lets runs begin, in the order in which they were asked for."""

    def __init__(self, leadership: Leadership) -> None:
        self._leadership = leadership

    def admit(self, runs: Sequence[Run], now: int) -> None:
        """Look at all runs that have not ended."""
        active = Counter(run.job_id for run in runs if run.state is not State.QUEUED)
        begin: dict[int, tuple[Run, Job]] = {}
        for run in runs:
            if run.state is not State.QUEUED:
                continue
            job = Job.read(run.settings, run.only_tasks)
            if run.cancel_requested:
                self._end(run, State.TERMINATED, Result.CANCELED, "The run was canceled before it began.", job)
            elif run.job_id is None or active[run.job_id] < job.max_concurrent_runs:
                begin[run.run_id] = (run, job)
                active[run.job_id] += 1
            else:
                self._wait(run, job, now)
        run_ids = list(begin)
        for first in range(0, len(run_ids), _BATCH):
            self._begin({run_id: begin[run_id] for run_id in run_ids[first : first + _BATCH]})

    def _begin(self, begin: Mapping[int, tuple[Run, Job]]) -> None:
        with self._leadership.write() as rows:
            for run, job in map(begin.__getitem__, rows.runs.begin(begin)):
                _put(rows, run, notices.of_start(job.settings))

    def _wait(self, run: Run, job: Job, now: int) -> None:
        limit = f"max_concurrent_runs of job {job.name} is {job.max_concurrent_runs}"
        if run.repairs or (job.queued and now - run.start_time <= LONGEST_WAIT):
            if run.message is None:
                with self._leadership.write() as rows:
                    rows.runs.change(run.run_id, message=f"The run waits: {limit}.")
            return
        waited = ", and it waited for 48 hours" if job.queued else ""
        message = f"The run was skipped: {limit}{waited}."
        self._end(run, State.SKIPPED, Result.MAXIMUM_CONCURRENT_RUNS_REACHED, message, job)

    def _end(self, run: Run, state: State, result: Result, message: str, job: Job) -> None:
        with self._leadership.write() as rows:
            ended = {"state": state, "result": result, "message": message, "end_time": rows.now}
            rows.runs.change(run.run_id, **ended, repairs=closed(run, ended, rows.now))
            for task in rows.tasks.of_run(run.run_id):
                if not task.state.is_ended:
                    rows.tasks.change(task, **ended)
            _put(rows, run, notices.of_run(job.settings, run, result, message))


def _put(rows: Transaction, run: Run, found: Sequence[notices.Notice]) -> None:
    for notice in found:
        rows.outbox.put(run.run_id, notice.kind, notice.payload)
