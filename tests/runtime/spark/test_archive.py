"""The class-data archive is an aid only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakebook.config import SparkSettings
from lakebook.spark import archive
from lakebook.spark.java import find_java


def test_one_that_cannot_be_marked_as_used_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError("another user's")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(os, "utime", refuse)
    java, jar = find_java(SparkSettings()), tmp_path / "a.jar"
    jar.touch()
    assert archive.options(java, [jar]) == []
    made = archive._file(java, [jar])
    made.parent.mkdir(parents=True)
    made.write_bytes(b"")
    assert str(made) in archive.options(java, [jar])[0]
