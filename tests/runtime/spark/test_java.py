"""Which Java is taken, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook.config import SparkSettings
from lakebook.spark.errors import DriverError
from lakebook.spark.java import Java, find_java


def made(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("#!/bin/sh\n")
    (home / "bin" / "java").chmod(0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return home


@pytest.fixture(autouse=True)
def _no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))


def test_the_setting_wins_over_java_home_and_that_over_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, home, on_path = (made(tmp_path / name, "21.0.1") for name in ("asked", "home", "on-path"))
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "java").symlink_to(on_path / "bin" / "java")
    assert find_java().home == on_path
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert find_java().home == home
    assert find_java(SparkSettings(java_home=asked)).home == asked


def test_a_java_of_the_system_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = made(tmp_path / "old", "11.0.2")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "java").symlink_to(old / "bin" / "java")
    assert find_java().home != old
    assert find_java().usable


@pytest.mark.parametrize(("version", "usable"), [("11.0.2", False), ("17.0.15", True), ("21", True), ("25-ea", False)])
def test_versions(tmp_path: Path, version: str, usable: bool) -> None:
    assert Java(made(tmp_path / "java", version)).usable == usable


def test_one_that_was_asked_for_and_cannot_be_used_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(made(tmp_path / "old", "11.0.2")))
    with pytest.raises(DriverError, match=r"JAVA_HOME is .*, which is Java 11.0.2; Spark wants Java 17 or 21"):
        find_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(DriverError, match="holds no Java"):
        find_java()
