"""The command line: fast to start, errors in one line, kernels registered where they were asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lakebook import __version__
from lakebook.cli import WRONG_USE, main

MakeNotebook = Callable[..., Path]
Captured = pytest.CaptureFixture[str]

PAGE = Path(__file__).parents[2] / "README.md"


def test_it_says_its_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"lakebook {__version__}\n"


def test_nothing_heavy_is_imported_before_a_command_needs_it() -> None:
    code = "import sys, lakebook.cli; print([m for m in ('pyspark', 'pandas', 'nbclient', 'zmq') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


def test_a_command_that_reads_notebooks_compiles_no_grammars() -> None:
    pytest.importorskip("lark")
    code = "import sys, lakebook.cli; lakebook.cli.main(['run', 'none.ipynb']); print('lark' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "none.ipynb"], "none.ipynb cannot be read: No such file or directory."),
        (["run", str(PAGE)], f"{PAGE} is no notebook: expected .ipynb, .py, .sql, .r, .scala, .dbc."),
        (["run", "none.ipynb", "-p", "year"], "-p year: expected name=value, such as -p year=2013"),
        (["run", "none.ipynb", "-p", "a=[1"], "-p a: [1 is neither JSON nor YAML: "),
    ],
)
def test_wrong_use_is_answered_in_one_line(arguments: list[str], message: str, capsys: Captured) -> None:
    assert main(arguments) == WRONG_USE
    error = capsys.readouterr().err
    assert error.startswith(f"lakebook: {message}")
    assert error.count("\n") == 1


def test_a_kernel_that_is_not_there_is_named_with_those_that_are(notebook: MakeNotebook, capsys: Captured) -> None:
    assert main(["run", str(notebook("1")), "--kernel", "julia-9"]) == WRONG_USE
    error = capsys.readouterr().err
    assert error.startswith("lakebook: The kernel julia-9 is not installed; there are ")
    assert "python3" in error


def test_an_output_that_cannot_be_written_is_said_before_anything_runs(
    notebook: MakeNotebook, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["run", str(notebook("print(1)")), "-o", str(tmp_path / "no" / "out.ipynb")]) == WRONG_USE
    captured = capsys.readouterr()
    assert "there is no folder" in captured.err
    assert captured.out == ""


def test_the_kernels_are_installed_where_asked(tmp_path: Path) -> None:
    assert main(["kernel", "install", "--prefix", str(tmp_path)]) == 0
    specs = {file.parent.name: json.loads(file.read_text()) for file in tmp_path.glob("share/jupyter/kernels/*/*.json")}
    assert {name: (spec["display_name"], spec["language"]) for name, spec in specs.items()} == {
        "lakebook": ("Lakebook (Python)", "python"),
        "lakebook-sql": ("Lakebook (SQL)", "sql"),
        "lakebook-r": ("Lakebook (R)", "R"),
        "lakebook-scala": ("Lakebook (Scala)", "scala"),
    }
    argv = specs["lakebook-sql"]["argv"]
    assert argv == [sys.executable, "-m", "lakebook_kernel", "-f", "{connection_file}", "--language", "sql"]
    assert specs["lakebook"]["metadata"]["debugger"] is True


def test_the_list_says_where_each_kernel_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "share" / "jupyter"))
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    main(["kernel", "install", "--prefix", str(tmp_path)])
    capsys.readouterr()
    assert main(["kernel", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        [name, str(tmp_path / "share" / "jupyter" / "kernels" / name)]
        for name in ("lakebook", "lakebook-sql", "lakebook-r", "lakebook-scala")
    ]


def test_parameters_of_a_sql_notebook_are_a_python_cell(notebook: MakeNotebook) -> None:
    import nbformat

    from lakebook.parameters import inject

    source = nbformat.read(notebook("SELECT :airport"), as_version=4)
    changed, notes = inject(source, {"airport": "JFK"}, "lakebook-sql", "sql")
    assert changed.cells[0].source == '%python\n# Parameters\nairport = "JFK"\n'
    assert notes == ["no cell of the notebook is tagged parameters: they are set in a cell of their own at the top"]
