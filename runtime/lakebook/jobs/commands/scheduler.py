"""``lakebook scheduler``: runs jobs when they are due."""

from __future__ import annotations

import argparse
import logging
import signal
import threading

from lakebook.jobs.commands.engine import scheduler_of
from lakebook.jobs.commands.found import opened
from lakebook.jobs.engine.own_drivers import keeping_drivers
from lakebook.jobs.tracking.mirror import mirrored


def scheduler(_: argparse.Namespace) -> int:
    """Work until Ctrl-C or SIGTERM. Tasks that run then go on, and the next scheduler finds them."""
    workspace, store = opened()
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    logging.getLogger("lakebook.jobs").setLevel(logging.INFO)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    print(f"Scheduler of {workspace.root}; Ctrl-C ends it, and leaves running tasks alone", flush=True)
    with mirrored(workspace, store), keeping_drivers(workspace, store):
        scheduler_of(workspace, store).run(stop)
    return 0
