"""The line %run: its path, its arguments, and which file it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook.config import Workspace, find_workspace
from lakebook_kernel.databricks.run_line import RunLine, find, is_script, parse
from lakebook_kernel.languages.base import CellError
from runtime.databricks.archives import archive, command
from runtime.databricks.archives import notebook as archived


@pytest.mark.parametrize(
    ("line", "path", "arguments"),
    [
        ("%run ./other", "./other", {}),
        ('%run "../includes/set up"', "../includes/set up", {}),
        ("%run '/Repos/me/x'", "/Repos/me/x", {}),
        ("%run ../Shared notebooks/set up", "../Shared notebooks/set up", {}),
        ('%run ./other $name="value" $n=5', "./other", {"name": "value", "n": "5"}),
        ('%run "./o" $a="x y"   $b = \'z\'', "./o", {"a": "x y", "b": "z"}),
        ('%run ./other $q="say \\"hi\\""', "./other", {"q": 'say "hi"'}),
        ('%run ./other $empty=""', "./other", {"empty": ""}),
        ("%run ./other # sets things up", "./other", {}),
        ('%run ./other $a="1" -- why', "./other", {"a": "1"}),
        ("%run\t./other", "./other", {}),
        ('%run\n# which\n./other $a="1"\n', "./other", {"a": "1"}),
    ],
)
def test_paths_and_arguments(line: str, path: str, arguments: dict[str, str]) -> None:
    assert parse(line) == RunLine(path, arguments)


def test_comments_may_stand_beside_it_and_code_may_not() -> None:
    assert parse("\n%run ./x\n\n# c\n-- c").beside is None
    assert parse("\n%run ./x\n# c\ny = 1").beside == 4


@pytest.mark.parametrize(
    ("line", "said"),
    [("%run", "wants the notebook"), ("%run ./x $a", r"does not understand \$a"), ('%run "./x" y', "y")],
)
def test_what_cannot_be_read_is_told(line: str, said: str) -> None:
    with pytest.raises(CellError, match=said):
        parse(line)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "lakebook.toml").touch()
    return find_workspace(tmp_path)


def test_the_suffix_may_be_left_out(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("a.py", "b.SQL", "c.v2.scala", "inner/d.ipynb", "e.txt"):
        (tmp_path / name).touch()
    assert find("./a", tmp_path, workspace) == tmp_path / "a.py"
    assert find("a.py", tmp_path, workspace) == tmp_path / "a.py"
    assert find("b", tmp_path, workspace).name == "b.SQL"
    assert find("./c.v2", tmp_path, workspace).name == "c.v2.scala"
    assert find("../a", tmp_path / "inner", workspace) == tmp_path / "a.py"
    assert find(f"{tmp_path}/inner/d", tmp_path, workspace).name == "d.ipynb"
    with pytest.raises(CellError, match="There is no notebook e"):
        find("e", tmp_path, workspace)


def test_it_is_said_where_was_looked(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(CellError) as raised:
        find("../includes/x", tmp_path / "deep", workspace)
    assert raised.value.ename == "NotebookNotFound"
    assert f"{tmp_path}/deep/../includes/x is no file" in raised.value.evalue


def test_databricks_paths_are_mapped(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "Repos/me").mkdir(parents=True)
    (tmp_path / "Repos/me/x.py").touch()
    assert find("/Workspace/Repos/me/x", tmp_path, workspace) == tmp_path / "Repos/me/x.py"
    assert find("/Repos/me/x", tmp_path, workspace) == tmp_path / "Repos/me/x.py"


def test_an_archive_has_its_own_paths(tmp_path: Path, workspace: Workspace) -> None:
    one = archived("python", command("1", 1))
    course = archive(tmp_path / "course.dbc", {"labs/a.python": one, "b.python": one})
    single = archive(tmp_path / "single.dbc", {"only.python": one})
    assert find("./single.dbc", tmp_path, workspace) == Path(f"{single}:only.python")
    assert find("course.dbc:labs/a", tmp_path, workspace) == Path(f"{course}:labs/a")
    assert find("../b", Path(f"{course}:labs"), workspace) == Path(f"{course}:b.python")
    assert find("./labs/a", Path(f"{course}:"), workspace) == Path(f"{course}:labs/a.python")
    with pytest.raises(CellError, match=r"has no c: there are labs/a\.python, b\.python"):
        find("c", Path(f"{course}:"), workspace)


def test_a_script_has_no_marks(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("x = 1\n")
    (tmp_path / "notebook.py").write_text("# Databricks notebook source\nx = 1\n")
    (tmp_path / "query.sql").write_text("SELECT 1\n")
    assert [is_script(tmp_path / name) for name in ("script.py", "notebook.py", "query.sql", "none.py")] == [
        True, False, False, False,
    ]  # fmt: skip
