"""``lakebook webhooks``: what a user types, and the one sentence that says what is wrong with it."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lakebook.cli import WRONG_USE, main
from lakebook.config import Workspace
from lakebook.tracking import store
from lakebook.tracking.webhooks import subscriptions
from lakebook.tracking.webhooks.delivery import Deliverer
from runtime.tracking.webhooks.receiver import Receiver
from runtime.tracking.webhooks.stored import QUICK, rows

Captured = pytest.CaptureFixture[str]
NOWHERE = "http://127.0.0.1:9/nobody"


def said(capsys: Captured, *arguments: str) -> str:
    """What a command that works prints on standard output."""
    assert main(["webhooks", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: Captured, *arguments: str) -> str:
    """The sentence of a command that does not."""
    assert main(["webhooks", *arguments]) == WRONG_USE
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    return captured.err.removeprefix("lakebook: ").rstrip("\n")


def test_a_secret_is_made_and_shown_once(workspace: Workspace, file: Path, capsys: Captured) -> None:
    shown = said(capsys, "add", "ci", "https://ci.example.com/hook", "--event", "model_version.created")
    assert shown.startswith("Added ci: https://ci.example.com/hook is told of model_version.created\n")
    secret = subscriptions.find(file, "ci").secret
    assert len(secret) > 40 and shown.count(secret) == 1
    assert secret not in said(capsys, "list") + repr(subscriptions.find(file, "ci"))


def test_a_secret_of_ones_own_is_read_from_a_file_and_not_shown(
    workspace: Workspace, file: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    assert "sesame" not in said(capsys, "add", "ci", NOWHERE, "--secret-file", "secret")
    assert subscriptions.find(file, "ci").secret == "sesame"


def test_the_first_webhook_of_a_workspace_makes_its_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    assert said(capsys, "list") == "No webhooks yet: lakebook webhooks add NAME URL\n"
    assert said(capsys, "deliveries") == "No deliveries yet\n"
    assert list(tmp_path.iterdir()) == []
    said(capsys, "add", "ci", NOWHERE)
    assert said(capsys, "list").startswith(f"ci  {NOWHERE}\n")


def test_others_cannot_read_the_secrets(workspace: Workspace, file: Path, capsys: Captured) -> None:
    file.chmod(0o644)
    file.parent.chmod(0o755)
    said(capsys, "add", "ci", NOWHERE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_secrets_are_not_put_where_others_read(
    workspace: Workspace, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    shared = file.rename(tmp_path / "shared.db")
    shared.chmod(0o644)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{shared}")
    assert refused(capsys, "add", "ci", NOWHERE) == (
        f"{shared} would hold the webhook's secret, and others may read it: chmod 600 {shared}"
    )
    shared.chmod(0o600)
    said(capsys, "add", "ci", NOWHERE)


def test_the_list_says_who_is_told_what(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, capsys: Captured
) -> None:
    receiver.answers = [200, 500]
    said(capsys, "add", "ci", receiver.url)
    said(capsys, "add", "audit", NOWHERE, "--event", "model_version.created", "--event", "model_version.deleted")
    said(capsys, "disable", "audit")
    client.create_registered_model("a")
    client.create_registered_model("b")
    Deliverer(file, QUICK).deliver_due()
    assert said(capsys, "list").splitlines() == [
        f"audit  {NOWHERE}  (disabled)",
        "    events      model_version.created, model_version.deleted",
        "    deliveries  0 delivered, 0 pending, 0 failed",
        f"ci  {receiver.url}",
        "    events      all",
        "    deliveries  1 delivered, 1 pending, 0 failed",
    ]


def test_it_is_said_when_nobody_delivers(workspace: Workspace, file: Path, capsys: Captured) -> None:
    said(capsys, "add", "ci", NOWHERE)
    main(["webhooks", "list"])
    assert capsys.readouterr().err == "Nobody delivers now; events wait until: lakebook webhooks deliver\n"
    deliverer = Deliverer(file, QUICK)
    deliverer._take_lock()
    main(["webhooks", "list"])
    assert capsys.readouterr().err == ""
    deliverer._free_lock()


def test_what_waits_is_sent_once_and_listed(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, capsys: Captured
) -> None:
    receiver.answers = [200, 500]
    said(capsys, "add", "ci", receiver.url)
    client.create_registered_model("a")
    client.create_registered_model("b")
    first, second = said(capsys, "deliver", "--once").splitlines()
    assert first == "ci: registered_model.created of a delivered"
    assert re.fullmatch(
        r"ci: registered_model.created of b not delivered: HTTP 500 Internal Server Error; again in \d\.\d s", second
    )
    lines = said(capsys, "deliveries").splitlines()
    b, a = (request.delivery for request in reversed(receiver.requests))
    assert lines[0].startswith(f"{b}  pending    ") and lines[0].endswith("  ci")
    assert lines[1].startswith("    registered_model.created of b: 1 attempt, HTTP 500 Internal Server Error; again 2")
    assert lines[2].startswith(f"{a}  delivered  ")
    assert lines[3] == "    registered_model.created of a: 1 attempt, HTTP 200"
    assert said(capsys, "deliveries", "--limit", "1").splitlines() == lines[:2]


def test_those_that_failed_are_listed_and_sent_again(
    workspace: Workspace, file: Path, client: Any, receiver: Receiver, capsys: Captured
) -> None:
    said(capsys, "add", "ci", receiver.url)
    said(capsys, "add", "other", receiver.url)
    client.create_registered_model("a")
    said(capsys, "deliver", "--once")
    assert said(capsys, "deliveries", "--failed") == "No delivery has failed\n"
    rows(file, "UPDATE lakebook_webhook_deliveries SET state = 'failed', error = 'HTTP 500'")
    failed = said(capsys, "deliveries", "--failed", "--webhook", "ci").splitlines()
    assert len(failed) == 2
    delivery = failed[0].split()[0]
    assert said(capsys, "retry", delivery) == f"{delivery} is sent again\n"
    said(capsys, "deliver", "--once")
    assert [request.delivery for request in receiver.requests].count(delivery) == 2
    assert said(capsys, "deliveries", "--failed", "--webhook", "ci") == "No delivery has failed\n"


def test_an_example_is_sent_at_once(workspace: Workspace, receiver: Receiver, capsys: Captured) -> None:
    receiver.answers = [200, 401]
    said(capsys, "add", "ci", receiver.url, "--event", "model_version_alias.created")
    assert said(capsys, "test", "ci") == "An example of model_version_alias.created arrived: HTTP 200\n"
    assert receiver.requests[0].data == {"name": "example", "alias": "example_key", "version": "1"}
    assert main(["webhooks", "test", "ci"]) == 1
    assert "did not arrive: HTTP 401 Unauthorized" in capsys.readouterr().out
    assert said(capsys, "deliveries") == "No deliveries yet\n"


def test_a_webhook_is_removed_with_what_had_not_arrived(workspace: Workspace, client: Any, capsys: Captured) -> None:
    said(capsys, "add", "ci", NOWHERE)
    client.create_registered_model("a")
    assert said(capsys, "remove", "ci") == "Removed ci, and 1 of its deliveries had not arrived\n"
    assert refused(capsys, "remove", "ci") == "There is no webhook ci: there are none yet."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "ci", "ftp://host/x"], "'ftp://host/x' is no receiver's address: expected one such as https://host/path."),
        (["add", "ci", "host/x"], "'host/x' is no receiver's address: expected one such as https://host/path."),
        (["add", "ci", "http://host:port/"], "'http://host:port/' is no receiver's address: expected one such as https://host/path."),
        (["add", "ci", "http:///x"], "'http:///x' is no receiver's address: expected one such as https://host/path."),
        (["add", "ci", "http://a b/"], "'http://a b/' is no receiver's address: expected one such as https://host/path."),
        (["add", "ci", "https://me:mine@host/"], "The address has a user or a password in it, which lists of processes show: leave them out; the receiver knows a delivery by its signature."),
        (["add", "my hook", NOWHERE], "'my hook' is no name for a webhook: use letters, digits, dots, dashes and underscores."),
        (["add", "ci", NOWHERE, "--event", "model_version.create"], "There is no event model_version.create: did you mean model_version.created?"),
        (["add", "ci", NOWHERE, "--secret-file", "none"], "none cannot be read: No such file or directory."),
        (["add", "ci", NOWHERE, "--secret-file", "empty"], "The secret is empty: a signature with it would prove nothing."),
        (["add", "ci", NOWHERE, "--secret-file", "latin"], "latin is not UTF-8 text, and a secret is."),
        (["add", "known", NOWHERE], "There is a webhook known already: remove it first, or choose another name."),
        (["remove", "ci"], "There is no webhook ci: there are known."),
        (["test", "ci"], "There is no webhook ci: there are known."),
        (["enable", "ci"], "There is no webhook ci: there are known."),
        (["deliveries", "--webhook", "ci"], "There is no webhook ci: there are known."),
        (["retry", "0"], "There is no delivery 0: lakebook webhooks deliveries lists them."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_answered_in_one_sentence(
    arguments: list[str], sentence: str, workspace: Workspace, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes(b"\xfc")
    subscriptions.add(workspace, "known", NOWHERE)
    assert refused(capsys, *arguments) == sentence


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("http://127.0.0.1:9", "this one's address begins with http: run lakebook webhooks beside that server"),
        ("postgresql://me:mine@host/db", "this one's address begins with postgresql: MLflow's own webhooks"),
        ("sqlite:///:memory:", "Webhooks need a registry in an SQLite file"),
    ],
)
def test_a_registry_elsewhere_is_answered_in_one_sentence(
    uri: str, sentence: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    for arguments in (["list"], ["add", "ci", NOWHERE], ["deliver"]):
        refusal = refused(capsys, *arguments)
        assert sentence in refusal and "mine" not in refusal


def test_a_database_that_cannot_be_used_is_answered_in_one_sentence(
    workspace: Workspace, file: Path, capsys: Captured
) -> None:
    file.write_text("no database at all, and longer than a page's header is " * 10)
    assert refused(capsys, "list") == f"{file} is no SQLite database: see tracking.uri in lakebook.toml."


def test_without_a_webhook_there_is_nothing_to_deliver(workspace: Workspace, capsys: Captured) -> None:
    assert refused(capsys, "deliver") == "There is no webhook to deliver to: lakebook webhooks add NAME URL"


def test_a_second_deliverer_says_so_and_ends(workspace: Workspace, file: Path, capsys: Captured) -> None:
    said(capsys, "add", "ci", NOWHERE)
    first = Deliverer(file, QUICK)
    first._take_lock()
    expected = f"The webhooks of {file} are delivered by process {os.getpid()}.\n"
    assert said(capsys, "deliver", "--once") == expected
    command = [sys.executable, "-m", "lakebook", "webhooks", "deliver"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    second = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    assert (second.returncode, second.stdout) == (0, expected)
    first._free_lock()


def test_nothing_of_mlflow_is_imported_to_list_deliver_or_wait(workspace: Workspace, file: Path) -> None:
    subscriptions.add(workspace, "ci", NOWHERE)
    code = """if True:
        import sys
        from lakebook.cli import main
        main(["webhooks", "list"]), main(["webhooks", "deliveries"]), main(["webhooks", "deliver", "--once"])
        print([name for name in ("mlflow", "requests", "sqlalchemy", "pandas") if name in sys.modules])
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_deliverer_cleanly(
    number: signal.Signals, workspace: Workspace, file: Path, client: Any, receiver: Receiver
) -> None:
    subscriptions.add(workspace, "ci", receiver.url)
    client.create_registered_model("a")
    command = [sys.executable, "-m", "lakebook", "webhooks", "deliver"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    deliverer = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    receiver.wait_for(1)
    deliverer.send_signal(number)
    out, err = deliverer.communicate(timeout=60)
    assert (deliverer.returncode, err) == (0, f"Delivering what happens in {file}; Ctrl-C ends it\n")
    assert out == "ci: registered_model.created of a delivered\n"


def test_the_store_is_named_as_mlflow_names_it(workspace: Workspace, file: Path) -> None:
    assert store.tracking_uri(workspace) == f"sqlite:///{file}"
