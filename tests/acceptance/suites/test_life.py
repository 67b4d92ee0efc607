"""A kernel's life by the protocol: shut down and started again."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from acceptance.live import HUNG, Notebook
from acceptance.samples import PROGRAMS
from acceptance.suites.conversation import Conversation


@pytest.mark.parametrize("restart", [False, True], ids=["shutdown", "restart"])
def test_the_kernel_ends_and_says_so(workspace: Path, restart: bool) -> None:
    with Notebook(workspace) as notebook:
        conversation = Conversation(notebook)
        for samples in PROGRAMS:
            conversation.run(samples.cell(samples.bind))
        provisioner = notebook.manager.provisioner
        assert provisioner is not None
        children = psutil.Process(provisioner.pid).children(recursive=True)  # type: ignore[attr-defined]
        drivers = [child for child in children if child.name() == "java"]  # one outlives who started it
        assert conversation.ask("shutdown_request", {"restart": restart}, "control") == {
            "status": "ok",
            "restart": restart,
        }
        provisioner.process.wait(HUNG)  # type: ignore[attr-defined]
        _, left = psutil.wait_procs([child for child in children if child not in drivers], timeout=HUNG)
        assert not left


def test_a_kernel_that_is_started_again_is_empty(workspace: Path) -> None:
    with Notebook(workspace) as notebook:
        for samples in PROGRAMS:
            notebook.good(samples.cell(samples.bind))
        notebook.manager.restart_kernel(now=False)
        notebook.client.wait_for_ready(timeout=HUNG)
        for samples in PROGRAMS:
            assert "kept" in notebook.run(samples.cell(samples.read)).error
        assert notebook.good("_ih[-1]").reply["execution_count"] == len(PROGRAMS) + 1
