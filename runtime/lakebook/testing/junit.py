"""The report that CI systems read: a suite for each notebook, a case for each cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lakebook import atomic
from lakebook.testing.results import CellResult, NotebookResult, Outcome

#: characters that XML cannot have, not even escaped
_IMPOSSIBLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {Outcome.FAILED: "failure", Outcome.ERROR: "error"}


def write(results: Sequence[NotebookResult], file: Path) -> None:
    """Write the report, so that the file is always whole. Raises ``OSError``."""
    root = Element("testsuites", {"name": "lakebook", **_counts([cell for one in results for cell in one.cells])})
    del root.attrib["skipped"]  # which the schema gives to suites alone
    root.set("time", _seconds(sum(result.seconds for result in results)))
    for result in results:
        _suite(root, result)
    indent(root)
    atomic.write_bytes(file, tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _suite(root: Element, result: NotebookResult) -> None:
    name = _text(str(result.notebook))
    suite = SubElement(root, "testsuite", {"name": name, **_counts(result.cells), "time": _seconds(result.seconds)})
    for number, cell in enumerate(result.cells, 1):
        _case(suite, name, number, cell)


def _case(suite: Element, notebook: str, number: int, cell: CellResult) -> None:
    case = SubElement(suite, "testcase", {"name": _text(f"{number}: {cell.name}"), "classname": notebook})
    case.set("time", _seconds(cell.seconds))
    message = _text(cell.message)
    if element := _ELEMENTS.get(cell.outcome):
        failure = SubElement(case, element, {"message": message, "type": _text(cell.kind)})
        failure.text = _text(cell.details or cell.message)
    elif cell.outcome is Outcome.SKIPPED:
        SubElement(case, "skipped", {"message": message})
    if cell.output:
        SubElement(case, "system-out").text = _text(cell.output)


def _counts(cells: Sequence[CellResult]) -> dict[str, str]:
    of = Counter(cell.outcome for cell in cells)
    return {
        "tests": str(len(cells)),
        "failures": str(of[Outcome.FAILED]),
        "errors": str(of[Outcome.ERROR]),
        "skipped": str(of[Outcome.SKIPPED]),
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _text(text: str) -> str:
    return _IMPOSSIBLE.sub("�", text)
