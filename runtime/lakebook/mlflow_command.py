"""``lakebook mlflow``: MLflow's own UI on the workspace's runs and models."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from socket import socket
from types import FrameType
from urllib.parse import urlsplit

from lakebook.browser import has_browser
from lakebook.cli import CommandError
from lakebook.config import Workspace, find_workspace
from lakebook.tracking import store
from lakebook.tracking.errors import TrackingError, in_users_terms, shown
from lakebook.tracking.quiet import quiet
from lakebook.tracking.reachable import check

#: MLflow's own
PORT = 5000

Service = Callable[[Workspace], AbstractContextManager[object]]


def _webhooks(workspace: Workspace) -> AbstractContextManager[None]:
    from lakebook.tracking.webhooks.delivery import delivering

    return delivering(workspace)


#: what works beside the UI: entered before the first request is answered, left after the last one
SERVICES: tuple[Service, ...] = (_webhooks,)


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``mlflow`` to the commands of ``lakebook``."""
    parser = commands.add_parser("mlflow", help="show runs and models in MLflow's own UI, until Ctrl-C")
    parser.add_argument("--port", type=int, help=f"of this machine's loopback (default: {PORT}, or one that is free)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; of a store that a server keeps, say where its own UI is."""
    workspace = find_workspace()
    uri = store.tracking_uri(workspace)
    if urlsplit(uri).scheme in ("http", "https"):
        print(f"Runs and models are on the MLflow server {shown(uri)}: its UI is there")
        return 0
    if uri.startswith("databricks"):
        print("Runs and models are in Databricks: its workspace shows them")
        return 0
    try:
        check(uri)
        quiet()
        with _ended_by_signals(), _listening(options.port) as listener, in_users_terms(uri):
            _serve(workspace, listener, browser=not options.no_browser and has_browser())
    except TrackingError as problem:
        raise CommandError(problem) from problem
    return 0


def _serve(workspace: Workspace, listener: socket, browser: bool) -> None:
    from lakebook.tracking import ui

    secret = secrets.token_urlsafe(32)
    link = ui.address(listener.getsockname()[1], secret)
    state = workspace.make_state()
    with ExitStack() as beside:

        def ready() -> None:
            for service in SERVICES:
                beside.enter_context(service(workspace))
            print(f"MLflow shows the runs and models of {workspace.root} until Ctrl-C:\n  {link}", flush=True)
            if browser:
                page = ui.page(state, link)
                beside.callback(page.unlink, missing_ok=True)
                _open(page.as_uri())

        print("Starting MLflow …", file=sys.stderr, flush=True)
        with suppress(KeyboardInterrupt):
            ui.serve(store.tracking_uri(workspace), ui.artifact_root(workspace), listener, secret, ready)


@contextmanager
def _listening(port: int | None) -> Iterator[socket]:
    from lakebook.tracking.ui import listen

    try:
        listener = listen(PORT if port is None else port)
    except (OSError, OverflowError) as problem:
        if port is not None:
            reason = problem.strerror if isinstance(problem, OSError) else "a port is a number up to 65535"
            raise CommandError(f"Port {port} cannot be used: {reason}. Choose another, or leave --port out.") from None
        listener = listen(0)
    with listener:
        yield listener


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM, and SIGHUP of a terminal that is closed, end as Ctrl-C does: with all that is to be done at an end."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def terminate(number: int, frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup has it ignored
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, terminate)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open(address: str) -> None:
    import webbrowser

    # it may wait for the browser
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
