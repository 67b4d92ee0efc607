"""What the lab reads and writes in a cell's first lines is what the kernel reads there."""

from __future__ import annotations

import json
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kernel.test_cell import CASES
from lab.conftest import BUILD
from lakebook.kernelspecs import KERNELS
from lakebook_kernel import languages
from lakebook_kernel.cell import COMMENTS, RUN, read

_CALL = """
import * as cell from '{lib}/cell.js';
import * as writing from '{lib}/writing.js';
let given = '';
for await (const piece of process.stdin) given += piece;
const characters = (source, offset) => [...source.slice(0, offset)].length;
const answer = {body};
console.log(JSON.stringify(answer(JSON.parse(given))));
"""


def javascript(body: str, given: Any) -> Any:
    """What a function of JavaScript, with the lab's modules at hand, makes of something."""
    node = runpy.run_path(str(BUILD))["needed_node"]().node
    program = _CALL.replace("{lib}", (BUILD.parent / "lib" / "languages").as_uri()).replace("{body}", body)
    command = [str(node), "--input-type=module", "-e", program]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def blanked(text: str) -> str:
    return "\n".join("" if line.strip() else line for line in text.split("\n"))


def code_after(source: str, end: int, start: int) -> str:
    """The code that a magic from ``start`` to ``end`` leaves, as the kernel has it."""
    first, newline, rest = source[end:].partition("\n")
    return blanked(source[:start]) + first.lstrip() + newline + rest


def test_it_reads_what_the_kernel_reads(extension: Path) -> None:
    found = javascript(
        """cases => cases.map(({ source, default: byDefault }) => {
            const { language, magic } = cell.read(source, cell.named(byDefault));
            const place = magic && [characters(source, magic.start), characters(source, magic.end)];
            return [language.name, place ?? null];
        })""",
        CASES,
    )
    for case, (language, place) in zip(CASES, found, strict=True):
        source, kernel = case["source"], read(case["source"], case["default"])
        assert language == ("python" if kernel.language == RUN else kernel.language), case
        named = kernel.language != RUN and languages.named(first_word(source, case["default"])) is not None
        assert (place is not None) == named, case
        if place is not None:
            assert code_after(source, place[1], place[0]) == kernel.code, case


def first_word(source: str, default: str) -> str:
    """The word after the percent sign of the line that may name the language; empty when it begins otherwise."""
    comment = COMMENTS[default]
    lines = [line for line in source.split("\n") if line.strip() and not line.strip().startswith(comment)]
    if not lines or not lines[0].startswith("%"):
        return ""
    word = lines[0].removeprefix("%").removeprefix("%").split()
    return word[0] if word and not lines[0].startswith(("% ", "%%%")) else ""


def test_it_knows_the_kernels_languages_and_kernelspecs(extension: Path) -> None:
    known, kernels = javascript(
        """() => [
            cell.LANGUAGES.map(({ name, comment, also }) => [name, comment ?? null, also ?? []]),
            [...cell.KERNELS].map(([name, language]) => [name, language.name])
        ]""",
        None,
    )
    assert {word for name, _, also in known for word in (name, *also)} == set(languages.words())
    assert {name: comment for name, comment, _ in known if comment} == COMMENTS
    assert kernels == [[kernel.name, kernel.default] for kernel in KERNELS]
    assert all(languages.named(word) == name for name, _, also in known for word in (name, *also))


def meaning(source: str, default: str) -> tuple[str, tuple[str, ...], str]:
    """What the kernel makes of a cell: its language, all options, and its code without blank lines and comments."""
    cell = read(source, default)
    comment = COMMENTS.get(cell.language, "\0")
    lines = (line.strip() for line in cell.code.split("\n"))
    code = "\n".join(line for line in lines if line and not line.startswith(comment))
    return cell.language, (*cell.options, *cell.inputs, "|", *cell.outputs), code


DEFAULTS = [kernel.default for kernel in KERNELS]


@pytest.mark.parametrize("after", DEFAULTS)
def test_another_default_language_leaves_every_cell_its_meaning(extension: Path, after: str) -> None:
    cases = [case for case in CASES if case["default"] != after]
    found = javascript(
        f"cases => cases.map(({{ source, default: before }}) => "
        f"writing.withDefault(source, cell.named(before), cell.named('{after}')))",
        cases,
    )
    for case, changed in zip(cases, found, strict=True):
        before = meaning(case["source"], case["default"])
        if before[2] or before[0] != case["default"]:  # a cell without code may be in any language
            assert meaning(changed, after) == before, (case, changed)


def test_cells_of_the_new_default_lose_their_magic_and_those_of_the_old_get_one(extension: Path) -> None:
    cells = {
        "x = 1": "%python\nx = 1",
        "# a comment alone": "%python\n# a comment alone",
        "!ls": "%python\n!ls",
        "": "",
        "%sql\nSELECT 1": "SELECT 1",
        "%%sql SELECT 1\nFROM x": "SELECT 1\nFROM x",
        "# why\n%sql\nSELECT 1": "-- why\nSELECT 1",
        "%sql -o x\nSELECT 1": "%sql -o x\nSELECT 1",
        "%sql\n%whos": "%sql\n%whos",
        "# why\n%r\nx <- 1": "-- why\n%r\nx <- 1",
        "%pip install x": "%pip install x",
        "# why\n%%time\nx": "-- why\n%%time\nx",
    }
    found = javascript(
        "cells => cells.map(source => writing.withDefault(source, cell.PYTHON, cell.named('sql')))", list(cells)
    )
    assert dict(zip(cells, found, strict=True)) == cells


@pytest.mark.parametrize("language", DEFAULTS)
def test_a_cell_is_in_the_language_that_was_picked(extension: Path, language: str) -> None:
    found = javascript(
        f"""cases => cases.map(({{ source, default: byDefault }}) => {{
            const edit = writing.toLanguage(source, cell.named('{language}'), cell.named(byDefault));
            return edit ? writing.apply(source, edit) : source;
        }})""",
        CASES,
    )
    for case, changed in zip(CASES, found, strict=True):
        now = read(changed, case["default"]).language
        assert ("python" if now == RUN else now) == language, (case, changed)


def test_the_first_line_is_written_changed_or_removed(extension: Path) -> None:
    cells = [
        ["x", "sql", "%sql\nx"],
        ["", "sql", "%sql\n"],
        ["# c\nx", "r", "%r\n# c\nx"],
        ["%sql\nSELECT 1", "python", "SELECT 1"],
        ["%sql\nSELECT 1", "r", "%r\nSELECT 1"],
        ["%%sql\nSELECT 1", "r", "%%r\nSELECT 1"],
        ["%SQL\nSELECT 1", "sql", "%SQL\nSELECT 1"],
        ["# c\n%sql\nSELECT 1", "scala", "# c\n%scala\nSELECT 1"],
        ["%r -i a,b -o c --restart\n1", "sql", "%sql -i a,b -o c\n1"],
        ["%r --restart\n1", "python", "1"],
        ["%sql SELECT 1", "duckdb", "%duckdb SELECT 1"],
        ["%sql SELECT 1", "python", "SELECT 1"],
        ["%sql\n%r\n1", "python", "%python\n%r\n1"],
        ["%py\nx", "python", "%py\nx"],
        ["%pip install x", "python", "%pip install x"],
    ]
    found = javascript(
        """cells => cells.map(([source, language]) => {
            const edit = writing.toLanguage(source, cell.named(language), cell.PYTHON);
            return [source, language, edit ? writing.apply(source, edit) : source];
        })""",
        cells,
    )
    assert found == cells
