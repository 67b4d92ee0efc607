"""A notebook attaches to the driver, whatever comes between."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from py4j.protocol import Py4JError, Py4JNetworkError

from kernel.attached import AttachedHost
from lakebook.spark import attach
from lakebook_kernel import task
from lakebook_kernel.languages.base import CellError

pytestmark = pytest.mark.spark


@pytest.fixture
def host(workspace: Path) -> Iterator[AttachedHost]:
    made = AttachedHost(workspace)
    before = signal.signal(signal.SIGINT, made.interrupts.handle)
    yield made
    signal.signal(signal.SIGINT, before)
    made.close()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException | None]]:
    """What happens when PySpark has made its context, next time: an exception, or an interrupt for None."""
    happens: list[BaseException | None] = []
    make = attach._session

    def made(*args: Any) -> Any:
        both = make(*args)
        if happens:
            error = happens.pop()
            if error is not None:
                raise error
            os.kill(os.getpid(), signal.SIGINT)
        return both

    monkeypatch.setattr(attach, "_session", made)
    yield happens


def test_an_interrupt_while_it_attaches_leaves_it_attached(
    host: AttachedHost, session: list[BaseException | None]
) -> None:
    session.append(None)
    with pytest.raises(KeyboardInterrupt), host.cell():
        host.spark()
    with host.cell():
        assert host.spark().range(3).count() == 3


def test_a_driver_lost_while_it_attaches_is_no_obstacle(
    host: AttachedHost, session: list[BaseException | None]
) -> None:
    session.append(ConnectionResetError("the driver has just ended"))
    with pytest.raises(ConnectionResetError), host.cell():
        host.spark()
    with host.cell():
        assert host.spark().range(3).count() == 3


def test_what_was_lost_is_told_once_it_attaches(host: AttachedHost, session: list[BaseException | None]) -> None:
    with host.cell():
        host.spark().range(3).createOrReplaceTempView("a_view_that_goes")
    assert host.driver._attachment is not None
    host.driver._attachment.connection.close()
    assert host.driver.lost()
    session.append(ConnectionResetError("the new one has ended too"))
    with pytest.raises(ConnectionResetError), host.cell():
        host.spark()
    with host.cell() as output:
        host.spark()
    assert "a_view_that_goes" in output.text("stderr")


def test_the_settings_of_a_task_are_met_or_no_cell_has_spark(
    host: AttachedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"spark.myapp.env": "prod", "spark.sql.shuffle.partitions": "abc", "spark.executor.memory": "9g"}
    monkeypatch.setenv(task.SPARK_CONF, json.dumps(settings))
    for _ in range(2):
        with pytest.raises(CellError, match=r'spark\.sql\.shuffle\.partitions .*cannot be "abc"'), host.cell():
            host.spark()
        assert "spark" not in host.names
    monkeypatch.setenv(task.SPARK_CONF, json.dumps(settings | {"spark.sql.shuffle.partitions": "3"}))
    with host.cell() as output:
        conf = host.spark().conf
        assert (conf.get("spark.myapp.env"), conf.get("spark.sql.shuffle.partitions")) == ("prod", "3")
    assert output.text("stderr").startswith("spark.executor.memory of the job's spark_conf cannot be set by a session")


@pytest.mark.parametrize(
    ("failure", "told"),
    [(KeyboardInterrupt(), "not waited for"), (Py4JError("the interpreter is broken"), "the interpreter is broken")],
)
def test_a_cell_ends_whatever_happens_as_the_driver_is_told(
    host: AttachedHost, monkeypatch: pytest.MonkeyPatch, failure: BaseException, told: str
) -> None:
    with host.cell() as output:
        host.spark().range(3).count()
        assert host.driver._attachment is not None

        def fail(cell: str) -> None:
            raise failure

        monkeypatch.setattr(host.driver._attachment, "notebook", SimpleNamespace(endCell=fail))
        host.driver.end_cell()
        monkeypatch.undo()
    assert told in output.text("stderr")
    with host.cell():
        assert host.spark().range(3).count() == 3


def test_what_ends_with_the_driver_needs_no_answer_of_one_that_ends(host: AttachedHost) -> None:
    with host.cell():
        host.spark()
    assert host.driver._attachment is not None
    connection = host.driver._attachment.connection

    def fail(notebook: Any) -> str:
        raise Py4JNetworkError("the answer is empty")

    def end(notebook: Any) -> str:
        connection.close()
        return fail(notebook)

    with pytest.raises(Py4JNetworkError):
        host.if_attached(fail, "none")
    assert host.if_attached(end, "none") == "none"
    assert host.if_attached(fail, "none") == "none"
