"""``lakebook convert``: one format as another, there and back, and what it refuses."""

from __future__ import annotations

import itertools
from pathlib import Path

import nbformat
import pytest

from lakebook.cli import WRONG_USE, main
from lakebook.databricks import formats
from lakebook.databricks.cells import CELL_KEY
from lakebook.databricks.formats import FormatError
from lakebook.databricks.languages import LANGUAGES, NOTEBOOK_KEY, Language
from runtime.databricks.archives import archive, command, notebook, unzipped
from runtime.databricks.samples import SAMPLES
from runtime.databricks.test_source import HEAD, between, opening, seen

Captured = pytest.CaptureFixture[str]

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(language: Language) -> Path:
    """A source file with cells of every kind."""
    file = Path(f"given{language.suffix}")
    file.write_text(opening(language) + between(language).join(one.in_file(language) for one in SAMPLES) + "\n")
    return file


def convert(*arguments: str | Path) -> int:
    return main(["convert", *map(str, arguments)])


@each_language
@pytest.mark.parametrize("through", [".ipynb", ".dbc"])
def test_a_source_file_is_the_same_after_there_and_back(language: Language, through: str) -> None:
    file = written(language)
    assert convert(file, f"through{through}") == 0
    assert convert(f"through{through}", f"back{language.suffix}") == 0
    assert Path(f"back{language.suffix}").read_bytes() == file.read_bytes()


def test_r_s_suffix_may_be_a_capital() -> None:
    Path("a.R").write_text("# Databricks notebook source\n1\n")
    assert convert("a.R", "a.ipynb") == 0 and convert("a.ipynb", "b.R") == 0
    assert Path("b.R").read_text() == Path("a.R").read_text()
    assert formats.read(Path("b.R")).metadata.kernelspec.name == "lakebook-r"


@each_language
def test_a_notebook_keeps_its_cells_through_a_source_file(language: Language) -> None:
    given = formats.read(written(language))
    formats.write(given, Path("given.ipynb"))
    assert convert("given.ipynb", f"through{language.suffix}") == 0
    assert convert(f"through{language.suffix}", "back.ipynb") == 0
    assert list(map(seen, nbformat.read("back.ipynb", 4).cells)) == list(map(seen, given.cells))


def test_what_a_file_cannot_hold_is_said(capsys: Captured) -> None:
    new, shown = nbformat.v4, nbformat.v4.new_output("stream", text="1")
    cells = [
        new.new_code_cell("1", outputs=[shown]),
        new.new_code_cell("2", outputs=[shown], metadata={"tags": ["parameters"]}),
        new.new_markdown_cell("![](attachment:a.png)", attachments={"a.png": {"image/png": ""}}),
    ]
    nbformat.write(new.new_notebook(cells=cells), "a.ipynb")
    assert convert("a.ipynb", "a.py") == 0
    assert capsys.readouterr().out == (
        "Written to a.py; without the outputs of 2 cells and the attachments of 1 cell and the tags of 1 cell, "
        "which it cannot hold\n"
    )
    assert convert("a.py", "b.ipynb") == 0
    assert capsys.readouterr().out == "Written to b.ipynb\n"


SEVERAL = {
    "all/one.python": notebook("python", command("1", 1)),
    "all/deep/two.sql": notebook("sql", command("SELECT 2", 1)),
}


def test_an_archive_becomes_a_folder_of_source_files(capsys: Captured) -> None:
    file = archive(Path("a.dbc"), SEVERAL)
    assert convert(file, "out") == 0
    assert Path("out/all/one.py").read_text() == HEAD + "1\n"
    assert Path("out/all/deep/two.sql").read_text() == "-- Databricks notebook source\nSELECT 2\n"
    assert convert(file, "out") == WRONG_USE
    assert "out/all/one.py, out/all/deep/two.sql would be written over; say --force" in capsys.readouterr().err
    assert convert(file, "out", "--force") == 0


def test_one_notebook_of_an_archive_is_converted() -> None:
    archive(Path("a.dbc"), SEVERAL)
    assert convert("a.dbc:all/deep/two", "two.dbc") == 0
    assert unzipped(Path("two.dbc")) == {"all/deep/two.sql": SEVERAL["all/deep/two.sql"]}


@pytest.mark.parametrize("name", ["../out.python", "a/../../out.python", "/tmp/out.python"])
def test_an_archive_writes_nothing_outside_its_folder(name: str, capsys: Captured) -> None:
    archive(Path("a.dbc"), {"fine.python": notebook("python"), name: notebook("python")})
    assert convert("a.dbc", "out") == WRONG_USE
    assert f"would be written outside of out: {name}" in capsys.readouterr().err
    assert not Path("out").exists()


def test_two_notebooks_never_become_one_file(capsys: Captured) -> None:
    archive(Path("a.dbc"), {"a.python": notebook("python"), "a.py": notebook("python")})
    assert convert("a.dbc", "out") == WRONG_USE
    assert "two notebooks that would both become out/a.py: a.python and a.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("a.py", "there.ipynb", "there.ipynb would be written over; say --force if that is meant."),
        ("a.py", "a.txt", "a.txt is no name for a notebook: expected .ipynb, .py, .sql, .r, .scala, .dbc."),
        ("a.py", "folder", "folder is a folder: name a file in it, with the suffix of the format."),
        ("a.py", "no/a.ipynb", "no/a.ipynb cannot be written: there is no folder no."),
        ("a.py", "a", "a is no name for a notebook: expected .ipynb, .py, .sql, .r, .scala, .dbc."),
        ("none.py", "a.ipynb", "none.py cannot be read: No such file or directory."),
        ("folder", "a.ipynb", "folder cannot be read: Is a directory."),
        ("latin.py", "a.ipynb", "latin.py is not text in UTF-8; save it as that first."),
        ("bad.ipynb", "b.py", "bad.ipynb is not a Jupyter notebook."),
        ("julia.ipynb", "b.py", "b.py cannot hold this notebook: its language is none of Python, SQL, R and Scala."),
        ("julia.ipynb", "b.dbc", "b.dbc cannot hold this notebook: its language is none of Python, SQL, R and Scala."),
        ("half.ipynb", "b.py", "b.py cannot be written: the notebook has half a character, which UTF-8 cannot."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(source: str, target: str, said: str, capsys: Captured) -> None:
    Path("a.py").write_text(HEAD)
    Path("there.ipynb").touch()
    Path("folder").mkdir()
    Path("latin.py").write_bytes("x = 'é'".encode("latin-1"))
    Path("bad.ipynb").write_text("{")
    julia = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "julia", "display_name": "Julia", "language": "julia"}}
    )
    nbformat.write(julia, "julia.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("HALF")]), "half.ipynb")
    Path("half.ipynb").write_text(Path("half.ipynb").read_text().replace("HALF", "\\ud83d"))
    assert convert(source, target) == WRONG_USE
    assert capsys.readouterr().err == f"lakebook: {said}\n"


def test_force_writes_over_what_is_there() -> None:
    Path("a.py").write_text(HEAD + "1\n")
    Path("real.ipynb").write_text("old")
    Path("link.ipynb").symlink_to("real.ipynb")
    assert convert("a.py", "link.ipynb", "--force") == 0
    assert Path("link.ipynb").is_symlink()
    assert nbformat.read("real.ipynb", 4).cells[0].source == "1"


@pytest.mark.parametrize(
    ("metadata", "kernel"),
    [
        ({NOTEBOOK_KEY: {"language": "sql"}}, "lakebook-sql"),
        ({NOTEBOOK_KEY: {"language": "python"}, "kernelspec": {"name": "python3", "display_name": ""}}, "lakebook"),
        (
            {NOTEBOOK_KEY: {"language": "python"}, "kernelspec": {"name": "lakebook-r", "display_name": ""}},
            "lakebook-r",
        ),
        ({"kernelspec": {"name": "python3", "display_name": ""}}, "python3"),
        ({}, None),
    ],
)
def test_a_notebook_of_databricks_gets_the_kernel_of_its_language(
    metadata: dict[str, object], kernel: str | None
) -> None:
    nbformat.write(nbformat.v4.new_notebook(metadata=metadata), "a.ipynb")
    assert formats.read(Path("a.ipynb")).metadata.get("kernelspec", {}).get("name") == kernel


def test_titles_of_databricks_notebooks_are_written() -> None:
    cell = nbformat.v4.new_code_cell("1", metadata={CELL_KEY: {"title": "T", "showTitle": True, "nuid": "7"}})
    untitled = nbformat.v4.new_code_cell("2", metadata={CELL_KEY: {"title": "", "showTitle": False}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, untitled]), "a.ipynb")
    assert convert("a.ipynb", "a.py") == 0
    assert Path("a.py").read_text() == HEAD + "# DBTITLE 1,T\n1\n\n# COMMAND ----------\n\n2\n"


def test_any_format_reads_as_any_other() -> None:
    cells = [nbformat.v4.new_markdown_cell("text"), nbformat.v4.new_code_cell("1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), "n.ipynb")
    for before, after in itertools.pairwise([".ipynb", ".sql", ".dbc", ".scala", ".ipynb", ".R", ".py"]):
        assert convert(f"n{before}", f"n{after}", "--force") == 0
    assert (
        Path("n.py").read_text()
        == HEAD + "# MAGIC %md\n# MAGIC text\n\n# COMMAND ----------\n\n# MAGIC %python\n# MAGIC 1\n"
    )


def test_a_file_that_is_there_is_meant_before_one_in_an_archive() -> None:
    archive(Path("a.dbc"), SEVERAL)
    Path("a.dbc:all.py").write_text(HEAD + "1\n")
    assert convert("a.dbc:all.py", "b.py") == 0
    assert Path("b.py").read_text() == HEAD + "1\n"


def test_an_unwritable_place_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.mkstemp", lambda **_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FormatError, match=r"a\.py cannot be written: No space left on device\."):
        formats.write(nbformat.v4.new_notebook(), tmp_path / "a.py")
