"""Task runs as Jobs of Kubernetes: its official client talks to a stand-in of the API server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from kubernetes.client import ApiClient, V1Job, V1Secret

from lakebook.config import TrackingSettings, Workspace
from lakebook.config_kubernetes import KubernetesSettings
from lakebook.jobs.executors import OWNER, ExecutorError, StartError
from lakebook.jobs.executors.base import LOG
from lakebook.jobs.executors.choice import executor_of
from lakebook.jobs.executors.cluster import ClusterError, connect
from lakebook.jobs.executors.kubernetes import KubernetesExecutor
from lakebook.jobs.executors.local import LocalExecutor
from lakebook.jobs.executors.manifests import Manifests
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import TaskRun
from runtime.jobs.harness import Bench, notebook
from runtime.jobs.kubernetes_api import Api, serving

URL = sqlalchemy.make_url("postgresql+psycopg://lake:hunter2@db.example.com/jobs")
WITHOUT_PASSWORD = sqlalchemy.make_url("postgresql+psycopg://lake@db.example.com/jobs")
SETTINGS = KubernetesSettings(
    image="registry.example.com/lakebook:1",
    claim="flights",
    namespace="lake",
    requests={"cpu": "2", "memory": "4Gi"},
    limits={"memory": "4Gi"},
    node_selector={"pool": "jobs"},
)
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with serving(Api()) as api:
        config = api.kubeconfig(tmp_path / "kubeconfig")
        monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(config))
        yield api


@dataclass
class Kubernetes:
    """A scheduler whose tasks are Jobs of the stand-in."""

    bench: Bench
    api: Api
    executor: KubernetesExecutor

    def task(self, *, owner: str = "token", **settings: Any) -> TaskRun:
        """A task run that waits for its process."""
        run_id = self.bench.run(notebook("load", **settings))
        with self.bench.store.write() as rows:
            rows.tasks.change(rows.tasks.of_run(run_id)[0], state=State.PENDING, owner=owner)
        return self.bench.task(run_id, "load")

    def pass_time(self) -> None:
        self.bench.pass_time(3)


@pytest.fixture
def kubernetes(bench: Bench, api: Api) -> Kubernetes:
    manifests = Manifests(bench.workspace, SETTINGS, URL)
    executor = KubernetesExecutor(connect("lake"), manifests, bench.workspace, lambda: bench.seconds)
    return Kubernetes(bench, api, executor)


# manifests


@pytest.fixture
def task(bench: Bench) -> TaskRun:
    run_id = bench.run(notebook("load"))
    with bench.store.write() as rows:
        rows.tasks.change(rows.tasks.of_run(run_id)[0], owner="token")
    return bench.task(run_id, "load")


def manifests(bench: Bench, **settings: Any) -> Manifests:
    return Manifests(bench.workspace, replace(SETTINGS, **settings), URL)


def pod(job: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = job["spec"]["template"]["spec"]
    return spec


def container(job: dict[str, Any]) -> dict[str, Any]:
    (found,) = pod(job)["containers"]
    return dict(found)


@pytest.mark.parametrize("service_account", [None, "tasks"])
def test_the_clients_models_of_a_job_and_a_secret_have_every_field_with_its_type(
    bench: Bench, task: TaskRun, service_account: str | None
) -> None:
    made = manifests(bench, service_account=service_account, sub_path="teams/flights")
    job, secret = made.job(task), made.secret(task, "uid")
    write = ApiClient().sanitize_for_serialization
    assert write(V1Job.model_validate(job, strict=True)) == job
    assert write(V1Secret.model_validate(secret, strict=True)) == secret


def test_a_job_runs_one_worker_once(bench: Bench, task: TaskRun) -> None:
    job = manifests(bench).job(task)
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    assert (job["spec"]["backoffLimit"], pod(job)["restartPolicy"]) == (0, "Never")
    assert job["spec"]["ttlSecondsAfterFinished"] == 3600
    assert pod(job)["nodeSelector"] == {"pool": "jobs"}
    assert container(job)["image"] == "registry.example.com/lakebook:1"
    assert container(job)["resources"] == {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"memory": "4Gi"}}
    command = [*container(job)["command"], *container(job)["args"]]
    url = "postgresql+psycopg://lake@db.example.com/jobs"
    assert command == ["python", "-m", "lakebook.jobs.worker", url, str(task.task_run_id)]


def test_token_and_password_are_in_the_secret_alone(bench: Bench, task: TaskRun) -> None:
    job, secret = manifests(bench).job(task), manifests(bench).secret(task, "uid-of-job")
    assert secret["stringData"] == {OWNER: "token", "PGPASSWORD": "hunter2"}
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": job["metadata"]["name"], "uid": "uid-of-job"}
    assert secret["metadata"]["ownerReferences"] == [owner]
    taken = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container(job)["env"] if "valueFrom" in one}
    name = secret["metadata"]["name"]
    assert taken == {variable: {"name": name, "key": variable} for variable in (OWNER, "PGPASSWORD")}
    assert "hunter2" not in str(job)
    assert "'token'" not in str(job)


def test_the_schedulers_own_password_for_postgres_is_passed_on(
    bench: Bench, task: TaskRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "from the environment")
    made = Manifests(bench.workspace, SETTINGS, WITHOUT_PASSWORD)
    assert made.secret(task, "uid")["stringData"]["PGPASSWORD"] == "from the environment"


def test_without_a_password_none_is_passed_on(bench: Bench, task: TaskRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    made = Manifests(bench.workspace, SETTINGS, WITHOUT_PASSWORD)
    assert made.secret(task, "uid")["stringData"] == {OWNER: "token"}


@pytest.mark.parametrize("folder", ["flights", "Größe & Co.", "_", "a" * 200, "9", "x-" * 40])
def test_names_and_labels_are_valid_whatever_the_workspace_is_called(bench: Bench, task: TaskRun, folder: str) -> None:
    workspace = replace(bench.workspace, root=Path("/work") / folder, state=Path("/work") / folder / ".lakebook")
    made = Manifests(workspace, SETTINGS, URL)
    long = replace(task, task_run_id=10**15)
    for one in (task, long):
        job = made.job(one)
        assert DNS_LABEL.fullmatch(job["metadata"]["name"])
        assert made.name(one).endswith(made.name(one)[-8:])
        assert all(LABEL_VALUE.fullmatch(value) for value in job["metadata"]["labels"].values())
        assert job["spec"]["template"]["metadata"]["labels"] == job["metadata"]["labels"]


def test_each_attempt_to_start_a_task_run_has_a_name_of_its_own(bench: Bench, task: TaskRun) -> None:
    names = {manifests(bench).name(replace(task, owner=owner)) for owner in ("one", "two")}
    assert len(names) == 2


def test_the_workspace_is_at_its_own_path_and_most_of_its_state_is_the_pods_own(bench: Bench, task: TaskRun) -> None:
    (bench.workspace.make_state() / "secrets.toml").touch()
    job = manifests(bench, sub_path="teams/flights").job(task)
    root, state = str(bench.workspace.root), bench.workspace.state
    mounts = {one["mountPath"]: one for one in container(job)["volumeMounts"]}
    assert container(job)["workingDir"] == root
    assert mounts[root] == {"name": "workspace", "mountPath": root, "subPath": "teams/flights"}
    assert mounts[str(state)]["name"] == "state"
    assert mounts[str(state / "jobs")]["subPath"] == "teams/flights/.lakebook/jobs"
    assert mounts[str(state / "secrets.toml")]["readOnly"]
    assert str(state / "mounts.json") not in mounts, "there is none, and a folder would be made in its place"
    assert pod(job)["volumes"] == [
        {"name": "workspace", "persistentVolumeClaim": {"claimName": "flights"}},
        {"name": "state", "emptyDir": {}},
    ]


def test_a_volume_that_is_the_workspace_needs_no_path(bench: Bench, task: TaskRun) -> None:
    mounts = {one["mountPath"]: one for one in container(manifests(bench).job(task))["volumeMounts"]}
    assert "subPath" not in mounts[str(bench.workspace.root)]
    assert mounts[str(bench.workspace.state / "warehouse")]["subPath"] == ".lakebook/warehouse"


def test_a_pod_has_no_more_rights_than_it_needs(bench: Bench, task: TaskRun) -> None:
    found = pod(manifests(bench).job(task))
    assert found["securityContext"] == {"runAsUser": os.getuid(), "runAsGroup": os.getgid()}
    assert found["automountServiceAccountToken"] is False
    assert "serviceAccountName" not in found
    named = pod(manifests(bench, service_account="tasks").job(task))
    assert (named["serviceAccountName"], named["automountServiceAccountToken"]) == ("tasks", True)


# start, alive, end


def test_a_pod_begins_when_its_secret_is_there(kubernetes: Kubernetes) -> None:
    process = kubernetes.executor.start(kubernetes.task(owner="s3cret"))
    name = process["job"]
    assert kubernetes.api.pods[name]["status"]["phase"] == "Running"
    assert kubernetes.api.secrets[name]["stringData"][OWNER] == "s3cret"
    uid = kubernetes.api.jobs[name]["metadata"]["uid"]
    assert kubernetes.api.secrets[name]["metadata"]["ownerReferences"][0]["uid"] == uid
    assert kubernetes.executor.alive(process)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_it_lives_until_its_pod_has_ended(kubernetes: Kubernetes, phase: str) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    assert kubernetes.executor.alive(process)
    kubernetes.api.end_pod(process["job"], phase)
    kubernetes.pass_time()
    assert not kubernetes.executor.alive(process)


def test_what_is_told_to_end_lives_until_it_has(kubernetes: Kubernetes) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    kubernetes.executor.end(process)
    kubernetes.pass_time()
    assert kubernetes.executor.alive(process)
    kubernetes.api.end_pod(process["job"], "Failed")
    kubernetes.pass_time()
    assert not kubernetes.executor.alive(process)
    assert not any(kubernetes.api.objects.values()), "nothing of it is left, its Secret included"


def test_a_job_is_deleted_once_however_often_that_is_asked_for(kubernetes: Kubernetes) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    for _ in range(3):
        kubernetes.executor.end(process)
    assert len([one for one in kubernetes.api.asked if one.startswith("DELETE")]) == 1


def test_ending_what_is_gone_is_no_error(kubernetes: Kubernetes, caplog: pytest.LogCaptureFixture) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    kubernetes.api.drop_job(process["job"])
    kubernetes.executor.end(process)
    assert not caplog.records


def test_a_pod_whose_job_somebody_deleted_lives_while_it_is_there(kubernetes: Kubernetes) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    kubernetes.api.drop_job(process["job"])
    kubernetes.pass_time()
    assert kubernetes.executor.alive(process)
    kubernetes.api.end_pod(process["job"], "Failed")
    kubernetes.pass_time()
    assert not kubernetes.executor.alive(process)


def test_another_scheduler_knows_the_same_processes(kubernetes: Kubernetes, bench: Bench) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    second = KubernetesExecutor(connect("lake"), Manifests(bench.workspace, SETTINGS, URL), bench.workspace)
    assert second.alive(process)
    second.end(process)
    kubernetes.api.end_pod(process["job"], "Failed")
    kubernetes.pass_time()
    assert not kubernetes.executor.alive(process)


def test_processes_of_a_machine_and_of_kubernetes_are_not_taken_for_one_another(
    kubernetes: Kubernetes, bench: Bench
) -> None:
    local = LocalExecutor(URL, bench.workspace.root, bench.workspace.state)
    process = kubernetes.executor.start(kubernetes.task())
    assert local.alive(process)
    local.end(process)
    asked = len(kubernetes.api.asked)
    of_machine = {"place": "laptop/1/1", "pid": 1, "start": 1.0, "token": "token"}
    assert kubernetes.executor.alive(of_machine)
    kubernetes.executor.end(of_machine)
    assert len(kubernetes.api.asked) == asked


def test_many_tasks_are_asked_about_at_once(kubernetes: Kubernetes) -> None:
    processes = [kubernetes.executor.start(kubernetes.task()) for _ in range(3)]
    asked = len(kubernetes.api.asked)
    assert all(kubernetes.executor.alive(process) for process in processes * 5)
    assert len(kubernetes.api.asked) == asked + 2


def test_while_the_api_server_does_not_answer_everything_counts_as_alive(
    kubernetes: Kubernetes, caplog: pytest.LogCaptureFixture
) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    kubernetes.api.end_pod(process["job"])
    token, kubernetes.api.token = kubernetes.api.token, "another"
    for _ in range(3):
        assert kubernetes.executor.alive(process)
        kubernetes.pass_time()
    assert [record.message for record in caplog.records] == [
        "Whether tasks live is not known for now. Kubernetes does not let Lakebook list Jobs: Unauthorized."
    ]
    kubernetes.api.token = token
    assert not kubernetes.executor.alive(process)


def test_what_could_not_be_told_to_end_is_told_again(kubernetes: Kubernetes, caplog: pytest.LogCaptureFixture) -> None:
    process = kubernetes.executor.start(kubernetes.task())
    token, kubernetes.api.token = kubernetes.api.token, "another"
    kubernetes.executor.end(process)
    assert "does not let Lakebook delete the Job" in caplog.text
    kubernetes.api.token = token
    kubernetes.executor.end(process)
    assert "deletionTimestamp" in kubernetes.api.jobs[process["job"]]["metadata"]


def test_a_job_that_may_not_be_created_is_why_the_task_does_not_start(kubernetes: Kubernetes) -> None:
    kubernetes.api.forbidden.add("jobs")
    with pytest.raises(StartError) as caught:
        kubernetes.executor.start(kubernetes.task())
    assert str(caught.value) == (
        "The task's pod cannot be started. Kubernetes does not let Lakebook create a Job: jobs is forbidden: "
        'User "lakebook" cannot create resource "jobs".'
    )


def test_a_job_whose_secret_may_not_be_created_is_not_left_behind(kubernetes: Kubernetes) -> None:
    kubernetes.api.forbidden.add("secrets")
    with pytest.raises(StartError, match="create a Secret"):
        kubernetes.executor.start(kubernetes.task())
    assert not kubernetes.api.jobs


def test_what_a_scheduler_created_and_did_not_begin_before_it_died_is_cleared(
    kubernetes: Kubernetes, bench: Bench
) -> None:
    task = kubernetes.task()
    connect("lake").create_job(Manifests(bench.workspace, SETTINGS, URL).job(task))
    process = kubernetes.executor.start(replace(task, owner="another"))
    assert list(kubernetes.api.jobs) == [process["job"]]


def test_folders_that_pods_share_are_the_schedulers_users(kubernetes: Kubernetes, bench: Bench) -> None:
    task = kubernetes.task()
    process = kubernetes.executor.start(task)
    mounts = kubernetes.api.pods[process["job"]]["spec"]["containers"][0]["volumeMounts"]
    assert all(Path(one["mountPath"]).is_dir() for one in mounts)
    assert (bench.workspace.state / "jobs" / "runs" / str(task.run_id)).is_dir()


# the worker in its pod


def worker(log: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """One whose task run is not there."""
    command = [sys.executable, "-m", "lakebook.jobs.worker", f"sqlite:///{tmp_path / 'jobs.db'}", "1"]
    environment = {**os.environ, LOG: str(log)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_worker_in_a_pod_writes_its_log_itself(tmp_path: Path) -> None:
    log = tmp_path / "load.0.log"
    done = worker(log, tmp_path)
    assert (done.stdout, done.stderr) == ("", "")
    assert log.read_text() == "Task run 1 is not for this process, which ends.\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_worker_that_finds_no_workspace_says_so_to_kubernetes(tmp_path: Path) -> None:
    done = worker(tmp_path / "not there" / "load.0.log", tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path}/not there/load.0.log cannot be written: No such file or directory.\n"


# with a scheduler


def test_a_run_of_pods(kubernetes: Kubernetes) -> None:
    bench, api = kubernetes.bench, kubernetes.api
    bench.scheduler.leadership.give_up()
    bench.executor = kubernetes.executor  # type: ignore[assignment]
    bench.scheduler = bench.new_scheduler(bench.store)
    assert bench.scheduler.leadership.acquire()

    def pod_of(key: str) -> str:
        process = bench.task(run_id, key).process
        assert process is not None
        return str(process["job"])

    def work(key: str) -> TaskRun | None:
        """What the worker does, with what its pod was given."""
        number = int(api.pods[pod_of(key)]["spec"]["containers"][0]["args"][1])
        with bench.store.write() as rows:
            return rows.tasks.claim(number, api.secrets[pod_of(key)]["stringData"][OWNER])

    run_id = bench.run(notebook("load", max_retries=1), notebook("fit", "load"))
    bench.scheduler.step()
    bench.scheduler.step()
    assert work("load")
    api.end_pod(pod_of("load"), "Failed")  # as when its machine ran out of memory
    bench.pass_time(3)
    bench.scheduler.step()
    bench.scheduler.step()
    first, second = bench.tasks(run_id)[0], bench.task(run_id, "load")
    assert (first.state, second.attempt) == (State.INTERNAL_ERROR, 1)
    for key in ("load", "fit"):
        claimed = work(key)
        assert claimed is not None and claimed.owner is not None
        with bench.store.write() as rows:
            rows.tasks.finish(claimed.task_run_id, claimed.owner, Result.SUCCESS)
        api.end_pod(pod_of(key))
        bench.pass_time(3)
        bench.scheduler.step()
        bench.scheduler.step()
    assert bench.get(run_id).result is Result.SUCCESS
    assert all(task.process is None for task in bench.tasks(run_id))


# what is refused


def ready(bench: Bench) -> Workspace:
    jobs = replace(bench.workspace.jobs, executor="kubernetes", kubernetes=SETTINGS)
    tracking = TrackingSettings(uri="http://mlflow:5000")
    return replace(bench.workspace, jobs=jobs, tracking=tracking, metastore="jdbc:postgresql://db/metastore")


def refusal(bench: Bench, monkeypatch: pytest.MonkeyPatch, url: sqlalchemy.URL = URL, **changes: Any) -> str:
    monkeypatch.setattr(bench.store, "url", url)
    with pytest.raises(ExecutorError) as caught:
        executor_of(replace(ready(bench), **changes), bench.store)
    return str(caught.value)


def test_sqlite_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(bench, monkeypatch, bench.store.url) == (
        'jobs.executor = "kubernetes" needs jobs.store to be a Postgres database: other machines cannot share the '
        "locks of an SQLite file."
    )


def test_what_pods_could_not_share_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "needs metastore.url" in refusal(bench, monkeypatch, metastore=None)
    for uri in (None, "sqlite:////work/runs.db"):
        assert "needs tracking.uri" in refusal(bench, monkeypatch, tracking=TrackingSettings(uri=uri))
    assert "and not /data/lake" in refusal(bench, monkeypatch, warehouse=Path("/data/lake"))
    jobs = replace(ready(bench).jobs, kubernetes=None)
    assert "needs a section [jobs.kubernetes]" in refusal(bench, monkeypatch, jobs=jobs)


def test_a_workspace_that_has_it_all_gets_the_executor(bench: Bench, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.store, "url", URL)
    assert isinstance(executor_of(ready(bench), bench.store), KubernetesExecutor)
    assert isinstance(executor_of(bench.workspace, bench.store), LocalExecutor)


def test_no_cluster_is_told_in_one_sentence(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    none = str(tmp_path / "none")
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", none)
    assert refusal(bench, monkeypatch).startswith("This is no pod, and no kubeconfig names a cluster of Kubernetes: ")


def test_a_namespace_that_is_not_there_and_a_server_that_is_not_are_told(api: Api) -> None:
    with pytest.raises(ClusterError, match=r"does not let Lakebook read the namespace other: the server could not"):
        connect("other")
    api.token = "another"
    with pytest.raises(ClusterError, match="read the namespace lake: Unauthorized"):
        connect("lake")


def test_a_server_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with serving(Api()) as gone:
        config = gone.kubeconfig(tmp_path / "kubeconfig")
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(config))
    with pytest.raises(ClusterError, match="API server does not answer when asked to read the namespace lake"):
        connect("lake")
