"""All that is known of a version of a registered model: of itself, of its run, of its files."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lakebook.tracking.errors import TrackingError, in_users_terms, is_unknown
from lakebook.tracking.logged import read_mlmodel
from lakebook.tracking.tags import POSSIBLE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

_CONTEXT = "mlflow.data.context"
_DELTA = "delta_table"


@dataclass(frozen=True)
class Signature:
    """What a model takes and gives: types by the names of columns, which are ``[0]``, ``[1]`` where they have none."""

    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Details:
    """A version of a registered model, with what its run and its files say."""

    version: ModelVersion
    #: None for a model that no run logged, and when the run is no more
    run: Run | None
    #: None for a model without a signature, and when the files cannot be read
    signature: Signature | None
    input_example: bool
    #: why the files cannot be read; empty when they can
    unreadable: str
    #: the run's inputs by name: the version of a Delta table, the digest of others; several are a list
    data: dict[str, str]

    @property
    def params(self) -> dict[str, str]:
        """The run's parameters."""
        return dict(sorted(self.run.data.params.items())) if self.run is not None else {}

    @property
    def metrics(self) -> dict[str, float]:
        """The run's metrics, the last value of each."""
        return dict(sorted(self.run.data.metrics.items())) if self.run is not None else {}

    def as_json(self) -> dict[str, Any]:
        """For scripts: MLflow's names of the fields."""
        signature = self.signature and {
            "inputs": self.signature.inputs,
            "outputs": self.signature.outputs,
            "params": self.signature.params,
        }
        return version_as_json(self.version) | {
            "signature": signature,
            "input_example": self.input_example,
            "params": self.params,
            "metrics": self.metrics,
            "data": self.data,
        }


def details(client: MlflowClient, version: ModelVersion) -> Details:
    """Look up what a version's run and files say."""
    run = _run(client, version.run_id)
    signature, example, unreadable = None, False, ""
    location = client.get_model_version_download_uri(version.name, version.version)
    try:
        with in_users_terms(location):
            mlmodel = read_mlmodel(client, location)
        example = mlmodel.saved_input_example_info is not None
        if mlmodel.signature is not None:
            signature = _signature(mlmodel.signature)
    except TrackingError as problem:
        unreadable = str(problem)
    inputs = run.inputs.dataset_inputs if run is not None and run.inputs is not None else []
    return Details(version, run, signature, example, unreadable, _data(inputs))


def version_as_json(version: ModelVersion) -> dict[str, Any]:
    """What the registry keeps of a version, by MLflow's names; times are milliseconds since 1970."""
    return {
        "name": version.name,
        "version": str(version.version),
        "aliases": list(version.aliases),
        "current_stage": version.current_stage,
        "description": version.description or "",
        "tags": dict(version.tags),
        "run_id": version.run_id,
        "source": version.source,
        "status": version.status,
        "creation_timestamp": version.creation_timestamp,
        "last_updated_timestamp": version.last_updated_timestamp,
    }


def model_as_json(model: RegisteredModel, versions: list[ModelVersion]) -> dict[str, Any]:
    """What the registry keeps of a model, by MLflow's names; times are milliseconds since 1970."""
    return {
        "name": model.name,
        "description": model.description or "",
        "tags": dict(model.tags),
        "aliases": {alias: str(version) for alias, version in model.aliases.items()},
        "creation_timestamp": model.creation_timestamp,
        "last_updated_timestamp": model.last_updated_timestamp,
        "versions": [
            version_as_json(version) | {"aliases": aliases_of(model, str(version.version))} for version in versions
        ],
    }


def aliases_of(model: RegisteredModel, version: str) -> list[str]:
    """The aliases of one of a model's versions."""
    return sorted(alias for alias, number in model.aliases.items() if str(number) == version)


def _run(client: MlflowClient, run_id: str | None) -> Run | None:
    from mlflow.exceptions import MlflowException

    if not run_id:
        return None
    try:
        return client.get_run(run_id)
    except MlflowException as problem:
        if not is_unknown(problem):
            raise
        return None


def _signature(signature: Any) -> Signature:
    """Args: signature: MLflow's ``ModelSignature``."""
    return Signature(*(_types(part) for part in (signature.inputs, signature.outputs, signature.params)))


def _types(schema: Any) -> dict[str, str]:
    """Args: schema: MLflow's ``Schema`` or ``ParamSchema``, or None."""
    fields = schema.to_dict() if schema is not None else []
    return {one.get("name") or f"[{index}]": _type(one) for index, one in enumerate(fields)}


def _type(spec: dict[str, Any]) -> str:
    kind = spec["type"]
    if kind == "tensor":
        tensor = spec["tensor-spec"]
        kind = f"tensor {tensor['dtype']} {json.dumps(list(tensor['shape']))}"
    elif nested := {key: value for key, value in spec.items() if key in ("items", "properties", "values")}:
        kind = f"{kind} {json.dumps(nested)}"
    return kind if spec.get("required", True) else f"{kind}, optional"


def _data(inputs: list[DatasetInput]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in inputs:
        dataset = one.dataset
        what = f"digest {dataset.digest}"
        if dataset.source_type == _DELTA:
            # MLflow leaves out a version that is 0
            what = f"version {json.loads(dataset.source).get('delta_table_version', 0)}"
        possible = any(tag.key == _CONTEXT and tag.value == POSSIBLE for tag in one.tags)
        found[dataset.name].append(f"{what}, possible" if possible else what)
    return {name: "; ".join(all_of_it) for name, all_of_it in sorted(found.items())}
