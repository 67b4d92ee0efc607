"""The process that runs a task: kinds of tasks, what they are given, and how they end. With kernels, without Spark."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from databricks.sdk.service.jobs import GitSnapshot, GitSource

from lakebook.cli import main
from lakebook.jobs import processes
from lakebook.jobs.executors import OWNER
from lakebook.jobs.model import Result, State
from lakebook.tracking.store import client as client_of
from lakebook.web.rest import shapes
from runtime.jobs.live import Live, notebook_task


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return Live(tmp_path)


def test_a_notebook_s_parameters_values_context_and_exit_value(live: Live) -> None:
    first = live.notebook(
        "first.py",
        """
        for name in ("only_here", "both", "of_the_job", "run"):
            print(name, dbutils.widgets.get(name))
        context = dbutils.notebook.getContext()
        print("job", context.jobId().get(), "task", context.tags().apply("taskKey"))
        dbutils.jobs.taskValues.set("rows", [1, 2])
        """,
        "dbutils.notebook.exit('early')",
        "print('never')",
    )
    second = live.notebook(
        "second.py",
        "print(dbutils.jobs.taskValues.get('first', 'rows'), dbutils.widgets.get('rows'))",
    )
    run = live.run(
        notebook_task("first", first, base_parameters={"only_here": "1", "both": "task", "run": "{{job.run_id}}"}),
        notebook_task("second", second, "first", base_parameters={"rows": "{{tasks.first.values.rows}}"}),
        parameters=[{"name": "both", "default": "job"}, {"name": "of_the_job", "default": "{{job.name}}"}],
    )
    assert run.result is Result.SUCCESS, run.message
    assert live.printed(run.run_id, "first").splitlines() == [
        "only_here 1",
        "both job",
        "of_the_job job",
        f"run {run.run_id}",
        f"job {run.job_id} task first",
    ]
    assert (live.task(run.run_id, "first").output or {})["exit_value"] == "early"
    assert live.printed(run.run_id, "second") == "[1, 2] [1, 2]\n"


def test_a_failed_cell_fails_the_task_and_is_told_with_where_it_came_from(live: Live) -> None:
    path = live.notebook("bad.py", "print('before')", "rows = 0\n1 / rows", "print('after')")
    run = live.run(notebook_task("bad", path), notebook_task("next", path, "bad"))
    bad = live.task(run.run_id, "bad")
    assert (run.result, bad.result) == (Result.FAILED, Result.FAILED)
    assert bad.message == "Cell 2 failed: ZeroDivisionError: division by zero"
    assert bad.output is not None
    assert bad.output["error"] == "ZeroDivisionError: division by zero"
    assert "1 / rows" in bad.output["error_trace"]
    assert live.printed(run.run_id, "bad") == "before\n"
    assert live.task(run.run_id, "next").result is Result.UPSTREAM_FAILED


def test_scripts_run_as_on_a_command_line_with_the_cluster_s_variables(live: Live) -> None:
    script = live.write(
        "script.py",
        """
        import os, sys
        print(__name__, sys.argv[1:], os.environ["REGION"], os.getcwd(), dbutils.widgets.getAll())
        sys.exit(int(sys.argv[2]))
        """,
    )

    def task(key: str, status: str) -> dict[str, object]:
        body = {"python_file": script, "parameters": ["{{job.parameters.day}}", status]}
        return {"task_key": key, "spark_python_task": body, "job_cluster_key": "main"}

    run = live.run(
        task("good", "0"),
        task("bad", "3"),
        parameters=[{"name": "day", "default": "monday"}],
        job_clusters=[{"job_cluster_key": "main", "new_cluster": {"spark_env_vars": {"REGION": "north"}}}],
    )
    assert live.task(run.run_id, "good").result is Result.SUCCESS
    assert live.printed(run.run_id, "good") == f"__main__ ['monday', '0'] north {live.folder} {{}}\n"
    assert live.task(run.run_id, "bad").message == "Cell 1 failed: ExitStatus: exit status 3"


def test_wheels_are_installed_for_their_task_alone(live: Live) -> None:
    wheel = make_wheel(live.folder / "report-1.0-py3-none-any.whl")
    without = live.notebook("without.py", "import report_of_flights")
    named = {"package_name": "report", "entry_point": "write", "named_parameters": {"day": "monday"}}
    listed = {"package_name": "report", "entry_point": "plain", "parameters": ["1"]}
    run = live.run(
        {"task_key": "named", "python_wheel_task": named, "libraries": [{"whl": wheel}]},
        {"task_key": "listed", "python_wheel_task": listed, "environment_key": "main"},
        notebook_task("without", without),
        parameters=[{"name": "region", "default": "north"}],
        environments=[{"environment_key": "main", "spec": {"dependencies": [wheel]}}],
    )
    assert live.printed(run.run_id, "named") == "['--day=monday', '--region=north']\n"
    assert live.printed(run.run_id, "listed") == "plain ['1']\n"
    assert "No module named" in (live.task(run.run_id, "without").message or "")
    assert not list(live.workspace.state.glob("jobs/runs/*/*.packages"))


def test_a_job_of_a_repository_runs_the_commit_that_it_names_and_says_which_that_is(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = tmp_path / "repository"
    for text in ("first", "second"):
        commit(repository, {"lakebook.toml": "", "etl/load.py": f"import helper\nprint({text!r}, helper.NAME)\n",
                            "helper.py": "NAME = 'helps'\n"}, tag=text)  # fmt: skip
    source = {"git_url": repository.as_uri(), "git_provider": "gitHub", "git_tag": "first"}
    run = live.run(notebook_task("load", "etl/load"), git_source=source)
    assert run.result is Result.SUCCESS, live.task(run.run_id, "load").message
    assert live.printed(run.run_id, "load") == "first helps\n"
    head = subprocess.run(["git", "-C", repository, "rev-parse", "first"], capture_output=True, text=True, check=True)
    used = head.stdout.strip()
    assert (live.task(run.run_id, "load").output or {})["git_commit"] == used
    monkeypatch.chdir(live.folder)
    assert main(["jobs", "show", str(run.run_id)]) == 0
    assert f"at tag first, commit {used}\n" in capsys.readouterr().out
    shown = shapes.look("", live.store, run.run_id).as_run()
    assert GitSource.from_dict(shown["git_source"]).git_snapshot == GitSnapshot(used_commit=used)
    tracked = client_of(live.workspace)
    for mlflow_run in (run.mlflow_run, live.task(run.run_id, "load").mlflow_run):
        assert tracked.get_run(mlflow_run).data.tags["mlflow.source.git.commit"] == used

    missing = live.run(notebook_task("load", "etl/load"), git_source={**source, "git_tag": "third"})
    assert "git clone failed" in (live.task(missing.run_id, "load").message or "")


def test_what_cannot_run_says_why_in_one_sentence(live: Live) -> None:
    path = live.notebook("fine.py", "1")
    run = live.run(
        notebook_task("gone", "gone.py"),
        {"task_key": "script", "spark_python_task": {"python_file": "gone.py"}},
        notebook_task("reference", path, base_parameters={"day": "{{job.parameters.dya}}"}),
        parameters=[{"name": "day", "default": "monday"}],
    )
    messages = {key: live.task(run.run_id, key).message or "" for key in ("gone", "script", "reference")}
    assert messages["gone"].startswith("There is no notebook gone.py")
    assert messages["script"] == f"There is no file {live.folder / 'gone.py'}."
    assert messages["reference"] == "{{job.parameters.dya}}: there is no parameter dya; there are: day."


def test_a_kernel_that_is_killed_fails_its_task_at_once(live: Live) -> None:
    path = live.notebook("kills.py", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    run = live.run(notebook_task("kills", path))
    task = live.task(run.run_id, "kills")
    assert (task.state, task.result) == (State.TERMINATED, Result.FAILED)
    assert task.message == "The kernel was killed by SIGKILL"


def test_the_notebook_grows_while_a_cell_runs_and_a_cancel_ends_its_kernel(live: Live) -> None:
    path = live.notebook(
        "long.py",
        """
        import os, time
        print(os.getpid(), flush=True)
        time.sleep(0.2)
        print("the last for long", flush=True)
        time.sleep(600)
        """,
    )
    run_id = live.start(notebook_task("long", path))
    from lakebook.jobs.commands.engine import engine

    with engine(live.workspace, live.store):
        live.wait(lambda: (live.task(run_id, "long").output or {}).get("notebook"))
        live.wait(lambda: live.printed(run_id, "long").endswith("the last for long\n"))
        kernel = int(live.printed(run_id, "long").split()[0])
        assert live.task(run_id, "long").state is State.RUNNING
        with live.store.write() as rows:
            rows.runs.cancel(run_id)
        live.wait(lambda: live.get(run_id).end_time is not None)
    assert (live.get(run_id).result, live.task(run_id, "long").result) == (Result.CANCELED, Result.CANCELED)
    assert processes.started(kernel) is None


@pytest.mark.parametrize("by", ["SIGKILL", "SIGTERM"])
def test_a_worker_that_is_killed_leaves_nothing_and_its_task_is_tried_again(live: Live, by: str) -> None:
    path = live.notebook(
        "dies.py",
        f"""
        import os, pathlib, signal, time
        told = pathlib.Path("kernels")
        first = not told.exists()
        print(os.getpid(), file=told.open("a"))
        if first:
            os.kill(os.getppid(), signal.{by})
            time.sleep(600)
        """,
    )
    run = live.run(notebook_task("dies", path, max_retries=1))
    kernels = [int(line) for line in (live.folder / "kernels").read_text().split()]
    assert run.result is Result.SUCCESS
    assert len(kernels) == 2
    assert [processes.started(kernel) for kernel in kernels] == [None, None]
    with live.store.read() as rows:
        first = rows.tasks.of_run(run.run_id)[0]
    assert first.state is State.INTERNAL_ERROR


def test_a_process_that_may_not_claim_its_task_run_does_nothing(live: Live) -> None:
    run_id = live.start(notebook_task("load", live.notebook("load.py", "open('ran', 'w')")))
    task = live.task(run_id, "load")
    with live.store.write() as rows:
        mine = {
            "place": processes.place(),
            "pid": os.getpid(),
            "start": processes.started(os.getpid()),
            "token": "mine",
        }
        rows.tasks.change(task, state=State.PENDING, owner="mine", process=mine)
    command = [sys.executable, "-m", "lakebook.jobs.worker", str(live.store.url), str(task.task_run_id)]
    done = subprocess.run(command, cwd=live.folder, env={**os.environ, OWNER: "other"}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "not for this process" in done.stderr
    assert live.task(run_id, "load").state is State.PENDING
    assert not (live.folder / "ran").exists()


def make_wheel(file: Path) -> str:
    """A package with an entry point and a function."""
    code = "import sys\ndef write():\n    print(sys.argv[1:])\n"
    info = "report-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("report_of_flights.py", code)
        wheel.writestr("report.py", "import sys\ndef plain():\n    print('plain', sys.argv[1:])\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: report\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/entry_points.txt", "[jobs]\nwrite = report_of_flights:write\n")
        wheel.writestr(f"{info}/RECORD", "")
    return str(file)


def commit(repository: Path, files: dict[str, str], tag: str) -> None:
    for path, text in files.items():
        file = repository / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    who = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", tag], ["tag", tag]):
        subprocess.run(["git", "-C", str(repository), *words], check=True)
