"""Whoever changes the registry, in whatever way, the change is an event: told once, in MLflow's words."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from mlflow import MlflowException
from mlflow.webhooks.types import EVENT_TO_PAYLOAD_CLASS

from lakebook.config import Workspace
from lakebook.tracking import plugin, store
from lakebook.tracking.webhooks import subscriptions, triggers
from lakebook.tracking.webhooks.database import transaction
from lakebook.tracking.webhooks.errors import WebhookError
from lakebook.tracking.webhooks.events import EVENTS
from runtime.tracking.webhooks.stored import rows, told

pytestmark = pytest.mark.filterwarnings("ignore:.*transition_model_version_stage:FutureWarning")

NOWHERE = "http://127.0.0.1:9/nobody"
TABLES = [
    "registered_models",
    "registered_model_tags",
    "registered_model_aliases",
    "model_versions",
    "model_version_tags",
]

Event = tuple[str, dict[str, Any]]


@pytest.fixture
def heard(workspace: Workspace) -> None:
    """A webhook that is told of all."""
    subscriptions.add(workspace, "all", NOWHERE)


def our_triggers(file: Path) -> list[str]:
    return [
        name
        for (name,) in rows(file, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'lakebook*'")
    ]


def with_a_version(client: Any) -> None:
    """A model with a tag and two versions, the first one tagged, with an alias and staged."""
    client.create_registered_model("departures", tags={"team": "planning"}, description="Late ones")
    client.create_model_version("departures", "/models/1", run_id="1" * 32, tags={"data": "2013"}, description="First")
    client.create_model_version("departures", "/models/2")
    client.set_registered_model_alias("departures", "champion", 1)
    client.transition_model_version_stage("departures", 1, "Production")


def test_a_model_is_told_with_its_tags(heard: None, client: Any, file: Path) -> None:
    client.create_registered_model("departures", tags={"team": "planning", "use": "demo"}, description="Late ones")
    tags = {"team": "planning", "use": "demo"}
    created, *set_tags = told(file)
    assert created == (
        "registered_model.created",
        {"name": "departures", "tags": tags, "description": "Late ones"},
    )
    assert set_tags == [
        ("registered_model_tag.set", {"name": "departures", "key": key, "value": value}) for key, value in tags.items()
    ]


def test_a_version_is_told_with_its_source_and_run(heard: None, client: Any, file: Path) -> None:
    client.create_registered_model("departures")
    client.create_model_version("departures", "/models/1", run_id="1" * 32, tags={"data": "2013"}, description="First")
    assert told(file)[1:] == [
        (
            "model_version.created",
            {
                "name": "departures",
                "version": "1",
                "source": "/models/1",
                "run_id": "1" * 32,
                "tags": {"data": "2013"},
                "description": "First",
            },
        ),
        ("model_version_tag.set", {"name": "departures", "version": "1", "key": "data", "value": "2013"}),
    ]


OF_VERSION_1 = {"name": "departures", "version": "1"}
CHANGES: dict[str, tuple[Callable[[Any], object], list[Event]]] = {
    "a tag of a model is set": (
        lambda client: client.set_registered_model_tag("departures", "use", "demo"),
        [("registered_model_tag.set", {"name": "departures", "key": "use", "value": "demo"})],
    ),
    "a tag of a model is changed": (
        lambda client: client.set_registered_model_tag("departures", "team", "sales"),
        [("registered_model_tag.set", {"name": "departures", "key": "team", "value": "sales"})],
    ),
    "a tag of a model is deleted": (
        lambda client: client.delete_registered_model_tag("departures", "team"),
        [("registered_model_tag.deleted", {"name": "departures", "key": "team"})],
    ),
    "a tag of a version is set": (
        lambda client: client.set_model_version_tag("departures", 2, "data", "2014"),
        [("model_version_tag.set", {"name": "departures", "version": "2", "key": "data", "value": "2014"})],
    ),
    "a tag of a version is changed": (
        lambda client: client.set_model_version_tag("departures", 1, "data", "2014"),
        [("model_version_tag.set", {**OF_VERSION_1, "key": "data", "value": "2014"})],
    ),
    "a tag of a version is deleted": (
        lambda client: client.delete_model_version_tag("departures", 1, "data"),
        [("model_version_tag.deleted", {**OF_VERSION_1, "key": "data"})],
    ),
    "an alias is set": (
        lambda client: client.set_registered_model_alias("departures", "challenger", 2),
        [("model_version_alias.created", {"name": "departures", "alias": "challenger", "version": "2"})],
    ),
    "an alias is set anew": (
        lambda client: client.set_registered_model_alias("departures", "champion", 2),
        [("model_version_alias.created", {"name": "departures", "alias": "champion", "version": "2"})],
    ),
    "an alias is deleted": (
        lambda client: client.delete_registered_model_alias("departures", "champion"),
        [("model_version_alias.deleted", {"name": "departures", "alias": "champion"})],
    ),
    "a stage is changed": (
        lambda client: client.transition_model_version_stage("departures", 1, "Archived"),
        [("model_version_stage.transitioned", {**OF_VERSION_1, "from_stage": "Production", "to_stage": "Archived"})],
    ),
    "a stage is changed and its versions archived": (
        lambda client: client.transition_model_version_stage("departures", 2, "Production", True),
        [
            ("model_version_stage.transitioned", {**OF_VERSION_1, "from_stage": "Production", "to_stage": "Archived"}),
            (
                "model_version_stage.transitioned",
                {"name": "departures", "version": "2", "from_stage": "None", "to_stage": "Production"},
            ),
        ],
    ),
    "a model is renamed": (
        lambda client: client.rename_registered_model("departures", "late"),
        [("registered_model.renamed", {"name": "departures", "new_name": "late"})],
    ),
    "a version is deleted": (
        lambda client: client.delete_model_version("departures", 1),
        [
            ("model_version_alias.deleted", {"name": "departures", "alias": "champion"}),
            ("model_version.deleted", OF_VERSION_1),
        ],
    ),
    "a model is deleted": (
        lambda client: client.delete_registered_model("departures"),
        [
            ("model_version_tag.deleted", {**OF_VERSION_1, "key": "data"}),
            ("model_version.deleted", OF_VERSION_1),
            ("model_version.deleted", {"name": "departures", "version": "2"}),
            ("model_version_alias.deleted", {"name": "departures", "alias": "champion"}),
            ("registered_model_tag.deleted", {"name": "departures", "key": "team"}),
            ("registered_model.deleted", {"name": "departures"}),
        ],
    ),
    "a deleted version's model is deleted": (
        lambda client: (client.delete_model_version("departures", 2), client.delete_registered_model("departures")),
        [
            ("model_version.deleted", {"name": "departures", "version": "2"}),
            ("model_version_tag.deleted", {**OF_VERSION_1, "key": "data"}),
            ("model_version.deleted", OF_VERSION_1),
            ("model_version_alias.deleted", {"name": "departures", "alias": "champion"}),
            ("registered_model_tag.deleted", {"name": "departures", "key": "team"}),
            ("registered_model.deleted", {"name": "departures"}),
        ],
    ),
    "a description is changed": (
        lambda client: client.update_model_version("departures", 1, "Better"),
        [],
    ),
    "all is set to what it is": (
        lambda client: (
            client.set_registered_model_tag("departures", "team", "planning"),
            client.set_model_version_tag("departures", 1, "data", "2013"),
            client.set_registered_model_alias("departures", "champion", 1),
            client.transition_model_version_stage("departures", 1, "Production"),
        ),
        [],
    ),
}


def in_any_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=repr)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_once(change: str, heard: None, client: Any, file: Path) -> None:
    make, expected = CHANGES[change]
    with_a_version(client)
    before = len(told(file))
    make(client)
    assert in_any_order(told(file)[before:]) == in_any_order(expected)


def test_what_is_written_anew_and_stays_what_it_was_is_not_told(heard: None, client: Any, file: Path) -> None:
    with_a_version(client)
    before = told(file)
    rows(file, "UPDATE registered_models SET name = name")
    rows(file, "UPDATE registered_model_tags SET value = value")
    rows(file, "UPDATE model_versions SET current_stage = current_stage")
    rows(file, "UPDATE model_version_tags SET value = value")
    rows(file, "UPDATE registered_model_aliases SET version = version")
    assert told(file) == before


def test_a_renamed_model_is_told_of_by_its_new_name(heard: None, client: Any, file: Path) -> None:
    with_a_version(client)
    client.rename_registered_model("departures", "late")
    client.set_registered_model_alias("late", "champion", 2)
    assert told(file)[-1] == ("model_version_alias.created", {"name": "late", "alias": "champion", "version": "2"})


def test_a_change_that_fails_is_not_told(heard: None, client: Any, file: Path) -> None:
    client.create_registered_model("departures")
    before = told(file)
    with pytest.raises(MlflowException):
        client.create_registered_model("departures", tags={"team": "planning"})
    assert told(file) == before


def test_a_change_in_another_process_is_told(heard: None, workspace: Workspace, file: Path) -> None:
    code = f"""if True:
        from mlflow import MlflowClient
        client = MlflowClient({store.tracking_uri(workspace)!r}, {store.tracking_uri(workspace)!r})
        client.create_registered_model("departures")
        client.create_model_version("departures", "/models/1")
    """
    subprocess.run([sys.executable, "-c", code], check=True)
    assert [event for event, _ in told(file)] == ["registered_model.created", "model_version.created"]


def test_a_prompt_is_told_as_mlflow_tells_it(heard: None, client: Any, file: Path) -> None:
    client.register_prompt("greeting", "Hello {{name}}!", commit_message="First", tags={"tone": "kind"})
    client.set_prompt_alias("greeting", "live", 1)
    client.set_prompt_tag("greeting", "team", "planning")
    client.delete_prompt_alias("greeting", "live")
    events = told(file)
    assert {event.partition(".")[0] for event, _ in events} == {
        "prompt",
        "prompt_version",
        "prompt_version_tag",
        "prompt_tag",
        "prompt_alias",
    }
    hidden = ("mlflow.prompt.is_prompt", "mlflow.prompt.text", "_mlflow_prompt_type")
    assert not [data for _, data in events if data.get("key") in hidden]
    version = next(data for event, data in events if event == "prompt_version.created")
    assert (version["template"], version["tags"]) == ("Hello {{name}}!", {"tone": "kind"})
    assert events[-1] == ("prompt_alias.deleted", {"name": "greeting", "alias": "live"})


def test_a_prompts_end_is_told_as_a_prompts(heard: None, client: Any, file: Path) -> None:
    client.register_prompt("greeting", "Hello!")
    told(file)
    rows(file, "DELETE FROM lakebook_registry_events")  # long ago
    client.set_prompt_alias("greeting", "live", 1)
    client.delete_prompt("greeting")
    client.create_registered_model("greeting")
    # MLflow ties a prompt to its experiment by a tag, on a thread that may be late
    events = [event for event, _ in told(file) if event != "prompt_tag.set"]
    assert events[0] == "prompt_alias.created"
    assert events[-2:] == ["prompt.deleted", "registered_model.created"]
    assert not [event for event in events[:-1] if event.startswith(("registered_model", "model_version"))]


def test_mlflows_own_events_have_mlflows_fields() -> None:
    of_the_registry = {
        f"{entity}.{action}": tuple(payload.__annotations__)
        for (entity, action), payload in EVENT_TO_PAYLOAD_CLASS.items()
        if entity != "budget_policy"
    }
    assert {event: EVENTS.get(event) for event in of_the_registry} == of_the_registry


def test_a_store_without_webhooks_is_as_mlflow_made_it(workspace: Workspace, client: Any, file: Path) -> None:
    everything = "SELECT name FROM sqlite_master ORDER BY name"
    before = rows(file, everything)
    client.create_registered_model("departures")
    triggers.keep(file)
    assert subscriptions.webhooks(file) == []
    assert rows(file, everything) == before


def test_the_triggers_go_with_the_last_webhook(workspace: Workspace, client: Any, file: Path) -> None:
    subscriptions.add(workspace, "one", NOWHERE)
    subscriptions.add(workspace, "other", NOWHERE)
    subscriptions.remove(file, "one")
    assert our_triggers(file)
    subscriptions.remove(file, "other")
    assert not our_triggers(file)
    client.create_registered_model("departures")
    assert told(file) == []


def test_triggers_that_are_there_are_left_alone(heard: None, workspace: Workspace, file: Path) -> None:
    before = rows(file, "PRAGMA schema_version")
    triggers.keep(file)
    subscriptions.add(workspace, "other", NOWHERE)
    assert rows(file, "PRAGMA schema_version") == before


def migrated(file: Path) -> None:
    """Make the registry's tables anew, as MLflow's migrations do for SQLite."""
    engine = sqlalchemy.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        for table in TABLES:
            with operations.batch_alter_table(table, recreate="always") as batch:
                batch.add_column(sqlalchemy.Column("of_the_future", sqlalchemy.String(10)))
    engine.dispose()


def test_a_migration_works_and_the_triggers_come_back_with_the_next_look_at_the_store(
    heard: None, client: Any, file: Path
) -> None:
    with_a_version(client)
    before = len(told(file))
    installed = our_triggers(file)
    migrated(file)
    assert not our_triggers(file)
    plugin.sqlite_store(f"sqlite:///{file}")
    assert our_triggers(file) == installed
    client.set_registered_model_alias("departures", "challenger", 2)
    assert told(file)[before:] == [
        ("model_version_alias.created", {"name": "departures", "alias": "challenger", "version": "2"})
    ]


def test_triggers_of_another_version_are_replaced(heard: None, client: Any, file: Path) -> None:
    rows(file, "DROP TRIGGER lakebook_registered_model_created")
    rows(
        file,
        "CREATE TRIGGER lakebook_registered_model_created AFTER INSERT ON registered_models BEGIN "
        "INSERT INTO lakebook_registry_events (event) VALUES ('of old'); END",
    )
    triggers.keep(file)
    client.create_registered_model("departures")
    assert [event for event, _ in told(file)] == ["registered_model.created"]


def test_tables_of_another_mlflow_are_refused_and_left_as_they_are(workspace: Workspace, file: Path) -> None:
    rows(file, "ALTER TABLE registered_model_aliases RENAME COLUMN alias TO nickname")
    with pytest.raises(WebhookError, match=r"registered_model_aliases has no alias.*mlflow db upgrade"):
        subscriptions.add(workspace, "all", NOWHERE)
    assert not our_triggers(file)


def test_a_change_in_a_workspace_of_mlflows_is_told_with_it(heard: None, file: Path) -> None:
    rows(file, "INSERT INTO registered_models (workspace, name) VALUES ('team', 'departures')")
    told(file)
    ((payload,),) = rows(file, "SELECT payload FROM lakebook_registry_events")
    assert '"workspace": "team"' in payload


def test_many_changes_are_handed_out_in_their_order(heard: None, file: Path) -> None:
    names = [f"model-{number:04}" for number in range(450)]
    with transaction(file) as connection:
        for name in names:
            connection.execute("INSERT INTO registered_models (name) VALUES (?)", (name,))
    assert [data["name"] for _, data in told(file)] == names


def test_the_time_of_an_event_is_when_it_happened(heard: None, client: Any, file: Path) -> None:
    before = time.time()
    client.create_registered_model("departures")
    after = time.time()
    ((happened,),) = rows(file, "SELECT time FROM lakebook_registry_events")
    assert before - 0.001 <= happened / 1000 <= after + 0.001
