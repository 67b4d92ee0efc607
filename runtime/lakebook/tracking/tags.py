"""The tags of runs: MLflow's own, which its UI shows, and ours, which lineage is read from."""

from __future__ import annotations

SOURCE_NAME = "mlflow.source.name"
SOURCE_TYPE = "mlflow.source.type"
COMMIT = "mlflow.source.git.commit"
BRANCH = "mlflow.source.git.branch"
REPOSITORY = "mlflow.source.git.repoURL"
USER = "mlflow.user"

NOTEBOOK = "lakebook.notebook"
SESSION = "lakebook.session"
CELL_NUMBER = "lakebook.cell.number"
CELL_ID = "lakebook.cell.id"
CELL_LANGUAGE = "lakebook.cell.language"
#: "true" when files that git knows had been changed and not committed
DIRTY = "lakebook.git.dirty"
#: the repository's folder on the machine where the run was made
GIT_FOLDER = "lakebook.git.folder"
#: what logged a fit without being asked for: "r", "spark.ml"
AUTOLOG = "lakebook.autolog"
#: the tables that the notebook had written before the run ended: JSON, a list of ``TableVersion.as_json``
WRITTEN = "lakebook.tables.written"

#: context of an input (``mlflow.data.context``): on the way of the data that was fitted, as far as names tell
TRAINING = "training"
#: read by the notebook before, of unknown use
POSSIBLE = "possible"
