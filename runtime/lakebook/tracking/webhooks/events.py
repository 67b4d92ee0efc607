"""What a receiver is told: the events' names, and the body that says what happened, in MLflow's form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: event to the fields of its data. The names and fields are MLflow's (``mlflow.webhooks.types``) where it has the event
EVENTS: dict[str, tuple[str, ...]] = {
    "registered_model.created": ("name", "tags", "description"),
    "registered_model.renamed": ("name", "new_name"),
    "registered_model.deleted": ("name",),
    "registered_model_tag.set": ("name", "key", "value"),
    "registered_model_tag.deleted": ("name", "key"),
    "model_version.created": ("name", "version", "source", "run_id", "tags", "description"),
    "model_version.deleted": ("name", "version"),
    "model_version_stage.transitioned": ("name", "version", "from_stage", "to_stage"),
    "model_version_tag.set": ("name", "version", "key", "value"),
    "model_version_tag.deleted": ("name", "version", "key"),
    "model_version_alias.created": ("name", "alias", "version"),
    "model_version_alias.deleted": ("name", "alias"),
    "prompt.created": ("name", "tags", "description"),
    "prompt.renamed": ("name", "new_name"),
    "prompt.deleted": ("name",),
    "prompt_tag.set": ("name", "key", "value"),
    "prompt_tag.deleted": ("name", "key"),
    "prompt_version.created": ("name", "version", "template", "tags", "description"),
    "prompt_version.deleted": ("name", "version"),
    "prompt_version_tag.set": ("name", "version", "key", "value"),
    "prompt_version_tag.deleted": ("name", "version", "key"),
    "prompt_alias.created": ("name", "alias", "version"),
    "prompt_alias.deleted": ("name", "alias"),
}

#: the tag by which MLflow tells a prompt from a model; both are kept in the registry
PROMPT = "mlflow.prompt.is_prompt"
_TEMPLATE = "mlflow.prompt.text"
#: tags that make a prompt what it is, and are none of its user's
_HIDDEN = (PROMPT, _TEMPLATE, "_mlflow_prompt_type")
#: what the registry's tables call it to what it is for a prompt
_PROMPTS = {
    "registered_model": "prompt",
    "registered_model_tag": "prompt_tag",
    "model_version": "prompt_version",
    "model_version_tag": "prompt_version_tag",
    "model_version_alias": "prompt_alias",
}
_DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True)
class Change:
    """A row that a trigger wrote: one change of the registry."""

    id: int
    #: milliseconds since 1970
    time: int
    #: the event's name, as if models were all there is
    event: str
    #: MLflow's workspace, not ours
    workspace: str
    #: the model's or prompt's; the former one where it was renamed
    name: str
    version: int | None
    #: of a tag, or the alias
    key: str | None
    #: of a tag; the new stage or name
    value: str | None
    #: the stage before
    previous: str | None
    description: str | None
    source: str | None
    run_id: str | None


def named(change: Change, *, prompt: bool) -> str | None:
    """The event's name; None when there is no such event, as for the tags by which MLflow marks a prompt."""
    entity, _, action = change.event.partition(".")
    if prompt and entity.endswith("_tag") and change.key in _HIDDEN:
        return None
    name = f"{_PROMPTS.get(entity, entity)}.{action}" if prompt else change.event
    return name if name in EVENTS else None


def body(event: str, change: Change, tags: Mapping[str, str | None]) -> str:
    """The JSON text that is sent, the same in each attempt.

    Args:
        event: as ``named`` gives it.
        tags: those that a model, prompt or version was made with.
    """
    prompt = event.startswith("prompt")
    values = {
        "name": change.name,
        "new_name": change.value,
        "version": str(change.version),
        "key": change.key,
        "alias": change.key,
        "value": change.value,
        "from_stage": change.previous,
        "to_stage": change.value,
        "description": change.description or None,
        "source": change.source,
        "run_id": change.run_id or None,
        "template": tags.get(_TEMPLATE),
        "tags": {key: value for key, value in tags.items() if not (prompt and key in _HIDDEN)},
    }
    return _envelope(event, change.time, change.workspace, {field: values[field] for field in EVENTS[event]})


def example(event: str, time: int) -> str:
    """A body as ``body`` makes it, of a change that nobody made."""
    change = Change(
        id=0,
        time=time,
        event=event,
        workspace=_DEFAULT_WORKSPACE,
        name="example",
        version=1,
        key="example_key",
        value="example_value",
        previous="None",
        description="An example",
        source="models:/m-example",
        run_id="0123456789abcdef0123456789abcdef",
    )
    return body(event, change, {"example_key": "example_value", _TEMPLATE: "Hello {{name}}!"})


def _envelope(event: str, time: int, workspace: str, data: dict[str, Any]) -> str:
    entity, _, action = event.partition(".")
    envelope = {
        "entity": entity,
        "action": action,
        "timestamp": datetime.fromtimestamp(time / 1000, UTC).isoformat(),
        "data": data,
    }
    if workspace != _DEFAULT_WORKSPACE:
        envelope["workspace"] = workspace
    return json.dumps(envelope)
