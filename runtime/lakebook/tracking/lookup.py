"""Find what the user named in MLflow's store, or say that it is not there and what is like it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lakebook.tracking.errors import TrackingError, is_unknown
from lakebook.tracking.references import LATEST, Reference

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment, Run
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

#: runs that are looked at for one that is like a wrong id
_RECENT = 1000
_NAMED = 8


def find_run(client: MlflowClient, run_id: str) -> Run:
    """A run by its id. Raises ``TrackingError`` when there is none."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_run(run_id)
    except MlflowException as problem:
        if not is_unknown(problem):
            raise
    names = {run.info.run_id: run.info.run_name or "" for run in _recent_runs(client)}
    near = [one for one, name in names.items() if (run_id and one.startswith(run_id)) or name == run_id]
    near = near or difflib.get_close_matches(run_id, names, n=1)
    hint = f": did you mean {near[0]} ({names[near[0]]})?" if near else "."
    raise TrackingError(f"There is no run {run_id}{hint}")


def find_experiment(client: MlflowClient, name: str) -> Experiment:
    """An experiment by its name, or by its id. Raises ``TrackingError`` when there is none, or it was deleted."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None and name.isdecimal():
        try:
            found = client.get_experiment(name)
        except MlflowException as problem:
            if not is_unknown(problem):
                raise
    if found is None or found.lifecycle_stage != "active":
        there = [experiment.name for experiment in experiments(client)]
        raise TrackingError(f"There is no experiment {name}{likely(name, there)}")
    return found


def find_model(client: MlflowClient, name: str) -> RegisteredModel:
    """A registered model by its name. Raises ``TrackingError`` when there is none."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_registered_model(name)
    except MlflowException as problem:
        if not is_unknown(problem):
            raise
    raise TrackingError(f"There is no model {name}{likely(name, [model.name for model in models(client)])}")


def find_version(client: MlflowClient, reference: Reference) -> ModelVersion:
    """The version that a reference means, with its aliases. Raises ``TrackingError`` when there is none."""
    model = find_model(client, reference.name)
    if not reference.is_version:
        example = Reference(reference.name, version="1")
        raise TrackingError(f"{reference.name} is a model: name one of its versions, such as {example}.")
    there = {int(version.version): version for version in versions(client, model.name)}
    if reference.alias:
        number = model.aliases.get(reference.alias)
        if number is None:
            hint = likely(reference.alias, model.aliases)
            raise TrackingError(f"{model.name} has no alias {reference.alias}{hint}")
    elif reference.version:
        number = reference.version
    else:
        within = [one for one, version in there.items() if reference.stage in (LATEST, version.current_stage)]
        number = max(within, default=0)
    if int(number) not in there:
        raise TrackingError(f"There is no version {reference}{_listed(map(str, sorted(there)))}")
    return client.get_model_version(model.name, str(number))


def experiments(client: MlflowClient) -> Iterator[Experiment]:
    """All experiments that were not deleted."""
    return every(client.search_experiments)


def models(client: MlflowClient) -> Iterator[RegisteredModel]:
    """All registered models, by their names."""
    return every(lambda **page: client.search_registered_models(order_by=["name ASC"], **page))


def versions(client: MlflowClient, name: str) -> list[ModelVersion]:
    """All versions of a model, the first one first. Their aliases are the model's to tell."""
    quote = '"' if "'" in name else "'"
    found = every(lambda **page: client.search_model_versions(f"name = {quote}{name}{quote}", **page))
    return sorted(found, key=lambda version: int(version.version))


def every(search: Callable[..., Any]) -> Iterator[Any]:
    """All results of one of MLflow's searches, page after page.

    Args:
        search: takes ``page_token`` and returns a ``PagedList``.
    """
    token = None
    while True:
        page = search(page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def likely(wanted: str, there: Iterable[str]) -> str:
    """The end of a sentence that says that something is not there: the name that was likely meant, or all there are."""
    known = sorted(there)
    near = difflib.get_close_matches(wanted, known, n=1)
    return f": did you mean {near[0]}?" if near else _listed(known)


def _listed(there: Iterable[str]) -> str:
    known = list(there)
    if not known:
        return ": there is none yet."
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f": there {'is' if len(known) == 1 else 'are'} {', '.join(known[:_NAMED])}{more}."


def _recent_runs(client: MlflowClient) -> list[Run]:
    ids = [experiment.experiment_id for experiment in experiments(client)]
    return list(client.search_runs(ids, max_results=_RECENT)) if ids else []
