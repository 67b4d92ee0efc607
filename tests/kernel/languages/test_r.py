"""R cells: what a user sees of them, and that nothing short of R's own death costs a variable."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from kernel.standins import StandInHost
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError, MimeBundle
from lakebook_kernel.languages.r import RLanguage
from lakebook_kernel.languages.r.process import RProcess
from lakebook_kernel.languages.r.temporary import TemporaryFolder

pytestmark = pytest.mark.r

#: what R's parser takes and its evaluator does not, with R's words
REFUSED_ASSIGNMENTS = [
    ("f() <- 1", "invalid (NULL) left side of assignment"),
    ("for (i in 1) f() <- 1", "invalid (NULL) left side of assignment"),
    ("names(f()) <- 1", "invalid (NULL) left side of assignment"),
    ("NULL <- 1", "invalid (do_set) left-hand side to assignment"),
    ("'' <- 1", "attempt to use zero-length variable name"),
]


class Shown:
    """What a cell wrote, in order, with the time of each piece."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, Any]] = []
        self.times: list[float] = []
        self.updates: list[str | None] = []
        self._began = time.monotonic()

    def _note(self, kind: str, value: Any) -> None:
        self.pieces.append((kind, value))
        self.times.append(time.monotonic() - self._began)

    def stream(self, name: str, text: str) -> None:
        self._note(name, text)

    def display(
        self, data: MimeBundle, metadata: Any = None, *, display_id: str | None = None, update: bool = False
    ) -> None:
        if update:
            self.updates.append(display_id)
        else:
            self._note("display", data)

    def result(self, data: MimeBundle, metadata: Any = None) -> None:
        self._note("result", data)

    def text(self, name: str = "stdout") -> str:
        """What is written to ``name``; with standard output also the cell's value."""
        return "".join(
            value["text/plain"] + "\n" if kind == "result" else value
            for kind, value in self.pieces
            if kind == name or (kind == "result" and name == "stdout")
        )

    def displays(self) -> list[MimeBundle]:
        return [value for kind, value in self.pieces if kind == "display"]

    def kinds(self) -> list[str]:
        """The kinds of the pieces, neighbours of one kind as one."""
        kinds = [kind for kind, _ in self.pieces]
        return [kind for index, kind in enumerate(kinds) if index == 0 or kinds[index - 1] != kind]


@pytest.fixture(scope="module")
def r(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    language.start()
    yield language
    language.stop()


def run(r: RLanguage, code: str) -> Shown:
    shown = Shown()
    r.run(Cell("r", code), shown)
    return shown


def fail(r: RLanguage, code: str) -> CellError:
    with pytest.raises(CellError) as caught:
        run(r, code)
    return caught.value


def interrupted(r: RLanguage, code: str, after: float = 0.5) -> None:
    assert isinstance(r.host, StandInHost)
    with pytest.raises(KeyboardInterrupt), r.host.interrupted(after):
        run(r, code)


# ------------------------------------------------------------------------- output


def test_r_that_is_killed_as_it_starts_is_told_so_and_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    process = RProcess(tmp_path)
    while not any(tmp_path.rglob("Rtmp*")):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(CellError, match="R could not be started: it has ended by a kill signal"):
        process.ready(lambda stream, text: None)
    assert not any(tmp_path.iterdir())


def test_r_whose_kernel_is_gone_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    process = RProcess(tmp_path)
    process.ready(lambda stream, text: None)
    process.channel.close()
    psutil.Process(process.pid).wait(20)
    assert not any(tmp_path.iterdir())


def test_a_kernel_may_have_more_open_files_than_select_takes(tmp_path: Path) -> None:
    """Of which a process may not have had one beyond its first 1,024."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], min(limits[1], 2048)), limits[1]))
    language = RLanguage(StandInHost(tmp_path))
    with ExitStack() as files:
        files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        for _ in range(1100):
            files.enter_context(Path(os.devnull).open())
        files.callback(language.stop)
        shown = Shown()
        language.run(Cell("r", "cat(6 * 7)"), shown)
        assert shown.text() == "42"


def test_every_visible_value_is_shown(r: RLanguage) -> None:
    assert run(r, "x <- 3\nx\ninvisible(4)\n'a'").text() == '[1] 3\n[1] "a"\n'


def test_characters_are_whole_wherever_what_a_program_writes_is_cut(r: RLanguage, tmp_path: Path) -> None:
    program = tmp_path / "euros.py"
    parts = r"[b'\xe2\x82\xac' * 40_000, b'\xe2', b'\x82', b'\xac\xe2', b'\x82\xac']"
    program.write_text(f"import os, time\nfor part in {parts}:\n    time.sleep(0.2)\n    os.write(1, part)\n")
    code = f"cat('before '); invisible(system2('{sys.executable}', '{program}')); cat(' after')"
    assert run(r, code).text() == "before " + "€" * 40_002 + " after"


def test_output_streams_in_order(r: RLanguage) -> None:
    shown = run(r, "for (i in 1:2) { cat('out', i, '\\n'); message('err', i); Sys.sleep(0.3) }")
    assert shown.kinds() == ["stdout", "stderr", "stdout", "stderr"]
    assert shown.text() == "out 1 \nout 2 \n"
    assert shown.times[-1] - shown.times[0] > 0.2


def test_text_without_a_newline_streams_too(r: RLanguage) -> None:
    shown = run(r, "cat('…'); Sys.sleep(0.5); cat('!')")
    assert shown.text() == "…!"
    assert shown.times[-1] - shown.times[0] > 0.2


def test_what_programs_write_comes_in_its_place(r: RLanguage) -> None:
    assert run(r, "for (i in 1:3) cat(i, ''); system('echo there'); cat('after')").text() == "1 2 3 there\nafter"


def test_forks_write_too(r: RLanguage) -> None:
    text = run(r, "x <- parallel::mclapply(1:2, function(i) cat('fork', i, '\\n'))").text()
    assert sorted(text) == sorted("fork 1 \nfork 2 \n")


def test_warnings_come_at_the_end_of_their_expression(r: RLanguage) -> None:
    shown = run(r, "f <- function() { warning('w'); cat('out\\n') }\nf()\nwarnings()")
    assert shown.text("stderr") == "Warning message:\nIn f() : w\n"
    assert shown.kinds() == ["stdout", "stderr", "result"]


def test_readline_asks_the_user(r: RLanguage) -> None:
    assert isinstance(r.host, StandInHost)
    r.host.typed = ["Ada "]
    assert run(r, "x <- readline('name? '); x").text() == '[1] "Ada"\n'


@pytest.mark.parametrize(
    "problem", [CellError("NoInput", "nobody is there"), KeyboardInterrupt()], ids=["none", "stop"]
)
def test_who_is_not_answered_goes_on(r: RLanguage, problem: BaseException) -> None:
    assert isinstance(r.host, StandInHost)
    r.host.typed = [problem]
    with pytest.raises(type(problem)):
        run(r, "readline('name? ')")
    assert run(r, "1").text() == "[1] 1\n"


def test_r_is_in_the_notebooks_folder(r: RLanguage) -> None:
    assert str(r.host.folder) in run(r, "getwd()").text()


def test_packages_come_from_a_mirror_without_a_question(r: RLanguage) -> None:
    assert run(r, "cat(getOption('repos')[['CRAN']])").text().startswith("http")


def test_help_is_text(r: RLanguage) -> None:
    assert "Arithmetic Mean" in run(r, "?mean").text()


def test_what_a_program_writes_streams(r: RLanguage) -> None:
    shown = run(r, "system('echo first; sleep 1; echo second')")
    assert shown.text() == "first\nsecond\n"
    assert shown.times[-1] - shown.times[0] > 0.5


# ------------------------------------------------------------------------- tables


def test_frames_are_tables(r: RLanguage) -> None:
    code = """
data.frame(
  i = c(1L, NA), d = c(1/3, NaN), s = c("<ü>", NA), f = factor(c("u", NA)), l = c(TRUE, NA),
  day = as.Date("2020-02-29") + 0:1, time = as.POSIXct(c(0.25, NA), origin = "1970-01-01", tz = "UTC")
)"""
    [bundle] = run(r, code).displays()
    lines = bundle["text/plain"].splitlines()
    assert lines[1].replace(" ", "") == "int|dbl|chr|fct|lgl|date|dttm"
    assert lines[3].replace(" ", "") == "1|0.3333333333333333|<ü>|u|TRUE|2020-02-29|1970-01-0100:00:00.25"
    assert lines[4].replace(" ", "") == "null|NaN|null|null|null|2020-03-01|null"
    assert "&lt;ü&gt;" in bundle["text/html"]


def test_row_names_are_shown(r: RLanguage) -> None:
    assert "Mazda RX4" in run(r, "head(mtcars)").displays()[0]["text/plain"]


def test_a_large_frame_is_shown_at_once(r: RLanguage) -> None:
    run(r, "big <- data.frame(x = seq_len(9e6), y = runif(9e6))")
    [bundle] = run(r, "big").displays()
    assert "of 9,000,000 rows" in bundle["text/plain"]
    run(r, "rm(big)")


def test_frames_that_print_in_their_own_way_do(r: RLanguage) -> None:
    assert "Analysis of Variance" in run(r, "anova(lm(mpg ~ wt, mtcars))").text()


def test_data_table_assigns_in_silence(r: RLanguage) -> None:
    shown = run(r, "library(data.table)\ndt <- data.table(a = 1:2)\ndt[, b := 3]\ndt")
    assert len(shown.displays()) == 1


def test_display_shows_in_the_middle(r: RLanguage) -> None:
    assert run(r, "for (i in 1:2) { display(data.frame(i)); cat('-') }").kinds() == ["display", "stdout"] * 2


# -------------------------------------------------------------------------- plots


def test_a_plot_is_one_picture_in_its_last_state(r: RLanguage) -> None:
    shown = run(r, "plot(1:3)\ncat('between')\nlines(3:1)")
    assert shown.kinds() == ["display", "stdout"]
    assert len(shown.updates) == 1
    assert shown.displays()[0]["image/svg+xml"].startswith("<?xml")


def test_two_plots_are_two_pictures(r: RLanguage) -> None:
    assert len(run(r, "plot(1)\nplot(2)").displays()) == 2
    assert len(run(r, "for (i in 1:3) plot(i)").displays()) == 3


def test_panels_share_a_picture(r: RLanguage) -> None:
    assert len(run(r, "par(mfrow = c(1, 2)); plot(1); plot(2)").displays()) == 1


def test_ggplot_is_drawn_when_shown(r: RLanguage) -> None:
    pytest.importorskip("rpy2")
    shown = run(r, "library(ggplot2)\np <- ggplot(mtcars, aes(mpg, wt)) + geom_point()\np")
    assert len(shown.displays()) == 1


def test_setting_up_a_page_is_no_plot(r: RLanguage) -> None:
    assert not run(r, "old <- par(mar = c(1, 1, 1, 1)); layout(matrix(1:2, 1))").displays()


def test_the_size_is_an_option(r: RLanguage) -> None:
    [bundle] = run(r, "options(repr.plot.width = 3, repr.plot.height = 2)\nplot(1)").displays()
    assert "width='216.00pt' height='144.00pt'" in bundle["image/svg+xml"]
    run(r, "options(repr.plot.width = 7, repr.plot.height = 5)")


def test_many_points_are_a_bitmap(r: RLanguage) -> None:
    [bundle] = run(r, "plot(rnorm(1e5), pch = '.')").displays()
    assert "image/png" in bundle and "image/svg+xml" not in bundle


def test_letters_of_all_scripts_are_drawn_without_a_warning(r: RLanguage) -> None:
    shown = run(r, "plot(1, main = 'ü € 日本')")
    assert "日本" in shown.displays()[0]["image/svg+xml"]
    assert shown.text("stderr") == ""


def test_a_file_device_is_left_alone(r: RLanguage) -> None:
    assert not run(r, "png('own.png'); plot(1); invisible(dev.off())").displays()
    assert (r.host.folder / "own.png").is_file()


# ------------------------------------------------------------------------- errors


def test_an_error_names_its_call_and_its_line(r: RLanguage) -> None:
    error = fail(r, "f <- function(x) {\n  stop('boom ', x)\n}\ng <- function(x) f(x)\ng(2)")
    assert (error.ename, error.evalue) == ("Error", "boom 2")
    assert error.traceback[0] == "Error in f(x): boom 2"
    assert "stop('boom ', x)" in error.traceback[1]
    assert error.traceback[2] == "Calls: g -> f"
    assert "g(2)   # line 5" in error.full


def test_what_went_before_an_error_is_shown(r: RLanguage) -> None:
    shown = Shown()
    with pytest.raises(CellError, match="late"):
        r.run(Cell("r", "cat('early')\nstop('late')"), shown)
    assert shown.text() == "early"


def test_a_parse_error_has_a_caret(r: RLanguage) -> None:
    error = fail(r, "x <- 1\na b")
    assert error.traceback == ["ParseError: unexpected symbol", "   2 | a b", "     |   ^"]


@pytest.mark.parametrize(("code", "words"), REFUSED_ASSIGNMENTS)
def test_what_r_refuses_is_told_in_its_own_words(r: RLanguage, code: str, words: str) -> None:
    assert fail(r, code).evalue == words


def test_a_condition_keeps_its_class(r: RLanguage) -> None:
    made = "structure(class = c('mine', 'error', 'condition'), list(message = 'm', call = NULL))"
    assert fail(r, f"stop({made})").ename == "mine"


def test_an_endless_recursion_is_an_error(r: RLanguage) -> None:
    run(r, "kept <- 1")
    fail(r, "f <- function() f(); f()")
    assert run(r, "kept").text() == "[1] 1\n"


# --------------------------------------------------------------------- interrupts


@pytest.mark.parametrize(
    "code",
    [
        "while (TRUE) {}",
        "repeat Sys.sleep(100)",
        "for (i in 1:1e10) x <- i",
        "system('sleep 100')",
        "tryCatch(Sys.sleep(100), error = function(e) 1)",
        "x <- parallel::mclapply(1:2, function(i) Sys.sleep(100))",
        "readLines(socketConnection(port = 49731, server = TRUE, timeout = 60))",
    ],
)
def test_an_interrupt_stops_the_cell_and_keeps_the_variables(r: RLanguage, code: str) -> None:
    run(r, "kept <- 42")
    interrupted(r, code)
    assert run(r, "kept").text() == "[1] 42\n"


def test_an_interrupt_keeps_the_variables_when_other_threads_are_there(r: RLanguage) -> None:
    """Arrow's, which come with the first value: a signal that one of them got ended R."""
    run(r, "kept <- 42")
    assert r.take("kept") == 42
    for _ in range(12):
        interrupted(r, "repeat Sys.sleep(100)", after=0.15)
        assert run(r, "kept").text() == "[1] 42\n"


def test_a_late_interrupt_does_not_hit_the_next_cell(r: RLanguage) -> None:
    for _ in range(5):
        interrupted(r, "Sys.sleep(0.1)", after=0.09)
        assert run(r, "sum(1:10)").text() == "[1] 55\n"


# -------------------------------------------------------------------------- death


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RLanguage]:
    language = RLanguage(StandInHost(tmp_path))
    yield language
    language.stop()


@pytest.mark.parametrize(("number", "words"), [(signal.SIGSEGV, "segmentation fault"), (signal.SIGKILL, "kill signal")])
def test_r_may_die(mortal: RLanguage, number: int, words: str) -> None:
    run(mortal, "a <- 1; library(grid)")
    error = fail(mortal, f"tools::pskill(Sys.getpid(), {int(number)}); Sys.sleep(5)")
    assert words in error.evalue
    after = run(mortal, "exists('a')")
    assert after.text() == "[1] FALSE\n"
    assert after.text("stderr") == "A new R was started. Lost with the old one: a. Packages to attach again: grid.\n"
    assert run(mortal, "1").text("stderr") == ""


def test_the_death_is_seen_though_a_fork_lives_on(mortal: RLanguage) -> None:
    run(mortal, "job <- parallel::mcparallel(Sys.sleep(60)); system('sleep 60 &')")
    fail(mortal, "tools::pskill(Sys.getpid(), 9); Sys.sleep(5)")


def test_quit_ends_r_alone(mortal: RLanguage) -> None:
    assert "ended by quit()" in run(mortal, "quit(status = 3)").text("stderr")
    assert run(mortal, "1 + 1").text() == "[1] 2\n"


def test_restart_is_an_option_of_the_cell(mortal: RLanguage) -> None:
    run(mortal, "a <- 1")
    mortal.prepare(["--restart"])
    assert run(mortal, "exists('a')").text() == "[1] FALSE\n"


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    language = RLanguage(StandInHost(tmp_path))
    shown = run(language, "cat(Sys.getpid(), tempdir())")
    pid, folder = shown.text().split()
    language.stop()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_without_r_a_cell_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("R_HOME", raising=False)
    with pytest.raises(CellError, match=r"^RNotInstalled: R: not installed.*; to get it: .*R"):
        RLanguage(StandInHost(tmp_path)).start()


# ------------------------------------------------------------------------- assist


def test_completion_knows_functions_columns_and_arguments(r: RLanguage) -> None:
    done = r.complete("x <- medi", 9)
    assert done is not None and (done.start, done.end) == (5, 9)
    assert dict(zip(done.matches, done.kinds, strict=True))["median"] == "function"
    columns = r.complete("mtcars$mp", 9)
    assert columns is not None and columns.matches == ["mtcars$mpg"]
    arguments = r.complete("median(\n  x, na", 15)
    assert arguments is not None and "na.rm=" in arguments.matches


def test_what_the_editor_asks_starts_no_r(host: StandInHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # nor is any missed
    monkeypatch.delenv("R_HOME", raising=False)
    r = RLanguage(host)
    assert r.complete("medi", 4) is None and r.inspect("median", 6) is None
    assert r.is_complete("f <- function() {").status == "unknown"


def test_inspection_shows_help_and_ones_own_functions(r: RLanguage) -> None:
    page = r.inspect("mean(", 3)
    assert page is not None and "Arithmetic Mean" in page["text/plain"]
    run(r, "own <- function(a, b = 2) a + b")
    own = r.inspect("own(1, ", 7)
    assert own is not None and own["text/plain"].startswith("own(a, b = 2)")
    assert r.inspect("no_such_thing", 4) is None


@pytest.mark.parametrize(
    ("code", "status"),
    [("f <- \\(x) {", "incomplete"), ("x <- 'a", "incomplete"), ("a b", "invalid"), ("1", "complete")],
)
def test_completeness(r: RLanguage, code: str, status: str) -> None:
    assert r.is_complete(code).status == status


# ------------------------------------------------------------------------ sharing


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x <- x + 1; y <- x; z", {"x", "z"}),
        ("function(a) a + b", {"b"}),
        ("ggplot(late, aes(carrier))", {"late", "carrier"}),
        ("c(1, 2); d$e; f@g; stats::sd; 'h' # i", {"d", "f"}),
        ("y[i] <- w", {"y", "i", "w"}),
        ("for (i in v) i", {"v"}),
        ("if (a) b <- 1; b", {"a", "b"}),
        ("d |> subset(k > limit)", {"d", "k", "limit"}),
        ("x[, 1]; f(, a)", {"x", "a"}),
    ],
)
def test_free_names(r: RLanguage, code: str, names: set[str]) -> None:
    assert r.free_names(code) == names


def test_bound_names_are_those_of_the_last_cell(r: RLanguage) -> None:
    run(r, "u <- 1; v = 2; 3 -> w; assign('x', 4); for (k in 1:2) NULL; g <- function() inner <<- 5; g()")
    assert r.bound_names() == {"u", "v", "w", "x", "k", "g", "inner"}
    run(r, "u[1] <- 2")
    assert r.bound_names() == {"u"}
    run(r, "u")
    assert r.bound_names() == set()


def test_frames_travel(r: RLanguage) -> None:
    import pyarrow as pa

    table = pa.table(
        {
            "int": pa.array([1, None, 3], pa.int32()),
            "double": pa.array([0.1, None, float("nan")]),
            "text": ["a\x1fb", None, "ü日\n"],
            "flag": [True, None, False],
            "kind": pa.array(["u", None, "v"]).dictionary_encode(),
            "day": pa.array([0, None, 20000], pa.date32()),
            "time": pa.array([0, None, 1_600_000_000_123_456], pa.timestamp("us", tz="Europe/Berlin")),
        }
    )
    r.give("frame", table)
    assert run(r, "sapply(frame, function(x) class(x)[1])[c('int', 'kind', 'time')]").text().split()[-3:] == [
        '"integer"',
        '"factor"',
        '"POSIXct"',
    ]
    assert run(r, "is.na(frame$double) & !is.nan(frame$double)").text() == "[1] FALSE  TRUE FALSE\n"
    back = r.take("frame")
    for name in table.column_names:
        assert repr(back[name].to_pylist()) == repr(table[name].to_pylist())


def test_a_million_values_travel_fast(r: RLanguage) -> None:
    import numpy as np
    import pyarrow as pa

    table = pa.table({"x": np.random.rand(1_000_000), "k": [f"k{index % 1000}" for index in range(1_000_000)]})
    r.give("many", table)
    back = r.take("many")
    assert back["x"].equals(table["x"]) and back["k"].to_pylist() == table["k"].to_pylist()
    run(r, "rm(many)")


@pytest.mark.parametrize("value", [2.5, "é", None, True, ["a", None], {"a": 1.0, "b": [1.0, "x"]}, b"\0a", [0.5, None]])
def test_values_travel(r: RLanguage, value: Any) -> None:
    r.give("value", value)
    assert r.take("value") == value


def test_what_has_no_form_says_so(r: RLanguage) -> None:
    for value in (object(), 2**60):
        with pytest.raises(TypeError, match="no form in R"):
            r.give("value", value)
    run(r, "closure <- function() 1")
    with pytest.raises(TypeError, match="no form in Python"):
        r.take("closure")
    with pytest.raises(KeyError):
        r.take("unbound")


def test_a_folder_of_temporary_files_goes_when_nobody_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    use = (
        "import time\nfrom lakebook_kernel.languages.r.temporary import TemporaryFolder\n"
        "print(TemporaryFolder().path, flush=True)\ntime.sleep(60)"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", use], env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    )
    with user:
        assert user.stdout is not None
        folder = Path(user.stdout.readline().strip())
        another = TemporaryFolder()
        assert folder.is_dir()
        user.kill()
    TemporaryFolder().remove()
    assert not folder.exists() and another.path.is_dir()
    another.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_goes_with_r_is_not_asked_of_one_that_was_killed(r: RLanguage) -> None:
    for ask in (lambda: r.withdraw("kept"), r.describe):
        run(r, "kept <- 1")
        assert r._process is not None
        os.kill(r._process.pid, signal.SIGKILL)
        assert not ask()
        assert "kept" in run(r, "1").text("stderr")
