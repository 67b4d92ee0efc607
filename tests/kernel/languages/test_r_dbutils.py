"""``dbutils``, ``display`` and ``displayHTML`` in R cells; the notebook's answers are played."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.languages.dbutils_stand_in import FILES, Utilities
from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.databricks.errors import InputWidgetNotDefined, NotebookExit
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r import RLanguage

pytestmark = pytest.mark.r


@pytest.fixture(scope="module")
def language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    made = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    yield made
    made.stop()


@pytest.fixture
def dbutils(language: RLanguage) -> Utilities:
    language.dbutils = made = Utilities()
    return made


def run(r: RLanguage, code: str) -> StandInOutput:
    output = StandInOutput()
    r.run(Cell("r", code), output)
    return output


def text(r: RLanguage, code: str) -> str:
    """What a cell prints by ``cat``."""
    output = run(r, code)
    assert not output.of("stderr"), output.text("stderr")
    return output.text()


def fail(r: RLanguage, code: str) -> CellError:
    with pytest.raises(CellError) as caught:
        run(r, code)
    return caught.value


@pytest.mark.parametrize(
    ("code", "name", "arguments"),
    [
        ('dbutils.widgets.get("x")', "widgets.get", ["x"]),
        ('dbutils.widgets.text("x", "1")', "widgets.text", ["x", "1"]),
        ('dbutils.widgets.text(name = "x", defaultValue = "", label = "X")', "widgets.text", ["x", "", "X"]),
        ('dbutils.widgets.dropdown("x", "a", list("a", "b"))', "widgets.dropdown", ["x", "a", ["a", "b"]]),
        ('dbutils.widgets.dropdown("x", "a", as.list(c("a", "b")), "L")', "widgets.dropdown", ["x", "a", ["a", "b"], "L"]),
        ('dbutils.widgets.combobox("x", choices = c("a", "b"), defaultValue = "a")', "widgets.combobox", ["x", "a", ["a", "b"]]),
        ('dbutils.widgets.multiselect("x", "a", list("a"))', "widgets.multiselect", ["x", "a", ["a"]]),
        ("dbutils.widgets.removeAll()", "widgets.removeAll", []),
        ('dbutils.fs.put("/tmp/x", "text", TRUE)', "fs.put", ["/tmp/x", "text", True]),
        ('dbutils.fs.head("/tmp/x", 10)', "fs.head", ["/tmp/x", 10]),
        ('dbutils.fs.rm(recurse = TRUE, dir = "/tmp/x")', "fs.rm", ["/tmp/x", True]),
        ('dbutils.secrets.get(key = "k", scope = "s")', "secrets.get", ["s", "k"]),
        ('dbutils.notebook.run("./other", 60)', "notebook.run", ["./other", 60]),
        ('dbutils.notebook.run("./other", 60, list(a = "1"))', "notebook.run", ["./other", 60, {"a": "1"}]),
        ('dbutils.notebook.run("./other", 60, arguments = c(a = "1", b = "2"))', "notebook.run", ["./other", 60, {"a": "1", "b": "2"}]),
        ("dbutils.help()", "help", []),
        ('dbutils.fs.help("ls")', "fs.help", ["ls"]),
    ],
)  # fmt: skip
def test_arguments_reach_the_kernel_in_pythons_order(
    language: RLanguage, dbutils: Utilities, code: str, name: str, arguments: list[Any]
) -> None:
    run(language, code)
    (call,) = dbutils.calls
    assert call == (name, arguments)
    assert [type(one) for one in call[1]] == [type(one) for one in arguments]  # 60, and not 60.0


def test_an_answer_is_a_value_of_rs(language: RLanguage, dbutils: Utilities) -> None:
    dbutils.answers = {
        "widgets.get": "2024-01-01",
        "widgets.getAll": {"a": "1", "b": "2"},
        "fs.mkdirs": True,
        "secrets.getBytes": [104, 105],
    }
    assert text(language, 'cat(as.Date(dbutils.widgets.get("day")) + 1)') == "19724"
    assert text(language, "all <- dbutils.widgets.getAll(); cat(all$b, all[['a']], is.list(all))") == "2 1 TRUE"
    assert text(language, 'cat(identical(dbutils.widgets.get("day"), "2024-01-01"))') == "TRUE"
    assert text(language, 'cat(dbutils.fs.mkdirs("/x"))') == "TRUE"
    assert text(language, 'cat(rawToChar(dbutils.secrets.getBytes("s", "k")))') == "hi"


def test_a_data_frame_goes_as_pandas(language: RLanguage, dbutils: Utilities) -> None:
    run(language, "dbutils.data.summarize(data.frame(a = 1:3, b = c('x', 'y', NA)), TRUE)")
    ((name, (frame, precise)),) = dbutils.calls
    assert name == "data.summarize" and precise is True
    assert frame["a"].tolist() == [1, 2, 3] and frame["b"].isna().tolist() == [False, False, True]


def test_what_returns_nothing_shows_nothing(language: RLanguage, dbutils: Utilities) -> None:
    assert run(language, 'dbutils.widgets.text("x", "1")').messages == []


def test_help_is_printed(language: RLanguage, dbutils: Utilities) -> None:
    dbutils.answers["fs.help"] = "ls(dir): lists what is in a folder"
    assert run(language, "dbutils.fs.help()").text() == "ls(dir): lists what is in a folder\n"


def test_files_are_a_list_of_lists_and_read_as_a_frame(language: RLanguage, dbutils: Utilities) -> None:
    dbutils.answers["fs.ls"] = FILES
    run(language, 'files <- dbutils.fs.ls("/data")')
    assert dbutils.calls == [("fs.ls", ["/data"])]
    for code, told in [
        ("cat(length(files), nrow(files), ncol(files))", "2 2 6"),
        ("for (file in files) cat(file$name, '')", "a.csv b/ "),
        ("cat(sapply(files, function(file) file$size))", "5 0"),
        ("cat(files[[1]]$path, files[[2]]$isDir)", "dbfs:/data/a.csv TRUE"),
        ("cat(files$name)", "a.csv b/"),
        ("cat(files[files$size > 0, 'name'])", "a.csv"),
        ("cat(class(files[2]), files[2][[1]]$name)", "FileInfoList b/"),
        ("frame <- as.data.frame(files); cat(class(frame), format(frame$modificationTime[2], digits = 13))",
         "data.frame 1700000000001"),
        ("cat(names(do.call(rbind, lapply(files, as.data.frame))), sep = ',')",
         "path,name,size,isDir,isFile,modificationTime"),
    ]:  # fmt: skip
        assert text(language, code) == told, code


@pytest.mark.parametrize("code", ["files", "display(files)", "print(as.data.frame(files)[1, 'path'])"])
def test_files_are_shown_as_a_table(language: RLanguage, dbutils: Utilities, code: str) -> None:
    dbutils.answers["fs.ls"] = FILES
    output = run(language, f'files <- dbutils.fs.ls("/data")\n{code}')
    shown = output.text() + "".join(str(data) for _, data in output.of("display"))
    assert "dbfs:/data/a.csv" in shown


def test_an_empty_folder_is_an_empty_list(language: RLanguage, dbutils: Utilities) -> None:
    dbutils.answers["fs.ls"] = []
    assert (
        text(language, 'files <- dbutils.fs.ls("/data"); cat(length(files), nrow(files), length(files$name))')
        == "0 0 0"
    )


def test_a_refusal_is_an_error_of_rs(language: RLanguage, dbutils: Utilities) -> None:
    dbutils.answers["widgets.get"] = InputWidgetNotDefined("No input widget named x is defined.")
    error = fail(language, 'y <- 1\nlook <- function() dbutils.widgets.get("x")\nlook()')
    assert (error.ename, error.evalue) == ("InputWidgetNotDefined", "No input widget named x is defined.")
    assert "Calls: look -> dbutils.widgets.get" in error.traceback
    assert text(language, 'cat(tryCatch(dbutils.widgets.get("x"), error = conditionMessage))') == error.evalue


def test_a_missing_argument_is_named_by_r(language: RLanguage, dbutils: Utilities) -> None:
    assert 'argument "key" is missing' in fail(language, 'dbutils.secrets.get(scope = "s")').evalue
    assert "unused argument" in fail(language, 'dbutils.fs.ls("/", deep = TRUE)').evalue
    assert dbutils.calls == []


def test_exit_ends_the_cell_past_handlers_of_errors(language: RLanguage, dbutils: Utilities) -> None:
    dbutils.answers["notebook.exit"] = NotebookExit("done")
    output = StandInOutput()
    code = """
        before <- 1
        tryCatch(dbutils.notebook.exit("done"), error = function(e) cat("held"), finally = cat("closed"))
        after <- 1
    """
    with pytest.raises(NotebookExit) as caught:
        language.run(Cell("r", code), output)
    assert caught.value.value == "done" and dbutils.calls == [("notebook.exit", ["done"])]
    assert output.text() == "closed"
    assert "before" in language.bound_names() and "after" not in language.bound_names()
    assert text(language, "cat(before, exists('after'))") == "1 FALSE"


def test_without_dbutils_a_call_says_so(language: RLanguage) -> None:
    language.dbutils = None
    assert fail(language, 'dbutils.widgets.get("x")').evalue == "This notebook has no dbutils."


def test_html_is_displayed(language: RLanguage) -> None:
    output = run(language, 'displayHTML("<b>hello</b>")')
    ((_, data),) = output.of("display")
    assert data["text/html"] == "<b>hello</b>"
    assert fail(language, "displayHTML(1)").evalue == "displayHTML() takes HTML as text, not a numeric."


def test_a_frame_is_displayed_as_a_table(language: RLanguage) -> None:
    output = run(language, "display(data.frame(a = 1:3, b = letters[1:3]))")
    ((_, data),) = output.of("display")
    assert "text/html" in data and "a" in data["text/plain"]
