"""Databricks' archives, ``.dbc``: a zip with a JSON text for each notebook, in folders."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from nbformat import NotebookNode

from lakebook.databricks import languages
from lakebook.databricks.cells import Command, new_notebook, note, noted, to_cell, to_command
from lakebook.databricks.errors import FormatError
from lakebook.databricks.languages import LANGUAGES, Language

#: under our key: of a notebook and of a cell, all that the archive says beside what Jupyter has a place for
_KEY = "archive"
_SUFFIXES = {language.member_suffix for language in LANGUAGES} | {language.suffix for language in LANGUAGES}
_SHOWN = 20  # names of notebooks in a message
#: what zip and its methods of compression fail with; a member that is encrypted with a RuntimeError
_BROKEN = (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError)


class Archive:
    """A ``.dbc`` file that is open for reading."""

    def __init__(self, path: Path, zipped: zipfile.ZipFile) -> None:
        self._path = path
        self._zipped = zipped
        #: the notebooks' names: folders and language included
        self.names = [name for name in zipped.namelist() if PurePosixPath(name).suffix.lower() in _SUFFIXES]
        if not self.names:
            raise FormatError(f"{path} has no notebook in it.")

    def find(self, inside: str | None) -> str:
        """The full name of a notebook, of which the suffix may be left out; of the only one when none is asked for."""
        wanted = self.names if inside is None else [name for name in self.names if _is_meant(name, inside)]
        if len(wanted) == 1:
            return wanted[0]
        listed = ", ".join(self.names[:_SHOWN])
        more = f" and {len(self.names) - _SHOWN} more" if len(self.names) > _SHOWN else ""
        example = f"{self._path}:{self.names[0]}"
        if inside is None:
            raise FormatError(
                f"{self._path} has {len(self.names)} notebooks: {listed}{more}. Say which, such as {example}"
            )
        if wanted:
            raise FormatError(f"{self._path} has {inside} in several languages: {', '.join(wanted)}. Say which.")
        raise FormatError(f"{self._path} has no {inside}: there are {listed}{more}.")

    def read(self, name: str) -> NotebookNode:
        """A notebook by its full name."""
        try:
            text = self._zipped.read(name)
        except _BROKEN as problem:
            raise FormatError(f"{self._path} is broken: {name} cannot be unpacked: {problem}") from None
        try:
            return _notebook(json.loads(text), name)
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            raise FormatError(f"{self._path} is broken: {name} is not JSON.") from None
        except _Unexpected as problem:
            raise FormatError(f"{self._path} is broken: {name} {problem}.") from None


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive. Raises ``FormatError`` when it is none."""
    try:
        zipped = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise FormatError(f"{path} is not a Databricks archive: it is no whole zip file.") from None
    except OSError as problem:
        raise FormatError(f"{path} cannot be read: {problem.strerror}.") from None
    with zipped:
        yield Archive(path, zipped)


def packed(notebook: NotebookNode, language: Language, name: str) -> bytes:
    """An archive of one notebook, which is called ``name`` unless it came out of an archive."""
    told = noted(notebook).get(_KEY, {})
    member = told.get("member") or f"{name}{language.member_suffix}"
    content = {
        **told.get("fields", {**_NOTEBOOK, "guid": _guid(name), "name": name}),
        "language": language.name,
        "commands": _commands(notebook, language, name),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        entry = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))  # the same notebook gives the same file
        entry.external_attr = 0o644 << 16
        zipped.writestr(entry, json.dumps(content), zipfile.ZIP_DEFLATED)
    return file.getvalue()


class _Unexpected(ValueError):
    """A member's JSON is not that of a notebook."""


def _is_meant(name: str, inside: str) -> bool:
    wanted = inside.strip("/")
    return wanted in (name, str(PurePosixPath(name).with_suffix("")))


def _notebook(content: Any, name: str) -> NotebookNode:
    commands = content.get("commands") if isinstance(content, dict) else None
    if not isinstance(commands, list):
        raise _Unexpected("has no list of commands")
    language = languages.named(content.get("language"))
    if language is None:
        raise _Unexpected(f"is in {content.get('language')}: expected {', '.join(one.name for one in LANGUAGES)}")
    for command in commands:
        if not isinstance(command, dict) or not isinstance(command.get("command"), str):
            raise _Unexpected("has a command without a text")
    notebook = new_notebook(map(_cell, sorted(commands, key=_position)), language)
    note(notebook, _KEY, {"member": name, "fields": _without(content, "commands")})
    return notebook


def _position(command: dict[str, Any]) -> float:
    position = command.get("position")
    return float(position) if isinstance(position, int | float) else 0.0


def _cell(fields: dict[str, Any]) -> NotebookNode:
    title, shown = fields.get("commandTitle"), fields.get("showCommandTitle")
    cell = to_cell(Command(fields["command"], str(title or ""), bool(shown)))
    note(cell, _KEY, _without(fields, "command"))
    return cell


def _without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def _commands(notebook: NotebookNode, language: Language, name: str) -> list[dict[str, Any]]:
    made = [_fields(cell, to_command(cell, language, language)) for cell in notebook.cells]
    if all(_KEY in noted(cell) for cell in notebook.cells) and made == sorted(made, key=_position):
        return made
    return [
        {"guid": _guid(f"{name} {number}"), "nuid": _guid(f"{name} {number} cell"), **fields, "position": float(number)}
        for number, fields in enumerate(made, 1)
    ]


def _fields(cell: NotebookNode, command: Command) -> dict[str, Any]:
    fields = {**noted(cell).get(_KEY, _COMMAND), "command": command.text}
    if command.title != str(fields.get("commandTitle") or ""):
        fields["commandTitle"] = command.title
    if command.show_title != bool(fields.get("showCommandTitle")):
        fields["showCommandTitle"] = command.show_title
    return fields


def _guid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"lakebook {text}"))


_NOTEBOOK: dict[str, Any] = {
    "version": "NotebookV1",
    "origId": 0,
    "dashboards": [],
    "globalVars": {},
    "iPythonMetadata": None,
    "inputWidgets": {},
    "notebookMetadata": {},
}

#: a command that nobody has run
_COMMAND: dict[str, Any] = {
    "version": "CommandV1",
    "origId": 0,
    "subtype": "command",
    "commandType": "auto",
    "commandVersion": 0,
    "state": "input",
    "results": None,
    "errorSummary": None,
    "error": None,
    "workflows": [],
    "startTime": 0,
    "submitTime": 0,
    "finishTime": 0,
    "collapsed": False,
    "bindings": {},
    "inputWidgets": {},
    "displayType": "table",
    "width": "auto",
    "height": "auto",
    "xColumns": None,
    "yColumns": None,
    "pivotColumns": None,
    "pivotAggregation": None,
    "customPlotOptions": {},
    "commentThread": [],
    "commentsVisible": False,
    "parentHierarchy": [],
    "diffInserts": [],
    "diffDeletes": [],
    "globalVars": {},
    "latestUser": "",
    "commandTitle": "",
    "showCommandTitle": False,
    "hideCommandCode": False,
    "hideCommandResult": False,
    "iPythonMetadata": None,
}
