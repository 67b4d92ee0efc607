"""MLflow asks for a model's requirements once for each kind of model."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import cloudpickle
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lakebook_kernel.tracking import requirements
from lakebook_kernel.tracking.kept_requirements import KeptRequirements
from lakebook_kernel.tracking.requirements import remembering

DATA = pd.DataFrame({"height": [1.0, 2.0, 4.0], "width": [1.0, 5.0, 2.0]})
FALLBACK = ["by default"]


class Mlflow:
    """MLflow's part, which counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    def infer(self, model_uri: str, flavor: str, fallback: list[str] | None = None, **options: Any) -> list[str]:
        self.asked += 1
        return fallback or [] if self.fails else [f"answer {self.asked}"]


@pytest.fixture
def mlflow() -> Mlflow:
    return Mlflow()


def saved(folder: Path, model: Any) -> str:
    """A model as MLflow's sklearn flavor saves it, and asks about it."""
    folder.mkdir()
    (folder / "model.pkl").write_bytes(cloudpickle.dumps(model.fit(DATA, DATA["width"])))
    return str(folder / "model.pkl")


def test_mlflow_asks_about_what_it_saves_in_this_way(
    mlflow: Mlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.sklearn import save_model

    monkeypatch.setattr("mlflow.models.infer_pip_requirements", remembering(mlflow.infer))
    for name in ("one", "other"):
        save_model(LinearRegression().fit(DATA, DATA["width"]), tmp_path / name, serialization_format="cloudpickle")
        assert "answer 1" in (tmp_path / name / "requirements.txt").read_text()
    assert mlflow.asked == 1


def test_models_that_name_the_same_packages_are_asked_about_once(mlflow: Mlflow, tmp_path: Path) -> None:
    infer = remembering(mlflow.infer)
    models = [LinearRegression(), make_pipeline(StandardScaler(), LinearRegression()), RandomForestRegressor(5)]
    answers = [
        infer(saved(tmp_path / str(number), model), "sklearn", fallback=FALLBACK) for number, model in enumerate(models)
    ]
    assert answers == [["answer 1"]] * 3
    answers[0].append("changed by who asked")
    assert infer(str(tmp_path / "0" / "model.pkl"), "sklearn", fallback=FALLBACK) == ["answer 1"]


def _by_pandas(frame: Any) -> Any:
    return pd.DataFrame(frame).fillna(0)


def test_a_model_that_names_another_package_is_asked_about(mlflow: Mlflow, tmp_path: Path) -> None:
    infer = remembering(mlflow.infer)
    other = make_pipeline(FunctionTransformer(lambda frame: _by_pandas(frame)), LinearRegression())
    for number, model in enumerate([LinearRegression(), other, other]):
        infer(saved(tmp_path / str(number), model), "sklearn", fallback=FALLBACK)
    assert mlflow.asked == 2


def test_an_answer_holds_until_packages_are_installed(
    mlflow: Mlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    infer = remembering(mlflow.infer)
    (tmp_path / "packages").mkdir()
    monkeypatch.setattr(requirements.sysconfig, "get_path", lambda name: str(tmp_path / "packages"))
    model = saved(tmp_path / "model", LinearRegression())
    assert infer(model, "sklearn", fallback=FALLBACK) == infer(model, "sklearn", fallback=FALLBACK)
    os.utime(tmp_path / "packages", (1, 1))
    assert infer(model, "sklearn", fallback=FALLBACK) == ["answer 2"]


def test_what_could_not_be_found_out_is_asked_again(mlflow: Mlflow, tmp_path: Path) -> None:
    infer = remembering(mlflow.infer)
    model = saved(tmp_path / "model", LinearRegression())
    mlflow.fails = True
    assert infer(model, "sklearn", fallback=FALLBACK) == FALLBACK
    mlflow.fails = False
    assert infer(model, "sklearn", fallback=FALLBACK) == ["answer 2"]


def test_other_flavors_large_models_and_projects_of_uv_are_left_to_mlflow(
    mlflow: Mlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    infer = remembering(mlflow.infer)
    model = saved(tmp_path / "model", LinearRegression())
    for _ in range(2):
        infer(model, "xgboost", fallback=FALLBACK)
    assert mlflow.asked == 2
    with monkeypatch.context() as patch:
        patch.setattr(requirements, "_LARGE", 10)
        for _ in range(2):
            infer(model, "sklearn", fallback=FALLBACK)
    assert mlflow.asked == 4
    (tmp_path / "uv.lock").touch()
    monkeypatch.chdir(tmp_path)
    for flavor in ("sklearn", "sklearn", "spark"):
        infer(model, flavor, fallback=FALLBACK)
    assert mlflow.asked == 7


def test_a_model_of_spark_requires_what_its_flavor_says(mlflow: Mlflow) -> None:
    assert remembering(mlflow.infer)("anywhere", "spark", fallback=FALLBACK) == FALLBACK
    assert mlflow.asked == 0


# -- what other processes found out -----------------------------------------------------------------------------------


def ask(mlflow: Mlflow, folder: Path, model: str) -> list[str]:
    """What a kernel of its own is answered."""
    return remembering(mlflow.infer, KeptRequirements(folder))(model, "sklearn", fallback=FALLBACK)


def test_what_one_kernel_found_out_the_others_know(mlflow: Mlflow, tmp_path: Path) -> None:
    for number, model in enumerate([LinearRegression(), RandomForestRegressor(5)]):
        assert ask(mlflow, tmp_path / "kept", saved(tmp_path / str(number), model)) == ["answer 1"]


def test_an_answer_of_another_kernel_holds_for_its_packages_and_a_month(
    mlflow: Mlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, packages = saved(tmp_path / "model", LinearRegression()), tmp_path / "packages"
    ask(mlflow, tmp_path / "kept", model)
    monkeypatch.syspath_prepend(packages)
    (packages / "more-1.0.dist-info").mkdir(parents=True)
    assert ask(mlflow, tmp_path / "kept", model) == ["answer 2"]
    (packages / "more-1.0.dist-info").rename(packages / "more-1.1.dist-info")
    assert ask(mlflow, tmp_path / "kept", model) == ["answer 3"]
    (packages / "more-1.1.dist-info").rename(packages / "more-1.0.dist-info")
    assert ask(mlflow, tmp_path / "kept", model) == ["answer 2"]
    for file in (tmp_path / "kept").iterdir():
        os.utime(file, (1, 1))
    assert ask(mlflow, tmp_path / "kept", model) == ["answer 4"]
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_of_a_model_that_names_a_module_of_the_users_own_nothing_is_kept(
    mlflow: Mlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text("def twice(frame):\n    return frame * 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    twice = importlib.import_module("mine").twice
    model = saved(tmp_path / "model", make_pipeline(FunctionTransformer(twice), LinearRegression()))
    for number in (1, 2):
        assert ask(mlflow, tmp_path / "kept", model) == [f"answer {number}"]
    assert not (tmp_path / "kept").exists()
    sys.modules.pop("mine")


def test_a_cache_that_is_broken_or_cannot_be_written_is_no_answer_and_no_error(mlflow: Mlflow, tmp_path: Path) -> None:
    model = saved(tmp_path / "model", LinearRegression())
    ask(mlflow, tmp_path / "kept", model)
    (file,) = (tmp_path / "kept").iterdir()
    file.write_text("{")
    assert ask(mlflow, tmp_path / "kept", model) == ["answer 2"]
    assert ask(mlflow, tmp_path / "kept", model) == ["answer 2"]
    (tmp_path / "file").touch()
    assert ask(mlflow, tmp_path / "file", model) == ["answer 3"]
