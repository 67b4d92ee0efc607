"""What it costs that fits record themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from benchmarks.kernels import Kernel
from benchmarks.measuring import SECONDS, Comparison, Series, at_most, in_turn
from benchmarks.place import Place

RUNS = 9
STARTS = 9
_DATA = """
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
"""
_FIT = "model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X, y)"
_MLFLOW = (
    "import mlflow\nmlflow.set_tracking_uri({store!r})\nmlflow.set_experiment('fits')\nmlflow.autolog({options})\n"
)


def autolog(place: Place) -> Iterator[Comparison]:
    """A fit that is recorded, beyond the fit alone; MLflow's own autologging in ipykernel is the reference."""
    ours = place.kernel("lakebook")
    ours.seconds(_DATA)
    for what, options in (("", ""), (", examples of input there too", "log_input_examples=True")):
        reference = place.kernel("plain-python")
        store = f"sqlite:///{place.folder() / 'mlflow.db'}"
        reference.seconds(_MLFLOW.format(store=store, options=options) + _DATA)
        recorded = in_turn(partial(ours.seconds, _FIT), partial(reference.seconds, _FIT), RUNS, warm_up=2)
        ours.seconds("%autolog off")
        reference.seconds("mlflow.autolog(disable=True)")
        alone = in_turn(partial(ours.seconds, _FIT), partial(reference.seconds, _FIT), RUNS, warm_up=2)
        ours.seconds("%autolog on")
        costs = [_beyond(*pair) for pair in zip(recorded, alone, strict=True)]
        yield Comparison(f"Recording a scikit-learn fit{what}", "mlflow.autolog()", SECONDS, at_most(1.1), *costs)


def start(place: Place) -> Iterator[Comparison]:
    """From starting a kernel to its first answer, where runs are recorded and where they are not."""
    without = place.new_workspace()
    (without.root / "lakebook.toml").write_text("[tracking]\nautolog = false\n")
    (place.workspace.root / "lakebook.toml").write_text("[tracking]\nuri = 'sqlite:///runs.db'\n")

    def one(folder: str) -> float:
        began = time.perf_counter()
        with Kernel("lakebook", without.root if folder == "without" else place.workspace.root) as kernel:
            kernel.seconds("1 + 1")
            return time.perf_counter() - began

    runs = in_turn(partial(one, "with"), partial(one, "without"), STARTS, warm_up=1)
    yield Comparison("Kernel start, runs recorded", "not recorded", SECONDS, at_most(1.05), *runs)


def _beyond(recorded: Series, alone: Series) -> Series:
    return Series([value - alone.median for value in recorded.values])
