"""Numbers within their limits, names that are unique, addresses that can be written to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakebook.jobs.definitions.rules.graph import unique
from lakebook.jobs.definitions.rules.tasks import check_key, every_task
from lakebook.jobs.definitions.tree import Node, Problems, kind

_PARAMETER = re.compile(r"[\w.-]+", re.ASCII)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_METRIC = "RUN_DURATION_SECONDS"


def check(job: Node, problems: Problems) -> None:
    """Checks all of them."""
    for number, least, most in _numbers(job):
        if number.value < least:
            problems.at(number, f"is {number.value}, expected {least} or more")
        elif most is not None and number.value > most:
            problems.at(number, f"is {number.value}, expected {most} or less")
    _check_parameters(job, problems)
    for name, key in (("job_clusters", "job_cluster_key"), ("environments", "environment_key")):
        for one in job.each(name):
            check_key(one, key, problems)
        for again in unique(job.each(name), key):
            problems.at(again, f"is {kind(again.value)}, which another of {name} has as well")
    for owner in (job, *every_task(job)):
        _check_addresses(owner, problems)
        _check_health(owner, problems)
    _check_git(job, problems)


def _numbers(job: Node) -> Iterator[tuple[Node, int, int | None]]:
    """Every number that is there, with the least and the most that it may be."""
    found = [
        (job, "max_concurrent_runs", 1, 1000),
        (job, "timeout_seconds", 0, None),
        (job.at("trigger", "periodic"), "interval", 1, None),
    ]
    for trigger in ("file_arrival", "table_update"):
        found += [
            (job.at("trigger", trigger), "min_time_between_triggers_seconds", 0, None),
            (job.at("trigger", trigger), "wait_after_last_change_seconds", 0, None),
        ]
    for task in every_task(job):
        found += [
            (task, "timeout_seconds", 0, None),
            (task, "max_retries", -1, None),
            (task, "min_retry_interval_millis", 0, None),
            (task.at("for_each_task"), "concurrency", 1, 100),
        ]
    for owner in (job, *every_task(job)):
        found += [(rule, "value", 0, None) for rule in owner.each("health", "rules")]
    for node, name, least, most in found:
        if node and (number := node.at(name)):
            yield number, least, most


def _check_parameters(job: Node, problems: Problems) -> None:
    for parameter in job.each("parameters"):
        name = parameter.at("name")
        if name and not _PARAMETER.fullmatch(name.value):
            problems.at(name, f"is {kind(name.value)}, expected letters, digits, _, - and .")
    for again in unique(job.each("parameters"), "name"):
        problems.at(again, f"is {kind(again.value)}, which another parameter has as well")


def _check_addresses(owner: Node, problems: Problems) -> None:
    mail = owner.at("email_notifications")
    for addresses in mail.fields.values() if mail else ():
        for address in addresses.items:
            if not _ADDRESS.fullmatch(address.value):
                problems.at(address, f"is {kind(address.value)}, expected a mail address")


def _check_health(owner: Node, problems: Problems) -> None:
    for rule in owner.each("health", "rules"):
        metric = rule.at("metric")
        if metric and metric.value != _METRIC:
            problems.at(metric, f"is {metric.value}, which is not measured here; {_METRIC} is")


def _check_git(job: Node, problems: Problems) -> None:
    git = job.at("git_source")
    named = [name for name in ("git_branch", "git_tag", "git_commit") if git and name in git.fields]
    if git and len(named) > 1:
        problems.at(git, f"has {' and '.join(named)}, expected one of them")
