"""SoS' cases of exchange, in all directions; see ``exchange_cases.py``."""

from __future__ import annotations

from itertools import permutations

import pytest

from acceptance.live import Notebook
from acceptance.suites.exchange_cases import CASES

pytestmark = pytest.mark.r

ASSIGN = {"python": "{name} = {code}", "r": "{name} <- {code}", "scala": "val {name} = {code}"}
FIRST = {"python": "", "r": "%r\n", "scala": "%scala\n", "sql": "%sql\n"}
CHECK = {
    "python": "told['{name}'] = lambda: bool({check})",
    "r": "cat('{name}', tryCatch(isTRUE({check}), error = conditionMessage), '\\n')",
    "scala": 'println("{name} " + scala.util.Try({check}).fold(_.toString, said => said.toString.toUpperCase))',
}
PRINT = """
def holds(check):
    try:
        return str(check()).upper()
    except Exception as error:
        return repr(error)
for name, check in told.items(): print(name, holds(check))"""


def failing(notebook: Notebook, language: str, checks: dict[str, str]) -> list[str]:
    """The names, and what was said of them, of values of which the language does not find the check true."""
    if language == "sql":
        return [
            f"{name}: {said}"
            for name, check in checks.items()
            if "true" not in (said := notebook.run(f"%sql\nSELECT {check.replace('@', f':{name}')} AS ok").text)
        ]
    lines = [CHECK[language].format(name=name, check=check.replace("@", name)) for name, check in checks.items()]
    code = "\n".join(["told = {}", *lines, PRINT] if language == "python" else lines)
    said = dict(line.split(" ", 1) for line in notebook.good(FIRST[language] + code).stdout.splitlines() if " " in line)
    return [f"{name}: {said.get(name)}" for name in checks if said.get(name, "").strip() != "TRUE"]


@pytest.mark.parametrize(("source", "target"), [pair for pair in permutations((*ASSIGN, "sql"), 2) if pair[0] != "sql"])
def test_a_value_is_the_same_elsewhere(notebook: Notebook, source: str, target: str) -> None:
    cases = [case for case in CASES if case.source == source and target in case.checks]
    notebook.good("import math\nimport numpy as np")
    lines = [ASSIGN[source].format(name=case.name, code=case.code) for case in cases]
    notebook.good(FIRST[source] + "\n".join(lines))
    assert not failing(notebook, target, {case.name: case.checks[target] for case in cases})
