"""The Jobs API, asked by Databricks' own client."""

from __future__ import annotations

import getpass
import json
import urllib.error
import urllib.request
from typing import Any
from uuid import uuid4

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, InvalidState, NotFound, Unauthenticated
from databricks.sdk.service import jobs
from databricks.sdk.service.jobs import RunResultState as Result

from lakebook.jobs.model import State
from runtime.web.conftest import Site, ending
from runtime.web.sample import Sample
from serving import TOKEN


def check(key: str, *needs: str, left: str = "1", op: str = "EQUAL_TO") -> jobs.Task:
    """A task that the scheduler does itself; with ``op="GREATER_THAN"`` and no number it fails."""
    return jobs.Task(
        task_key=key,
        condition_task=jobs.ConditionTask(left=left, right="1", op=jobs.ConditionTaskOp(op)),
        depends_on=[jobs.TaskDependency(task_key=need) for need in needs],
    )


def notebook(key: str, path: str, **settings: Any) -> jobs.Task:
    return jobs.Task(task_key=key, notebook_task=jobs.NotebookTask(notebook_path=path), **settings)


def name() -> str:
    return f"job {uuid4().hex}"


def test_a_job_is_created_run_waited_for_and_its_output_read(site: Site, client: WorkspaceClient) -> None:
    path = site.notebook("delays", "print('read 3 rows')", ending("3 rows"))
    job = client.jobs.create(name=name(), tasks=[check("first"), notebook("load", path)])
    run = client.jobs.run_now(job.job_id).result()
    assert run.state.result_state is Result.SUCCESS
    assert {task.task_key: task.state.result_state for task in run.tasks} == {
        "first": Result.SUCCESS,
        "load": Result.SUCCESS,
    }
    output = client.jobs.get_run_output(run.tasks[1].run_id)
    assert output.notebook_output.result == "3 rows"
    assert not output.notebook_output.truncated
    assert "read 3 rows" in output.logs
    assert output.error is None
    (view,) = client.jobs.export_run(run.tasks[1].run_id).views
    assert "read 3 rows" in view.content


def test_what_a_job_is_told_comes_back(client: WorkspaceClient) -> None:
    schedule = jobs.CronSchedule("0 0 6 * * ?", "Europe/Berlin")
    called = name()
    job_id = client.jobs.create(
        name=called,
        tasks=[check("a"), check("b", "a")],
        schedule=schedule,
        parameters=[jobs.JobParameterDefinition(name="day", default="1")],
        tags={"team": "data"},
    ).job_id
    job = client.jobs.get(job_id)
    assert job.settings.name == called
    assert job.settings.schedule == schedule
    assert [task.task_key for task in job.settings.tasks] == ["a", "b"]
    assert job.settings.tags == {"team": "data"}
    assert job.creator_user_name and job.created_time


def test_an_update_changes_what_it_names_a_reset_everything(client: WorkspaceClient) -> None:
    job_id = client.jobs.create(name=name(), tasks=[check("a"), check("b")], tags={"a": "1"}, timeout_seconds=60).job_id
    client.jobs.update(
        job_id,
        new_settings=jobs.JobSettings(name="other", tasks=[check("b", left="2"), check("c")]),
        fields_to_remove=["tags", "tasks/a"],
    )
    settings = client.jobs.get(job_id).settings
    assert (settings.name, settings.tags, settings.timeout_seconds) == ("other", None, 60)
    assert [(task.task_key, task.condition_task.left) for task in settings.tasks] == [("b", "2"), ("c", "1")]
    client.jobs.reset(job_id, jobs.JobSettings(name="third", tasks=[check("d")]))
    settings = client.jobs.get(job_id).settings
    assert (settings.name, settings.timeout_seconds) == ("third", None)
    assert [task.task_key for task in settings.tasks] == ["d"]


def test_a_paused_job_says_so_and_an_update_resumes_it(site: Site, client: WorkspaceClient) -> None:
    schedule = jobs.CronSchedule("0 0 6 * * ?", "UTC")
    job_id = client.jobs.create(name=name(), tasks=[check("a")], schedule=schedule).job_id
    with site.store.write() as rows:
        rows.jobs.pause(job_id)
    assert client.jobs.get(job_id).settings.schedule.pause_status is jobs.PauseStatus.PAUSED
    schedule.pause_status = jobs.PauseStatus.UNPAUSED
    client.jobs.update(job_id, new_settings=jobs.JobSettings(schedule=schedule))
    with site.store.read() as rows:
        assert not rows.jobs.get(job_id).paused


def test_a_deleted_job_is_gone(client: WorkspaceClient) -> None:
    job_id = client.jobs.create(name=name(), tasks=[check("a")]).job_id
    client.jobs.delete(job_id)
    for question in (client.jobs.get, client.jobs.delete, client.jobs.run_now):
        with pytest.raises(NotFound, match=f"Job {job_id}.* was deleted"):
            question(job_id)


def test_jobs_are_listed_by_pages_and_found_by_their_name(client: WorkspaceClient) -> None:
    called = name()
    made = [client.jobs.create(name=called, tasks=[check("a")]).job_id for _ in range(5)]
    client.jobs.create(name=name(), tasks=[check("a")])
    assert [job.job_id for job in client.jobs.list(name=called.upper(), limit=2)] == made[::-1]
    assert not next(client.jobs.list(name=called)).settings.tasks
    assert next(client.jobs.list(name=called, expand_tasks=True)).settings.tasks[0].task_key == "a"


def test_a_job_of_many_tasks_and_its_run_come_whole(client: WorkspaceClient) -> None:
    job_id = client.jobs.create(name=name(), tasks=[check(f"task{number}") for number in range(130)]).job_id
    assert len(client.jobs.get(job_id).settings.tasks) == 130
    (listed,) = [job for job in client.jobs.list(expand_tasks=True, limit=100) if job.job_id == job_id]
    assert len(listed.settings.tasks) == 130
    run = client.jobs.run_now(job_id).result()
    assert len(client.jobs.get_run(run.run_id).tasks) == 130


def test_runs_are_listed_by_job_by_state_and_by_pages(client: WorkspaceClient) -> None:
    job_id = client.jobs.create(name=name(), tasks=[check("a")]).job_id
    made = [client.jobs.run_now(job_id).result().run_id for _ in range(3)]
    assert [run.run_id for run in client.jobs.list_runs(job_id=job_id, limit=2)] == made[::-1]
    assert [run.run_id for run in client.jobs.list_runs(job_id=job_id, completed_only=True)] == made[::-1]
    assert not list(client.jobs.list_runs(job_id=job_id, active_only=True))
    assert not list(client.jobs.list_runs(job_id=job_id, run_type=jobs.RunType.SUBMIT_RUN))
    assert next(client.jobs.list_runs(job_id=job_id, expand_tasks=True)).tasks[0].task_key == "a"
    with pytest.raises(InvalidParameterValue, match="exclude each other"):
        list(client.jobs.list_runs(active_only=True, completed_only=True))


def test_a_run_has_parameters_and_a_part_of_the_tasks_and_a_token_makes_one_run(client: WorkspaceClient) -> None:
    job_id = client.jobs.create(
        name=name(),
        tasks=[check("a", left="{{job.parameters.day}}"), check("b", "a")],
        parameters=[jobs.JobParameterDefinition(name="day", default="1")],
    ).job_id
    token = uuid4().hex
    asked = client.jobs.run_now(job_id, job_parameters={"day": "2"}, only=["a"], idempotency_token=token)
    run = asked.result()
    assert run.job_parameters == [jobs.JobParameter(name="day", default="1", value="2")]
    assert [(task.task_key, task.condition_task.outcome) for task in run.tasks] == [("a", "false")]
    assert client.jobs.run_now(job_id, idempotency_token=token).run_id == run.run_id
    with pytest.raises(InvalidParameterValue, match=r"did you mean day\?"):
        client.jobs.run_now(job_id, job_parameters={"dya": "2"})


def test_a_failed_run_is_repaired_and_remembers(site: Site, client: WorkspaceClient) -> None:
    path = site.notebook("broken", "1 / 0")
    job_id = client.jobs.create(name=name(), tasks=[check("a"), notebook("b", path), check("c", "b")]).job_id
    run = client.jobs.run_now(job_id).result()
    assert run.state.result_state is Result.FAILED
    assert run.status.termination_details.code is jobs.TerminationCodeCode.RUN_EXECUTION_ERROR
    failed = {task.task_key: task for task in run.tasks}["b"]
    output = client.jobs.get_run_output(failed.run_id)
    assert output.error == "ZeroDivisionError: division by zero"
    assert "1 / 0" in output.error_trace

    site.notebook("broken", "1 / 1")
    run = client.jobs.repair_run(run.run_id, rerun_all_failed_tasks=True).result()
    assert run.state.result_state is Result.SUCCESS
    run = client.jobs.get_run(run.run_id, include_history=True)
    assert [(one.type.value, one.state.result_state) for one in run.repair_history] == [
        ("ORIGINAL", Result.FAILED),
        ("REPAIR", Result.SUCCESS),
    ]
    assert sorted((task.task_key, task.attempt_number) for task in run.tasks) == [
        ("a", 0),
        ("b", 0),
        ("b", 1),
        ("c", 0),
        ("c", 1),
    ]
    assert [task.attempt_number for task in client.jobs.get_run(run.run_id).tasks] == [0, 1, 1]
    with pytest.raises(InvalidParameterValue, match="latest_repair_id is None"):
        client.jobs.repair_run(run.run_id, rerun_tasks=["a"])
    latest = run.repair_history[-1].id
    assert client.jobs.repair_run(run.run_id, rerun_tasks=["a"], latest_repair_id=latest).result()


def test_runs_are_cancelled_one_by_one_and_all_of_a_job(site: Site, client: WorkspaceClient) -> None:
    path = site.notebook("slow", "import time; time.sleep(600)")
    job_id = client.jobs.create(name=name(), tasks=[notebook("a", path)], max_concurrent_runs=3).job_id
    first, *rest = [client.jobs.run_now(job_id) for _ in range(3)]
    assert first.run_id in [run.run_id for run in client.jobs.list_runs(job_id=job_id, active_only=True)]
    with pytest.raises(InvalidState, match="cancel it before"):
        client.jobs.delete_run(first.run_id)
    assert client.jobs.cancel_run(first.run_id).result().state.result_state is Result.CANCELED
    client.jobs.cancel_all_runs(job_id=job_id)
    assert [run.result().state.result_state for run in rest] == [Result.CANCELED] * 2
    client.jobs.delete_run(first.run_id)
    with pytest.raises(NotFound, match=f"There is no run {first.run_id}"):
        client.jobs.get_run(first.run_id)


def test_a_loop_shows_its_iterations(client: WorkspaceClient) -> None:
    loop = jobs.ForEachTask(inputs="[1, 2, 3]", task=check("each", left="{{input}}"))
    job_id = client.jobs.create(name=name(), tasks=[jobs.Task(task_key="loop", for_each_task=loop)]).job_id
    (task,) = client.jobs.run_now(job_id).result().tasks
    assert task.for_each_task.stats.task_run_stats.succeeded_iterations == 3
    iterations = client.jobs.get_run(task.run_id).iterations
    assert [one.condition_task.outcome for one in iterations] == ["true", "false", "false"]


def test_a_run_of_no_job(client: WorkspaceClient) -> None:
    task = jobs.SubmitTask.from_dict(check("a").as_dict())
    run = client.jobs.submit(run_name="once", tasks=[task]).result()
    assert (run.run_name, run.run_type, run.state.result_state) == ("once", jobs.RunType.SUBMIT_RUN, Result.SUCCESS)


def test_a_run_says_that_no_scheduler_runs(idle: Site) -> None:
    client = idle.client
    job_id = client.jobs.create(name=name(), tasks=[check("a")]).job_id
    run = client.jobs.get_run(client.jobs.run_now(job_id).run_id)
    assert run.state.life_cycle_state is jobs.RunLifeCycleState.QUEUED
    assert "lakebook scheduler" in run.state.state_message


def test_settings_are_checked_as_in_a_file(client: WorkspaceClient) -> None:
    with pytest.raises(InvalidParameterValue, match=r"depends_on\[0\].task_key is .nobody."):
        client.jobs.create(name=name(), tasks=[check("a", "nobody")])
    with pytest.raises(InvalidParameterValue, match="quartz_cron_expression"):
        client.jobs.create(name=name(), tasks=[check("a")], schedule=jobs.CronSchedule("every day", "UTC"))
    job_id = client.jobs.create(name=name(), tasks=[check("a")]).job_id
    with pytest.raises(InvalidParameterValue, match="depends_on"):
        client.jobs.update(job_id, new_settings=jobs.JobSettings(tasks=[check("b", "c")]))
    assert len(client.jobs.get(job_id).settings.tasks) == 1


def test_what_is_not_there_is_not_found(client: WorkspaceClient) -> None:
    for question in (client.jobs.get, client.jobs.get_run, client.jobs.get_run_output, client.jobs.cancel_run):
        with pytest.raises(NotFound, match=r"There is no .* 987654321"):
            question(987654321)


def test_a_wrong_token_opens_nothing(site: Site) -> None:
    stranger = WorkspaceClient(host=site.url, token="guessed")
    with pytest.raises(Unauthenticated, match="needs the token"):
        list(stranger.jobs.list())
    with pytest.raises(Unauthenticated, match="needs the token"):
        stranger.jobs.create(name=name(), tasks=[check("a")])


def ask(site: Site, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    """What the API answers to a request that the client would not make."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{site.url}api/{path}", body, given)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_only_json_bodies_are_read(site: Site) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        status, answer = ask(site, "2.2/jobs/create", b"{}", Content_Type=kind, **BEARER)
        assert (status, answer["error_code"]) == (400, "MALFORMED_REQUEST")
    status, answer = ask(site, "2.2/jobs/create", b"{", Content_Type="application/json", **BEARER)
    assert (status, answer["error_code"]) == (400, "MALFORMED_REQUEST")


def test_a_misspelt_field_is_told(site: Site) -> None:
    status, answer = ask(site, "2.2/jobs/list?limitt=3", **BEARER)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert answer["message"] == "limitt is no field of this request, did you mean limit?"
    assert ask(site, "2.2/jobs/list?limit=many", **BEARER)[1]["message"] == "limit is 'many'; expected a whole number."
    assert ask(site, "2.2/jobs/list?page_token=x", **BEARER)[0] == 400


def test_runs_of_a_repository_tell_their_commit_also_in_a_list(idle: Site) -> None:
    sample, source = Sample(idle.store, idle.folder), {"git_url": "https://example.com/flights", "git_branch": "main"}
    task = {"task_key": "a", "notebook_task": {"notebook_path": "a"}}
    job_id = sample.job({"name": name(), "tasks": [task], "git_source": {**source, "git_provider": "gitHub"}})
    sample.task(sample.run(job_id, State.RUNNING), "a", State.RUNNING, start=0, output={"git_commit": "1a2b3c4d"})
    for expand in (False, True):
        (run,) = idle.client.jobs.list_runs(job_id=job_id, expand_tasks=expand)
        assert run.git_source.git_snapshot.used_commit == "1a2b3c4d"
        assert bool(run.tasks) is expand


def test_older_versions_answer_and_unknown_requests_are_told(site: Site) -> None:
    assert ask(site, "2.1/jobs/list", **BEARER)[0] == 200
    assert ask(site, "2.0/jobs/list", **BEARER)[0] == 200
    assert ask(site, "2.2/jobs/nothing", **BEARER) == (
        404,
        {"error_code": "ENDPOINT_NOT_FOUND", "message": "There is no GET /api/2.2/jobs/nothing here."},
    )


def test_a_job_is_its_server_s_user_s_alone(idle: Site) -> None:
    client, me = idle.client, getpass.getuser()
    mine, managed = (
        jobs.JobAccessControlRequest(user_name=me, permission_level=level)
        for level in (jobs.JobPermissionLevel.IS_OWNER, jobs.JobPermissionLevel.CAN_MANAGE)
    )
    job_id = str(client.jobs.create(name=name(), tasks=[check("a")], access_control_list=[mine, managed]).job_id)
    assert "access_control_list" not in client.jobs.get(int(job_id)).settings.as_dict()
    for answer in (
        client.permissions.get("jobs", job_id),
        client.jobs.get_permissions(job_id),
        client.jobs.set_permissions(job_id, access_control_list=[mine]),
        client.jobs.update_permissions(job_id, access_control_list=[]),
    ):
        assert (answer.object_id, answer.object_type) == (f"/jobs/{job_id}", "job")
        (entry,) = answer.access_control_list
        assert entry.user_name == me
        assert [one.permission_level.value for one in entry.all_permissions] == ["IS_OWNER"]
    (level,) = client.jobs.get_permission_levels(job_id).permission_levels
    assert level.permission_level is jobs.JobPermissionLevel.IS_OWNER


def test_permissions_of_others_are_refused(idle: Site) -> None:
    client = idle.client
    job_id = str(client.jobs.create(name=name(), tasks=[check("a")]).job_id)
    admins = jobs.JobAccessControlRequest(group_name="admins", permission_level=jobs.JobPermissionLevel.CAN_MANAGE)
    task = jobs.SubmitTask(task_key="a", condition_task=check("a").condition_task)
    for refused in (
        lambda: client.jobs.set_permissions(job_id, access_control_list=[admins]),
        lambda: client.jobs.update_permissions(job_id, access_control_list=[admins]),
        lambda: client.jobs.create(name=name(), tasks=[check("a")], access_control_list=[admins]),
        lambda: client.jobs.submit(tasks=[task], access_control_list=[admins]),
    ):
        with pytest.raises(InvalidParameterValue, match=r"access_control_list\[0\] gives group_name admins CAN_MANAGE"):
            refused()
    with pytest.raises(InvalidParameterValue, match="access_control_list gives nobody IS_OWNER"):
        client.jobs.set_permissions(job_id, access_control_list=[])
    with pytest.raises(NotFound, match="There is no job 999999"):
        client.permissions.get("jobs", "999999")
