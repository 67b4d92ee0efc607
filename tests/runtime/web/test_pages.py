"""The pages under ``/lakebook``, as a browser without scripts has them."""

from __future__ import annotations

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from lakebook.jobs.files import log_file, notebook_file
from lakebook.jobs.model import Result, State
from runtime.web.conftest import Site
from runtime.web.sample import FLIGHTS, Sample, fill, notebook
from serving import TOKEN

HOSTILE = "<script>document.title = 'taken'</script>\"'><img src=x onerror=alert(1)>"


class Visitor:
    """Somebody who has logged in with the token, and then has a cookie."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.get(f"?token={TOKEN}")

    def get(self, path: str = "", body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """The answer's status and text; redirections are followed."""
        request = urllib.request.Request(
            f"{self._site.url}{path if path.startswith('api/') else f'lakebook{path}'}", body, headers
        )
        try:
            with self._opener.open(request) as answer:
                self.headers, self.url = answer.headers, answer.url
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            with problem:
                self.headers = problem.headers
                return problem.code, problem.read().decode()

    def post(self, path: str, page: str = "", **fields: str) -> tuple[int, str]:
        """Send the form of a page."""
        (token, *_) = re.findall(r'name="_xsrf" value="([^"]+)"', self.get(page)[1])
        return self.get(path, urllib.parse.urlencode({"_xsrf": token, **fields}).encode())


@pytest.fixture
def visitor(idle: Site) -> Visitor:
    return Visitor(idle)


@pytest.fixture
def sample(idle: Site) -> Sample:
    return Sample(idle.store, idle.folder)


def text(page: str) -> str:
    """What is to be read, without marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_who_has_not_logged_in_sees_nothing(idle: Site) -> None:
    for path in ("", "/runs", "/jobs/1", "/runs/1", "/tasks/1", "/tasks/1/log", "/tasks/1/notebook"):
        with urllib.request.urlopen(f"{idle.url}lakebook{path}") as answer:
            assert "/login?" in answer.url


def test_a_login_does_not_open_the_api(visitor: Visitor) -> None:
    for body in (None, b"{}"):
        path = "api/2.2/jobs/list" if body is None else "api/2.2/jobs/create"
        status, answer = visitor.get(path, body, **{"Content-Type": "application/json"})
        assert (status, "needs the token" in answer) == (401, True)


def test_the_list_has_times_in_words_and_marks_of_the_last_runs(idle: Site, visitor: Visitor) -> None:
    fill(idle.store, idle.folder)
    page = text(visitor.get()[1])
    assert "Flights: delays, daily from Monday to Friday at 06:30" in page
    assert "06:30 Europe/Berlin" in page
    assert "Month's end: close the books on the last day of each month at 02:00" in page
    assert "Bikes every 2 hours ❚❚ Paused" in page
    assert "Backfill when asked" in page
    assert "✓ ✕ ✓ ⊘ ✓ ✓ ▶" in page
    assert "No scheduler runs" in page
    assert "Bikes" not in text(visitor.get("?name=FLIGHTS")[1])


def test_a_run_shows_its_tasks_in_words_too(idle: Site, visitor: Visitor) -> None:
    _, run = fill(idle.store, idle.folder)
    page = visitor.get(f"/runs/{run}")[1]
    for words in ("features, notebook: Succeeded", "tell, notebook: Excluded", "archive, notebook: Failed"):
        assert f'aria-label="{words}"' in page
    assert "Cell 3 failed: FileNotFoundError" in text(page)
    assert "airport JFK" in text(page)


def test_a_run_shows_the_commit_that_its_files_are_of(visitor: Visitor, sample: Sample) -> None:
    source = {"git_url": "https://example.com/flights", "git_provider": "gitHub", "git_branch": "main"}
    run = sample.run(sample.job({"name": "flights", "tasks": [notebook("a")], "git_source": source}), State.RUNNING)
    assert "Commit" not in text(visitor.get(f"/runs/{run}")[1])
    commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    sample.task(run, "a", State.RUNNING, start=0, output={"git_commit": commit})
    assert f'<code title="{commit}">1a2b3c4d5e</code>' in visitor.get(f"/runs/{run}")[1]


def test_a_job_is_run_with_parameters_and_its_run_cancelled(visitor: Visitor, sample: Sample) -> None:
    job = sample.job(FLIGHTS)
    status, _ = visitor.post(
        f"/jobs/{job}/run", f"/jobs/{job}", **{"parameter:day": "2013-02-03", "parameter:airport": "EWR"}
    )
    assert status == 200
    run = int(visitor.url.rpartition("/")[2])
    with sample.store.read() as rows:
        assert rows.runs.get(run).parameters == {"day": "2013-02-03", "airport": "EWR"}
    assert "to be canceled" in visitor.post(f"/runs/{run}/cancel", f"/runs/{run}")[1]
    with sample.store.read() as rows:
        assert rows.runs.get(run).cancel_requested


def test_a_job_is_paused_and_resumed_also_if_its_definition_pauses_it(visitor: Visitor, sample: Sample) -> None:
    schedule = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC", "pause_status": "PAUSED"}
    job = sample.job({"name": "resting", "tasks": [notebook("a")], "schedule": schedule})
    visitor.post(f"/jobs/{job}/resume", f"/jobs/{job}")
    with sample.store.read() as rows:
        assert rows.jobs.get(job).settings["schedule"]["pause_status"] == "UNPAUSED"
    assert ">Resume<" in visitor.post(f"/jobs/{job}/pause", f"/jobs/{job}")[1]
    with sample.store.read() as rows:
        assert rows.jobs.get(job).paused


def test_a_run_is_repaired_from_the_tasks_that_are_chosen(visitor: Visitor, sample: Sample) -> None:
    job = sample.job({"name": "two", "tasks": [notebook("a"), notebook("b")]})
    run = sample.run(job, State.TERMINATED, Result.FAILED)
    sample.task(run, "a", State.TERMINATED, Result.SUCCESS, 0)
    sample.task(run, "b", State.TERMINATED, Result.FAILED, 0)
    visitor.post(f"/runs/{run}/repair", f"/runs/{run}", latest_repair_id="0", task="a")
    with sample.store.read() as rows:
        assert [(task.task_key, task.attempt) for task in rows.tasks.of_run(run)] == [("a", 0), ("b", 0), ("a", 1)]
    status, page = visitor.get(f"/runs/{run}")
    assert (status, ">Repair<" in page) == (200, False)


def test_what_was_repaired_meanwhile_is_not_repaired_again(visitor: Visitor, sample: Sample) -> None:
    job = sample.job({"name": "one", "tasks": [notebook("a")]})
    run = sample.run(job, State.TERMINATED, Result.FAILED)
    sample.task(run, "a", State.TERMINATED, Result.FAILED, 0)
    status, page = visitor.post(f"/runs/{run}/repair", f"/runs/{run}", latest_repair_id="7")
    assert status == 400
    assert "look at the run again" in text(page)


def test_a_button_of_another_site_does_nothing(visitor: Visitor, sample: Sample) -> None:
    job = sample.job(FLIGHTS)
    assert visitor.get(f"/jobs/{job}/run", b"parameter:day=1")[0] == 403
    with sample.store.read() as rows:
        assert not rows.runs.page(job)


def test_a_page_that_is_as_it_was_is_not_sent_again(visitor: Visitor, sample: Sample) -> None:
    run = sample.run(sample.job(FLIGHTS), State.TERMINATED, Result.SUCCESS)
    visitor.get(f"/runs/{run}")
    known = visitor.headers["ETag"]
    assert visitor.get(f"/runs/{run}", **{"If-None-Match": known})[0] == 304
    sample.task(run, "fit", State.TERMINATED, Result.FAILED, 0)
    assert visitor.get(f"/runs/{run}", **{"If-None-Match": known})[0] == 200


def test_what_users_write_is_shown_as_text_everywhere(idle: Site, visitor: Visitor, sample: Sample) -> None:
    settings = {**FLIGHTS, "name": HOSTILE, "parameters": [{"name": HOSTILE, "default": HOSTILE}]}
    job = sample.job(settings)
    run = sample.run(job, State.TERMINATED, Result.FAILED, message=HOSTILE)
    task = sample.task(
        run,
        "fit",
        State.TERMINATED,
        Result.FAILED,
        0,
        message=HOSTILE,
        output={"exit_value": HOSTILE, "error_trace": HOSTILE, "error": HOSTILE},
    )
    for path in ("", "/runs", f"/jobs/{job}", f"/runs/{run}", f"/tasks/{task}", f"?name={urllib.parse.quote(HOSTILE)}"):
        status, page = visitor.get(path)
        assert status == 200
        assert "&lt;script&gt;document.title" in page
        assert "<script>document.title" not in page
        assert "<img" not in page
        assert "script-src 'self'" in visitor.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in visitor.headers["Content-Security-Policy"]


def test_an_executed_notebook_is_shown_without_anything_that_runs_or_loads(
    idle: Site, visitor: Visitor, sample: Sample
) -> None:
    import nbformat.v4 as v4

    run = sample.run(sample.job(FLIGHTS), State.RUNNING)
    task = sample.task(run, "fit", State.RUNNING, None, 0)
    assert visitor.get(f"/tasks/{task}/notebook")[0] == 404
    with sample.store.read() as rows:
        row = rows.tasks.get(task)
    file = notebook_file(idle.folder / ".lakebook", row)
    file.parent.mkdir(parents=True, exist_ok=True)
    table = f"<h2>Delays</h2>{HOSTILE}<style>td {{}}</style><table onclick='x()'><tbody><tr><td style='color: red'>3</td></tr></tbody></table>"
    shown = [
        v4.new_output("display_data", data={"text/html": table}),
        v4.new_output("display_data", data={"application/javascript": "alert(1)"}),
    ]
    file.write_text(
        nbformat_of(
            v4.new_notebook(
                cells=[
                    v4.new_markdown_cell(f"# Hi\n\n{HOSTILE}\n\n[l](javascript:alert(1))"),
                    v4.new_code_cell("fit()", outputs=shown),
                ]
            )
        )
    )
    status, page = visitor.get(f"/tasks/{task}/notebook")
    assert status == 200
    for forbidden in ("<script", "onerror", "onclick", "javascript:", "td {}", "alert(1)<"):
        assert forbidden not in page
    assert "<h2>Delays</h2>" in page
    assert '<td style="color: red;">3</td>' in page
    assert "sandbox allow-same-origin" in visitor.headers["Content-Security-Policy"]
    assert "default-src 'none'" in visitor.headers["Content-Security-Policy"]
    file.write_text("{")
    status, page = visitor.get(f"/tasks/{task}/notebook")
    assert (status, page.startswith("The notebook cannot be shown")) == (409, True)


def nbformat_of(made: object) -> str:
    import nbformat

    return nbformat.writes(made)


def test_a_log_is_read_from_where_the_last_answer_ended(idle: Site, visitor: Visitor, sample: Sample) -> None:
    run = sample.run(sample.job(FLIGHTS), State.RUNNING)
    task = sample.task(run, "fit", State.RUNNING, None, 0)
    assert visitor.get(f"/tasks/{task}/log") == (200, "")
    with sample.store.read() as rows:
        file = log_file(idle.folder / ".lakebook", rows.tasks.get(task))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("first\n")
    assert visitor.get(f"/tasks/{task}/log") == (200, "first\n")
    with file.open("a") as log:
        log.write("<b>second</b>\n")
    assert visitor.get(f"/tasks/{task}/log?from=6") == (200, "<b>second</b>\n")
    assert visitor.headers["Content-Type"].startswith("text/plain")


def test_what_is_not_there_is_told(visitor: Visitor) -> None:
    for path in ("/jobs/999999", "/runs/999999", "/tasks/999999"):
        status, page = visitor.get(path)
        assert (status, "999999" in text(page)) == (404, True)


def test_many_jobs_are_on_one_page_and_many_tasks_in_one_drawing(idle: Site, visitor: Visitor, sample: Sample) -> None:
    for number in range(500):
        sample.job({"name": f"many {number}", "tasks": [notebook("a")]})
    page = visitor.get("?name=many")[1]
    assert page.count(">Run now<") == 500
    tasks = [notebook(f"task{number}", *([f"task{(number - 1) // 2}"] if number else [])) for number in range(50)]
    run = sample.run(sample.job({"name": "tree", "tasks": tasks}), State.RUNNING)
    assert visitor.get(f"/runs/{run}")[1].count('class="node ') == 50
