"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakebook import atomic


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_has_the_usual_rights(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic.write_bytes(tmp_path / "file", b"new")
    finally:
        os.umask(before)
    assert ((tmp_path / "file").read_bytes(), mode(tmp_path / "file")) == (b"new", 0o640)


def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o604)
    atomic.write_bytes(tmp_path / "file", b"new")
    assert ((tmp_path / "file").read_bytes(), mode(tmp_path / "file")) == (b"new", 0o604)


@pytest.mark.parametrize("there", [True, False])
def test_a_file_has_the_rights_that_are_asked_for(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "file").touch(0o644)
    atomic.write_bytes(tmp_path / "file", b"new", 0o600)
    assert mode(tmp_path / "file") == 0o600


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")
    atomic.write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_bytes() == b"new"


def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def full(self: Path, target: Path) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        atomic.write_bytes(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]
