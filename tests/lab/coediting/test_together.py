"""Two people in one notebook."""

from __future__ import annotations

from uuid import uuid4

from lab.coediting.conftest import Invite
from lab.coediting.serving import Server, read_sources, wait_until, write_notebook
from serving import TOKEN


def test_text_outputs_and_states_reach_the_other(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    write_notebook(server.folder / name, "print('delays')", "import time\ntime.sleep(2)\n'late'")
    ada, ben = invite().open(name), invite().open(name)
    ada.write(0, "  # of June")
    expect(ben.editor(0)).to_contain_text("# of June")
    ben.run(0)
    expect(ada.output(0)).to_have_text("delays")
    ada.run(1)
    expect(ben.prompt(1)).to_have_text("[*]:")
    expect(ben.output(1)).to_have_text("'late'")
    expect(ben.prompt(1)).to_have_text("[2]:")


def test_it_goes_on_when_every_browser_is_closed(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    gate = server.folder / f"{name}.gate"
    waits = f"import os, time\nprint('begun')\nwhile not os.path.exists({gate.name!r}): time.sleep(0.1)\nprint('ended')"
    file = write_notebook(server.folder / name, waits, "'queued'")
    ada = invite().open(name)
    ada.run(0)
    ada.run(1)
    expect(ada.output(0)).to_contain_text("begun")
    ada.leave()
    ben = invite()
    ben.page.goto(f"{server.url}lab/workspaces/{uuid4().hex}/tree/{name}?token={TOKEN}")  # its kernel is busy
    expect(ben.prompt(1)).to_have_text("[*]:")  # whoever comes late sees that it runs
    ben.leave()
    gate.touch()
    wait_until(lambda: "'queued'" in file.read_text())
    eve = invite().open(name)
    expect(eve.output(0)).to_have_text("begun\nended")
    expect(eve.prompt(1)).to_have_text("[2]:")


def test_progress_is_shown_in_its_place(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    write_notebook(
        server.folder / name,
        "bar = display('0 %', display_id=True)\ndisplay('behind')\nfor n in (50, 100):\n    bar.update(f'{n} %')",
        "bar.update('later')",
    )
    ada, ben = invite().open(name), invite().open(name)
    ada.run(0)
    for person in (ada, ben):
        expect(person.output(0)).to_have_text(["'100 %'", "'behind'"])
    ada.run(1)
    for person in (ada, ben):
        expect(person.output(0)).to_have_text(["'later'", "'behind'"])


def test_the_server_is_killed_and_started_anew(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    file = write_notebook(
        server.folder / name, "import time\nprint('begun')\ntime.sleep(60)", "2", "# note", "again = 3\nagain"
    )
    ada, ben = invite().open(name), invite().open(name)
    ada.run(0)
    ada.run(1)
    expect(ben.output(0)).to_have_text("begun")
    ben.write(2, "  # edited")
    expect(ada.editor(2)).to_contain_text("# edited")
    ben.page.wait_for_timeout(500)  # the server's word that it is not saved yet is on its way
    expect(ben.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    wait_until(lambda: "begun" in file.read_text())
    server.kill()
    assert "# edited" in read_sources(file)[2]
    server.start()
    for person in (ada, ben):
        expect(person.output(0).last).to_contain_text("ServerEnded")
        expect(person.output(0).first).to_have_text("begun")
        expect(person.output(1)).to_have_text("Not run: the server ended before its turn.")
        expect(person.prompt(0)).to_have_text("[ ]:")
        expect(person.page.locator(".jp-Dialog")).to_have_count(0)
        expect(person.editor(2)).to_have_text("# note  # edited")
    ada.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    ben.run(3)
    expect(ada.output(3)).to_have_text("3")
    assert len([session for session in server.ask("api/sessions") if session["path"] == name]) == 1


def test_the_kernel_dies(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    write_notebook(server.folder / name, "import os, time\nprint('begun')\ntime.sleep(1)\nos._exit(1)", "2")
    ada, ben = invite().open(name), invite().open(name)
    ada.run(0)
    for person in (ada, ben):
        expect(person.output(0)).to_have_text(["begun", "KernelDied: The kernel died while this cell ran."])
        expect(person.prompt(0)).to_have_text("[ ]:")


def test_a_question_is_asked_of_whoever_ran_the_cell_also_after_a_return(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    write_notebook(server.folder / name, "who = input('Who?')\nprint('Hello', who)")
    ada, ben = invite().open(name), invite().open(name)
    ada.run(0)
    expect(ada.page.get_by_label("Who?")).to_be_focused()
    expect(ben.prompt(0)).to_have_text("[*]:")
    expect(ben.page.get_by_label("Who?")).to_have_count(0)
    ada.page.reload()
    ada.page.get_by_label("Who?").fill("Grace")
    ada.page.keyboard.press("Enter")
    for person in (ada, ben):
        expect(person.output(0)).to_have_text(["Who? Grace", "Hello Grace"])
        expect(person.page.get_by_label("Who?")).to_have_count(0)


def test_scripts_run_for_whoever_ran_the_cell_alone(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    script = "<b>shown</b><script>document.body.dataset.ran = 'yes'</script>"
    write_notebook(server.folder / name, f"from IPython.display import HTML\nHTML({script!r})")
    ada, ben = invite().open(name), invite().open(name)
    ada.run(0)
    expect(ada.page.locator("body[data-ran=yes]")).to_have_count(1)
    expect(ben.output(0)).to_have_text("shown")
    expect(ben.page.locator("body[data-ran=yes]")).to_have_count(0)
    ada.page.reload()
    expect(ada.page.locator("body[data-ran=yes]")).to_have_count(1)


def test_undo_is_ones_own(server: Server, invite: Invite) -> None:
    from playwright.sync_api import expect

    name = f"{uuid4().hex}.ipynb"
    write_notebook(server.folder / name, "delay = 15")
    ada, ben = invite().open(name), invite().open(name)
    ada.write(0, "  # of ada")
    expect(ben.editor(0)).to_contain_text("# of ada")
    ben.write(0, "  # of ben")
    expect(ada.editor(0)).to_contain_text("# of ben")
    ada.editor(0).click()
    ada.page.keyboard.press("Control+z")
    for person in (ada, ben):
        expect(person.editor(0)).to_have_text("delay = 15  # of ben")
