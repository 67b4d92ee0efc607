"""Databricks' archives: read, written again with all that they held, and broken ones in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lakebook.databricks import formats
from lakebook.databricks.cells import CELL_KEY
from lakebook.databricks.formats import FormatError
from runtime.databricks.archives import archive, command, notebook, unzipped

EXPORTED = notebook(
    "scala",
    command("val x = 1", 2.0, commandTitle="One", showCommandTitle=True, newerField={"a": [None]}),
    command("%md\n# All of it", 1.0),
    command("%sql\nSELECT 1", 3.5, commandTitle="hidden"),
    command("", 3.0, commandTitle=None),
    alsoNewer=[1],
)


def read(file: Path) -> nbformat.NotebookNode:
    made = formats.read(file)
    nbformat.validate(made)
    return made


def test_the_cells_come_in_the_order_of_their_positions(tmp_path: Path) -> None:
    made = read(archive(tmp_path / "a.dbc", {"exported.scala": EXPORTED}))
    assert [(cell.cell_type, cell.source) for cell in made.cells] == [
        ("markdown", "# All of it"),
        ("code", "val x = 1"),
        ("code", ""),
        ("code", "%sql\nSELECT 1"),
    ]
    assert made.cells[1].metadata[CELL_KEY] == {"title": "One", "showTitle": True}
    assert made.cells[3].metadata[CELL_KEY] == {"title": "hidden", "showTitle": False}
    assert made.metadata.kernelspec.name == "lakebook-scala"


def test_all_that_was_in_it_is_written_again(tmp_path: Path) -> None:
    formats.write(read(archive(tmp_path / "a.dbc", {"folder/exported.scala": EXPORTED})), tmp_path / "a.ipynb")
    formats.write(formats.read(tmp_path / "a.ipynb"), tmp_path / "b.dbc")
    in_order = sorted(EXPORTED["commands"], key=lambda one: one["position"])
    assert unzipped(tmp_path / "b.dbc") == {"folder/exported.scala": {**EXPORTED, "commands": in_order}}


def test_changed_new_and_moved_cells_are_written(tmp_path: Path) -> None:
    made = read(archive(tmp_path / "a.dbc", {"exported.scala": EXPORTED}))
    prose, one, empty, query = made.cells
    one.source = "val x = 2"
    empty.metadata[CELL_KEY] = {"title": "Nothing", "showTitle": True}
    made.cells = [query, one, nbformat.v4.new_code_cell("%r\n1"), empty, prose]
    formats.write(made, tmp_path / "b.dbc")
    written = unzipped(tmp_path / "b.dbc")["exported.scala"]["commands"]
    assert [(one["position"], one["command"], one["commandTitle"], one["showCommandTitle"]) for one in written] == [
        (1.0, "%sql\nSELECT 1", "hidden", False),
        (2.0, "val x = 2", "One", True),
        (3.0, "%r\n1", "", False),
        (4.0, "", "Nothing", True),
        (5.0, "%md\n# All of it", "", False),
    ]
    assert written[1]["newerField"] == {"a": [None]}
    assert written[2]["version"] == "CommandV1" and len({one["guid"] for one in written}) == 5


def test_moved_cells_are_numbered_anew(tmp_path: Path) -> None:
    made = read(archive(tmp_path / "a.dbc", {"n.r": notebook("r", command("1", 1.5), command("2", 2.5))}))
    made.cells.reverse()
    formats.write(made, tmp_path / "b.dbc")
    written = unzipped(tmp_path / "b.dbc")["n.r"]["commands"]
    assert [(one["command"], one["position"]) for one in written] == [("2", 1.0), ("1", 2.0)]


@pytest.mark.parametrize(
    ("suffix", "member"), [(".py", "n.python"), (".sql", "n.sql"), (".r", "n.r"), (".scala", "n.scala")]
)
def test_a_source_file_becomes_an_archive_and_comes_back(tmp_path: Path, suffix: str, member: str) -> None:
    comment = {".sql": "--", ".scala": "//"}.get(suffix, "#")
    text = "# Databricks notebook source\n# DBTITLE 1,T\n1\n\n# COMMAND ----------\n\n# MAGIC %md-sandbox x\n"
    given = tmp_path / f"n{suffix}"
    given.write_text(text.replace("#", comment))
    formats.write(formats.read(given), tmp_path / "n.dbc")
    assert list(unzipped(tmp_path / "n.dbc")) == [member]
    formats.write(read(tmp_path / "n.dbc"), tmp_path / f"back{suffix}")
    assert (tmp_path / f"back{suffix}").read_bytes() == given.read_bytes()


def test_the_same_notebook_gives_the_same_archive(tmp_path: Path) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    assert formats.content(made, tmp_path / "a.dbc") == formats.content(made, tmp_path / "a.dbc")


SEVERAL = {
    "all/": b"",
    "manifest.mf": "Version: 1",
    "all/one.python": notebook("python", command("1", 1)),
    "all/two.sql": notebook("sql", command("SELECT 2", 1)),
    "all/two.r": notebook("r", command("2", 1)),
}


@pytest.mark.parametrize("inside", ["all/one", "all/one.python", "/all/one"])
def test_one_of_several_is_named(tmp_path: Path, inside: str) -> None:
    file = archive(tmp_path / "a.dbc", SEVERAL)
    assert formats.read(Path(f"{file}:{inside}")).cells[0].source == "1"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("", "{} has 3 notebooks: all/one.python, all/two.sql, all/two.r. Say which, such as {}:all/one.python"),
        (":all/two", "{} has all/two in several languages: all/two.sql, all/two.r. Say which."),
        (":one", "{} has no one: there are all/one.python, all/two.sql, all/two.r."),
    ],
)
def test_what_is_inside_is_said_when_none_is_meant(tmp_path: Path, inside: str, said: str) -> None:
    file = archive(tmp_path / "a.dbc", SEVERAL)
    with pytest.raises(FormatError) as failed:
        formats.read(Path(f"{file}{inside}"))
    assert str(failed.value) == said.format(file, file)


def test_of_many_the_first_are_named(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.dbc", {f"{number}.python": notebook("python") for number in range(25)})
    with pytest.raises(FormatError, match=r"has 25 notebooks: 0\.python, .*, 19\.python and 5 more\. Say which"):
        formats.read(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is broken: n.python is not JSON."),
        (b"\xff\xfe\x00", "is broken: n.python is not JSON."),
        ("[" * 100_000, "is broken: n.python is not JSON."),
        ([], "is broken: n.python has no list of commands."),
        ({"language": "python"}, "is broken: n.python has no list of commands."),
        (notebook("perl"), "is broken: n.python is in perl: expected python, sql, r, scala."),
        (notebook("python", {"position": 1}), "is broken: n.python has a command without a text."),
    ],
)
def test_a_broken_notebook_is_named(tmp_path: Path, content: Any, said: str) -> None:
    file = archive(tmp_path / "a.dbc", {"n.python": content})
    with pytest.raises(FormatError) as failed:
        formats.read(file)
    assert str(failed.value) == f"{file} {said}"


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.dbc", SEVERAL)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError, match=r"a\.dbc is not a Databricks archive: it is no whole zip file\."):
        formats.read(file)
    with pytest.raises(FormatError, match=r"none\.dbc cannot be read: No such file or directory\."):
        formats.read(tmp_path / "none.dbc")
    with pytest.raises(FormatError, match="has no notebook in it"):
        formats.read(archive(tmp_path / "b.dbc", {"manifest.mf": "Version: 1"}))


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.dbc", {"n.python": notebook("python", command("damaged", 1))})
    file.write_bytes(file.read_bytes().replace(b"damaged", b"changed", 1))
    with pytest.raises(FormatError, match=r"is broken: n\.python cannot be unpacked: Bad CRC-32"):
        formats.read(file)


def test_a_locked_member_is_named(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.dbc", {"n.python": notebook("python")})
    with zipfile.ZipFile(file) as zipped:
        flags = zipped.getinfo("n.python").header_offset + 6
    content = bytearray(file.read_bytes())
    central = content.index(b"PK\x01\x02") + 8
    content[flags] = content[central] = 1
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"is broken: n\.python cannot be unpacked: File 'n\.python' is encrypted"):
        formats.read(file)
