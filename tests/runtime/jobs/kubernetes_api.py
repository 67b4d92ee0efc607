"""A stand-in of Kubernetes' API server on loopback: Jobs, their pods and Secrets, and nothing that runs."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import yaml

_PATH = re.compile(r"/(?:api/v1|apis/batch/v1)/namespaces/lake(?:/(jobs|pods|secrets)(?:/([^/]+))?)?")
_TERMINATING = "2026-01-01T00:00:00Z"

Object = dict[str, Any]


class Refused(Exception):
    """Answered with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Api:
    """The objects of the namespace ``lake``, and what Kubernetes' controllers make of them."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    host: str = ""
    objects: dict[str, dict[str, Object]] = field(default_factory=lambda: {"jobs": {}, "pods": {}, "secrets": {}})
    #: method and path of each request
    asked: list[str] = field(default_factory=list)
    #: kinds that may not be created
    forbidden: set[str] = field(default_factory=set)
    uid: str = field(default_factory=lambda: str(uuid4()))

    @property
    def jobs(self) -> dict[str, Object]:
        return self.objects["jobs"]

    @property
    def pods(self) -> dict[str, Object]:
        return self.objects["pods"]

    @property
    def secrets(self) -> dict[str, Object]:
        return self.objects["secrets"]

    def kubeconfig(self, file: Path) -> Path:
        """A file that names this server, with the token that it wants."""
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {"server": self.host}}],
            "users": [{"name": "test", "user": {"token": self.token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        file.write_text(yaml.safe_dump(config))
        file.chmod(0o600)
        return file

    def end_pod(self, name: str, phase: str = "Succeeded") -> None:
        """The container of a Job's pod ends, by itself or since it was told to."""
        pod = self.pods[name]
        pod["status"]["phase"] = phase
        job = self.jobs.get(name)
        if job is None or "deletionTimestamp" in job["metadata"]:
            self._remove(name)
        else:
            kind = "Complete" if phase == "Succeeded" else "Failed"
            job["status"]["conditions"] = [{"type": kind, "status": "True"}]

    def drop_job(self, name: str) -> None:
        """Somebody deletes a Job in the background: it is gone at once, its pod has yet to end."""
        del self.jobs[name]
        self.pods[name]["metadata"]["deletionTimestamp"] = _TERMINATING

    def _remove(self, name: str) -> None:
        self.pods.pop(name, None)
        self.jobs.pop(name, None)
        self.secrets.pop(name, None)

    def answer(self, method: str, url: str, body: Object) -> Object:
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}")
        found = _PATH.fullmatch(parts.path)
        if not found:
            raise Refused(404, "the server could not find the requested resource")
        kind, name = found.groups()
        if kind is None:
            return {"kind": "Namespace", "metadata": {"name": "lake", "uid": self.uid}}
        if method == "POST":
            return self._create(kind, body)
        if name is None:
            return self._list(kind, parse_qs(parts.query).get("labelSelector", [""])[0])
        if name not in self.objects[kind]:
            raise Refused(404, f'{kind} "{name}" not found')
        return self._delete(name, body) if method == "DELETE" else self._patch(name, body)

    def _create(self, kind: str, made: Object) -> Object:
        name = made["metadata"]["name"]
        if kind in self.forbidden:
            raise Refused(403, f'{kind} is forbidden: User "lakebook" cannot create resource "{kind}"')
        if name in self.objects[kind]:
            raise Refused(409, f'{kind} "{name}" already exists')
        made["metadata"]["uid"] = str(uuid4())
        made["status"] = {}
        self.objects[kind][name] = made
        if kind == "jobs" and not made["spec"].get("suspend"):
            self._begin(made)
        return made

    def _list(self, kind: str, selector: str) -> Object:
        wanted = dict(one.split("=") for one in selector.split(",") if one)
        items = [one for one in self.objects[kind].values() if wanted.items() <= one["metadata"]["labels"].items()]
        return {"kind": "List", "items": items}

    def _patch(self, name: str, patch: Object) -> Object:
        job = self.jobs[name]
        job["spec"].update(patch["spec"])
        if not job["spec"]["suspend"]:
            self._begin(job)
        return job

    def _delete(self, name: str, options: Object) -> Object:
        job = self.jobs[name]
        if options["preconditions"]["uid"] != job["metadata"]["uid"]:
            raise Refused(409, "the UID in the precondition does not match the UID in record")
        assert options["propagationPolicy"] == "Foreground"
        if name not in self.pods:
            self._remove(name)
            return {"kind": "Status", "status": "Success"}
        for one in (job, self.pods[name]):
            one["metadata"]["deletionTimestamp"] = _TERMINATING
        return job

    def _begin(self, job: Object) -> None:
        name, template = job["metadata"]["name"], job["spec"]["template"]
        wanted = {
            variable["valueFrom"]["secretKeyRef"]["name"]
            for container in template["spec"]["containers"]
            for variable in container["env"]
            if "valueFrom" in variable
        }
        phase = "Running" if wanted <= self.secrets.keys() else "Pending"
        self.pods[name] = {
            "metadata": {"name": f"{name}-x1", "labels": dict(template["metadata"]["labels"])},
            "spec": template["spec"],
            "status": {"phase": phase},
        }


@contextlib.contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Let it answer on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = 200, {}
            try:
                if self.headers.get("Authorization") != f"Bearer {api.token}":
                    raise Refused(401, "Unauthorized")
                answer = api.answer(self.command, self.path, json.loads(body or "{}"))
            except Refused as refused:
                status, answer = refused.status, {"kind": "Status", "message": str(refused), "code": refused.status}
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.host = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
