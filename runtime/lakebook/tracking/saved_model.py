"""A model that another language has written to files, as MLflow logs and registers it.

The module is a flavor as ``mlflow.models.Model.log`` takes it. Which flavors the files are, says whoever saved them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

#: R's own form: ``model`` is a file of ``saveRDS``, ``class`` are the model's classes, ``package`` has its methods
R_FLAVOR = "r"


def save_model(
    path: str,
    mlflow_model: Model,
    *,
    files: Path,
    flavors: Mapping[str, Mapping[str, Any]],
    signature: ModelSignature | None,
    input_example: Mapping[str, Sequence[Any]] | None,
    validate_serving_input: bool = False,
) -> None:
    """Make a model's folder: its files, and an ``MLmodel`` file that says what they are.

    Args:
        path: the folder, which must not exist.
        files: the folder of the files.
        flavors: each flavor's entries in ``MLmodel``.
        input_example: a list of values for each column.
        validate_serving_input: read by ``Model.log``; False where Python cannot run the model.
    """
    from mlflow.models.model import MLMODEL_FILE_NAME
    from mlflow.models.utils import _save_example

    shutil.copytree(files, path)
    for name, entries in flavors.items():
        mlflow_model.add_flavor(name, **entries)
    if signature is not None:
        mlflow_model.signature = signature
    if input_example is not None:
        import pandas as pd

        _save_example(mlflow_model, pd.DataFrame(dict(input_example)), path)
    mlflow_model.save(str(Path(path, MLMODEL_FILE_NAME)))


def signature(
    inputs: Sequence[Mapping[str, Any]], outputs: Sequence[Mapping[str, Any]] | None = None
) -> ModelSignature:
    """What a model takes and gives: columns as MLflow writes them, ``type`` and, of inputs, ``name``."""
    from mlflow.models import ModelSignature
    from mlflow.types import Schema

    return ModelSignature(
        inputs=Schema.from_json(json.dumps(list(inputs))),
        outputs=None if outputs is None else Schema.from_json(json.dumps(list(outputs))),
    )
