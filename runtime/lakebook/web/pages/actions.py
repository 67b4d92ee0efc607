"""What the buttons of the pages do; each returns the page to go to, below ``/lakebook``."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence

from lakebook.jobs.store import Repair, Transaction

#: the fields of a form
Form = Mapping[str, Sequence[str]]
Action = Callable[[Transaction, int, Form], str]

#: what names of fields with the values of parameters begin with
PARAMETER = "parameter:"


def run_now(rows: Transaction, job_id: int, form: Form) -> str:
    """Run a job with the parameters of a form."""
    return f"runs/{rows.runs.create(job_id, parameters=_parameters(form), creator=getpass.getuser()).run_id}"


def pause(rows: Transaction, job_id: int, form: Form) -> str:
    """Let a job's schedule or trigger rest."""
    rows.jobs.pause(job_id)
    return _back(job_id, form)


def resume(rows: Transaction, job_id: int, form: Form) -> str:
    """Let a job start by itself, also if its settings say that it is paused."""
    job = rows.jobs.get(job_id)
    rows.jobs.resume(job_id)
    fields = {name: job.settings.get(name) for name in ("schedule", "trigger", "continuous")}
    paused = {name: field for name, field in fields.items() if (field or {}).get("pause_status") == "PAUSED"}
    if paused:
        changed = {name: {**field, "pause_status": "UNPAUSED"} for name, field in paused.items() if field is not None}
        rows.jobs.reset(job_id, {**job.settings, **changed})
    return _back(job_id, form)


def cancel(rows: Transaction, run_id: int, form: Form) -> str:
    """End a run."""
    rows.runs.cancel(run_id)
    return f"runs/{run_id}"


def repair(rows: Transaction, run_id: int, form: Form) -> str:
    """Run the chosen tasks again, or all that failed."""
    run = rows.runs.get(run_id)
    chosen = [key for key in form.get("task", ()) if key]
    given = _parameters(form)
    changed = {name: value for name, value in given.items() if value != run.parameters.get(name)}
    wanted = Repair(
        rerun_tasks=chosen,
        rerun_all_failed_tasks=not chosen,
        latest_repair_id=int(form["latest_repair_id"][0]) if form.get("latest_repair_id") else None,
        job_parameters=changed,
    )
    rows.repairs.create(run_id, wanted)
    return f"runs/{run_id}"


def _parameters(form: Form) -> dict[str, str]:
    return {
        name.removeprefix(PARAMETER): values[0]
        for name, values in form.items()
        if name.startswith(PARAMETER) and values
    }


def _back(job_id: int, form: Form) -> str:
    """To the list, if the button was there."""
    return "" if form.get("from") == ["list"] else f"jobs/{job_id}"
