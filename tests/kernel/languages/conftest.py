"""A driver of the tests, attached to once a module, and Scala on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.attached import AttachedHost, Run
from lakebook_kernel.languages.scala import ScalaLanguage


@pytest.fixture(scope="module")
def attached(workspace: Path) -> Iterator[AttachedHost]:
    host = AttachedHost(workspace)
    yield host
    host.close()


@pytest.fixture(scope="module")
def scala(attached: AttachedHost) -> ScalaLanguage:
    language = ScalaLanguage(attached)
    language.start()
    return language


@pytest.fixture
def run(attached: AttachedHost, scala: ScalaLanguage) -> Run:
    return lambda code: attached.run(scala, code)
