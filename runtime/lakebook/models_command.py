"""``lakebook models``: register what runs logged; list, show, annotate and compare registered models."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook import models_text as text
from lakebook.cli import CommandError
from lakebook.config import Workspace, find_workspace
from lakebook.tracking import store
from lakebook.tracking.direction import lower_is_better
from lakebook.tracking.errors import TrackingError, in_users_terms
from lakebook.tracking.quiet import quiet
from lakebook.tracking.reachable import check
from lakebook.tracking.references import STAGES, check_alias, parse

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion


@dataclass(frozen=True)
class Answer:
    """What a command says: to a reader, and with ``--json`` to a script."""

    text: str
    value: Any


Action = Callable[["MlflowClient", argparse.Namespace], Answer]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``models`` to the commands of ``lakebook``."""
    models = commands.add_parser("models", help="register models, and look at, label and compare registered ones")
    actions = models.add_subparsers(required=True, metavar="ACTION")
    _add_register(actions)
    _add(actions, "list", "list the registered models", list_models)
    show = _add(actions, "show", "show a model, or a version: NAME, NAME/3, NAME@ALIAS", show_model)
    show.add_argument("model", metavar="NAME[/VERSION|@ALIAS]")
    alias = _add(actions, "set-alias", "give a version an alias, which it takes from the one that has it", set_alias)
    alias.add_argument("model", metavar="NAME/VERSION")
    alias.add_argument("alias", metavar="ALIAS")
    delete = _add(actions, "delete-alias", "take an alias away", delete_alias)
    delete.add_argument("model", metavar="NAME@ALIAS")
    _add_transition(actions)
    _add_annotate(actions)
    compare = _add(actions, "compare", "show versions beside each other", compare_versions)
    compare.add_argument("models", nargs="+", metavar="NAME/VERSION")


def _add(actions: Any, name: str, what: str, action: Action) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what)
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.set_defaults(command=run, action=action)
    return parser


def _add_register(actions: Any) -> None:
    parser = _add(actions, "register", "make a version of a model from what a run logged", register)
    run = parser.add_mutually_exclusive_group(required=True)
    run.add_argument("--run", metavar="RUN_ID", help="the run that logged the model")
    run.add_argument("--experiment", metavar="NAME", help="the best run of this experiment, by --best")
    parser.add_argument("--best", metavar="METRIC", help="the metric to choose by; its name says which way is better")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--lowest", action="store_true", help="the lowest value is the best")
    way.add_argument("--highest", action="store_true", help="the highest value is the best")
    parser.add_argument("--name", required=True, help="of the registered model")
    parser.add_argument("--model", metavar="NAME", help="which of the run's models, when there are several")
    parser.add_argument("--alias", help="give the version this alias")
    parser.add_argument("--description", help="of the version")
    parser.add_argument("--allow-no-signature", action="store_true", help="take a model without a signature too")


def _add_transition(actions: Any) -> None:
    parser = _add(actions, "transition", f"move a version to a stage: {', '.join(STAGES)}", transition)
    parser.add_argument("model", metavar="NAME/VERSION")
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("--archive-existing", action="store_true", help="archive those that are in that stage now")


def _add_annotate(actions: Any) -> None:
    parser = _add(actions, "annotate", "describe and tag a model, or a version of it", annotate)
    parser.add_argument("model", metavar="NAME[/VERSION|@ALIAS]")
    parser.add_argument("--description", help="in place of the one that is there")
    parser.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE", dest="tags")
    parser.add_argument("--remove-tag", action="append", default=[], metavar="KEY", dest="removed")


def run(options: argparse.Namespace) -> int:
    """Do one of the actions on the workspace's store, and print what it says."""
    workspace = find_workspace()
    uri = store.tracking_uri(workspace)
    try:
        if _is_empty(workspace):
            answer = _of_nothing(workspace, options)
        else:
            check(uri)
            quiet()
            with in_users_terms(uri):
                answer = options.action(store.client(workspace), options)
    except TrackingError as problem:
        raise CommandError(problem) from problem
    print(json.dumps(_finite(answer.value), indent=2, ensure_ascii=False) if options.json else answer.text)
    return 0


def register(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models register``."""
    from lakebook.tracking import registry
    from lakebook.tracking.details import details

    run_id, chosen = options.run, list[tuple[str, str]]()
    if options.experiment is None and (options.best or options.lowest or options.highest):
        raise TrackingError("--best, --lowest and --highest choose among the runs of an --experiment, not with --run.")
    if options.experiment is not None:
        if not options.best:
            raise TrackingError("--experiment needs --best METRIC, to choose one of its runs.")
        lowest = options.lowest or (not options.highest and lower_is_better(options.best))
        best = registry.best_run(client, options.experiment, options.best, maximize=not lowest)
        run_id = best.run.info.run_id
        chosen = text.choice(best, options.best, lowest, said=options.lowest or options.highest)
    version = registry.register(
        client,
        run_id,
        options.name,
        model=options.model,
        alias=options.alias,
        description=options.description,
        allow_no_signature=options.allow_no_signature,
    )
    made = details(client, version)
    return Answer(text.registered(made, chosen), made.as_json())


def list_models(client: MlflowClient, _: argparse.Namespace) -> Answer:
    """``lakebook models list``."""
    from lakebook.tracking.details import model_as_json
    from lakebook.tracking.lookup import models, versions

    found = [(model, versions(client, model.name)) for model in models(client)]
    return Answer(text.model_list(found), [model_as_json(model, its) for model, its in found])


def show_model(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models show``."""
    from lakebook.tracking.details import details, model_as_json
    from lakebook.tracking.lookup import find_model, find_version, versions

    reference = parse(options.model)
    if reference.is_version:
        found = details(client, find_version(client, reference))
        return Answer(text.version(found), found.as_json())
    model = find_model(client, reference.name)
    its = versions(client, model.name)
    return Answer(text.model(model, its), model_as_json(model, its))


def set_alias(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models set-alias``."""
    from lakebook.tracking.lookup import find_model

    check_alias(options.alias)
    version = _version(client, options.model)
    before = find_model(client, version.name).aliases.get(options.alias)
    client.set_registered_model_alias(version.name, options.alias, version.version)
    moved = f"; it was version {before}" if before is not None and str(before) != str(version.version) else ""
    return _changed(client, version, f"{version.name}@{options.alias} is version {version.version}{moved}")


def delete_alias(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models delete-alias``."""
    reference = parse(options.model)
    if not reference.alias:
        raise TrackingError(f"{options.model} names no alias: expected NAME@ALIAS.")
    version = _version(client, options.model)
    client.delete_registered_model_alias(version.name, reference.alias)
    return _changed(client, version, f"Version {version.version} of {version.name} is not {reference.alias} any more")


def transition(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models transition``."""
    import warnings

    stage = next((one for one in STAGES if one.lower() == options.stage.lower()), None)
    if stage is None:
        raise TrackingError(f"{options.stage} is not a stage: expected one of {', '.join(STAGES)}.")
    if options.archive_existing and stage not in ("Staging", "Production"):
        raise TrackingError(f"--archive-existing goes with Staging and Production, not with {stage}.")
    version = _version(client, options.model)
    with warnings.catch_warnings():  # MLflow would rather have aliases; the user asked for a stage
        warnings.simplefilter("ignore", FutureWarning)
        client.transition_model_version_stage(version.name, version.version, stage, options.archive_existing)
    before = "" if version.current_stage == stage else f"; it was in {version.current_stage}"
    return _changed(client, version, f"Version {version.version} of {version.name} is in {stage}{before}")


def annotate(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models annotate``."""
    from lakebook.tracking.details import model_as_json
    from lakebook.tracking.lookup import find_model, likely, versions

    tags = dict(map(_tag, options.tags))
    if options.description is None and not tags and not options.removed:
        raise TrackingError("Nothing to change: say --description, --tag or --remove-tag.")
    reference = parse(options.model)
    version = _version(client, options.model) if reference.is_version else None
    model = find_model(client, reference.name)
    there = (version or model).tags
    for key in options.removed:
        if key not in there:
            raise TrackingError(f"{reference} has no tag {key}{likely(key, there)}")
    if version is not None:
        _annotate_version(client, version, options.description, tags, options.removed)
        return _changed(client, version, f"Version {version.version} of {version.name} is annotated")
    _annotate_model(client, model.name, options.description, tags, options.removed)
    after = find_model(client, model.name)
    return Answer(f"{model.name} is annotated", model_as_json(after, versions(client, model.name)))


def compare_versions(client: MlflowClient, options: argparse.Namespace) -> Answer:
    """``lakebook models compare``."""
    from lakebook.tracking.comparison import compare
    from lakebook.tracking.details import details

    versions = [_version(client, name) for name in options.models]
    names = [f"{version.name}/{version.version}" for version in versions]
    if len(set(names)) < 2:
        raise TrackingError("One version cannot be compared: name two or more, such as NAME/1 NAME/2.")
    found = [details(client, version) for version in versions]
    rows = compare(found)
    value = {"versions": [one.as_json() for one in found], "rows": [row.as_json() for row in rows]}
    return Answer(text.comparison(names, found, rows), value)


def _annotate_version(
    client: MlflowClient, version: ModelVersion, description: str | None, tags: dict[str, str], removed: Sequence[str]
) -> None:
    name, number = version.name, version.version
    if description is not None:
        client.update_model_version(name, number, description)
    for key, value in tags.items():
        client.set_model_version_tag(name, number, key, value)
    for key in removed:
        client.delete_model_version_tag(name, number, key)


def _annotate_model(
    client: MlflowClient, name: str, description: str | None, tags: dict[str, str], removed: Sequence[str]
) -> None:
    if description is not None:
        client.update_registered_model(name, description)
    for key, value in tags.items():
        client.set_registered_model_tag(name, key, value)
    for key in removed:
        client.delete_registered_model_tag(name, key)


def _changed(client: MlflowClient, version: ModelVersion, said: str) -> Answer:
    from lakebook.tracking.details import version_as_json

    return Answer(said, version_as_json(client.get_model_version(version.name, version.version)))


def _version(client: MlflowClient, name: str) -> ModelVersion:
    from lakebook.tracking.lookup import find_version

    return find_version(client, parse(name))


def _tag(given: str) -> tuple[str, str]:
    key, equals, value = given.partition("=")
    if not key or not equals:
        raise TrackingError(f"--tag {given}: expected KEY=VALUE, such as --tag owner=ada")
    return key, value


def _is_empty(workspace: Workspace) -> bool:
    """Whether nothing was ever recorded in the workspace's own store, which need not be made to say so."""
    return store.is_own(workspace) and not store.database(workspace).exists()


def _of_nothing(workspace: Workspace, options: argparse.Namespace) -> Answer:
    if options.action is list_models:
        return Answer(text.model_list([]), [])
    raise TrackingError(f"No run was ever recorded in {workspace.root}: fit a model in a notebook of it first.")


def _finite(value: Any) -> Any:
    """A value as JSON has it, which knows no NaN and no infinity: they become texts."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
