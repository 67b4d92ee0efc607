from __future__ import annotations

import threading
from typing import Any

from kernel.standins import StandInOutput
from lakebook_kernel.display.progress import MIME, ProgressBars

EMPTY = {"text/html": "", "text/plain": ""}


def event(done: int = 0, ended: bool = False, number: str = "1") -> dict[str, Any]:
    return {"id": number, "done": done, "total": 200, "running": 2, "text": "count at <cell>", "ended": ended}


def test_a_cell_without_events_shows_nothing(output: StandInOutput) -> None:
    ProgressBars(output).close()
    assert output.messages == []


def test_a_job_is_one_bar_that_grows_and_goes(output: StandInOutput) -> None:
    bars = ProgressBars(output)
    for done in (12, 100):
        bars.event(event(done))
    bars.event(event(200, ended=True))
    bars.close()
    (display_id, first), *updates = [content for _, content in output.messages]
    assert [kind for kind, _ in output.messages] == ["display", "update", "update"]
    assert {later for later, _ in updates} == {display_id}
    assert first["text/plain"] == "count at <cell>  12/200 tasks, 2 running"
    assert "width:6%" in first["text/html"]
    assert "count at &lt;cell&gt;" in first["text/html"]
    assert "width:50%" in updates[0][1]["text/html"]
    assert updates[-1][1] == EMPTY


def test_jobs_at_once_share_one_display(output: StandInOutput) -> None:
    bars = ProgressBars(output)
    bars.event(event(1, number="1"))
    bars.event(event(2, number="2"))
    bars.event(event(ended=True, number="1"))
    assert len(output.of("display")) == 1
    assert output.of("update")[0][1]["text/plain"].count("tasks") == 2
    assert output.of("update")[1][1]["text/plain"].count("tasks") == 1


def test_closing_removes_a_bar_whose_end_never_came(output: StandInOutput) -> None:
    bars = ProgressBars(output)
    bars.event(event(1))
    bars.close()
    bars.event(event(2))
    assert output.messages[-1][1][1] == EMPTY
    assert len(output.messages) == 2


def test_the_end_of_a_job_that_was_never_shown_is_not_shown(output: StandInOutput) -> None:
    ProgressBars(output).event(event(ended=True))
    assert output.messages == []


def test_events_from_many_threads_make_one_display(output: StandInOutput) -> None:
    bars = ProgressBars(output)
    threads = [threading.Thread(target=bars.event, args=(event(number=str(number)),)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(output.of("display")) == 1
    assert output.messages[-1][1][1]["text/plain"].count("tasks") == 50


def test_the_lab_gets_the_stages_and_no_file_that_a_cell_is_not(output: StandInOutput) -> None:
    place = "count at /tmp/ipykernel_12/3456.py:3"
    stage = {"id": 4, "name": place, "done": 1, "total": 2, "running": 1, "failed": 0}
    told = {
        **event(),
        "event": "progress",
        "text": place,
        "notebook": "n1",
        "stages": [stage],
        "more": 0,
        "elapsed": 700,
    }
    ProgressBars(output).event(told)
    ((_, data),) = output.of("display")
    (job,) = data[MIME]["jobs"]
    assert job["text"] == job["stages"][0]["name"] == "count at line 3"
    assert (job["id"], job["notebook"], job["elapsed"]) == ("1", "n1", 700)
    assert data["text/plain"].startswith("count at line 3  0/200 tasks")
