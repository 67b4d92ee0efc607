"""Spark's questions to its own shells, asked of Scala cells; see ``spark_repl.py``."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook
from acceptance.suites.spark_repl import SESSIONS, Session


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_a_scala_cell_can_what_a_spark_shell_can(notebook: Notebook, session: Session) -> None:
    *before, last = session.cells
    for cell in before:
        notebook.good(f"%scala\n{cell}")
    outcome = notebook.run(f"%scala\n{last}")
    assert outcome.ok is not session.fails, outcome.messages
    assert session.shown in (outcome.error if session.fails else outcome.text + outcome.stderr)
