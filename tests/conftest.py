"""What all tests share: kernelspecs in a folder of their own, one workspace, one driver in it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lakebook.kernelspecs import install

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

#: where MLflow keeps in a process which store and which experiment it logs to, beside its variables
_MLFLOW_S_PLACES = (
    ("mlflow.tracking._tracking_service.utils", "_tracking_uri"),
    ("mlflow.tracking.fluent", "_active_experiment_id"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that take minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    if shutil.which("R") is None:
        for item in items:
            if item.get_closest_marker("r"):
                item.add_marker(pytest.mark.skip(reason="R is not installed"))


def pytest_configure(config: pytest.Config) -> None:
    main = sys.modules["__main__"]
    if main.__spec__ is None and not hasattr(main, "__file__"):
        # one of several processes of tests, of which PySpark thinks that its doctests run there, and ends it
        main.__spec__ = find_spec("xdist.remote")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """What one of several processes runs as a whole: a file, whose notebook starts once, or all of the lab."""
    from xdist.scheduler import LoadScopeScheduling

    class Whole(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "tests/lab" if nodeid.startswith("tests/lab/") else nodeid.partition("::")[0]

    return Whole(config, log)


@pytest.fixture(scope="session", autouse=True)
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Jupyter's files and IPython's history go to folders of this run; the caches of set-up stay."""
    home = tmp_path_factory.mktemp("jupyter")
    install(prefix=home)
    changes = {
        "JUPYTER_PATH": str(home / "share" / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "IPYTHONDIR": str(home / "ipython"),
        "LAKEBOOK_IDLE_TIMEOUT": "120",
        # drivers that live for a minute: to compile for years costs a third of the processor's time
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changes.items():
            patch.setenv(name, value)
        for name in [name for name in os.environ if name.startswith(("SPARK_", "PYSPARK_", "MLFLOW_"))]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _process_as_it_was() -> Iterator[None]:
    """A variable that a test leaves behind leads others astray, in another file, an hour later."""
    variables = dict(os.environ)
    values = {place: getattr(sys.modules.get(place[0]), place[1], None) for place in _MLFLOW_S_PLACES}
    yield
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)
    for (path, name), value in values.items():
        if module := sys.modules.get(path):
            setattr(module, name, value)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a workspace whose driver is stopped when all tests are done."""
    from lakebook.config import find_workspace
    from lakebook.spark import driver

    folder = tmp_path_factory.mktemp("workspace")
    (folder / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\n")
    yield folder
    driver.stop(find_workspace(folder))
