"""``lakebook lab``: the lab on a folder, in the browser."""

from __future__ import annotations

import argparse
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from lakebook.browser import has_browser
from lakebook.cli import CommandError
from lakebook.config import Workspace, find_workspace
from lakebook.lab import hub
from lakebook.lab.people import command as people
from lakebook.lab.place import Place, make_place
from lakebook.lab.running import AlreadyRunning, Running, alone, find, link

_NEEDS = ("jupyterlab", "jupyter_collaboration", "jupyter_server_ydoc")
_PORT = 8888
_PORTS = 65535


def run(options: argparse.Namespace) -> int:
    """Open the lab, or say who may come in."""
    words: list[str] = options.words
    if words and words[0] in people.ACTIONS:
        return people.run(words)
    asked, rest = _parser().parse_known_args(words)
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise CommandError(f"The lab needs {', '.join(missing)}; type: pip install 'lakebook[lab]'")
    if not asked.path.exists():
        raise CommandError(f"{asked.path} is not there: the lab opens on a folder or a notebook that is.")
    _check_port(asked.ip, asked.port)
    path = asked.path.resolve()
    folder = path if path.is_dir() else path.parent
    workspace = find_workspace(folder)
    place = _place(workspace)
    try:
        with alone(place):
            path = _tour(folder) if asked.demo else path
            return _serve(workspace, place, asked, path, rest)
    except AlreadyRunning:
        running = find(place)
        where = f" at {running.link}" if running else ", and is about to start or to end"
        raise CommandError(f"The lab of {workspace.root} is running already{where}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lakebook lab",
        description="Open the lab on a folder: JupyterLab for four languages and for many people at a time.",
        epilog=f"What is not listed here goes to Jupyter, such as --certfile=FILE or --ServerApp.base_url=/lab/. "
        f"{people.HELP}",
    )
    parser.add_argument("path", nargs="?", type=Path, default=Path(), help="a folder, or a notebook to open")
    parser.add_argument("--port", type=int, help=f"where it listens (default: {_PORT}, or one that is free)")
    parser.add_argument("--ip", default="127.0.0.1", help="the address at which it listens (default: this machine's)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--demo", action="store_true", help="open the tour, ready to run")
    return parser


def _check_port(ip: str, port: int | None) -> None:
    if not port:
        return
    if not 0 < port <= _PORTS:
        raise CommandError(f"{port} is no port: a port is a number from 1 to {_PORTS}.")
    if reason := _why_not(ip, port):
        free = next((other for other in range(port + 1, _PORTS) if not _why_not(ip, other)), None)
        advice = f"choose another, such as --port {free}, or " if free else ""
        raise CommandError(f"Port {port} cannot be used: {reason}; {advice}leave --port out for one that is free.")


def _why_not(ip: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("" if ip == "*" else ip, port))
        except OSError as problem:
            return (problem.strerror or str(problem)).lower()
    return None


def _place(workspace: Workspace) -> Place:
    try:
        return make_place(workspace)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise CommandError(
            f"The lab keeps its files in {workspace.state}, which cannot be written: {reason}. "
            "Open it on a folder of yours."
        ) from None


def _tour(folder: Path) -> Path:
    from lakebook.lab import demo
    from lakebook.run import RunError

    try:
        return demo.put_tour(folder)
    except RunError as problem:
        raise CommandError(problem) from None
    except OSError as problem:
        raise CommandError(f"The tour cannot be put into {folder}: {problem.strerror}.") from None


def _serve(workspace: Workspace, place: Place, asked: argparse.Namespace, path: Path, rest: list[str]) -> int:
    from lakebook.lab import settings
    from lakebook.lab.lacking import sentences
    from lakebook.lab.supervisor import Failed, Supervisor

    page = _page(workspace, path)

    def ready(running: Running) -> None:
        where = link(running.url, running.token, page)
        print(f"The lab of {workspace.root} is open until Ctrl-C:\n  {where}", flush=True)
        for sentence in sentences(workspace):
            print(f"  {sentence}", flush=True)

    print("Starting the lab …", file=sys.stderr, flush=True)
    command = [
        *([sys.executable, "-m"]),
        *(["jupyterhub.singleuser"] if hub.is_here() else ["lakebook.lab.server"]),
        *settings.arguments(workspace, place),
        *([] if hub.is_here() else _own_arguments(workspace, place, asked)),
        f"--LabApp.default_url=/{page}",
        *rest,
    ]
    supervisor = Supervisor(command, settings.environment(workspace, place), place)
    try:
        return supervisor.run(workspace.root, ready)
    except Failed as failed:
        raise CommandError(f"The lab could not start: {failed} (All that it said is in {place.log}.)") from None


def _own_arguments(workspace: Workspace, place: Place, asked: argparse.Namespace) -> list[str]:
    from lakebook.lab import settings

    port = [] if asked.port is None else [f"--ServerApp.port={asked.port}", "--ServerApp.port_retries=0"]
    return [
        *settings.peoples_arguments(workspace, place),
        f"--ServerApp.ip={asked.ip}",
        *port,
        f"--ServerApp.open_browser={not asked.no_browser and has_browser()}",
    ]


def _page(workspace: Workspace, path: Path) -> str:
    """Where the lab opens: with a file or a folder of the workspace in sight."""
    below = path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else "."
    return "lab" if below == "." else f"lab/tree/{quote(below)}"
