"""Which function answers what, and the fields that it knows."""

from __future__ import annotations

from dataclasses import dataclass

from lakebook.web.rest import begin, jobs, output, permissions, runs
from lakebook.web.rest.asked import Endpoint


@dataclass(frozen=True)
class Route:
    """An endpoint."""

    function: Endpoint
    #: the names of its fields; none: they are a job's settings, which have a check of their own
    fields: frozenset[str]


def _route(function: Endpoint, *fields: str) -> Route:
    return Route(function, frozenset(fields))


_PAGE = ("limit", "offset", "page_token")

ROUTES = {
    ("POST", "create"): _route(jobs.create),
    ("GET", "get"): _route(jobs.get, "job_id", "page_token"),
    ("GET", "list"): _route(jobs.list_jobs, *_PAGE, "name", "expand_tasks"),
    ("POST", "update"): _route(jobs.update, "job_id", "new_settings", "fields_to_remove"),
    ("POST", "reset"): _route(jobs.reset, "job_id", "new_settings"),
    ("POST", "delete"): _route(jobs.delete, "job_id"),
    ("POST", "run-now"): _route(begin.run_now, *begin.RUN_NOW),
    ("POST", "runs/submit"): _route(begin.submit),
    ("POST", "runs/repair"): _route(begin.repair, *begin.REPAIR),
    ("GET", "runs/get"): _route(runs.get, "run_id", "include_history", "include_resolved_values", "page_token"),
    ("GET", "runs/list"): _route(
        runs.list_runs,
        *_PAGE,
        *("active_only", "completed_only", "expand_tasks", "job_id", "run_type", "start_time_from", "start_time_to"),
    ),
    ("POST", "runs/cancel"): _route(runs.cancel, "run_id"),
    ("POST", "runs/cancel-all"): _route(runs.cancel_all, "job_id", "all_queued_runs"),
    ("POST", "runs/delete"): _route(runs.delete, "run_id"),
    ("GET", "runs/get-output"): _route(output.get_output, "run_id"),
    ("GET", "runs/export"): _route(output.export, "run_id", "views_to_export"),
}

#: of ``permissions/jobs/5``, by the method and what follows
PERMISSIONS = {
    ("GET", None): _route(permissions.get, "job_id"),
    ("GET", "/permissionLevels"): _route(permissions.levels, "job_id"),
    ("PUT", None): _route(permissions.set_all, "job_id", "access_control_list"),
    ("PATCH", None): _route(permissions.update, "job_id", "access_control_list"),
}
