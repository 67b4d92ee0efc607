"""The tour's Spark part on a real standalone cluster: one master and two workers, as processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from acceptance.test_tour import check_tour, run_tour
from lakebook.config import find_workspace
from lakebook.spark import driver
from lakebook.spark.java import find_java

pytestmark = [pytest.mark.r, pytest.mark.long]

JARS = Path(pyspark.__file__).parent / "jars"


def started(folder: Path, name: str, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
    java = find_java()
    environment = {
        **os.environ,
        "SPARK_HOME": str(JARS.parent),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / name),
        "JAVA_HOME": str(java.home),
    }
    opens = [
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in ("java.lang", "java.lang.invoke", "java.nio", "java.util", "sun.nio.ch", "sun.security.action")
    ]
    command = [str(java.home / "bin" / "java"), "-Xmx512m", *opens, "-cp", f"{JARS}/*", kind, *arguments]
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


def logged(file: Path, part: str) -> str:
    """The first line of a log that has ``part``, waited for."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = [line for line in file.read_text(errors="replace").splitlines() if part in line]
        if found:
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"{part!r} is not in {file}:\n{file.read_text()}")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cluster")
    processes = []
    try:
        package = "org.apache.spark.deploy"
        processes.append(
            started(
                folder, "master", f"{package}.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"
            )
        )
        address = (
            "spark://" + logged(folder / "master.log", "Starting Spark master at").rpartition("spark://")[2].strip()
        )
        for name in ("one", "two"):
            options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", address)
            processes.append(started(folder, name, f"{package}.worker.Worker", *options))
            logged(folder / f"{name}.log", "Successfully registered with master")
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(30)


def test_the_tour_on_a_standalone_cluster(master: str, tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text(
        f'[spark]\nmaster = "{master}"\n[spark.conf]\n"spark.executor.memory" = "900m"\n"spark.driver.host" = "127.0.0.1"\n'
    )
    workspace = find_workspace(tmp_path)
    try:
        check_tour(run_tour(tmp_path))
        found = driver.status(workspace)
        assert found is not None and found["master"] == master
    finally:
        driver.stop(workspace)
