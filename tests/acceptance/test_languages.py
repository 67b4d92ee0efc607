"""What every language of the notebook does, in one notebook."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from acceptance.live import Notebook
from acceptance.samples import ALL, PROGRAMS, SCALA, SQL, R, Samples

every = pytest.mark.parametrize("samples", ALL, ids=lambda samples: samples.language)
programs = pytest.mark.parametrize("samples", PROGRAMS, ids=lambda samples: samples.language)


@every
def test_state_is_kept_between_cells_and_the_last_value_is_shown(notebook: Notebook, samples: Samples) -> None:
    notebook.good(samples.cell(samples.bind))
    assert samples.shown in notebook.good(samples.cell(samples.read)).text


@programs
def test_output_streams_while_the_cell_runs(notebook: Notebook, samples: Samples) -> None:
    notebook.good(samples.cell("1"))
    seen: list[str] = []
    outcome = notebook.run(samples.cell(samples.slow_print), on_output=seen.append)
    first, second = (next(i for i, text in enumerate(seen) if word in text) for word in ("first", "second"))
    assert first < second, "both came in one message: the first was held back"
    times = [message["header"]["date"] for message in outcome.messages if message["msg_type"] == "stream"]
    assert (times[-1] - times[0]).total_seconds() > 1


@programs
def test_standard_error_is_told_apart(notebook: Notebook, samples: Samples) -> None:
    outcome = notebook.good(samples.cell(samples.complain))
    assert "a complaint" in outcome.stderr
    assert "a complaint" not in outcome.stdout


@every
def test_an_error_is_one_short_message_with_the_users_line(notebook: Notebook, samples: Samples) -> None:
    outcome = notebook.run(samples.cell(samples.fail))
    assert not outcome.ok
    assert samples.wrong in outcome.error
    line = samples.fail.split("\n")[2].strip()
    assert line in outcome.error
    assert len(outcome.error.splitlines()) < 15
    assert "org.apache.spark" not in outcome.error and "py4j" not in outcome.error
    assert outcome.errors[0]["ename"] == outcome.reply["ename"]
    assert outcome.errors[0]["evalue"] == outcome.reply["evalue"]


@every
def test_trace_shows_the_whole_of_the_last_error(notebook: Notebook, samples: Samples) -> None:
    notebook.run(samples.cell(samples.fail))
    assert samples.wrong in notebook.good("%trace").stdout


@every
def test_completion(notebook: Notebook, samples: Samples) -> None:
    notebook.good(samples.cell("1" if samples is not SQL else "SELECT 1"))
    code = samples.cell(samples.complete)
    assert any(samples.completed in match for match in notebook.complete(code))


@every
def test_documentation(notebook: Notebook, samples: Samples) -> None:
    notebook.good(samples.cell("1" if samples is not SQL else "SELECT 1"))
    code = samples.cell(samples.inspect)
    assert samples.documented in notebook.inspect(code, len(code) - 1)


@every
def test_whether_code_is_complete(notebook: Notebook, samples: Samples) -> None:
    notebook.good(samples.cell("1" if samples is not SQL else "SELECT 1"))
    assert notebook.is_complete(samples.cell(samples.whole)) == "complete"
    assert notebook.is_complete(samples.cell(samples.unfinished)) == "incomplete"


@every
def test_frames_are_the_same_table(notebook: Notebook, samples: Samples) -> None:
    outcome = notebook.good(samples.cell(samples.frame))
    assert "<table" in outcome.html and ">id<" in outcome.html
    assert "1,000" in outcome.html or "there are more" in outcome.html, "nothing says that there are more rows"
    assert outcome.html.count("<tr") < 150, "more than the first rows were sent"


@pytest.mark.parametrize(
    "code", ["plot(1:10)", "library(ggplot2)\nggplot(mtcars, aes(mpg, wt)) + geom_point()"], ids=["base", "ggplot2"]
)
def test_r_draws_in_the_notebook(notebook: Notebook, code: str) -> None:
    bundles = notebook.good(R.cell(code)).bundles
    assert any("<svg" in bundle.get("image/svg+xml", "") for bundle in bundles)
    assert not any("text/plain" in bundle and "gg" in bundle["text/plain"][:3] for bundle in bundles)


def test_a_plot_that_grows_is_one_picture(notebook: Notebook) -> None:
    bundles = notebook.good(R.cell("plot(1:10)\nlines(10:1)\nplot(1:3)")).bundles
    assert len([bundle for bundle in bundles if "image/svg+xml" in bundle]) == 2


def test_scala_values_are_shown_with_their_type(notebook: Notebook) -> None:
    outcome = notebook.good(SCALA.cell('val greeting = "hello"\nval numbers = Seq(1, 2)'))
    assert "greeting: String = hello" in outcome.text
    assert "numbers: Seq[Int] = List(1, 2)" in outcome.text


def test_sql_runs_statements_in_order_and_keeps_the_last_result(notebook: Notebook) -> None:
    code = "%sql\nCREATE OR REPLACE TEMP VIEW v AS SELECT 'a;b' AS x; -- a ; in a comment\nSELECT x FROM v;\nSELECT 7 AS n;"
    outcome = notebook.good(code)
    assert len(outcome.bundles) == 1 and "7" in outcome.text
    assert notebook.good("_sqldf.first().n").text == "7"


def test_a_sql_error_has_a_caret_below_the_place(notebook: Notebook) -> None:
    lines = notebook.run("%sql\nSELECT 1;\nSELECT id, nonsense FROM range(3)").error.splitlines()
    number, caret = next((a, b) for a, b in itertools.pairwise(lines) if "^" in b)
    assert number.lstrip().startswith("3 |")
    assert number[caret.index("^") :].startswith("nonsense")
    assert caret.count("^") == len("nonsense")


def test_a_syntax_error_of_sql_points_at_the_word(notebook: Notebook) -> None:
    lines = notebook.run("%sql\nSELECT 1\nFORM range(3) t WHERE").error.splitlines()
    assert any("^" in line for line in lines)
    assert "== SQL ==" not in "\n".join(lines)


def test_the_shell_streams_and_says_its_exit_status(notebook: Notebook) -> None:
    outcome = notebook.run("%sh\necho out\necho err >&2\nexit 3")
    assert "out" in outcome.stdout and "err" in outcome.stderr
    assert "3" in outcome.error


def test_markdown(notebook: Notebook) -> None:
    assert notebook.good("%md\n# A title").bundles[0]["text/markdown"].strip() == "# A title"


@pytest.mark.parametrize("cell", ["%%time\nprint(spark.range(3).count())", "%time print(spark.range(3).count())"])
def test_spark_is_there_in_what_a_magic_runs(workspace: Path, cell: str) -> None:
    with Notebook(workspace) as fresh:
        assert fresh.good(cell).stdout.startswith("3\n")


def test_python_is_ipythons(notebook: Notebook) -> None:
    assert notebook.good("import asyncio\nawait asyncio.sleep(0.01)\n'awaited'").text == "'awaited'"
    assert "ns" in notebook.good("%timeit -n1 -r1 pass").stdout
    assert notebook.good("2 + 3\n").text == "5" and notebook.good("_ + 1").text == "6"
    notebook.good("%%writefile written.txt\nline")
    assert notebook.good("print(open('written.txt').read())").stdout.strip() == "line"


def test_cells_in_other_languages_are_in_the_history(notebook: Notebook) -> None:
    notebook.good("%sql\nSELECT 'remember me'")
    assert "remember me" in notebook.good("%history").stdout


def test_a_spark_job_shows_its_progress_until_it_is_done(notebook: Notebook) -> None:
    code = (
        "import time\nfrom pyspark.sql.functions import udf\n"
        "slow = udf(lambda x: time.sleep(1.5), 'long')\nspark.range(0, 4, 1, 4).select(slow('id')).collect()"
    )
    outcome = notebook.good(code)
    shown = [content for content in outcome.of("display_data") if "tasks" in content["data"]["text/plain"]]
    assert len(shown) == 1
    bar = shown[0]["transient"]["display_id"]
    updates = [content for content in outcome.of("update_display_data") if content["transient"]["display_id"] == bar]
    assert "1/4 tasks" in str(updates) or "2/4 tasks" in str(updates)
    assert updates[-1]["data"] == {"text/html": "", "text/plain": ""}


def test_progress_names_no_line_of_ours(notebook: Notebook) -> None:
    slow = "SELECT count(*) FROM range(6000) a JOIN range(6000) b ON a.id % 3 = b.id % 3 AND sha2(string(a.id), 256) > sha2(string(b.id), 256)"
    for cell in (f"%sql\n{slow}", f"%r\nsql('{slow}')"):
        shown = [content["data"]["text/plain"] for content in notebook.good(cell).of("display_data")]
        bars = [text for text in shown if "tasks" in text]
        assert bars and not any("lakebook" in text or ".scala" in text for text in bars)


def test_numpy_values_are_arguments_of_spark_calls(notebook: Notebook) -> None:
    code = (
        "import numpy as np\nfrom pyspark.sql.functions import col, lit\n"
        "spark.range(5).where(col('id') > np.int64(2)).select(lit(np.array([1.5, 2.0])).alias('x')).collect()"
    )
    assert notebook.good(code).text == "[Row(x=[1.5, 2.0]), Row(x=[1.5, 2.0])]"


def test_spark_alone_imports_no_frame_library(workspace: Path) -> None:
    with Notebook(workspace) as fresh:
        fresh.good("spark.range(3).count()")
        assert (
            fresh.good("import sys\n[name for name in ('numpy', 'pandas', 'pyarrow') if name in sys.modules]").text
            == "[]"
        )


def test_a_short_spark_job_shows_no_progress(notebook: Notebook) -> None:
    notebook.good("spark.range(1).count()")
    assert not notebook.good("spark.range(1).count()").of("display_data")


def test_an_error_of_a_python_udf_names_the_users_line(notebook: Notebook) -> None:
    code = (
        "from pyspark.sql.functions import udf\n@udf('double')\ndef halve(x):\n    return 1 / x\n"
        "spark.range(1).select(halve('id')).collect()"
    )
    error = notebook.run(code).error
    assert "ZeroDivisionError" in error and "1 / x" in error and "halve" in error
    assert "pyspark/" not in error and len(error.splitlines()) < 25


def test_an_error_while_a_frame_is_shown_is_the_cells_one_error(notebook: Notebook) -> None:
    outcome = notebook.run("spark.sql('SELECT raise_error(\"no\") AS x FROM range(1)')")
    assert "no" in outcome.error
    assert not outcome.of("execute_result")


def test_code_may_begin_beside_the_magic(notebook: Notebook) -> None:
    assert "7" in notebook.good("%sql SELECT 7 AS n").text
    assert "hello" in notebook.good("%sh echo hello").stdout


def test_an_option_that_does_not_exist_is_an_error(notebook: Notebook) -> None:
    assert "no option --bogus" in notebook.run("%sql --bogus SELECT 1").error
