"""Libraries from Maven Central: kept, brought by hand, or missed with a sentence that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook.spark.errors import DriverError
from lakebook.spark.jars import Artifact, derby_jars
from lakebook.spark.java import find_java


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own, and a proxy at which nobody listens."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")


def test_without_a_network_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(DriverError) as problem:
        derby_jars(find_java(), told.append)
    assert told == ["Fetching derby 10.16.1.1 from Maven Central, once …"]
    assert str(problem.value) == (
        "derby 10.16.1.1 cannot be fetched from Maven Central (the connection was refused): connect to the internet "
        f"once, or put these files into {tmp_path}/lakebook/jars/derby-10.16.1.1: "
        "derbynet-10.16.1.1.jar, derbyclient-10.16.1.1.jar"
    )
    assert list((tmp_path / "lakebook" / "jars").glob(".fetch-*")) == []


def test_files_brought_by_hand_are_taken(tmp_path: Path) -> None:
    folder = tmp_path / "lakebook" / "jars" / "derby-10.16.1.1"
    folder.mkdir(parents=True)
    names = ["derbynet-10.16.1.1.jar", "derbyclient-10.16.1.1.jar"]
    for name in names:
        (folder / name).touch()
    assert [jar.name for jar in derby_jars(find_java())] == names


def test_coordinates_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="expected group:name:version"):
        Artifact.read("org.postgresql:postgresql")
