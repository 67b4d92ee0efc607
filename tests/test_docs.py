"""The documentation names what is there: its links lead somewhere, its tables have every setting, magic and test."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from kernel.standins import StandInHost, StandInOutput
from lakebook import config
from lakebook_kernel import languages
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "notebooks" / "README.md"]

_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_TEST = re.compile(r"`(test_\w+)`")
_FILE = re.compile(r"`((?:kernel|runtime|tests|benchmarks|notebooks|docs)/[\w./-]+)`")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCED.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings are linked to."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(page)))
    return {heading.strip().replace(" ", "-") for heading in kept}


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading of a page, or after its title."""
    text = page.read_text().partition(heading)[2]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert lines, f"{page} has no table after {heading!r}"
    return [re.split(r" ?\| ?", line.strip("| ")) for line in lines[0].splitlines()[2:]]


def test_every_page_is_linked_to() -> None:
    linked = {
        (page.parent / target).resolve()
        for page in PAGES
        for target, _ in _LINK.findall(prose(page))
        if "://" not in target
    }
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} <= linked


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(prose(page)):
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{page.name} links to {target}, which is not there"
        if anchor:
            assert anchor in anchors(file), f"{page.name} links to #{anchor}, which {file.name} does not have"


@pages
def test_files_that_are_named_exist(page: Path) -> None:
    missing = [name for name in _FILE.findall(prose(page)) if not (ROOT / name).exists()]
    assert not missing


@pages
def test_tests_that_are_named_exist(page: Path) -> None:
    known = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in [file.stem, *re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)]
    }
    assert set(_TEST.findall(prose(page))) <= known


def test_the_pages_build_without_a_warning(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(ROOT / "docs"), str(tmp_path)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "lakebook_kernel.languages.base.Language.run" in (tmp_path / "api.html").read_text()


def test_every_setting_is_described_with_its_variable() -> None:
    described = {row[0].strip("`"): row[2].strip("`") for row in rows(ROOT / "docs" / "spark.md", "## Settings")}
    assert described == {name: config._VARIABLES.get(name, "") for name in config._NAMES}


def test_every_magic_is_described_with_its_language() -> None:
    table = rows(ROOT / "docs" / "languages.md", "# The languages of a notebook")
    described = {magic: row[1] for row in table for magic in re.findall(r"`%([\w-]+)`", row[0])}
    assert described.keys() == {languages.PYTHON, *languages._OURS, *languages._ALSO}
    for magic, label in described.items():
        name = languages.named(magic)
        assert name is not None
        assert ("Python" if name == languages.PYTHON else languages.load(name).label) in label


def test_the_defaults_are_as_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in config._VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    described = {row[0].strip("`"): row[1].strip("`") for row in rows(ROOT / "docs" / "spark.md", "## Settings")}
    lines = [f"{name} = {value}" for name, value in described.items() if value.startswith('"')]
    default = config.find_workspace(tmp_path)
    (tmp_path / "lakebook.toml").write_text("\n".join(lines))
    assert config.find_workspace(tmp_path) == default


def test_the_example_of_a_language_works(tmp_path: Path) -> None:
    source = re.findall(r"```python\n(.*?)```", (ROOT / "docs/development/add-a-language.md").read_text(), re.DOTALL)
    module: dict[str, Any] = {"__name__": "example"}
    exec(source[0], module)
    host, output = StandInHost(tmp_path), StandInOutput()
    language = module["SQLiteLanguage"](host)

    def run(code: str) -> None:
        language.run(Cell("sqlite", code), output)

    language.give("people", pa.table({"name": ["Ada", "Grace"], "born": [1815, None]}))
    run("\nSELECT * FROM people ORDER BY born")
    assert "Ada" in output.shown["text/plain"] and "null" in output.shown["text/plain"]
    run("CREATE TABLE older AS SELECT name FROM people WHERE born < 1900")
    assert language.take("older").to_pydict() == {"name": ["Ada"]}
    with pytest.raises(KeyError):
        language.take("none")
    with pytest.raises(CellError, match="no such column: wrong"):
        run("SELECT wrong FROM people")
    language.give("people", pd.DataFrame({"name": ["Barbara"]}))
    assert language.take("people").to_pydict() == {"name": ["Barbara"]}
    with pytest.raises(TypeError, match="a int has no form in SQLite"):
        language.give("people", 1)
    with pytest.raises(TypeError, match="no form in SQLite"):
        language.give("f", print)
    with host.interrupted(0.3), pytest.raises(KeyboardInterrupt):
        run("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
    assert language.is_complete("SELECT 'a").status == "incomplete"
    with ThreadPoolExecutor() as other:  # as the kernel does it at its end
        other.submit(language.stop).result()
