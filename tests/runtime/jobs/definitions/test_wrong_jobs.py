"""What is wrong with a job is said in a sentence each: where, what, and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

InJob = Callable[[str], list[str]]
AT = "databricks.yml, line"


def test_an_unknown_field_is_told_with_the_one_that_was_meant(problems_in_job: InJob) -> None:
    assert problems_in_job("""
        tasks:
          - task_key: load
            notebook_task: {notebook_path: load}
          - task_key: other
            notebook_task:
              notebok_path: load
    """) == [
        f"{AT} 9: tasks[1].notebook_task has no notebook_path, which is required",
        f"{AT} 10: tasks[1].notebook_task.notebok_path is unknown, did you mean notebook_path?",
    ]


def test_all_that_is_wrong_is_told_at_once(problems_in_job: InJob) -> None:
    told = problems_in_job("""
        max_concurrent_runs: 0
        timeout: 5
        schedule: {quartz_cron_expression: "0 0 0 * * *", timezone_id: Europe/Berln}
        tasks:
          - task_key: load
            notebook_task: {notebook_path: nowhere}
            max_retries: many
    """)
    assert [line.split(":")[0].removeprefix(f"{AT} ") for line in told] == ["5", "6", "7", "7", "10", "11"]


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        ("timeout_seconds: soon", 'timeout_seconds is "soon", expected a whole number'),
        ("timeout_seconds: 1.5", "timeout_seconds is 1.5, expected a whole number"),
        (f"timeout_seconds: {'9' * 5000}", "timeout_seconds is inf, expected a whole number"),
        (
            "job_clusters:\n- {job_cluster_key: a, new_cluster: {azure_attributes: {spot_bid_max_price: -1}}}\n- {job_cluster_key: b, new_cluster: {azure_attributes: {spot_bid_max_price: 0.5}}}\n- {job_cluster_key: c, new_cluster: {azure_attributes: {spot_bid_max_price: low}}}",
            'job_clusters[2].new_cluster.azure_attributes.spot_bid_max_price is "low", expected a number',
        ),
        ("timeout_seconds: true", "timeout_seconds is true, expected a whole number"),
        ("queue: {enabled: perhaps}", 'queue.enabled is "perhaps", expected true or false'),
        ("name: [a]", "name is a list, expected a text"),
        ("tags: [a]", "tags is a list, expected a mapping"),
        ("schedule: daily", 'schedule is "daily", expected a mapping'),
        ("parameters: {a: 1}", "parameters is a mapping, expected a list"),
        ("tags: {team: }", 'tags.team is empty, expected a text (write "" for an empty one)'),
        ("schedule: {quartz_cron_expression: '0 0 0 * * ?'}", "schedule has no timezone_id, which is required"),
        (
            "continuous: {pause_status: paused}",
            'continuous.pause_status is "paused", expected one of PAUSED, UNPAUSED, did you mean PAUSED?',
        ),
        (
            "continuous: {task_retry_mode: ALWAYS}",
            'continuous.task_retry_mode is "ALWAYS", expected one of NEVER, ON_FAILURE',
        ),
        ("timeout_seconds: -1", "timeout_seconds is -1, expected 0 or more"),
        ("max_concurrent_runs: 0", "max_concurrent_runs is 0, expected 1 or more"),
        ("max_concurrent_runs: 1001", "max_concurrent_runs is 1001, expected 1000 or less"),
        (
            "trigger: {periodic: {interval: 0, unit: DAYS}}",
            "trigger.periodic.interval is 0, expected 1 or more",
        ),
        (
            "schedule: {quartz_cron_expression: '0 0 0 * * ?', timezone_id: Europe/Berln}",
            "schedule.timezone_id is wrong: Europe/Berln is no known time zone, did you mean Europe/Berlin?",
        ),
        (
            "continuous: {}\nschedule: {quartz_cron_expression: '0 0 0 * * ?', timezone_id: UTC}",
            "continuous is beside schedule, expected one of schedule, trigger, continuous",
        ),
        (
            "trigger: {pause_status: PAUSED}",
            "trigger says not what starts the job, expected one of file_arrival, table_update, periodic",
        ),
        (
            "trigger: {periodic: {interval: 1, unit: DAYS}, file_arrival: {url: /Volumes/a/b/c/}}",
            "trigger has file_arrival and periodic, expected one of them",
        ),
        ("trigger: {table_update: {table_names: []}}", "trigger.table_update.table_names is empty, expected names of tables"),
        (
            "trigger: {model: {condition: MODEL_CREATED}}",
            "trigger.model is not supported: use file_arrival, table_update or periodic",
        ),
        ("triggers: []", "triggers is not supported: use schedule, trigger or continuous"),
        ("parameters: [{name: a b, default: x}]", 'parameters[0].name is "a b", expected letters, digits, _, - and .'),
        (
            "parameters: [{name: a, default: x}, {name: a, default: y}]",
            'parameters[1].name is "a", which another parameter has as well',
        ),
        ("parameters: [{name: a}]", "parameters[0] has no default, which is required"),
        (
            "parameters: [{name: a, default: '{{task.name}}'}]",
            "parameters[0].default has a wrong reference: {{task.name}} is in a parameter of the job, which is the same for all tasks",
        ),
        (
            "parameters: [{name: a, default: '{{tasks.load.values.x}}'}]",
            "parameters[0].default has a wrong reference: {{tasks.load.values.x}} is in a parameter of the job, which has its value before any task",
        ),
        (
            "email_notifications: {on_failure: [ann]}",
            'email_notifications.on_failure[0] is "ann", expected a mail address',
        ),
        ("webhook_notifications: {on_failure: [ann]}", 'webhook_notifications.on_failure[0] is "ann", expected a mapping'),
        (
            "health: {rules: [{metric: STREAMING_BACKLOG_BYTES, op: GREATER_THAN, value: 1}]}",
            "health.rules[0].metric is STREAMING_BACKLOG_BYTES, which is not measured here; RUN_DURATION_SECONDS is",
        ),
        ("job_clusters: [{job_cluster_key: a b}]", 'job_clusters[0].job_cluster_key is "a b", expected up to 100 letters, digits, _ and -'),
        (
            "environments: [{environment_key: e}, {environment_key: e}]",
            'environments[1].environment_key is "e", which another of environments has as well',
        ),
        (
            "environments: [{environment_key: e, spec: {java_dependencies: [a]}}]",
            "environments[0].spec.java_dependencies is not supported: set spark.jars or spark.jars.packages in [spark.conf] of lakebook.toml, which is for all of the workspace",
        ),
        ("lakebook: {missed: some}", 'lakebook.missed is "some", expected one of latest, all, none'),
        ("lakebook: {mised: all}", "lakebook.mised is unknown, did you mean missed?"),
        ("lakebook: {driver: mine}", 'lakebook.driver is "mine", expected one of shared, own'),
        ("job_clusters: [{job_cluster_key: a, lakebook: {missed: all}}]", "job_clusters[0].lakebook.missed is unknown, expected one of driver"),
        ("tasks: []", "the job has no tasks, and there is nothing to run"),
        (
            "git_source: {git_url: x, git_provider: gitHub, git_branch: a, git_tag: b}",
            "git_source has git_branch and git_tag, expected one of them",
        ),
        (
            "git_source: {git_url: x, sparse_checkout: {patterns: [a]}}",
            "git_source.sparse_checkout is not supported: leave it out: all of the repository is checked out",
        ),
    ],
)  # fmt: skip
def test_a_job_that_is_wrong(problems_in_job: InJob, job: str, sentence: str) -> None:
    assert [line.split(": ", 1)[1] for line in problems_in_job(job)] == [sentence]


def test_a_continuous_job_tries_tasks_again_as_it_says_or_as_they_do(problems_in_job: InJob) -> None:
    assert problems_in_job("""
        continuous: {task_retry_mode: ON_FAILURE}
        tasks:
          - {task_key: load, notebook_task: {notebook_path: load}, max_retries: 0}
          - {task_key: more, notebook_task: {notebook_path: load}, max_retries: 3}
    """) == [
        f"{AT} 8: tasks[1].max_retries has no meaning here: continuous.task_retry_mode, ON_FAILURE, says how tasks are "
        "tried again"
    ]


@pytest.mark.parametrize("expression", ["0 0 6 * * *", "0 0 6 ? * 9", "daily", "0 0 25 * * ?"])
def test_an_expression_that_quartz_cannot_read(problems_in_job: InJob, expression: str) -> None:
    (told,) = problems_in_job(f'schedule: {{quartz_cron_expression: "{expression}", timezone_id: UTC}}')
    assert told.startswith(f'{AT} 5: schedule.quartz_cron_expression is "{expression}": ')
    assert len(told) > len(f'{AT} 5: schedule.quartz_cron_expression is "{expression}": ')


NOTEBOOK = "notebook_task: {notebook_path: load}"


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (
            "",
            "tasks[0] says not what to run, expected one of notebook_task, spark_python_task, python_wheel_task, sql_task, condition_task, for_each_task, run_job_task",
        ),
        (
            f"{NOTEBOOK}, spark_python_task: {{python_file: script.py}}",
            "tasks[0] has notebook_task and spark_python_task, expected one of them",
        ),
        (
            "dbt_task: {commands: [dbt run]}",
            "tasks[0].dbt_task is not supported: a task here is one of notebook_task, spark_python_task, python_wheel_task, sql_task, condition_task, for_each_task, run_job_task",
        ),
        (
            "notebook_tsk: {notebook_path: load}",
            "tasks[0].notebook_tsk is unknown, did you mean notebook_task?",
        ),
        (f"{NOTEBOOK}, max_retries: -2", "tasks[0].max_retries is -2, expected -1 or more"),
        (f"{NOTEBOOK}, min_retry_interval_millis: -1", "tasks[0].min_retry_interval_millis is -1, expected 0 or more"),
        (
            f"{NOTEBOOK}, run_if: ALL_DNE",
            'tasks[0].run_if is "ALL_DNE", expected one of ALL_DONE, ALL_FAILED, ALL_SUCCESS, AT_LEAST_ONE_FAILED, AT_LEAST_ONE_SUCCESS, NONE_FAILED, did you mean ALL_DONE?',
        ),
        (f"{NOTEBOOK}, job_cluster_key: c", 'tasks[0].job_cluster_key is "c", which is none of job_clusters'),
        (f"{NOTEBOOK}, environment_key: c", 'tasks[0].environment_key is "c", which is none of environments'),
        (
            f"{NOTEBOOK}, libraries: [{{maven: {{coordinates: a}}}}]",
            "tasks[0].libraries[0].maven is not supported: set spark.jars or spark.jars.packages in [spark.conf] of lakebook.toml, which is for all of the workspace",
        ),
        (
            "sql_task: {query: {query_id: q}}",
            "tasks[0].sql_task.query is not supported: write the statements into a file, and its path into sql_task.file.path",
        ),
        ("sql_task: {warehouse_id: w}", "tasks[0].sql_task has no file, which is required"),
        ("run_job_task: {}", "tasks[0].run_job_task has no job_id, which is required"),
        (
            "run_job_task: {job_id: 5, notebook_params: {a: b}}",
            "tasks[0].run_job_task.notebook_params is not supported: use job_parameters",
        ),
        (
            "condition_task: {op: GREATER_THAN, left: much, right: 1}",
            'tasks[0].condition_task.left is "much", expected a number or a reference, since op is GREATER_THAN',
        ),
        (
            "condition_task: {op: '>', left: 2, right: 1}",
            'tasks[0].condition_task.op is ">", expected one of EQUAL_TO, GREATER_THAN, GREATER_THAN_OR_EQUAL, LESS_THAN, LESS_THAN_OR_EQUAL, NOT_EQUAL',
        ),
        (
            f"for_each_task: {{inputs: '1, 2', task: {{task_key: a, {NOTEBOOK}}}}}",
            'tasks[0].for_each_task.inputs is "1, 2", expected a JSON array such as "[1, 2]", or a reference to one',
        ),
        (
            f"for_each_task: {{inputs: '[1]', concurrency: 101, task: {{task_key: a, {NOTEBOOK}}}}}",
            "tasks[0].for_each_task.concurrency is 101, expected 100 or less",
        ),
        (
            f"for_each_task: {{inputs: '[1]', task: {{task_key: a, {NOTEBOOK}, run_if: ALL_DONE}}}}",
            "tasks[0].for_each_task.task.run_if has no meaning within for_each_task; it belongs to the task around it",
        ),
        (
            f"for_each_task: {{inputs: '[1]', task: {{task_key: load, {NOTEBOOK}}}}}",
            'tasks[0].for_each_task.task.task_key is "load", which another task has as well',
        ),
        (f"{NOTEBOOK}, register: {{model: a.b}}", 'tasks[0].register.model is "a.b", expected a model\'s name, as name or catalog.schema.name'),
        (f"{NOTEBOOK}, register: {{alias: champion}}", "tasks[0].register has no model, which is required"),
        (
            f"{NOTEBOOK}, register: {{model: m, metric: rmse, alias: a, when: good}}",
            'tasks[0].register.when is "good", expected better, or a comparison such as "< 12.5"',
        ),
        (f"{NOTEBOOK}, register: {{model: m, alias: a, when: better}}", "tasks[0].register.when needs metric beside it"),
        (f"{NOTEBOOK}, register: {{model: m, metric: rmse, when: better}}", "tasks[0].register.when needs alias beside it"),
        (
            "condition_task: {left: a, op: EQUAL_TO, right: a}, lakebook: {driver: own}",
            "tasks[0].lakebook.driver is of a condition_task, which uses no Spark",
        ),
        (
            "for_each_task: {inputs: '[1]', task: {task_key: one, " + NOTEBOOK + "}}, lakebook: {driver: own}",
            "tasks[0].lakebook.driver is of a for_each_task, which uses no Spark; it belongs to the task within it",
        ),
        (
            f"{NOTEBOOK}, register: {{model: m, alias: latest}}",
            'tasks[0].register.alias is "latest", expected letters, digits, _ and -, and neither latest nor a version such as v1',
        ),
        (
            "sql_task: {file: {path: report.sql}}, register: {model: m}",
            "tasks[0].register is of a sql_task, which fits no model",
        ),
        (
            f"{NOTEBOOK}, depends_on: [{{task_key: lod}}]",
            'tasks[0].depends_on[0].task_key is "lod", and there is no such task, did you mean load?',
        ),
        (f"{NOTEBOOK}, depends_on: [{{task_key: load}}]", "tasks[0] depends on itself: load → load"),
        (
            "condition_task: {op: EQUAL_TO, left: a, right: b}}, {task_key: x, notebook_task: {notebook_path: load}, depends_on: [{task_key: load}, {task_key: load}]",
            "tasks[1].depends_on[1].task_key names load twice",
        ),
    ],
)  # fmt: skip
def test_a_task_that_is_wrong(problems_in_job: InJob, task: str, sentence: str) -> None:
    assert [line.split(": ", 1)[1] for line in problems_in_job(f"tasks: [{{task_key: load, {task}}}]")] == [sentence]


def test_keys_of_tasks_are_short_and_unique(problems_in_job: InJob) -> None:
    told = problems_in_job(f"""
        tasks:
          - {{task_key: a.b, {NOTEBOOK}}}
          - {{task_key: {"x" * 101}, {NOTEBOOK}}}
          - {{task_key: same, {NOTEBOOK}}}
          - {{task_key: same, {NOTEBOOK}}}
    """)
    assert told == [
        f'{AT} 6: tasks[0].task_key is "a.b", expected up to 100 letters, digits, _ and -',
        f'{AT} 7: tasks[1].task_key is "{"x" * 60}…", expected up to 100 letters, digits, _ and -',
        f'{AT} 9: tasks[3].task_key is "same", which another task has as well',
    ]


def test_a_circle_of_tasks_is_told_as_one_goes_round_it(problems_in_job: InJob) -> None:
    assert problems_in_job(f"""
        tasks:
          - {{task_key: first, {NOTEBOOK}}}
          - {{task_key: a, {NOTEBOOK}, depends_on: [{{task_key: first}}, {{task_key: c}}]}}
          - {{task_key: b, {NOTEBOOK}, depends_on: [{{task_key: a}}]}}
          - {{task_key: c, {NOTEBOOK}, depends_on: [{{task_key: b}}]}}
    """) == [f"{AT} 7: tasks[1] depends on itself: a → c → b → a"]


def test_an_outcome_is_of_a_condition_and_true_or_false(problems_in_job: InJob) -> None:
    assert problems_in_job(f"""
        tasks:
          - {{task_key: load, {NOTEBOOK}}}
          - {{task_key: good, condition_task: {{op: EQUAL_TO, left: a, right: b}}}}
          - {{task_key: x, {NOTEBOOK}, depends_on: [{{task_key: load, outcome: "true"}}]}}
          - {{task_key: y, {NOTEBOOK}, depends_on: [{{task_key: good, outcome: "maybe"}}]}}
          - {{task_key: z, {NOTEBOOK}, depends_on: [{{task_key: good, outcome: true}}]}}
    """) == [
        f"{AT} 8: tasks[2].depends_on[0].outcome is of load, which is no condition_task and has no outcome",
        f'{AT} 9: tasks[3].depends_on[0].outcome is "maybe", expected "true" or "false"',
    ]


def test_a_for_each_task_repeats_no_other(problems_in_job: InJob) -> None:
    assert problems_in_job(f"""
        tasks:
          - task_key: each
            for_each_task:
              inputs: "[1]"
              task:
                task_key: inner
                for_each_task: {{inputs: "[2]", task: {{task_key: innermost, {NOTEBOOK}}}}}
    """) == [
        f"{AT} 11: tasks[0].for_each_task.task.for_each_task is within another for_each_task, which is not possible"
    ]


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("{{job.parameters.dya}}", "{{job.parameters.dya}}, and the job has no parameter dya, did you mean day?"),
        ("{{job.naem}}", "{{job.naem}} is no reference, did you mean {{job.name}}?"),
        ("{{tasks.lod.values.n}}", "{{tasks.lod.values.n}}, and there is no task lod, did you mean load?"),
        ("{{tasks.load.value.n}}", "{{tasks.load.value.n}} is no reference, did you mean {{tasks.*.values.*}}?"),
        (
            "{{tasks.beside.values.n}}",
            "{{tasks.beside.values.n}}, and beside need not have ended before: it is not among what this task depends on",
        ),
        ("{{input}}", "{{input}}, which is there in the task of a for_each_task only"),
    ],
)
def test_a_reference_to_what_is_not_there(problems_in_job: InJob, reference: str, sentence: str) -> None:
    told = problems_in_job(f"""
        parameters: [{{name: day, default: x}}]
        tasks:
          - {{task_key: load, {NOTEBOOK}}}
          - {{task_key: middle, {NOTEBOOK}, depends_on: [{{task_key: load}}]}}
          - {{task_key: beside, {NOTEBOOK}}}
          - task_key: last
            depends_on: [{{task_key: middle}}]
            notebook_task: {{notebook_path: load, base_parameters: {{a: "{reference}", b: "{{{{tasks.load.values.n}}}}"}}}}
    """)
    assert told == [f"{AT} 12: tasks[3].notebook_task.base_parameters.a has a wrong reference: {sentence}"]


def test_a_pattern_that_more_than_one_wheel_has(problems_in_job: InJob, folder: Path) -> None:
    (folder / "a-1.whl").touch()
    (folder / "a-2.whl").touch()
    job = "tasks: [{task_key: a, notebook_task: {notebook_path: load}, libraries: [{whl: 'a-*.whl'}]}]"
    assert problems_in_job(job) == [
        f'{AT} 5: tasks[0].libraries[0].whl is "a-*.whl", which is a-1.whl, a-2.whl, expected one file'
    ]


def test_files_that_are_not_there_or_are_none(problems_in_job: InJob, folder: Path) -> None:
    (folder / "broken.ipynb").write_text("{")
    told = problems_in_job(
        """
        tasks:
          - {task_key: a, notebook_task: {notebook_path: etl/nowhere}}
          - {task_key: b, notebook_task: {notebook_path: broken.ipynb}}
          - {task_key: c, notebook_task: {notebook_path: /Workspace/nowhere}}
          - {task_key: d, spark_python_task: {python_file: nowhere.py}}
          - {task_key: e, spark_python_task: {python_file: "s3://bucket/x.py"}}
          - {task_key: f, sql_task: {file: {path: nowhere.sql}}}
          - {task_key: g, notebook_task: {notebook_path: load}, libraries: [{whl: dist/*.whl}, {requirements: reqs.txt}]}
          - {task_key: h, notebook_task: {notebook_path: load, source: GIT}}
          - {task_key: i, spark_python_task: {python_file: LONG.py}}
    """.replace("LONG", "x" * 300)
    )
    assert [line.removeprefix(AT).replace(str(folder), "HERE") for line in told] == [
        ' 6: tasks[0].notebook_task.notebook_path is "etl/nowhere": There is no notebook etl/nowhere: HERE/etl/nowhere is no file, neither as it is nor with .ipynb, .py, .sql, .r, .scala',
        ' 7: tasks[1].notebook_task.notebook_path is "broken.ipynb", which cannot be read: HERE/broken.ipynb is not a Jupyter notebook',
        ' 8: tasks[2].notebook_task.notebook_path is "/Workspace/nowhere": There is no notebook /Workspace/nowhere: HERE/nowhere is no file, neither as it is nor with .ipynb, .py, .sql, .r, .scala',
        ' 9: tasks[3].spark_python_task.python_file is "nowhere.py", and there is no file HERE/nowhere.py',
        ' 10: tasks[4].spark_python_task.python_file is "s3://bucket/x.py", expected a path of a file here',
        ' 11: tasks[5].sql_task.file.path is "nowhere.sql", and there is no file HERE/nowhere.sql',
        ' 12: tasks[6].libraries[0].whl is "dist/*.whl", and there is no file HERE/dist/*.whl; build it first',
        ' 12: tasks[6].libraries[1].requirements is "reqs.txt", and there is no file HERE/reqs.txt; build it first',
        " 13: tasks[7].notebook_task.source is GIT, and the job has no git_source",
        f' 14: tasks[8].spark_python_task.python_file is "{"x" * 60}…", which is no path of a file: File name too long',
    ]
