"""Exported notebooks show each cell in the colours of its language."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbconvert import HTMLExporter, LatexExporter
from pygments.token import Comment, Keyword, Name
from traitlets.config import Config

from kernel.test_cell import CASES
from lakebook import magics
from lakebook.databricks.languages import NOTEBOOK_KEY
from lakebook.export import PREPROCESSOR, CellLexer, load
from lakebook.kernelspecs import KERNELS
from lakebook.web import rendered
from lakebook_kernel import languages
from lakebook_kernel.cell import RUN

ETC = Path(__file__).parents[2] / "runtime" / "etc" / "jupyter"
CELLS = {
    "def late(delay): return delay > 15": ("Python", '<span class="k">def</span>'),
    "# why\n%sql -o worst\nSELECT carrier FROM departures": ("SQL", '<span class="k">SELECT</span>'),
    "%r\nif (late) TRUE": ("R", '<span class="kc">TRUE</span>'),
    "%scala\ncase class Departure(carrier: String)": ("Scala", '<span class="k">case</span>'),
    "%duckdb SELECT 1": ("DuckDB", '<span class="k">SELECT</span>'),
    "%sh\nif true; then ls; fi": ("Shell", '<span class="k">then</span>'),
    "%md\n# Late": ("Markdown", '<span class="gh"># Late</span>'),
    "%skip\nboom(": ("Skip", "boom("),
}


def notebook(*cells: str, kernel: str | None = "lakebook") -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    if kernel:
        made.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    made.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    return made


def exported(made: nbformat.NotebookNode) -> str:
    return str(HTMLExporter(preprocessors=[PREPROCESSOR]).from_notebook_node(made)[0])


def cells(html: str) -> list[tuple[str, str]]:
    """Of each cell, what its edge says and its code."""
    names = dict(re.findall(r"\.lakebook-(\w+) \{ --lakebook-language: #\w+; --lakebook-language-name: '(\w+)'", html))
    found = re.findall(r'<div class="lakebook-cell lakebook-(\w+)">(.*?)</pre>', html, re.DOTALL)
    return [(names[name], code) for name, code in found]


def test_a_cells_language_is_read_as_the_kernel_reads_it() -> None:
    for case in CASES:
        expected = "python" if case["language"] == RUN else case["language"]
        assert magics.head(case["source"], case["default"]).language == expected, case
    assert sorted(magics.WORDS) == sorted(languages.words())
    assert all(languages.named(word) == name for word, name in magics.WORDS.items())


def test_the_first_line_is_shown_as_a_magic() -> None:
    source = "-- why\n%scala -i a\nval x = 1"
    tokens = list(CellLexer("sql").get_tokens(source))
    assert tokens[:3] == [(Comment, "-- why\n"), (Name.Decorator, "%scala"), (Name.Attribute, " -i a")]
    assert (Keyword.Declaration, "val") in tokens or (Keyword, "val") in tokens
    assert "".join(text for _, text in tokens) == f"{source}\n"


def test_every_cell_has_the_colours_of_its_language_and_an_edge_that_names_it() -> None:
    found = cells(exported(notebook(*CELLS)))
    assert [name for name, _ in found] == [name for name, _ in CELLS.values()]
    for (_, code), (name, piece) in zip(found, CELLS.values(), strict=True):
        assert piece in code, name
    assert '<span class="nd">%sql</span><span class="na"> -o worst</span>' in found[1][1]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.default)
def test_cells_without_a_magic_are_in_the_kernels_language(kernel: SimpleNamespace) -> None:
    ((name, _), (other, _)) = cells(exported(notebook("x", "%sh\nls", kernel=kernel.name)))
    assert (name.lower(), other) == (kernel.default, "Shell")


def test_one_exporter_serves_notebooks_of_several_kernels() -> None:
    exporter = HTMLExporter(preprocessors=[PREPROCESSOR])
    bodies = [
        exporter.from_notebook_node(made)[0]
        for made in (notebook("SELECT 1", kernel="lakebook-sql"), notebook("x"), notebook("%sql\nx", kernel="python3"))
    ]
    assert [[name for name, _ in cells(body)] for body in bodies] == [["SQL"], ["Python"], []]


def test_a_notebook_of_databricks_is_one_of_ours() -> None:
    made = notebook("SELECT 1", kernel=None)
    made.metadata[NOTEBOOK_KEY] = {"language": "sql"}
    assert [name for name, _ in cells(exported(made))] == ["SQL"]


def test_latex_is_coloured_too() -> None:
    body, _ = LatexExporter(preprocessors=[PREPROCESSOR]).from_notebook_node(notebook("%scala\nval x = 1"))
    assert r"\PY{n+nd}{\PYZpc{}scala}" in body
    assert re.search(r"\\PY\{k\S*\}\{val\}", body)


def test_what_a_cell_says_stays_text() -> None:
    code = "".join(code for _, code in cells(exported(notebook("%sql\n<script>alert(1)</script>", "%md <b>x</b>"))))
    assert re.sub(r"</?span[^>]*>", "", code).count("&lt;") == 4
    assert "<script" not in code and "<b>" not in code


def test_nbconvert_finds_it_where_the_package_is_installed(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(nbformat.writes(notebook("%scala\nval x = 1")))
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(tmp_path / "n.ipynb")]
    done = subprocess.run(
        command,
        env={**os.environ, "JUPYTER_CONFIG_PATH": str(ETC), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [name for name, _ in cells((tmp_path / "n.html").read_text())] == ["Scala"]


def test_what_the_lab_exports_is_coloured() -> None:
    server = SimpleNamespace(config=Config())
    load(server)
    body, _ = HTMLExporter(config=server.config).from_notebook_node(notebook("%scala\nval x = 1"))
    assert [name for name, _ in cells(body)] == ["Scala"]


def test_lakebooks_own_pages_show_it(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps(notebook(*CELLS)))
    page = rendered.page(file, "n")
    assert [name for name, _ in cells(page)] == [name for name, _ in CELLS.values()]
    assert '<span class="nd">%scala</span>' in page
