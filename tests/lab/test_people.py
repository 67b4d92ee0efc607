"""Who may do what in the lab, asked as a browser or a program asks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from pycrdt import (
    Decoder,
    Doc,
    Encoder,
    Text,
    create_awareness_message,
    create_sync_message,
    create_update_message,
    read_message,
)
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from lab.living import LivingLab
from lakebook.lab.people.store import People, Role

Answer = TypeVar("Answer")


class Client:
    """One person's program."""

    def __init__(self, lab: LivingLab, token: str) -> None:
        self.lab, self.token = lab, token
        self.headers = {"Authorization": f"token {token}"}

    def ask(self, method: str, path: str, **body: Any) -> requests.Response:
        return requests.request(method, self.lab.url + path, headers=self.headers, timeout=120, **body)

    async def socket(self, path: str, protocol: str | None = None) -> WebSocketClientConnection:
        url = self.lab.url.replace("http", "ws", 1) + path
        spoken = [protocol] if protocol else None
        return await websocket_connect(HTTPRequest(url, headers=self.headers), subprotocols=spoken)

    def room(self, path: str) -> str:
        kind = {"format": "json", "type": "notebook"} if path.endswith(".ipynb") else {"format": "text", "type": "file"}
        found = self.ask("PUT", f"api/collaboration/session/{path}", json=kind).json()
        return (
            f"api/collaboration/room/{kind['format']}:{kind['type']}:{found['fileId']}?sessionId={found['sessionId']}"
        )


@pytest.fixture(scope="module")
def owner(living_lab: LivingLab) -> Client:
    return Client(living_lab, living_lab.owners_token)


@pytest.fixture(scope="module")
def editor(living_lab: LivingLab) -> Client:
    return Client(living_lab, living_lab.share("Eve Day"))


@pytest.fixture(scope="module")
def viewer(living_lab: LivingLab) -> Client:
    return Client(living_lab, living_lab.share("Vic Moe", Role.VIEWER))


def test_everybody_has_a_name(owner: Client, editor: Client, viewer: Client) -> None:
    told = [client.ask("GET", "api/me").json()["identity"] for client in (editor, viewer)]
    assert [(one["name"], one["initials"], one["role"]) for one in told] == [
        ("Eve Day", "ED", "editor"),
        ("Vic Moe", "VM", "viewer"),
    ]
    assert owner.ask("GET", "api/me").json()["identity"]["role"] == "owner"
    assert "stamp" not in told[0]


def test_nobody_comes_in_without_a_token(living_lab: LivingLab) -> None:
    for path in ("api/contents", "api/kernels", "api/lakebook/people", "lab/api/workspaces", "git/settings"):
        assert requests.get(living_lab.url + path, timeout=60).status_code == 403, path
    page = requests.get(f"{living_lab.url}lab", timeout=60)
    assert urlsplit(page.url).path.endswith("/login")


def test_the_owners_token_is_in_nobodys_page(living_lab: LivingLab, viewer: Client, owner: Client) -> None:
    for client in (viewer, owner):
        page = client.ask("GET", "lab")
        assert page.status_code == 200
        assert living_lab.owners_token not in page.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "api/contents/new.txt"),
        ("POST", "api/contents"),
        ("PATCH", "api/contents/x.txt"),
        ("DELETE", "api/contents/x.txt"),
        ("POST", "api/sessions"),
        ("POST", "api/kernels"),
        ("POST", "api/terminals"),
        ("GET", "terminals/websocket/1"),
        ("POST", "api/shutdown"),
        ("PUT", "lab/api/settings/@jupyterlab/apputils-extension:themes"),
        ("PUT", "api/collaboration/fork/x"),
        ("PUT", "api/collaboration/undo_redo/x"),
        ("POST", "git/status"),
        ("GET", "nbdime/api/store"),
        ("GET", "voila/render/x.ipynb"),
        ("GET", "proxy/8888/"),
        ("GET", "proxy/absolute/8888/"),
        ("POST", "lakebook/jobs/1/run"),
        ("POST", "api/2.2/jobs/run-now"),
        ("GET", "api/lakebook/people"),
        ("POST", "api/lakebook/people"),
        ("POST", "lab/api/extensions"),
        ("POST", "mlflow/ajax-api/2.0/mlflow/runs/delete"),
    ],
)
def test_a_viewer_changes_and_runs_nothing(viewer: Client, method: str, path: str) -> None:
    assert viewer.ask(method, path, json={}).status_code == 403


def test_an_editor_does_all_but_share(editor: Client) -> None:
    made = editor.ask("PUT", "api/contents/of-eve.txt", json={"type": "file", "format": "text", "content": "hers"})
    assert made.status_code == 201
    assert editor.ask("GET", "api/lakebook/people").status_code == 403


def test_a_viewer_is_told_what_is_allowed(viewer: Client, editor: Client) -> None:
    asked = {"permissions": json.dumps({"contents": ["read", "write"], "kernels": ["execute"]})}
    told = {
        client.token: client.ask("GET", "api/me", params=asked).json()["permissions"] for client in (viewer, editor)
    }
    assert (told[viewer.token]["contents"], told[viewer.token]["kernels"]) == (["read"], [])
    assert (told[editor.token]["contents"], told[editor.token]["kernels"]) == (["read", "write"], ["execute"])


async def _text_after(client: Client, path: str, change: str) -> str:
    """Send a change to a shared file, as a browser does; returns what the server then says is in it."""
    socket = await client.socket(client.room(path))
    document: Doc[Any] = Doc()
    source = document.get("source", type=Text)
    await _synced(socket, document)
    before = document.get_state()
    source += change
    await socket.write_message(create_update_message(document.get_update(before)), binary=True)
    fresh: Doc[Any] = Doc()
    seen = fresh.get("source", type=Text)
    await _synced(socket, fresh)
    socket.close()
    return str(seen)


async def _synced(socket: WebSocketClientConnection, document: Doc[Any]) -> None:
    """Ask for the document, and wait for the answer."""
    from pycrdt import YSyncMessageType, handle_sync_message

    await socket.write_message(create_sync_message(document), binary=True)
    while True:
        message = await asyncio.wait_for(socket.read_message(), 30)
        assert isinstance(message, bytes)
        if message[0] == 0:
            handle_sync_message(message[1:], document)
            if message[1] == YSyncMessageType.SYNC_STEP2:
                return


def awaited(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What it gives; on another thread, since that of a browser's tests has a loop that runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_a_viewer_follows_a_document_and_changes_nothing_in_it(
    living_lab: LivingLab, viewer: Client, editor: Client
) -> None:
    (living_lab.workspace / "live.txt").write_text("as it was")
    assert awaited(_text_after(editor, "live.txt", ", edited")) == "as it was, edited"
    assert awaited(_text_after(viewer, "live.txt", ", spoilt")) == "as it was, edited"


def _looks(**pages: Any) -> bytes:
    """A message that says how pages are, by their numbers."""
    write = Encoder()
    write.write_var_uint(len(pages))
    for page, (clock, state) in pages.items():
        write.write_var_uint(int(page.removeprefix("page")))
        write.write_var_uint(clock)
        write.write_var_string(json.dumps(state))
    return create_awareness_message(write.to_bytes())


async def _looked(socket: WebSocketClientConnection, page: int) -> dict[int, Any]:
    """How pages are said to be, until something is said of one."""
    seen: dict[int, Any] = {}
    while page not in seen:
        message = await asyncio.wait_for(socket.read_message(), 30)
        assert isinstance(message, bytes)
        if message[0] == 1:
            read = Decoder(read_message(message[1:]))
            for _ in range(read.read_var_uint()):
                number, _ = read.read_var_uint(), read.read_var_uint()
                seen[number] = json.loads(read.read_var_string())
    return seen


def test_nobody_looks_into_a_document_under_another_name(living_lab: LivingLab, viewer: Client, editor: Client) -> None:
    (living_lab.workspace / "looked-at.txt").write_text("x")
    eve, vic = {"username": "eve-day", "name": "Eve Day"}, {"username": "vic-moe", "name": "Vic Moe"}

    async def look() -> tuple[dict[int, Any], dict[int, Any]]:
        room = editor.room("looked-at.txt")
        of_eve, of_vic = await editor.socket(room), await viewer.socket(room)
        claimed = _looks(
            page7=(1, {"user": vic}), page8=(1, {"user": {**eve, "name": "Vic Moe", "color": "red"}, "at": 3})
        )
        await of_eve.write_message(claimed, binary=True)
        seen_by_vic = await _looked(of_vic, 8)
        # Eve's page under Vic's name, Eve's page taken away, something that is no such message, and Vic's own page
        for message in (
            _looks(page8=(9, {"user": vic})),
            _looks(page8=(9, None)),
            b"\x01\x07\x07",
            _looks(page9=(1, {"at": 4})),
        ):
            await of_vic.write_message(message, binary=True)
        seen_by_eve = await _looked(of_eve, 9)
        for socket in (of_eve, of_vic):
            socket.close()
        return seen_by_vic, seen_by_eve

    seen_by_vic, seen_by_eve = awaited(look())
    assert 7 not in seen_by_vic
    told = seen_by_vic[8]
    assert (told["user"]["name"], told["user"]["color"], told["at"]) == ("Eve Day", "red", 3)
    assert seen_by_eve.get(8, told) == told
    assert (seen_by_eve[9]["user"]["name"], seen_by_eve[9]["at"]) == ("Vic Moe", 4)


@pytest.mark.parametrize("protocol", [None, "v1.kernel.websocket.jupyter.org"])
def test_a_viewer_follows_a_kernel_and_runs_nothing_in_it(
    living_lab: LivingLab, viewer: Client, owner: Client, protocol: str | None
) -> None:
    ran = living_lab.workspace / "ran"
    kernel = owner.ask("POST", "api/kernels", json={"name": "lakebook"}).json()["id"]
    session = Session()

    def message(kind: str, **content: Any) -> bytes | str:
        made = {**session.msg(kind, content), "channel": "shell", "buffers": []}
        if protocol is None:
            return json.dumps(made, default=str)
        return bytes(serialize_msg_to_ws_v1(made, "shell", session.pack))

    def kind(answer: str | bytes | None) -> str:
        assert answer is not None
        parts = answer if isinstance(answer, str) else deserialize_msg_from_ws_v1(answer)[1][0]
        found = json.loads(parts)
        return str(found.get("msg_type") or found["header"]["msg_type"])

    async def ask() -> list[str]:
        socket = await viewer.socket(f"api/kernels/{kernel}/channels", protocol)
        code = f"open({str(ran)!r}, 'w').close()"
        await socket.write_message(message("execute_request", code=code, silent=False), binary=protocol is not None)
        await socket.write_message(message("kernel_info_request"), binary=protocol is not None)
        kinds = []
        while not kinds or kinds[-1] != "kernel_info_reply":
            kinds.append(kind(await asyncio.wait_for(socket.read_message(), 60)))
        socket.close()
        return kinds

    try:
        assert "execute_reply" not in awaited(ask())
        assert not ran.exists()
    finally:
        owner.ask("DELETE", f"api/kernels/{kernel}")


def test_what_ends_a_link_closes_what_is_open_by_it(living_lab: LivingLab, owner: Client) -> None:
    made = owner.ask("POST", "api/lakebook/people", json={"name": "Gus Gone", "role": "viewer"})
    assert made.status_code == 201
    client = Client(living_lab, made.json()["path"].partition("token=")[2])
    (living_lab.workspace / "gone.txt").write_text("x")

    async def until_closed() -> int | None:
        socket = await client.socket(client.room("gone.txt"))
        assert owner.ask("DELETE", f"api/lakebook/people/{made.json()['username']}").status_code == 204
        while await asyncio.wait_for(socket.read_message(), 30) is not None:
            pass
        return socket.close_code

    assert awaited(until_closed()) == 4403
    assert client.ask("GET", "api/contents").status_code == 403


def test_a_new_link_ends_the_old_one(living_lab: LivingLab) -> None:
    old = Client(living_lab, living_lab.share("Nel Twice"))
    assert old.ask("GET", "api/contents").status_code == 200
    new = Client(living_lab, living_lab.share("Nel Twice"))
    assert (old.ask("GET", "api/contents").status_code, new.ask("GET", "api/contents").status_code) == (403, 200)


def test_sharing_asks_for_a_name_and_a_role(owner: Client) -> None:
    for body in ({}, {"name": ""}, {"name": 1}, {"name": "Ann", "role": "owner"}, [1]):
        answer = owner.ask("POST", "api/lakebook/people", json=body)
        assert answer.status_code == 400, body
        assert answer.json()["message"].endswith(".")


def test_each_person_has_a_layout_of_their_own(editor: Client, viewer: Client) -> None:
    def layout(panel: str) -> dict[str, Any]:
        return {"data": {"panel": panel}, "metadata": {"id": "default"}}

    for client, panel in ((editor, "names"), (viewer, "files")):
        assert client.ask("PUT", "lab/api/workspaces/default", json=layout(panel)).status_code == 204
    assert editor.ask("GET", "lab/api/workspaces/default").json()["data"] == {"panel": "names"}
    assert viewer.ask("GET", "lab/api/workspaces/default").json()["data"] == {"panel": "files"}


def test_the_list_of_people_is_the_owners_to_read(living_lab: LivingLab, viewer: Client) -> None:
    file = living_lab.place.people
    assert file.stat().st_mode & 0o777 == 0o600
    assert viewer.token not in file.read_text()
    assert People(file).with_token(viewer.token)


def test_mlflow_is_behind_the_login_and_opens_no_port(living_lab: LivingLab, viewer: Client, owner: Client) -> None:
    assert requests.get(f"{living_lab.url}mlflow/", timeout=60, allow_redirects=False).status_code == 302
    page = owner.ask("GET", "mlflow/")
    assert page.status_code == 200 and "<title>MLflow</title>" in page.text
    search = "mlflow/ajax-api/2.0/mlflow/experiments/search"
    assert viewer.ask("POST", search, json={"max_results": 1}).json()["experiments"]
    assert viewer.ask("POST", "mlflow/ajax-api/2.0/mlflow/experiments/create", json={"name": "x"}).status_code == 403
    session = requests.Session()
    session.get(f"{living_lab.url}lab?token={owner.token}", timeout=60)
    asked = session.post(living_lab.url + search, json={}, headers={"Origin": "http://elsewhere.example"}, timeout=60)
    assert asked.status_code == 403
    started = psutil.Process(living_lab.process.pid)
    below = [one.as_dict(["pid", "cmdline"]) for one in started.children(recursive=True) if one.is_running()]
    (serving,) = [one["pid"] for one in below if "lakebook.lab.mlflow.serve" in (one["cmdline"] or [])]
    mlflow = psutil.Process(serving)
    assert not [one for one in mlflow.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
