"""Errors are told in the user's terms."""

from __future__ import annotations

import sys

import pytest

from lakebook_kernel import errors

UDF = """An exception was thrown from the Python worker. Please see the stack trace below.
Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/pyspark/worker.py", line 1, in main
    process()
  File "/tmp/ipykernel_5/12.py", line 3, in halve
    return 1 / x
           ~~^~~
ZeroDivisionError: division by zero
"""


def test_the_plan_and_the_query_are_left_out() -> None:
    message = "[TABLE_OR_VIEW_NOT_FOUND] The table `t` cannot be found. SQLSTATE: 42P01; line 2 pos 14;\n'Project [*]\n+- 'Rel"
    assert errors.shorten(message) == "[TABLE_OR_VIEW_NOT_FOUND] The table `t` cannot be found. SQLSTATE: 42P01"
    assert errors.position(message) == (2, 14)


def test_an_error_in_a_worker_names_the_users_line() -> None:
    assert errors.worker_error(UDF) == ("ZeroDivisionError", "division by zero (in halve, line 3: return 1 / x)")


def test_a_call_that_gets_no_answer_is_told_as_the_drivers_end() -> None:
    from py4j.protocol import Py4JError, Py4JNetworkError

    for error in (
        Py4JError("An error occurred while calling o31.count"),
        Py4JError("org.apache.spark.api.python.PythonUtils.toSeq does not exist in the JVM"),
        Py4JNetworkError("Answer is empty"),
    ):
        told = errors.explain(error)
        assert told is not None and told.ename == "SparkDriverLost" and "lakebook driver logs" in told.evalue
    told = errors.explain(Py4JError("An error occurred while calling o31.count. Trace:\npy4j.Py4JException: no method"))
    assert told is not None and told.ename == "Py4JError"
    told = errors.explain(Py4JError("org.example.Mine.misspelt does not exist in the JVM"))
    assert told is not None and told.ename == "Py4JError"


@pytest.mark.parametrize(
    ("sparks", "ours"),
    [
        (
            "Job aborted due to stage failure: Total size of serialized results of 12 tasks (302.4 MiB) is bigger than "
            "spark.driver.maxResultSize (280.0 MiB)",
            "The result is larger than the 280.0 MiB that the Spark driver takes from one query",
        ),
        (
            "Job aborted due to stage failure: Task 19 in stage 139.0 failed 1 times, most recent failure: Lost task 19.0 "
            "in stage 139.0 (TID 172) (localhost executor driver): TaskResultLost (result lost from block manager)",
            "The Spark driver has no more memory for this",
        ),
        (
            "Not enough memory to build and broadcast the table to all worker nodes. As a workaround, set this and that",
            "The Spark driver has no more memory for this",
        ),
    ],
)
def test_what_is_too_large_says_what_to_do(sparks: str, ours: str) -> None:
    from pyspark.errors import PySparkException

    told = errors.explain(PySparkException(sparks))
    assert told is not None and told.evalue.startswith(ours) and "lakebook.toml" in told.evalue


def test_a_caret_stands_below_the_place() -> None:
    assert errors.excerpt("SELECT 1\nFORM t", 2, 0, 4) == ["   2 | FORM t", "     | ^^^^"]
    assert errors.excerpt("\tx", 1, 1) == ["   1 | \tx", "     | \t^"]
    assert errors.excerpt("one line", 7) == []


def test_offsets_have_a_line_and_a_column() -> None:
    assert errors.place("ab\ncd", 4) == (2, 1)
    assert errors.place("ab", 0) == (1, 0)


def test_a_traceback_ends_at_the_users_line() -> None:
    import json

    try:
        json.loads("{")
    except json.JSONDecodeError as error:
        shown = errors.users_part(error.__traceback__)
        assert shown is not None and shown.tb_frame.f_code.co_filename == __file__
        assert shown.tb_next is None
    else:
        pytest.fail("no error")


def test_what_is_a_library() -> None:
    assert errors.library(sys.modules["json"].__file__ or "")
    assert not errors.library(__file__)
    assert not errors.library("/tmp/ipykernel_17/123.py")
