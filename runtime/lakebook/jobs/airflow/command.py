"""``lakebook jobs export``: a bundle's jobs for another scheduler."""

from __future__ import annotations

import argparse
from pathlib import Path

from lakebook.cli import WRONG_USE, CommandError
from lakebook.jobs import validate_command


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``export`` to the actions of ``lakebook jobs``."""
    parser = actions.add_parser("export", help="write a bundle's jobs for another scheduler")
    validate_command.add_bundle_to(parser)
    parser.add_argument("--to", choices=["airflow"], required=True, help="for which one")
    parser.add_argument("--job", action="append", default=[], metavar="KEY", dest="keys", help="only this job")
    parser.add_argument("-o", "--output", type=Path, default=Path("dags"), metavar="FOLDER", help="where to (dags)")
    parser.set_defaults(command=export)


def export(options: argparse.Namespace) -> int:
    """Write a DAG file for each job; nothing is written if one of them cannot be a DAG."""
    from datetime import UTC, datetime

    from lakebook import atomic
    from lakebook.config import find_workspace
    from lakebook.jobs.airflow.dag import dag, dag_id, notes
    from lakebook.jobs.airflow.errors import ExportError

    bundle = validate_command.bundle_of(options)
    if bundle is None:
        return WRONG_USE
    dag_ids = {job.key: dag_id(bundle.name, job.key) for job in bundle.jobs}
    if unknown := sorted(set(options.keys) - set(dag_ids)):
        raise CommandError(f"There is no job {unknown[0]} in the bundle; there are {', '.join(dag_ids)}.")
    workspace, today = find_workspace(bundle.root), datetime.now(UTC).date()
    texts: dict[str, str] = {}
    problems = []
    chosen = [job for job in bundle.jobs if not options.keys or job.key in options.keys]
    for job in chosen:
        try:
            texts[job.key] = dag(job.settings, dag_ids[job.key], dag_ids, workspace, bundle.root, today)
        except ExportError as problem:
            problems.append(f"{job.file}, line {job.line}: job {job.key}: {problem}.")
    if problems:
        raise CommandError("\n".join(problems))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        for key, text in texts.items():
            atomic.write_bytes(options.output / f"{dag_ids[key]}.py", text.encode())
    except OSError as problem:
        raise CommandError(f"{options.output} cannot be written: {problem.strerror}.") from None
    for job in chosen:
        print(f"{options.output / dag_ids[job.key]}.py")
        for note in notes(job.settings):
            print(f"    note: {note}")
    return 0
