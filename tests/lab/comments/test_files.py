"""The file of comments, changed by hand and kept through a kill."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.comments.conftest import Team, eventually, shared, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_file_edited_by_hand_says_what_is_wrong_and_loses_nothing(team: Team) -> None:
    from playwright.sync_api import expect

    ada = team.join("ada")
    ada.comment_on_cell(0, "Good")
    eventually(lambda: len(team.records()) == 2)
    good = team.file.read_text()
    by_hand = good.replace("Good", "Better") + '{"comment": "x", \n'
    team.file.write_text(by_hand)
    expect(ada.threads).to_contain_text("Better")
    expect(ada.panel.get_by_role("alert")).to_contain_text(
        "delays.ipynb.comments.jsonl, line 3: it is not JSON: "
        "Expecting property name enclosed in double quotes at column 18. The line is kept as it is; correct it in the file."
    )
    ada.answer("Better", "Still here")
    eventually(lambda: team.file.read_text().count("\n") == 4)
    assert '{"comment": "x", \n' in team.file.read_text()
    team.file.write_text(good)
    expect(ada.panel.get_by_role("alert")).to_be_empty()


@pytest.mark.long  # two servers
def test_a_comment_that_everybody_sees_outlives_a_kill(browser: Browser, extension: Path, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    served = tmp_path / "served"
    served.mkdir()
    notebook = write_notebook(served / "lib" / "delays.ipynb")

    with shared(served, tmp_path / "around", extension) as url:
        team = Team(notebook, url, browser, {})
        ada, ben = team.join("ada"), team.join("ben")
        ada.comment_on_cell(0, "Whose limit?")
        ben.answer("Whose limit?", "Mine")
        expect(ada.threads).to_contain_text("Mine")
        eventually(lambda: len(team.records()) == 3)
        (server,) = [process for process in psutil.Process().children() if str(tmp_path) in " ".join(process.cmdline())]
        server.send_signal(signal.SIGKILL)
        server.wait(30)
        for context in team.contexts.values():
            context.close()
    with shared(served, tmp_path / "around", extension) as url:
        team = Team(notebook, url, browser, {})
        ada = team.join("ada")
        expect(ada.threads).to_have_count(1)
        expect(ada.threads).to_contain_text("Mine")
        expect(ada.mark(0)).to_have_count(1)
        for context in team.contexts.values():
            context.close()
