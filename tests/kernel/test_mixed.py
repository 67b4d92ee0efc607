"""A cell has one language: a second magic further down is refused before anything runs."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from lakebook_kernel.cell import read
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.mixed import refuse_second_magic


def check(source: str, default: str = "python") -> None:
    refuse_second_magic(read(source, default), TransformerManager().transform_cell)


@pytest.mark.parametrize(
    ("source", "line", "magic"),
    [
        ("x = 1\n%sql\nSELECT 1", 2, "%sql"),
        ("x = 1\n%%sql\nSELECT 1", 2, "%%sql"),
        ("%python\nx = 1\n%md-sandbox\ntext", 3, "%md-sandbox"),
        ("# comment\n%sql\nSELECT 1;\n\n%python\nx = 1", 5, "%python"),
        ("%sql\nSELECT 1\n%pip install x", 3, "%pip"),
        ("%r\nx <- 1\n%run ./other", 3, "%run"),
        ("%scala\nval x = 1\n%r\n1", 3, "%r"),
        ("%sql\n-- it's\nSELECT 1\n%scala\n1", 4, "%scala"),
        ("%sql\nSELECT 1\n%%r\n1", 3, "%%r"),
        ("%SQL\nSELECT 1\n%Python\n1", 3, "%Python"),
    ],
)
def test_a_second_magic_is_refused_with_its_line(source: str, line: int, magic: str) -> None:
    with pytest.raises(CellError) as raised:
        check(source)
    assert raised.value.ename == "MixedCell"
    assert f"Line {line} begins with {magic}, and a cell has one language" in raised.value.evalue
    assert raised.value.traceback[-1] == f"{line:>4} | {source.splitlines()[line - 1]}"


@pytest.mark.parametrize(
    "source",
    [
        'text = """\n%sql\n"""',
        "text = '''\n%sql\n'''\nmore = 1",
        "x = (7\n%sql\n)",
        "x = 1\n# no\n%timeit x",
        "%pip install a\n%pip install b\nx = 1",
        "x = 1\n%fs ls /",
        "%%writefile x.py\n%sql\n%%sql",
        "%md\ntext\n%sql\n",
        "%sh\ncat <<END\n%sql\nEND",
        "%skip\n%sql\n%python",
        "%sql\nSELECT '\n%python\n'",
        "%sql\n/*\n%python\n*/ SELECT 1",
        "%sql\nSELECT a\n%r\nFROM t",
        '%scala\nval x = """\n%sql\n"""',
        "%r\nx <- '\n%sql\n'",
        "%r\nx <- 5\n%in% y",
        "%sql SELECT 7 %sql",
    ],
)
def test_what_only_looks_like_one_is_not(source: str) -> None:
    check(source)


def test_a_notebook_of_another_language() -> None:
    with pytest.raises(CellError, match="Line 2 begins with %python"):
        check("SELECT 1\n%python\nx", default="sql")
    check("%timeit 1", default="sql")
