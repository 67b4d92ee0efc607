"""``lakebook lab`` as a process: what it says, and that nothing of it is left when it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import psutil
import pytest
import requests

from lab.living import PATIENCE, LivingLab, living
from lakebook.config import find_workspace
from lakebook.lab import command, lacking, people
from lakebook.lab.people.store import People, Role
from lakebook.lab.place import make_place
from lakebook.spark.errors import DriverError

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def lab(folder: Path, *words: str, said: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Call `lakebook lab` with words after which it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "lakebook", "lab", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.splitlines()[-1] if done.stderr else ""


def write_notebook(file: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    notebook.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    nbformat.write(notebook, file)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_it_ends_with_all_that_it_started_while_a_page_is_open(
    browser: Browser, tmp_path: Path, number: signal.Signals
) -> None:
    from playwright.sync_api import expect

    write_notebook(tmp_path / "open.ipynb")
    with living(tmp_path) as started:
        page = browser.new_page()
        page.goto(f"{started.url}lab/tree/open.ipynb?token={started.owners_token}")
        cell = page.locator(".jp-NotebookPanel:visible .jp-CodeCell .cm-content")
        expect(cell).to_have_text("1", timeout=60_000)
        cell.click()
        page.keyboard.press("Control+End")
        page.keyboard.type("2")
        expect(cell).to_have_text("12")
        wait_for(lambda: len(psutil.Process(started.running.pid).children()) > 0)  # the kernel
        tree = psutil.Process(started.process.pid).children(recursive=True)
        assert started.end(number) == 0
        page.close()
        assert not [process for process in tree if process.is_running()]
        assert "12" in (tmp_path / "open.ipynb").read_text()
        assert not started.place.running.exists()


def test_what_is_left_without_it_ends_by_itself(tmp_path: Path) -> None:
    with living(tmp_path) as started:
        tree = psutil.Process(started.process.pid).children(recursive=True)
        started.process.kill()
        _, left = psutil.wait_procs(tree, PATIENCE)
        assert not left


def test_a_workspace_has_one_lab_and_a_second_call_says_where(living_lab: LivingLab) -> None:
    done = lab(living_lab.workspace, "--no-browser")
    assert (done.returncode, last_line(done)) == (
        2,
        f"lakebook: The lab of {living_lab.workspace} is running already at {living_lab.running.link}",
    )


def test_a_link_that_is_made_beside_it_lets_in_at_once(living_lab: LivingLab) -> None:
    shared = lab(living_lab.workspace, "share", "Kim Nott", "--read-only")
    link = shared.stdout.splitlines()[1].strip()
    assert link.startswith(living_lab.url)
    headers = {"Authorization": f"token {link.partition('token=')[2]}"}
    told = requests.get(f"{living_lab.url}api/me", headers=headers, timeout=60).json()["identity"]
    assert (told["name"], told["role"]) == ("Kim Nott", "viewer")


def test_whom_it_is_shared_with_is_kept_while_it_does_not_run(tmp_path: Path) -> None:
    assert "http://…/lab?token=" in lab(tmp_path, "share", "Ann Lee").stdout
    assert "editor  " in lab(tmp_path, "people").stdout
    assert lab(tmp_path, "unshare", "Ann Lee").stdout == "Ann Lee cannot come in any more.\n"
    assert "nobody" in lab(tmp_path, "people").stdout
    done = lab(tmp_path, "unshare", "Ann Lee")
    assert (done.returncode, last_line(done)) == (2, "lakebook: The lab is not shared with Ann Lee.")
    place = make_place(find_workspace(tmp_path))
    assert place.people.stat().st_mode & 0o777 == 0o600
    place.people.write_text("{")
    assert last_line(lab(tmp_path, "people")).endswith(
        "is damaged; delete it, and share the lab again with whom you want."
    )


def test_with_a_password_people_say_who_they_are(tmp_path: Path) -> None:
    assert last_line(lab(tmp_path, "password", said="short\n")).endswith("at least 8 characters; nothing is changed.")
    assert lab(tmp_path, "password", said="of this test\n").returncode == 0
    with living(tmp_path) as started:
        assert started.owners_token == ""
        assert requests.get(f"{started.url}api/contents", timeout=60).status_code == 403

        def login(**form: str) -> requests.Session:
            session = requests.Session()
            session.get(f"{started.url}login", timeout=60)
            form |= {"_xsrf": session.cookies["_xsrf"]}
            session.post(f"{started.url}login", data=form, timeout=60)
            return session

        def identity(session: requests.Session) -> tuple[str, str]:
            told = session.get(f"{started.url}api/me", timeout=60).json()["identity"]
            return told["name"], told["role"]

        assert login(password="of another").get(f"{started.url}api/me", timeout=60).status_code == 403
        assert identity(login(password="of this test", name="Bob Ray")) == ("Bob Ray", "editor")
        assert identity(login(password="of this test"))[1] == "owner"


def test_without_a_login_it_listens_to_this_machine_only(tmp_path: Path) -> None:
    done = lab(tmp_path, "--no-browser", "--port=0", "--ip=0.0.0.0", "--IdentityProvider.token=")
    assert done.returncode == 2
    assert "The lab would be open to everybody who reaches 0.0.0.0" in last_line(done)


def test_it_listens_to_this_machine_only_unless_asked(living_lab: LivingLab) -> None:
    started = psutil.Process(living_lab.process.pid)
    listening = [
        connection.laddr.ip
        for process in [started, *started.children(recursive=True)]
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}
    page = requests.get(f"{living_lab.url}login", timeout=60)
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_brackets_are_closed_unless_somebody_wants_it_otherwise(living_lab: LivingLab) -> None:
    answer = requests.get(
        f"{living_lab.url}lab/api/settings/@jupyterlab/codemirror-extension:plugin",
        headers={"Authorization": f"token {living_lab.owners_token}"},
        timeout=60,
    )
    assert answer.json()["schema"]["properties"]["defaultConfig"]["default"]["autoClosingBrackets"] is True


def test_a_port_that_is_taken_is_answered_with_another(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = lab(tmp_path, f"--port={port}")
    assert done.returncode == 2
    assert last_line(done).startswith(f"lakebook: Port {port} cannot be used: address already in use; choose another")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["gone"], "gone is not there: the lab opens on a folder or a notebook that is."),
        (["--port=70000"], "70000 is no port: a port is a number from 1 to 65535."),
        pytest.param(["--NoSuchApp"], None, marks=pytest.mark.long),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence(tmp_path: Path, words: list[str], sentence: str | None) -> None:
    done = lab(tmp_path, *words)
    if sentence is None:
        assert done.returncode == 2 and last_line(done).startswith("lakebook: The lab could not start: ")
    else:
        assert (done.returncode, last_line(done)) == (2, f"lakebook: {sentence}")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".lakebook").touch()
    done = lab(tmp_path)
    assert done.returncode == 2
    assert last_line(done).startswith(f"lakebook: The lab keeps its files in {tmp_path / '.lakebook'}, which cannot")


def test_without_jupyterlab_it_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lakebook.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "jupyterlab" else name)
    assert main(["lab"]) == 2
    assert capsys.readouterr().err == "lakebook: The lab needs jupyterlab; type: pip install 'lakebook[lab]'\n"


def test_the_demo_opens_the_tour_and_leaves_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "tour.ipynb").write_text('{"mine": true}')
    with living(tmp_path, "--demo") as started:
        page = requests.get(started.url, headers={"Authorization": f"token {started.owners_token}"}, timeout=60)
        assert page.url.partition("?")[0].endswith("/lab/tree/tour.ipynb")
        assert started.process.stdout
        assert f"  {started.url}lab/tree/tour.ipynb?token={started.owners_token}\n" in iter(
            started.process.stdout.readline, ""
        )
        assert (tmp_path / "tour.ipynb").read_text() == '{"mine": true}'


def test_a_name_is_shown_as_it_is_and_is_one(tmp_path: Path) -> None:
    everybody = People(tmp_path / "people.json")
    person, _ = everybody.share("  Zoë \n Åberg ", Role.EDITOR)
    assert (person.name, person.username) == ("Zoë Åberg", "zoe-aberg")
    assert everybody.share("Zoe Aberg", Role.VIEWER)[0].username == "zoe-aberg-2"
    assert everybody.share("李", Role.VIEWER, taken="person")[0].username == "person-2"
    for name in ("", " ", "x" * 81, "a\x1bb"):
        with pytest.raises(people.store.PeopleError, match="A person's name"):
            everybody.share(name, Role.EDITOR)


def test_what_is_not_installed_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lakebook.toml").touch()
    workspace = find_workspace(tmp_path)

    def none(_: object) -> None:
        raise DriverError("There is no Java.")

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(lacking, "find_java", none)
    assert [sentence.partition(":")[0] for sentence in lacking.sentences(workspace)] == [
        "R is not installed",
        "SQL and Scala cells do not run",
        "Git is not installed",
    ]
