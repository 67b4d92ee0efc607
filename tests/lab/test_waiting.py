"""A document that takes its time: the lab waits for it, and asks nobody whether to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from lab.conftest import Lab


def test_a_document_that_takes_its_time_is_waited_for(lab: Lab) -> None:
    from playwright.sync_api import expect

    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("delay")])
    made.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    nbformat.write(made, lab.folder / "n.ipynb")  # without a kernel's name another question is asked: which it is
    held: list[Route] = []
    lab.page.route("**/api/collaboration/session/**", lambda route: held.append(route))
    lab.open("n.ipynb")
    lab.page.wait_for_timeout(8_000)  # after five seconds the question is asked
    expect(lab.page.locator(".jp-Dialog")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(lab.notebook.locator(".cm-content")).to_have_text("delay")
    expect(lab.page.locator(".jp-Dialog")).to_have_count(0)
