"""What takes long while a request is answered makes nobody wait who wants to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import find_workspace
from lakebook.jobs.files import run_folder
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import NotFound, open_store
from lakebook.web.rest import jobs, runs
from lakebook.web.rest.asked import Asked, Endpoint
from lakebook.web.rest.fields import Fields

TASKS = [{"task_key": "a", "condition_task": {"left": "1", "right": "1", "op": "EQUAL_TO"}}]


class Api:
    """Endpoints, asked without a server."""

    def __init__(self, folder: Path) -> None:
        (folder / "lakebook.toml").touch()
        self.workspace = find_workspace(folder)
        self.store = open_store(self.workspace)

    def ask(self, endpoint: Endpoint, **fields: Any) -> dict[str, Any]:
        return endpoint(Asked(Fields(fields), self.workspace, self.store, "", True))

    def tag(self, job_id: int, **tags: str) -> None:
        """What somebody else writes meanwhile; it is not possible while a transaction that writes is open."""
        with self.store.write() as rows:
            rows.jobs.reset(job_id, {**rows.jobs.get(job_id).settings, "tags": tags})


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr("lakebook.jobs.store.database._PATIENCE", 0)
    made = Api(tmp_path)
    yield made
    made.store.close()


def meanwhile(happens: Callable[[], object]) -> Callable[..., Any]:
    """In place of something that takes long: something happens, once."""
    left = [happens]

    def slow(*_: object) -> None:
        if left:
            left.pop()()

    return slow


def test_a_job_that_is_changed_while_an_update_is_checked_keeps_both_changes(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = api.ask(jobs.create, name="job", tasks=TASKS)["job_id"]
    monkeypatch.setattr(jobs, "check_settings", meanwhile(lambda: api.tag(job_id, team="data")))
    api.ask(jobs.update, job_id=job_id, new_settings={"description": "new"})
    settings = api.ask(jobs.get, job_id=job_id)["settings"]
    assert (settings["description"], settings["tags"]) == ("new", {"team": "data"})


def test_a_reset_lets_others_write_while_it_is_checked(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = api.ask(jobs.create, name="job", tasks=TASKS)["job_id"]
    other = api.ask(jobs.create, name="other", tasks=TASKS)["job_id"]
    monkeypatch.setattr(jobs, "check_settings", meanwhile(lambda: api.tag(other, team="data")))
    api.ask(jobs.reset, job_id=job_id, new_settings={"name": "third", "tasks": TASKS})
    assert api.ask(jobs.get, job_id=job_id)["settings"]["name"] == "third"
    assert api.ask(jobs.get, job_id=other)["settings"]["tags"] == {"team": "data"}


def test_others_write_while_a_run_s_files_are_removed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = api.ask(jobs.create, name="job", tasks=TASKS)["job_id"]
    with api.store.write() as rows:
        run = rows.runs.create(job_id)
        rows.runs.change(run.run_id, state=State.TERMINATED, result=Result.SUCCESS, end_time=1)
    folder = run_folder(api.workspace.state, run.run_id)
    folder.mkdir(parents=True)
    whole = runs.shutil.rmtree

    def slowly(path: Path) -> None:
        api.tag(job_id, team="data")
        whole(path)

    monkeypatch.setattr(runs.shutil, "rmtree", slowly)
    api.ask(runs.delete, run_id=run.run_id)
    assert not folder.exists()
    with pytest.raises(NotFound), api.store.read() as rows:
        rows.runs.get(run.run_id)
