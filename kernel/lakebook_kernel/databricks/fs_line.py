"""The line ``%fs cp -r /from /to``: a call of ``dbutils.fs`` as a shell would write it."""

from __future__ import annotations

import inspect
import re
import shlex
from typing import Any

from lakebook_kernel.databricks.fs import FileSystem
from lakebook_kernel.databricks.utility import methods_of
from lakebook_kernel.languages.base import CellError

#: options, each with the parameter that it sets
_SWITCHES = {"-r": "recurse", "--recurse": "recurse", "-f": "overwrite", "--overwrite": "overwrite"}
_NAMED = re.compile(r"-{0,2}(recurse|overwrite|maxBytes)=(\S+)")
_WORDS = {"true": True, "false": False}


class Text(str):
    """A text that is shown as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def run(fs: FileSystem, line: str) -> Any:
    """Call what a line says; returns what that returns.

    Raises:
        CellError: there is no such function, or it takes other arguments.
        DbutilsError: it cannot do what was asked.
    """
    try:
        verb, *words = shlex.split(line) or ["help"]
    except ValueError as problem:
        raise CellError("BadOptions", f"%fs {line} cannot be read: {str(problem).lower()}.") from None
    functions = methods_of(FileSystem)
    if verb not in functions:
        raise CellError("BadOptions", f"%fs has no {verb}; there are {', '.join(sorted(functions))}.")
    parameters = list(inspect.signature(functions[verb]).parameters)[1:]
    given: list[Any] = []
    named: dict[str, Any] = {}
    for word in words:
        if option := _NAMED.fullmatch(word):
            named[option[1]] = _value(option[2])
        elif word in _SWITCHES:
            named[_SWITCHES[word]] = True
        elif word.startswith("-"):
            raise CellError("BadOptions", f"%fs {verb} has no option {word}; {_usage(verb, parameters)}")
        else:
            given.append(word if len(given) < 2 else _value(word))
    unknown = named.keys() - parameters
    try:
        inspect.signature(functions[verb]).bind(fs, *given, **named)
    except TypeError:
        unknown = unknown or {""}
    if unknown:
        wrong = f" has no {min(unknown)}" if min(unknown) else " wants other arguments"
        raise CellError("BadOptions", f"%fs {verb}{wrong}; {_usage(verb, parameters)}")
    answer = functions[verb](fs, *given, **named)
    return Text(answer) if isinstance(answer, str) else answer


def _value(word: str) -> Any:
    return int(word) if word.isdigit() else _WORDS.get(word.lower(), word)


def _usage(verb: str, parameters: list[str]) -> str:
    short = {"recurse": "[-r]", "overwrite": "[-f]", "maxBytes": "[--maxBytes=N]"}
    return f"it is written %fs {' '.join([verb, *(short.get(one, one.strip('_').upper()) for one in parameters)])}"
