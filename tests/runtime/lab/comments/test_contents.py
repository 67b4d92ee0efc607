"""The file of comments is where its notebook is."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import nbformat
import pytest
from tornado.web import HTTPError

from lakebook.lab.comments.names import comments_of, notebook_of
from lakebook.lab.contents import LabContentsManager

T = TypeVar("T")

TEXT = '{"a": 1}\n'


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "delays.ipynb")
    (tmp_path / "lib").mkdir()
    return tmp_path


@pytest.fixture
def contents(folder: Path) -> LabContentsManager:
    return LabContentsManager(root_dir=str(folder), delete_to_trash=False)


def files(folder: Path) -> set[str]:
    return {
        file.relative_to(folder).as_posix() for file in folder.rglob("*.*") if ".ipynb_checkpoints" not in file.parts
    }


def test_names() -> None:
    assert notebook_of(comments_of("lib/delays.py")) == "lib/delays.py"
    for other in ("delays.ipynb", "comments.jsonl", ".comments.jsonl", "lib/.comments.jsonl"):
        assert notebook_of(other) is None


def test_a_notebook_without_comments_has_an_empty_file_that_is_none(contents: LabContentsManager, folder: Path) -> None:
    name = "delays.ipynb.comments.jsonl"
    model = run(contents.get(name, type="lakebook-comments", format="text"))
    assert (model["content"], model["type"], model["path"], model["writable"]) == ("", "file", name, True)
    assert run(contents.get(name, content=False, require_hash=True))["hash"]
    assert run(contents.save({"type": "file", "format": "text", "content": ""}, name))["size"] == 0
    assert files(folder) == {"delays.ipynb"}
    saved = run(contents.save({"type": "file", "format": "text", "content": TEXT}, name))
    assert run(contents.get(name, content=False))["last_modified"] == saved["last_modified"]
    assert run(contents.get(name))["content"] == TEXT
    run(contents.save({"type": "file", "format": "text", "content": ""}, name))
    assert (folder / name).read_text() == ""


def test_no_notebook_no_comments(contents: LabContentsManager) -> None:
    with pytest.raises(HTTPError) as problem:
        run(contents.get("other.ipynb.comments.jsonl"))
    assert problem.value.status_code == 404


def test_a_file_that_is_made_or_removed_is_newer_than_what_was_before(
    contents: LabContentsManager, folder: Path
) -> None:
    name = "delays.ipynb.comments.jsonl"

    def changed() -> Any:
        return run(contents.get(name, content=False))["last_modified"]

    times = [changed()]
    (folder / name).write_text(TEXT)
    times.append(changed())
    (folder / name).unlink()
    times.append(changed())
    assert times == sorted(times)


@pytest.mark.parametrize("name", ["delays.ipynb", "delays.py"])
def test_they_are_renamed_copied_and_deleted_together(contents: LabContentsManager, folder: Path, name: str) -> None:
    suffix = Path(name).suffix
    (folder / "delays.ipynb").rename(folder / "x.ipynb")
    (folder / name).write_text(
        (folder / "x.ipynb").read_text() if suffix == ".ipynb" else "# Databricks notebook source\n1\n"
    )
    (folder / "x.ipynb").unlink(missing_ok=True)
    (folder / f"{name}.comments.jsonl").write_text(TEXT)
    run(contents.rename(name, f"lib/late{suffix}"))
    assert files(folder) == {f"lib/late{suffix}", f"lib/late{suffix}.comments.jsonl"}
    model = run(contents.copy(f"lib/late{suffix}", "lib"))
    copied = model["path"]
    assert (folder / f"{copied}.comments.jsonl").read_text() == TEXT
    run(contents.delete(copied))
    assert files(folder) == {f"lib/late{suffix}", f"lib/late{suffix}.comments.jsonl"}
    run(contents.delete(f"lib/late{suffix}"))
    assert files(folder) == set()


def test_a_notebook_does_not_take_the_place_of_another_one_s_comments(
    contents: LabContentsManager, folder: Path
) -> None:
    (folder / "delays.ipynb.comments.jsonl").write_text(TEXT)
    (folder / "late.ipynb.comments.jsonl").write_text("")
    with pytest.raises(HTTPError, match=r"late\.ipynb\.comments\.jsonl holds the comments of another notebook"):
        run(contents.rename("delays.ipynb", "late.ipynb"))
    assert "delays.ipynb" in files(folder)


def test_a_document_that_is_open_and_has_no_file_is_renamed_too(contents: LabContentsManager) -> None:
    said: list[dict[str, Any]] = []
    contents.emit = lambda data: said.append(data)
    run(contents.rename("delays.ipynb", "late.ipynb"))
    assert {
        "action": "rename",
        "path": "late.ipynb.comments.jsonl",
        "source_path": "delays.ipynb.comments.jsonl",
    } in said


def test_folders_and_other_files_are_as_ever(contents: LabContentsManager, folder: Path) -> None:
    (folder / "lib" / "notes.txt").write_text("")
    run(contents.rename("lib", "old"))
    run(contents.rename("old/notes.txt", "notes.txt"))
    run(contents.delete("old"))
    assert files(folder) == {"delays.ipynb", "notes.txt"}


def test_a_change_by_hand_while_it_is_saved_is_to_be_read_again(
    contents: LabContentsManager, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "delays.ipynb.comments.jsonl"
    save = LabContentsManager._save_file

    async def and_somebody_else(self: LabContentsManager, os_path: str, *rest: Any) -> Any:
        saved = await save(self, os_path, *rest)
        (folder / name).write_text("by hand\n")
        return saved

    monkeypatch.setattr(LabContentsManager, "_save_file", and_somebody_else)
    saved = run(contents.save({"type": "file", "format": "text", "content": TEXT}, name))
    assert saved["last_modified"] < run(contents.get(name, content=False))["last_modified"]
