"""``./lakebook``, the script of a clone: what it says, and that it costs nothing once all is there.

That it sets up a fresh clone is shown by whoever runs these tests with ``./lakebook test``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("lakebook", "pyproject.toml", "requirements.lock")
PYTHONS = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone, in a path with blanks, that is set up as far as the script can tell."""
    folder = tmp_path / "a clone of mine"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in FILES:
        shutil.copy2(ROOT / name, folder)
    program(folder / ".venv" / "bin" / "lakebook", 'printf "%s|" "$PWD" "$@"')
    bash(folder, 'fingerprint product >"$venv/.lakebook-product"')
    return folder


def program(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def bash(clone: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code with the script's functions."""
    return run("bash", "-c", f"source ./lakebook\n{code}", cwd=clone, **environment)


@pytest.fixture
def foreign(tmp_path: Path) -> dict[str, str]:
    """An environment of a user who is not root, on Debian with nothing installed."""
    programs = tmp_path / "programs"
    program(programs / "id", "echo 1000")
    program(programs / "apt-get", "exit 1")
    program(programs / "dpkg-query", "exit 1")
    for name in PYTHONS:
        program(programs / name, 'case "$*" in --version) echo Python 3.9.2;; *) exit 1;; esac')
    return {"PATH": f"{programs}:/usr/bin:/bin", "LAKEBOOK_R": ""}


def test_a_second_call_hands_over_at_once(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "lakebook"
    link.symlink_to(clone / "lakebook")
    done = run(link, "run", "my notebook.ipynb", cwd=tmp_path)
    assert (done.stdout, done.stderr) == (f"{tmp_path}|run|my notebook.ipynb|", "")


@pytest.mark.parametrize("name", FILES)
def test_a_change_of_what_it_was_made_from_sets_it_up_again(clone: Path, name: str) -> None:
    with (clone / name).open("a") as file:
        file.write("\n# changed\n")
    assert bash(clone, "is_set_up product").returncode == 1


def test_a_moved_clone_is_set_up_again(clone: Path) -> None:
    moved = clone.rename(clone.with_name("moved"))
    assert bash(moved, "is_set_up product").returncode == 1


def test_two_first_calls_set_up_once(clone: Path) -> None:
    (clone / ".venv" / ".lakebook-product").unlink()
    slow = 'set_up() { echo made; sleep 1; fingerprint "$1" >"$venv/.lakebook-$1"; }; ensure product'
    command = ["bash", "-c", f"source ./lakebook\n{slow}"]
    calls = [subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(call.communicate(timeout=30)[0] for call in calls) == ["", "made\n"]


def test_a_python_that_is_too_old_is_named(clone: Path, foreign: dict[str, str]) -> None:
    done = bash(clone, "make_venv", **foreign)
    assert done.returncode == 1
    assert done.stderr.startswith("lakebook: Python 3.11 or newer is needed, and this is Python 3.9.2.")


def test_a_missing_venv_module_is_answered_with_its_package(clone: Path, foreign: dict[str, str]) -> None:
    python = foreign["PATH"].partition(":")[0] + "/python3"
    program(Path(python), 'case "$*" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac')
    done = bash(clone, "make_venv", **foreign)
    assert done.returncode == 1
    assert done.stderr == "lakebook: This Python lacks its venv module; type: sudo apt-get install python3.11-venv\n"


def test_without_r_it_says_the_one_command_and_goes_on(clone: Path, foreign: dict[str, str]) -> None:
    done = bash(clone, "bring_r product; echo on", **foreign)
    assert done.stdout == "on\n"
    assert "sudo apt-get install r-base-core r-base-dev python3-dev r-cran-codetools" in done.stderr


def test_the_tests_want_more_of_r_than_the_product(clone: Path, foreign: dict[str, str]) -> None:
    assert "r-cran-data.table" in bash(clone, "bring_r test", **foreign).stderr
    assert "r-cran-data.table" not in bash(clone, "bring_r product", **foreign).stderr


def test_r_can_be_left_out(clone: Path, foreign: dict[str, str]) -> None:
    done = bash(clone, "bring_r test; has_r || echo without", **foreign | {"LAKEBOOK_R": "no"})
    assert (done.stdout, done.stderr) == ("without\n", "")


def test_the_tests_want_a_browser(clone: Path, foreign: dict[str, str]) -> None:
    assert "sudo apt-get install chromium\n" in bash(clone, "bring_browser test", **foreign).stderr
    assert bash(clone, "bring_browser product", **foreign).stderr == ""


#: a stand-in for the Python that builds the extension
BUILDS = 'case "$*" in *--check*) test -e built;; *) echo build >>calls; touch built;; esac'


def test_the_extension_of_a_lab_is_built_when_it_has_changed(clone: Path) -> None:
    """Nothing else is set up again then."""
    program(clone / ".venv" / "bin" / "jupyter-lab", "")
    program(clone / ".venv" / "bin" / "python", BUILDS)
    for _ in range(2):
        done = run("./lakebook", "tour", cwd=clone)
        assert done.stdout.endswith("|tour|")
    (clone / "built").unlink()
    run("./lakebook", "tour", cwd=clone)
    assert (clone / "calls").read_text() == "build\n" * 2


def test_who_has_no_lab_needs_no_extension(clone: Path) -> None:
    program(clone / ".venv" / "bin" / "python", "touch called")
    assert run("./lakebook", "tour", cwd=clone).stdout.endswith("|tour|")
    assert not (clone / "called").exists()


def test_a_lab_is_of_use_without_the_extension(clone: Path) -> None:
    program(clone / ".venv" / "bin" / "jupyter-lab", "")
    program(clone / ".venv" / "bin" / "python", "exit 1")
    done = run("./lakebook", "tour", cwd=clone)
    assert done.stdout.endswith("|tour|")
    assert "JupyterLab will go without Lakebook's part of it, which could not be built." in done.stderr


def test_an_extension_that_could_not_be_built_is_tried_again_when_something_has_changed(clone: Path) -> None:
    (clone / "kernel" / "labextension").mkdir(parents=True)
    program(clone / ".venv" / "bin" / "jupyter-lab", "")
    program(clone / ".venv" / "bin" / "python", 'case "$*" in *--check*) ;; *) echo build >>calls;; esac; exit 1')
    for _ in range(2):
        run("./lakebook", "tour", cwd=clone)
    assert (clone / "calls").read_text() == "build\n"
    (clone / "kernel" / "labextension" / "index.ts").write_text("// changed")
    assert "could not be built" in run("./lakebook", "tour", cwd=clone).stderr
    assert (clone / "calls").read_text() == "build\n" * 2
    program(clone / "bin" / "node", "")
    run("./lakebook", "tour", cwd=clone, PATH=f"{clone / 'bin'}:{os.environ['PATH']}")
    assert (clone / "calls").read_text() == "build\n" * 3


def test_a_step_that_fails_shows_the_end_of_its_log(clone: Path) -> None:
    done = bash(clone, 'step "Trying" sh -c "echo the reason; exit 1" || failed "It could not be done."')
    assert done.returncode == 1
    assert done.stderr.startswith("lakebook: Trying … failed\nthe reason\nlakebook: It could not be done.")


def test_it_never_runs_sudo(clone: Path) -> None:
    assert "sudo" not in [line.split()[0] for line in (clone / "lakebook").read_text().splitlines() if line.split()]


def test_test_is_the_package_s_command_for_notebooks_and_the_project_s_checks_else(clone: Path) -> None:
    (clone / "tests").mkdir()
    (clone / "night").mkdir()
    for name in ("tests/a.ipynb", "tests.ipynb", "some.txt"):
        (clone / name).touch()
    program(clone / ".venv/bin/lakebook", "exit 2")  # also of a notebook that cannot be read

    def names(arguments: str) -> bool:
        return bash(clone, f"names_notebooks {arguments}").returncode == 0

    assert names("tests.ipynb")
    assert names("-p year=2013 --junit report.xml tests.ipynb")
    assert names("'*.ipynb'")
    assert names("night")
    assert names("'night/*'")
    assert not names("")
    assert not names("tests")
    assert not names("tests/a.ipynb")
    assert not names("some.txt -k ipynb")
    assert not names("gone.ipynb")


def run_tests(clone: Path, *sources: str) -> subprocess.CompletedProcess[str]:
    """All tests of a clone that has these files; in what they run in, ``flag`` is there from the second run on."""
    (clone / "tests").mkdir()
    for number, source in enumerate(sources, 1):
        (clone / "tests" / f"test_{number}.py").write_text(f"import pathlib\nflag = pathlib.Path('flag')\n{source}")
    command = 'run() { "$PYTHON" "$@"; local code=$?; touch flag; return $code; }; python() { run "$@"; }; all_tests'
    return bash(clone, command, PYTHON=sys.executable, PYTEST_ADDOPTS="", PYTEST_XDIST_WORKER="")


ONCE = "def test_{0}():\n    assert flag.exists()\n"


def test_what_fails_once_is_run_again_and_named(clone: Path) -> None:
    done = run_tests(clone, ONCE.format("once") + "def test_fine():\n    pass\n")
    assert done.returncode == 0
    assert "1 failed, 1 passed" in done.stdout and "== Once more" in done.stdout
    assert done.stdout.endswith("which is above:\n  tests/test_1.py::test_once\n")


def test_what_fails_twice_is_a_failure(clone: Path) -> None:
    done = run_tests(clone, "def test_always():\n    assert False\n")
    assert done.returncode == 1
    assert done.stdout.count("1 failed") == 2


def test_what_one_file_s_tests_need_fails_them_all_and_is_run_again(clone: Path) -> None:
    needs = "import pytest\n@pytest.fixture(scope='module')\ndef it():\n    assert flag.exists()\n"
    done = run_tests(clone, needs + "".join(f"def test_{number}(it):\n    pass\n" for number in range(5)))
    assert done.returncode == 0
    assert "5 errors" in done.stdout and "5 passed" in done.stdout


def test_failures_all_over_are_not_run_again(clone: Path) -> None:
    done = run_tests(clone, *(ONCE.format(number) for number in range(4)))
    assert done.returncode == 1
    assert "4 failed" in done.stdout and "Once more" not in done.stdout


def test_tests_that_cannot_be_read_are_a_failure(clone: Path) -> None:
    done = run_tests(clone, "import nothing_of_that_name\n")
    assert done.returncode != 0
    assert "No module named 'nothing_of_that_name'" in done.stdout


def test_the_lab_needs_more_than_the_product_and_less_than_the_tests(clone: Path) -> None:
    def profile(command: str) -> str:
        return bash(clone, f"profile_of {command}").stdout.strip()

    assert (profile("tour"), profile("lab"), profile("")) == ("product", "lab", "product")
    bash(clone, 'fingerprint lab >"$venv/.lakebook-lab"')
    assert (profile("tour"), profile("lab")) == ("lab", "lab")
    bash(clone, 'fingerprint test >"$venv/.lakebook-test"')
    assert (profile("tour"), profile("lab")) == ("test", "test")


def test_the_lab_is_set_up_when_it_is_first_asked_for(clone: Path) -> None:
    asked = 'set_up() { printf "%s " "$1" >>asked; fingerprint "$1" >"$venv/.lakebook-$1"; }'
    for command in ("tour", "lab", "tour"):
        bash(clone, f'{asked}; ensure "$(profile_of {command})"')
    assert (clone / "asked").read_text() == "lab "


def test_what_builds_the_lab_comes_with_it_where_there_is_no_node(clone: Path) -> None:
    steps = (
        "make_venv() { :; }; bring_r() { :; }; has_r() { false; }; bring_uv() { :; }; install_package() { echo $1; }"
    )
    code = f"{steps}; labextension() {{ false; }}; set_up %s; cat .venv-setup.log"
    program(clone / ".venv" / "bin" / "lakebook", "")
    assert "tour,lab,node" in bash(clone, code % "lab").stdout
    assert "node" not in bash(clone, code % "product").stdout
