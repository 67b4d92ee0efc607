"""Which packages are not as they were."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from lakebook.reproduce.packages import python_differences, r_differences


def test_packages_that_are_as_they_were_are_not_listed() -> None:
    assert (
        python_differences(f"pyarrow=={version('pyarrow')}\nTyping_Extensions=={version('typing-extensions')}\n") == []
    )


def test_another_version_and_a_missing_package_are_listed() -> None:
    assert python_differences("pyarrow==0.1\nno-such-package==3.0\n") == [
        f"pyarrow 0.1, here {version('pyarrow')}",
        "no-such-package 3.0, here missing",
    ]


@pytest.mark.r
def test_r_s_packages_are_asked_of_r() -> None:
    base, missing = r_differences("base==0.1\nno.such.package==3.0\n")
    assert base.startswith(("base 0.1, here 4.", "base 0.1, here 5."))
    assert missing == "no.such.package 3.0, here missing"


def test_where_there_is_no_r_a_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert r_differences("base==0.1\n") == ["R is not installed"]
