"""Makes ``docs/jobs.png``, a run's page as it looks: ``python -m runtime.web.picture docs/jobs.png``, in ``tests``' path."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from browsing import browsing
from lakebook.jobs import processes
from runtime.web.conftest import site_in
from runtime.web.sample import fill
from serving import TOKEN


def main(picture: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        for name in ("workspace", "around", "runtime"):
            (Path(made) / name).mkdir()
        os.environ |= {"JUPYTER_RUNTIME_DIR": f"{made}/runtime", "JUPYTER_CONFIG_DIR": f"{made}/around"}
        with site_in(Path(made) / "workspace", Path(made) / "around") as site, browsing() as browser:
            _, run = fill(site.store, site.folder)
            with site.store.write() as rows:
                rows.leases.take("scheduler", f"{processes.describe_self()} picture", 60_000, None)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{site.url}lakebook/runs/{run}?token={TOKEN}")
            page.screenshot(path=picture, full_page=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
