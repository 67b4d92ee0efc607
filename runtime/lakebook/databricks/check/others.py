"""What cells use that are not Python's: SQL, R, Scala, shell, ``%fs``, ``%pip`` and ``%run``."""

from __future__ import annotations

import re
from collections.abc import Callable
from shlex import split

from lakebook.databricks.check.tokens import read
from lakebook.databricks.check.uses import Uses

#: a name with what it is of: R's names have dots and colons in them
_NAME = re.compile(r"[A-Za-z_.][\w.]*(?:\s*:{2,3}\s*[A-Za-z_.][\w.]*)?")
_CHAIN = re.compile(r"\b[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)+|\b[A-Za-z_]\w*")
_IMPORT = re.compile(r"^\s*import\s+([\w.]+)", re.MULTILINE)
#: what stands before a string, and so says what the string is
_SQL = re.compile(r"\b(?:sql|expr|selectExpr)\s*\(\s*(?:query\s*=\s*)?[sf]?$")
_TABLE = re.compile(r"\b(?:table|tableToDF|tables|saveAsTable)\s*\(\s*[sf]?$")
_FORMAT = re.compile(r"(?:\bformat\s*\(\s*|\bsource\s*=\s*)$")
_NOTEBOOK = re.compile(r"\bdbutils\s*\.\s*notebook\s*\.\s*run\s*\(\s*$")
#: a path into which IPython puts a value
_INSERTED = re.compile(r"\$|.*\{.+\}")
_RUN = re.compile(r"\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>(?:(?!\s\$|\s#|\s--|\s//).)+))")


def sql(code: str) -> Uses:
    """What SQL uses: statements, and the paths in its strings."""
    parts = read(code, "sql")
    return Uses(statements=[parts.code], texts=[text.value for text in parts.texts] + _back_ticked(parts.code))


def r(code: str) -> Uses:
    """What R uses."""
    uses = _with_texts(code, "r")
    found = _NAME.findall(read(code, "r").code)
    uses.names = [re.split(r"\s*:{2,3}\s*", name)[-1] for name in found]
    return uses


def scala(code: str) -> Uses:
    """What Scala uses."""
    uses = _with_texts(code, "scala")
    plain = read(code, "scala").code
    uses.names = [re.sub(r"\s", "", name) for name in _CHAIN.findall(plain)]
    uses.modules = _IMPORT.findall(plain)
    return uses


def shell(code: str) -> Uses:
    """What a shell uses: the paths that it names."""
    parts = read(code, "sh")
    return Uses(texts=[*(text.value for text in parts.texts), *parts.code.split()])


def fs(code: str) -> Uses:
    """What ``%fs`` uses: it is ``dbutils.fs`` in other words."""
    lines = [line.split() for line in code.split("\n") if line.strip()]
    return Uses(
        names=[f"dbutils.fs.{words[0]}" for words in lines], texts=[word for words in lines for word in words[1:]]
    )


def pip(line: str) -> Uses:
    """What ``%pip`` installs."""
    try:
        words = split(line, comments=True)
    except ValueError:  # a quote without its end
        words = line.split()
    return Uses(installs=words[1:] if words[:1] == ["install"] else [])


def run(code: str) -> Uses:
    """Which notebook ``%run`` means; of IPython's own ``%run script.py arguments`` the script."""
    line = re.sub(r"\A\s*(?:-\w+\s+)*", "", code)
    found = _RUN.match(line)
    path = next((part for part in found.groups() if part is not None), "").strip() if found else ""
    if line[:1] not in ("'", '"') and (script := re.match(r"\S+\.i?py\b", path)):
        path = script[0]
    return Uses(notebooks=[path] if path and not _INSERTED.match(path) else [])


#: of the words after a percent sign that are no IPython's
READERS: dict[str, Callable[[str], Uses]] = {
    "sql": sql,
    "duckdb": lambda code: Uses(texts=sql(code).texts),
    "r": r,
    "scala": scala,
    "sh": shell,
    "fs": fs,
    "pip": pip,
    "run": run,
}


def _with_texts(code: str, language: str) -> Uses:
    parts = read(code, language)
    uses = Uses()
    for text in parts.texts:
        before = parts.code[: text.place]
        uses.texts.append(text.value)
        if _SQL.search(before):
            uses.add(sql(text.value))
        elif _TABLE.search(before):
            uses.statements.append(f"TABLE {text.value}")
        elif _FORMAT.search(before):
            uses.formats.append(text.value)
        elif _NOTEBOOK.search(before):
            uses.notebooks.append(text.value)
    return uses


def _back_ticked(code: str) -> list[str]:
    """Paths are names too: ``SELECT * FROM parquet.`s3://…```."""
    return re.findall(r"`([^`]*)`", code)
