"""What the fields of a definition mean here: the SDK has their types, this has what of them is otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from databricks.sdk.service.jobs import PauseStatus

from lakebook.jobs.drivers import DriverOf
from lakebook.jobs.due import Missed


@dataclass
class Register:
    """``register`` of a task: the model that its cells fitted becomes a version in the registry."""

    model: str
    metric: str | None = None
    alias: str | None = None
    when: str | None = None
    higher_is_better: bool | None = None


@dataclass
class Lakebook:
    """``lakebook`` of a job: what Databricks has no word for."""

    missed: Missed | None = None
    driver: DriverOf | None = None


@dataclass
class LakebookOfTask:
    """``lakebook`` of a task or of a job's cluster."""

    driver: DriverOf | None = None


@dataclass
class Variable:
    """One of ``variables``."""

    default: Any = None
    description: str | None = None
    type: str | None = None
    lookup: Any = None


@dataclass
class Presets:
    """``presets`` of a target."""

    name_prefix: str | None = None
    trigger_pause_status: PauseStatus | None = None
    jobs_max_concurrent_runs: int | None = None
    tags: dict[str, str] | None = None
    pipelines_development: Any = None
    source_linked_deployment: Any = None
    artifacts_dynamic_version: Any = None


class Mode(Enum):
    """``mode`` of a target."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass
class Target:
    """One of ``targets``."""

    default: bool | None = None
    mode: Mode | None = None
    presets: Presets | None = None
    variables: dict[str, Any] | None = None
    resources: Any = None
    bundle: Any = None
    workspace: Any = None
    artifacts: Any = None
    sync: Any = None
    git: Any = None
    run_as: Any = None
    permissions: Any = None
    cluster_id: Any = None
    compute_id: Any = None


@dataclass
class BundleSection:
    """``bundle``."""

    name: str
    uuid: Any = None
    git: Any = None
    deployment: Any = None
    cluster_id: Any = None
    compute_id: Any = None
    databricks_cli_version: Any = None
    target: Any = None


@dataclass
class Root:
    """What a file may have at its top."""

    bundle: BundleSection | None = None
    include: list[str] | None = None
    variables: dict[str, Variable] | None = None
    targets: dict[str, Target] | None = None
    resources: Any = None
    presets: Presets | None = None
    workspace: Any = None
    artifacts: Any = None
    sync: Any = None
    run_as: Any = None
    permissions: Any = None
    experimental: Any = None
    scripts: Any = None
    python: Any = None


#: fields that are here and not in the SDK, by the class there
ADDED: dict[str, dict[str, Any]] = {
    "JobSettings": {"lakebook": Lakebook, "permissions": Any, "lifecycle": Any},
    "Task": {"register": Register, "lakebook": LakebookOfTask},
    "JobCluster": {"lakebook": LakebookOfTask},
    "RunJobTask": {"job_key": str},
}
#: fields that are required there and can be left out here
OPTIONAL = {
    "SqlTask": {"warehouse_id"},
    "RunJobTask": {"job_id"},
    "GitSource": {"git_provider"},
}
#: fields whose words may be written in capitals or not
ANY_CASE = {"GitSource": {"git_provider"}}

_NEVER = {"on_streaming_backlog_exceeded", "on_maintenance_complete", "on_maintenance_start"}
#: fields that change nothing here, since there is no cloud: they are accepted, and a note says so
WITHOUT_MEANING = {
    "JobSettings": {
        "budget_policy_id",
        "usage_policy_id",
        "deployment",
        "duration_target",
        "edit_mode",
        "format",
        "lifecycle",
        "parent_path",
        "performance_target",
        "permissions",
        "run_as",
    },
    "Task": {"compute", "disable_auto_optimization", "existing_cluster_id"},
    "NotebookTask": {"warehouse_id"},
    "SqlTask": {"warehouse_id"},
    "JobCluster": {"serverless_compute", "serverless_compute_id"},
    "Environment": {"base_environment", "client", "environment_version", "project_environment"},
    "GitSource": {"git_provider", "job_source"},
    "Continuous": {"maintenance_window"},
    "JobEmailNotifications": _NEVER,
    "TaskEmailNotifications": _NEVER,
    "WebhookNotifications": _NEVER,
    "Root": {"workspace", "artifacts", "sync", "run_as", "permissions", "experimental", "scripts", "python"},
    "BundleSection": {"uuid", "git", "deployment", "cluster_id", "compute_id", "databricks_cli_version"},
    "Target": {"workspace", "artifacts", "sync", "git", "run_as", "permissions", "cluster_id", "compute_id", "bundle"},
    "Presets": {"pipelines_development", "source_linked_deployment", "artifacts_dynamic_version"},
}
#: of these classes all other fields have no meaning
MEANINGFUL = {"ClusterSpec": {"spark_conf", "spark_env_vars"}}

_JARS = "set spark.jars or spark.jars.packages in [spark.conf] of lakebook.toml, which is for all of the workspace"
_WARE = "write the statements into a file, and its path into sql_task.file.path"
_PARAMETERS = "use job_parameters"
#: fields that ask for something that is not here, and what to do instead
REFUSED = {
    "JobSettings": {
        "environment_variables": "use spark_env_vars of a job cluster",
        "triggers": "use schedule, trigger or continuous",
    },
    "Task": {"environment_variables_key": "use spark_env_vars of a job cluster"},
    "TriggerSettings": dict.fromkeys(
        ("job_completion", "model", "sql_condition"), "use file_arrival, table_update or periodic"
    ),
    "CronSchedule": {"sql_condition": "begin with a condition_task"},
    "SqlTask": {"query": _WARE, "dashboard": _WARE, "alert": _WARE},
    "Library": {
        "jar": _JARS,
        "maven": _JARS,
        "egg": "use a wheel: whl",
        "cran": "install the package into the R that is used",
    },
    "Environment": {"java_dependencies": _JARS},
    "RunJobTask": dict.fromkeys(
        (
            "dbt_commands",
            "jar_params",
            "notebook_params",
            "pipeline_params",
            "python_named_params",
            "python_params",
            "spark_submit_params",
            "sql_params",
        ),
        _PARAMETERS,
    ),
    "GitSource": {
        "git_snapshot": "use git_branch, git_tag or git_commit",
        "sparse_checkout": "leave it out: all of the repository is checked out",
    },
    "Variable": {"lookup": "there is no cloud to look it up in; give it a default or a value"},
}
#: kinds of tasks that run here; the others are refused
KINDS = (
    "notebook_task",
    "spark_python_task",
    "python_wheel_task",
    "sql_task",
    "condition_task",
    "for_each_task",
    "run_job_task",
)
