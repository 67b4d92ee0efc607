"""Where R is not installed, an R cell says how to get it."""

from __future__ import annotations

import pytest

from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r.process import check_installed


def test_the_error_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("R_HOME", raising=False)
    with pytest.raises(CellError, match=r"^RNotInstalled: R: not installed.*; to get it: .*\S"):
        check_installed()
