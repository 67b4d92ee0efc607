"""Databricks' source files in Jupyter: opened as notebooks and saved as what they were, by its server's own interface."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lakebook.databricks.formats import read
from lakebook.databricks.languages import LANGUAGES, Language
from runtime.databricks.samples import SAMPLES
from runtime.databricks.test_source import BETWEEN, HEAD, between, changed_lines, opening, seen
from serving import TOKEN, serving


@dataclass(frozen=True)
class Server:
    """A Jupyter server, asked as the lab asks it."""

    url: str
    folder: Path

    def ask(self, way: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}api/contents/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
            method=way,
        )
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")

    def refusal(self, way: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            self.ask(way, path, body)
        return refused.value.code, json.loads(refused.value.read())["message"]

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_bytes(text.encode())
        return file

    def save(self, path: str, notebook: Any) -> Any:
        return self.ask("PUT", path, {"type": "notebook", "format": "json", "content": notebook})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    with serving("jupyter_server", folder, tmp_path_factory.mktemp("server")) as url:
        yield Server(url, folder)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_a_source_file_opens_as_a_notebook_and_is_saved_as_it_was(server: Server, language: Language) -> None:
    text = opening(language) + between(language).join(one.in_file(language) for one in SAMPLES) + "\n"
    file = server.write(f"all{language.suffix}", text)
    model = server.ask("GET", file.name)
    assert (model["type"], model["format"]) == ("notebook", "json")
    assert [seen(cell) for cell in nbformat.from_dict(model["content"]).cells] == [
        seen(cell) for cell in read(file).cells
    ]
    assert server.save(file.name, model["content"])["type"] == "notebook"
    assert file.read_bytes() == text.encode()


def test_only_the_changed_lines_differ_and_outputs_stay_out(server: Server) -> None:
    file = server.write("change.py", HEAD + "1" + BETWEEN + "# MAGIC %md\n# MAGIC \n# MAGIC x\n")
    before = file.read_text()
    notebook = server.ask("GET", file.name)["content"]
    notebook["cells"][0].update(
        source="2", execution_count=1, outputs=[{"output_type": "stream", "name": "stdout", "text": "2"}]
    )
    server.save(file.name, notebook)
    assert changed_lines(before, file.read_text()) == ["- 1", "+ 2"]
    assert server.ask("GET", file.name)["content"]["cells"][0]["outputs"] == []


def test_nothing_of_a_source_file_needs_to_be_trusted(server: Server) -> None:
    server.write("trust.py", HEAD + "1\n")
    (cell,) = server.ask("GET", "trust.py")["content"]["cells"]
    assert cell["metadata"]["trusted"] is True


def test_a_script_stays_a_file_unless_asked_for_as_a_notebook(server: Server) -> None:
    file = server.write("script.py", "x = 1\n")
    assert server.ask("GET", "script.py")["type"] == "file"
    assert server.ask("GET", "script.py")["content"] == "x = 1\n"
    notebook = server.ask("GET", "script.py?type=notebook")["content"]
    server.save("script.py", notebook)
    assert file.read_text() == "x = 1\n"


def test_a_source_file_may_be_edited_as_text(server: Server) -> None:
    file = server.write("text.sql", opening(LANGUAGES[1]) + "SELECT 1\n")
    model = server.ask("GET", "text.sql?type=file&format=text")
    assert (model["type"], model["content"]) == ("file", file.read_text())
    server.ask("PUT", "text.sql", {"type": "file", "format": "text", "content": "SELECT 2\n"})
    assert file.read_text() == "SELECT 2\n"


def test_a_folder_says_what_each_file_is(server: Server) -> None:
    (server.folder / "listed").mkdir()
    for name, content in {
        "a.py": HEAD.encode(),
        "b.py": b"1",
        "c.scala": b"1\n\n// COMMAND ----------\n\n2",
        "d.py": HEAD.encode() + b"\xff",
        "e.txt": HEAD.encode(),
        "f.py": HEAD.encode() + b" " * 10_000_000,
        "g.ipynb": b"{}",
    }.items():
        (server.folder / "listed" / name).write_bytes(content)
    listed = server.ask("GET", "listed")["content"]
    assert {model["name"]: (model["type"], model.get("source_language")) for model in listed} == {
        "a.py": ("notebook", "python"),
        "b.py": ("file", None),
        "c.scala": ("notebook", "scala"),
        "d.py": ("file", None),
        "e.txt": ("file", None),
        "f.py": ("file", None),
        "g.ipynb": ("notebook", None),
    }


def test_a_file_that_loses_its_marks_is_a_notebook_no_more(server: Server) -> None:
    server.write("unmarked.py", HEAD + "1\n")
    assert server.ask("GET", "unmarked.py?content=0")["source_language"] == "python"
    saved = server.ask("PUT", "unmarked.py", {"type": "file", "format": "text", "content": "1\n"})
    assert (saved["type"], saved.get("source_language")) == ("file", None)


def test_what_is_no_text_is_refused_as_a_notebook(server: Server) -> None:
    (server.folder / "bytes.py").write_bytes(b"\xff")
    code, said = server.refusal("GET", "bytes.py?type=notebook")
    assert code == 400 and "not UTF-8" in said


def test_a_notebook_in_another_language_is_not_saved_as_a_source_file(server: Server) -> None:
    file = server.write("kept.py", HEAD + "1\n")
    notebook = server.ask("GET", "kept.py")["content"]
    notebook["metadata"] = {"kernelspec": {"name": "julia", "display_name": "Julia", "language": "julia"}}
    code, said = server.refusal("PUT", "kept.py", {"type": "notebook", "format": "json", "content": notebook})
    assert code == 400 and "cannot hold this notebook: its language is none of Python, SQL, R and Scala." in said
    assert file.read_text() == HEAD + "1\n"


def test_a_checkpoint_brings_the_file_back(server: Server) -> None:
    file = server.write("check.r", "# Databricks notebook source\n1\n")
    server.save("check.r", server.ask("GET", "check.r")["content"])
    (checkpoint,) = server.ask("GET", "check.r/checkpoints")
    file.write_text("lost")
    server.ask("POST", f"check.r/checkpoints/{checkpoint['id']}")
    assert file.read_text() == "# Databricks notebook source\n1\n"


def test_files_are_renamed_copied_and_deleted(server: Server) -> None:
    text = HEAD + "1\n\n\n# COMMAND ---------- \n2"
    server.write("one.py", text)
    assert server.ask("PATCH", "one.py", {"path": "two.py"})["type"] == "notebook"
    copy = server.ask("POST", "", {"copy_from": "two.py"})
    assert (copy["name"], copy["type"]) == ("two-Copy1.py", "notebook")
    assert (server.folder / "two-Copy1.py").read_text() == text
    server.ask("DELETE", "two.py")
    assert not (server.folder / "two.py").exists()


@pytest.mark.parametrize(("old", "new"), [("named.ipynb", "named.py"), ("named.scala", "named-too.ipynb")])
def test_a_new_name_does_not_change_the_format(server: Server, old: str, new: str) -> None:
    server.write(old, "{}")
    code, said = server.refusal("PATCH", old, {"path": new})
    assert (code, said) == (400, f"A new name does not change what {old} is; type: lakebook convert {old} {new}")
    assert (server.folder / old).exists() and not (server.folder / new).exists()


@pytest.mark.parametrize(
    ("asked", "name", "kind", "text"),
    [
        ({"type": "notebook"}, "Untitled.ipynb", "notebook", None),
        ({"type": "notebook", "ext": ".py"}, "Untitled.py", "notebook", HEAD),
        ({"type": "notebook", "ext": ".scala"}, "Untitled.scala", "notebook", "// Databricks notebook source\n"),
        ({"type": "file", "ext": ".py"}, "untitled.py", "file", ""),
    ],
)
def test_new_files(server: Server, asked: dict[str, str], name: str, kind: str, text: str | None) -> None:
    model = server.ask("POST", "", asked)
    assert (model["name"], model["type"]) == (name, kind)
    assert text is None or (server.folder / name).read_text() == text


def test_jupyter_s_own_notebooks_are_as_ever(server: Server) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), server.folder / "own.ipynb")
    notebook = server.ask("GET", "own.ipynb")["content"]
    notebook["cells"][0]["source"] = "2"
    server.save("own.ipynb", notebook)
    assert nbformat.read(server.folder / "own.ipynb", 4).cells[0].source == "2"
