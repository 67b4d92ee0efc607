"""Where a database is, as processes are told it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy

from lakebook.jobs.executors.local import LocalExecutor
from lakebook.jobs.store.address import password_of, without_password
from runtime.jobs.harness import Bench, notebook


@pytest.mark.parametrize(
    ("url", "bare", "password"),
    [
        (
            "postgresql+psycopg://me:a%40b@host:1/jobs?sslmode=require",
            "postgresql+psycopg://me@host:1/jobs?sslmode=require",
            "a@b",
        ),
        ("postgresql+psycopg://me@/jobs?host=/run&password=x", "postgresql+psycopg://me@/jobs?host=%2Frun", "x"),
        ("postgresql+psycopg://me@host/jobs", "postgresql+psycopg://me@host/jobs", None),
        ("sqlite:////work/jobs.db", "sqlite:////work/jobs.db", None),
    ],
)
def test_an_address_without_its_password(url: str, bare: str, password: str | None) -> None:
    parsed = sqlalchemy.make_url(url)
    assert (without_password(parsed), password_of(parsed)) == (bare, password)


def test_the_command_of_a_task_has_the_address_without_the_password(bench: Bench, tmp_path: Path) -> None:
    run_id = bench.run(notebook("a"))
    url = sqlalchemy.make_url("postgresql+psycopg://me:secret@host/jobs")
    command = LocalExecutor(url, tmp_path, tmp_path).command(bench.tasks(run_id)[0])
    assert command[-2] == "postgresql+psycopg://me@host/jobs"
