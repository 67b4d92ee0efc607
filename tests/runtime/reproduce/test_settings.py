"""The settings of a reproduction are the workspace's own, but for where its tables and runs are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakebook.config import find_workspace
from lakebook.reproduce.settings import own_surroundings, settings_file

ORIGINAL = """
[spark]
master = "local[3]"
memory = "3g"
[spark.conf]
"spark.sql.session.timeZone" = "UTC"
spark.sql.ansi.enabled = true
"spark.jars" = "mine.jar,/else/where.jar"
"spark.quoted" = 'a "quote" and a \\\\ é'
[warehouse]
path = "lake"
[metastore]
url = "jdbc:postgresql://host/metastore"
[share]
limit = "2g"
[tracking]
uri = "http://localhost:5000"
autolog = false
"""


def test_what_matters_is_the_same_and_tables_and_runs_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text(ORIGINAL)
    (tmp_path / "mine.jar").touch()
    original = find_workspace(tmp_path)
    again = tmp_path / "again"
    again.mkdir()
    (again / "lakebook.toml").write_text(settings_file(original))
    made = find_workspace(again)
    jars = {"spark.jars": f"{tmp_path}/mine.jar,/else/where.jar"}
    assert made.spark.conf == {**original.spark.conf, **jars}
    assert (made.spark.master, made.spark.memory) == ("local[3]", "3g")
    assert (made.share, made.tracking.autolog) == (original.share, False)
    assert (made.root, made.warehouse) == (again, again / ".lakebook" / "warehouse")
    assert (made.metastore, made.tracking.uri) == (None, None)


def test_the_process_s_variables_do_not_lead_it_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lakebook.toml").touch()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    monkeypatch.setenv("LAKEBOOK_WAREHOUSE", "/else/where")
    with own_surroundings():
        workspace = find_workspace(tmp_path)
        assert (workspace.tracking.uri, workspace.warehouse) == (None, tmp_path / ".lakebook" / "warehouse")
        os.environ["MLFLOW_EXPERIMENT_NAME"] = "set by what ran"
    assert os.environ["MLFLOW_TRACKING_URI"] == "http://localhost:5000"
    assert os.environ["LAKEBOOK_WAREHOUSE"] == "/else/where"
    assert "MLFLOW_EXPERIMENT_NAME" not in os.environ
