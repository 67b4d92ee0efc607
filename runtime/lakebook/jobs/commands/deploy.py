"""``lakebook jobs deploy``."""

from __future__ import annotations

import argparse
import getpass

from lakebook.cli import WRONG_USE
from lakebook.config import find_workspace
from lakebook.jobs.store import open_store
from lakebook.jobs.validate_command import bundle_of


def deploy(options: argparse.Namespace) -> int:
    """Make the workspace's jobs be what a bundle defines, and say what that changed."""
    bundle = bundle_of(options)
    if bundle is None:
        return WRONG_USE
    store = open_store(find_workspace(bundle.root))
    settings = {job.key: job.settings for job in bundle.jobs}
    with store.write() as rows:
        done = rows.jobs.deploy(bundle.name, bundle.target, settings, str(bundle.root), getpass.getuser())
    for keys, what in (
        (done.created, "created"),
        (done.changed, "changed"),
        (done.unchanged, "unchanged"),
        (done.deleted, "gone"),
    ):
        for key in keys:
            number = f" (job {done.job_ids[key]})" if key in done.job_ids else ""
            print(f"{what:9} {key}{number}")
    target = f" for {bundle.target}" if bundle.target else ""
    print(f"Deployed {bundle.name}{target}: {len(settings)} job{'' if len(settings) == 1 else 's'}")
    return 0
