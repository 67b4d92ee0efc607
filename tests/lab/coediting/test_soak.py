"""Two people write for a long time, while a cell runs and a connection is lost now and then.

``LAKEBOOK_SOAK_MINUTES`` says how long; 20 if it does not.
"""

from __future__ import annotations

import faulthandler
import os
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import nbformat
import pytest

from lab.coediting.line import Line
from lab.coediting.serving import Person, Server, wait_until, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_MINUTES = float(os.environ.get("LAKEBOOK_SOAK_MINUTES", "20"))
#: seconds
_LIMIT = int(_MINUTES * 60 + 600)
#: seconds of a round, and for how many of them the line is cut in every other one
_ROUND, _CUT = 20.0, 5.0
_RUNS = "import time\nfor n in range(100_000):\n    print(n, flush=True)\n    time.sleep(0.5)"


@pytest.mark.long
@pytest.mark.timeout(_LIMIT)
def test_both_documents_and_the_file_agree(browser: Browser, server: Server) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=90_000)
    faulthandler.dump_traceback_later(_LIMIT, exit=True)  # later than after any other test
    name = f"{uuid4().hex}.ipynb"
    file = write_notebook(server.folder / name, "# ada:", "# ben:", _RUNS)
    words: dict[int, list[str]] = {0: [], 1: []}
    with Line(server.port).laid() as line:
        ada, ben = Person(browser, server.url).open(name), Person(browser, line.url).open(name)
        ada.run(2)
        end, count = time.monotonic() + _MINUTES * 60, 0
        while time.monotonic() < end:
            count += 1
            if count % 2:
                line.cut()
            began = time.monotonic()
            while time.monotonic() < began + _ROUND:
                if time.monotonic() > began + _CUT:
                    line.mend()
                for index, person in ((0, ada), (1, ben)):
                    words[index].append(f" w{len(words[index])}")
                    person.write(index, words[index][-1])
        line.mend()
        expected = ["# ada:" + "".join(words[0]), "# ben:" + "".join(words[1])]
        for person in (ada, ben):
            wait_until(lambda person=person: [person.source(0), person.source(1)] == expected, patience=120)
            expect(person.prompt(2)).to_have_text("[*]:")
        ada.page.get_by_role("button", name="Interrupt the kernel").click()
        for person in (ada, ben):
            expect(person.output(2).last).to_contain_text("KeyboardInterrupt")
        wait_until(lambda: _sources(file)[:2] == expected)
        outputs = nbformat.read(file, as_version=4).cells[2].outputs
        printed = outputs[0]["text"].split()
        assert printed == [str(n) for n in range(len(printed))]
        for person in (ada, ben):
            expect(person.output(2).first).to_have_text("\n".join(printed))
            person.leave()
    print(f"{len(words[0])} and {len(words[1])} words, {len(printed)} lines, {count} rounds")


def _sources(file: os.PathLike[str]) -> list[str]:
    return [cell.source for cell in nbformat.read(file, as_version=4).cells]
