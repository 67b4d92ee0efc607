"""Programs see ``/dbfs``, ``/Volumes`` and ``/Workspace``, where the machine lets a process have mounts of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakebook.config import find_workspace
from lakebook.paths import Paths
from lakebook_kernel.databricks import mounting
from lakebook_kernel.databricks.trees import Trees


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "lakebook.toml").write_text('[paths]\n"/mnt/lake" = "lake"\n')
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "x.txt").write_text("of the lake\n")
    return tmp_path


@pytest.fixture
def said() -> list[str]:
    """The lines that the user sees."""
    return []


@pytest.fixture
def trees(workspace: Path, said: list[str]) -> Trees:
    paths = Paths(find_workspace(workspace))
    paths.make()
    made = Trees(lambda: paths, said.append)
    if made.shown(["sh"], "ls /dbfs") == ["sh"] or Path("/dbfs").exists():
        pytest.skip("this machine has the trees, or lets no process have mounts of its own")
    return made


def out(trees: Trees, script: str) -> str:
    command = trees.shown(["sh", "-ec", script], script)
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/usr")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_what_a_program_writes_there_is_in_the_workspace(trees: Trees, workspace: Path) -> None:
    out(trees, "echo a > /dbfs/FileStore/a.txt; mkdir -p /Volumes/main/s/v; cp /dbfs/FileStore/a.txt /Volumes/main/s/v")
    assert (workspace / ".lakebook/dbfs/FileStore/a.txt").read_text() == "a\n"
    assert (workspace / ".lakebook/volumes/main/s/v/a.txt").read_text() == "a\n"
    assert out(trees, "cat /Workspace/lakebook.toml").startswith("[paths]")


def test_what_is_mounted_in_a_tree_is_seen_in_it(trees: Trees) -> None:
    assert out(trees, "cat /dbfs/mnt/lake/x.txt") == "of the lake\n"


def test_all_else_is_as_it_is_on_the_machine(trees: Trees, workspace: Path) -> None:
    assert out(trees, "pwd; : /dbfs") == "/usr\n"
    assert out(trees, "id -u; : /dbfs") == f"{os.getuid()}\n"
    seen = set(out(trees, "ls -A /; : /dbfs").split())
    assert seen == {*(entry.name for entry in Path("/").iterdir()), "dbfs", "Volumes", "Workspace"}
    out(trees, f"touch {workspace}/made; : /dbfs")
    assert (workspace / "made").exists() and not Path("/dbfs").exists()


def test_what_would_be_gone_after_the_command_cannot_be_made(trees: Trees) -> None:
    assert out(trees, "mkdir /made 2>/dev/null || echo refused; : /dbfs") == "refused\n"


def test_a_command_ends_as_it_would_without(trees: Trees) -> None:
    assert subprocess.run(trees.shown(["sh", "-c", "exit 7"], "/dbfs"), check=False).returncode == 7
    assert subprocess.run(trees.shown(["sh", "-c", "kill -INT $$"], "/dbfs"), check=False).returncode == -2
    assert out(trees, "yes /dbfs | head -1; echo ended") == "/dbfs\nended\n"


@pytest.mark.parametrize(
    "code", ["ls", "ls ~/dbfs ./dbfs /data/dbfs /dbfs-old", "curl https://example.com/Volumes", "sudo ls"]
)
def test_what_names_no_tree_is_left_alone(trees: Trees, said: list[str], code: str) -> None:
    assert trees.shown(["sh"], code) == ["sh"] and trees.shown_to_shell(code) == code and not said


@pytest.mark.parametrize(
    ("code", "program"),
    [
        ("sudo cp /dbfs/a /etc", "sudo"),
        ("ln -s $PWD/.lakebook/dbfs /dbfs", "ln"),
        ("cd /dbfs\n  A=1 /usr/bin/ssh there", "ssh"),
        ("cat /dbfs/key | ssh there", "ssh"),
        ("ls /dbfs&&(su)", "su"),
        ("if [ -d /dbfs ]; then umount /dbfs; fi", "umount"),
        ("echo /dbfs $(mount)", "mount"),
    ],
)
def test_what_wants_the_machine_itself_is_left_alone_which_is_said(
    trees: Trees, said: list[str], code: str, program: str
) -> None:
    assert trees.shown(["sh"], code) == ["sh"]
    assert said == [f"/dbfs, /Volumes and /Workspace are not shown to code that runs {program}."]


@pytest.mark.parametrize(
    "code",
    [
        "ls -ln /dbfs/x",
        "cat /dbfs/mount/a.csv",
        "head /dbfs/x # ssh key",
        "cat /dbfs/su; sum /dbfs/ln",
        "ssh-keygen -f /dbfs/k",
    ],
)
def test_other_words_are_no_programs(trees: Trees, said: list[str], code: str) -> None:
    assert trees.shown(["sh"], code) != ["sh"] and not said


def test_a_tree_of_the_machine_s_is_left_alone(trees: Trees, workspace: Path) -> None:
    (workspace / "usr").mkdir()
    nested = mounting.__file__, json.dumps({"/usr": f"{workspace}/usr", "/usr/x": str(workspace)}), "ls", "/usr"
    seen = subprocess.run([sys.executable, "-I", "-S", *nested], capture_output=True, text=True, check=True).stdout
    assert seen.split() == sorted(entry.name for entry in Path("/usr").iterdir())


def test_a_tree_for_which_there_is_no_room_in_another_is_left_out_alone(trees: Trees, workspace: Path) -> None:
    (workspace / ".lakebook/dbfs/mnt").rmdir()
    (workspace / ".lakebook/dbfs/mnt").write_text("a file\n")
    command = trees.shown(["sh", "-c", "cat /dbfs/mnt /Workspace/lake/x.txt"], "/dbfs")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "a file\nof the lake\n")
    assert ran.stderr == "/dbfs/mnt/lake is not shown to the command: Not a directory.\n"


def test_what_cannot_be_shown_is_said_and_nothing_is_run(trees: Trees, workspace: Path) -> None:
    command = trees.shown(["sh", "-c", "echo ran"], "/dbfs")
    (workspace / "lake").rename(workspace / "gone")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "") and ran.stderr.startswith("The command was not run: /dbfs, /Volumes")
    assert len(ran.stderr.splitlines()) == 1


def test_where_the_machine_does_not_allow_it_commands_are_left_alone(trees: Trees) -> None:
    vars(trees)["_possible"] = False
    assert trees.shown(["sh"], "ls /dbfs") == ["sh"]


def test_a_line_for_the_shell_sees_them_too(trees: Trees) -> None:
    line = trees.shown_to_shell("""echo "it's" $((1 + 1)) > /dbfs/FileStore/q.txt && cat /dbfs/FileStore/q.txt""")
    assert subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout == "it's 2\n"
