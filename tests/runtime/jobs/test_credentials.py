"""Passwords in the addresses of repositories and of packages' indexes: used, and neither printed nor on command lines."""

from __future__ import annotations

import base64
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from typing_extensions import override

from lakebook.jobs.worker.checkout import checked_out
from lakebook.jobs.worker.credentials import for_git, without_user_info
from lakebook.jobs.worker.outcome import TaskError
from lakebook.jobs.worker.packages import install, wanted

SECRET = "se:cr@et-word"
#: as it is written in an address
ENCODED = "se%3Acr%40et-word"
ALLOWED = f"Basic {base64.b64encode(f'ann:{SECRET}'.encode()).decode()}"


class Guarded(SimpleHTTPRequestHandler):
    """Serves files to who knows the password, and notes command lines that tell it."""

    protocol_version = "HTTP/1.0"
    told: list[list[str]]

    def __init__(self, *args: Any, told: list[list[str]], **kwargs: Any) -> None:
        self.told = told
        super().__init__(*args, **kwargs)

    @override
    def do_GET(self) -> None:
        commands = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
        self.told.extend(words for words in commands if any(one in " ".join(words) for one in (SECRET, ENCODED)))
        if self.headers["Authorization"] == ALLOWED:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="here"')
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        pass


class Served:
    def __init__(self, folder: Path, port: int, told: list[list[str]]) -> None:
        self.folder = folder
        self.host = f"127.0.0.1:{port}"
        self.told = told

    def url(self, password: str = ENCODED) -> str:
        return f"http://ann:{password}@{self.host}"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A folder on a server that asks for a password."""
    folder, told = tmp_path / "served", []
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(folder), told=told))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(folder, server.server_address[1], told)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def commit(served: Served) -> str:
    """Of a repository ``x.git`` there."""
    repository = served.folder / "x.git"
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)

    def git(*words: str) -> str:
        whole = ["git", "-C", str(repository), "-c", "user.name=t", "-c", "user.email=t@localhost", *words]
        return subprocess.run(whole, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    tree = git("hash-object", "-w", "-t", "tree", "/dev/null")
    made = git("commit-tree", "-m", "first", tree)
    git("update-ref", "HEAD", made)
    git("update-server-info")
    return made


def test_a_repository_is_checked_out_with_a_password_that_is_not_seen(
    served: Served, commit: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = {"git_url": f"{served.url()}/x.git", "git_commit": commit}
    folder = checked_out(source, tmp_path / "run")
    assert f"of http://***@{served.host}/x.git" in "".join(capfd.readouterr())
    assert served.told == []
    assert f"url = http://{served.host}/x.git" in (folder / ".git" / "config").read_text()


def test_a_wrong_password_is_not_in_the_error(served: Served, commit: str, tmp_path: Path) -> None:
    source = {"git_url": f"{served.url('guessed')}/x.git", "git_commit": commit}
    with pytest.raises(TaskError, match="git clone failed") as caught:
        checked_out(source, tmp_path / "run")
    assert "guessed" not in str(caught.value)


def test_an_index_is_asked_with_a_password_that_is_not_seen(
    served: Served, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", served.url())  # instead of one on the network
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    name = "lakebook_of_a_test"
    (served.folder / "lakebook-of-a-test").mkdir()
    make_wheel(served.folder / "lakebook-of-a-test" / f"{name}-1.0-py3-none-any.whl", name)
    library = {"pypi": {"package": name, "repo": served.url()}}
    site = install(wanted({"libraries": [library]}, {}), tmp_path / "packages", tmp_path)
    assert (site / f"{name}.py").exists()
    printed = "".join(capfd.readouterr())
    assert f"Installing {name} --extra-index-url http://***@{served.host}" in printed
    assert not [one for one in (SECRET, ENCODED) if one in printed]
    assert served.told == []


def make_wheel(file: Path, name: str) -> None:
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("git clone https://ann:x@y@host/a@b now", "git clone https://***@host/a@b now"),
        ("https://token@host", "https://***@host"),
        ("https://host/a@b", "https://host/a@b"),
        ("git@host:a/b.git", "git@host:a/b.git"),
    ],
)
def test_what_is_shown_of_an_address(text: str, shown: str) -> None:
    assert without_user_info(text) == shown


def test_git_s_own_settings_in_the_environment_stay() -> None:
    url, variables = for_git("https://ann@host:8443/x.git", {"GIT_CONFIG_COUNT": "2"})
    assert url == "https://host:8443/x.git"
    assert variables == {
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_2": "credential.https://host:8443.username",
        "GIT_CONFIG_VALUE_2": "ann",
    }
