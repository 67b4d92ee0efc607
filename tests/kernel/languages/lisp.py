"""A small Lisp: what somebody writes who adds a language and knows only docs/development/add-a-language.md.

    (define (square x) (* x x))
    (square side)                 ; side may be any language's

Numbers, texts, truth values and lists; ``define``, ``forget``, ``if``, ``while``, ``lambda`` and ``quote``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, ClassVar

from lakebook_kernel.cell import Cell
from lakebook_kernel.errors import excerpt, place
from lakebook_kernel.languages.base import (
    CellError,
    Completeness,
    Completion,
    Described,
    Host,
    Language,
    MimeBundle,
    Output,
)

_TOKEN = re.compile(r"""\s+|;[^\n]*|(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[()])|(?P<word>[^\s()";]+)|(?P<open>")""")
_NAME_BEFORE = re.compile(r"[^\s()\"';]*$")
_SPECIAL = {"define", "forget", "if", "while", "lambda", "quote"}
_BUILTINS: dict[str, Callable[..., Any]] = {
    "+": lambda *values: reduce(operator.add, values),
    "-": lambda first, *rest: reduce(operator.sub, rest, first) if rest else -first,
    "*": lambda *values: reduce(operator.mul, values),
    "<": operator.lt,
    "=": operator.eq,
    "list": lambda *values: list(values),
    "length": len,
    "first": operator.itemgetter(0),
}
_DOCUMENTATION = {"length": "(length list): how many items it has", "first": "(first list): its first item"}
_SHARED = (bool, int, float, str)


@dataclass(frozen=True)
class Symbol:
    """A name in the code."""

    name: str
    #: in the cell
    offset: int


@dataclass(frozen=True)
class Form:
    """What stands between two parentheses."""

    items: tuple[Any, ...]
    offset: int


@dataclass
class Function:
    """A value of ``lambda``."""

    parameters: list[str]
    body: tuple[Any, ...]
    free: set[str] = field(default_factory=set)


class Mistake(Exception):
    """The code is wrong at an offset; ``unfinished`` when more of it could make it right."""

    def __init__(self, kind: str, message: str, offset: int, unfinished: bool = False) -> None:
        super().__init__(message)
        self.kind, self.offset, self.unfinished = kind, offset, unfinished


class LispLanguage(Language):
    """Runs in the kernel's own process, as Python does."""

    name: ClassVar[str] = "lisp"
    label: ClassVar[str] = "Lisp"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._names: dict[str, Any] = {}
        self._bound: set[str] = set()
        self._removed: set[str] = set()

    def run(self, cell: Cell, output: Output) -> None:
        self._bound, self._removed = set(), set()
        value = None
        try:
            for form in parsed(cell.code):
                value = self._value(form, {}, output)
        except Mistake as mistake:
            line, column = place(cell.code, mistake.offset)
            told = f"{mistake.kind}: {mistake}"
            raise CellError(mistake.kind, str(mistake), [told, *excerpt(cell.code, line, column)]) from None
        if value is not None:
            output.result({"text/plain": written(value)})

    # --- names

    def free_names(self, code: str) -> set[str]:
        try:
            direct = free(parsed(code))
        except Mistake:
            return set()
        seen: set[str] = set()
        while direct:
            name = direct.pop()
            seen.add(name)
            value = self._names.get(name)
            direct |= (value.free if isinstance(value, Function) else set()) - seen
        return seen - _BUILTINS.keys()

    def bound_names(self) -> set[str]:
        return self._bound

    def removed_names(self) -> set[str]:
        return self._removed

    def take(self, name: str) -> Any:
        value = self._names[name]
        if isinstance(value, Function):
            raise TypeError("it is a function")
        return value

    def give(self, name: str, value: Any) -> None:
        if not isinstance(value, _SHARED) and not (
            isinstance(value, list) and all(isinstance(item, _SHARED) for item in value)
        ):
            super().give(name, value)
        self._names[name] = value

    def withdraw(self, name: str) -> None:
        self._names.pop(name, None)

    def protects(self, name: str) -> bool:
        return name in _BUILTINS or name in _SPECIAL or isinstance(self._names.get(name), Function)

    def stamp(self, name: str) -> Hashable:
        return 0  # no value of this language can be changed

    def describe(self) -> dict[str, Described]:
        return {
            name: Described(type(value).__name__.lower(), str(len(value)) if isinstance(value, list | str) else "")
            for name, value in self._names.items()
        }

    # --- what the editor asks

    def complete(self, code: str, cursor: int) -> Completion | None:
        found = _NAME_BEFORE.search(code[:cursor])
        begun = found[0] if found else ""
        kinds = dict.fromkeys(_SPECIAL, "keyword") | dict.fromkeys(_BUILTINS, "function")
        kinds |= dict.fromkeys(self._names, "variable")
        matches = sorted(name for name in kinds if name.startswith(begun))
        return Completion(matches, cursor - len(begun), cursor, [kinds[match] for match in matches])

    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        symbol = next((token for token in tokens(code) if token[1] <= cursor <= token[1] + len(token[0])), ("", 0))
        told = _DOCUMENTATION.get(symbol[0])
        return {"text/plain": told} if told else None

    def is_complete(self, code: str) -> Completeness:
        try:
            parsed(code)
        except Mistake as mistake:
            return Completeness("incomplete" if mistake.unfinished else "invalid", "  ")
        return Completeness("complete")

    # --- running

    def _value(self, code: Any, local: dict[str, Any], output: Output) -> Any:
        match code:
            case Symbol(name, offset):
                for names in (local, self._names, _BUILTINS):
                    if name in names:
                        return names[name]
                raise Mistake("Unbound", f"{name} is not bound", offset)
            case Form((Symbol("quote"), quoted)):
                return plain(quoted)
            case Form((Symbol("if"), condition, *branches)) if len(branches) in (1, 2):
                chosen = branches[:1] if self._value(condition, local, output) else branches[1:]
                return self._value(chosen[0], local, output) if chosen else None
            case Form((Symbol("while"), condition, *body)):
                while self._value(condition, local, output):
                    for part in body:
                        self._value(part, local, output)
                return None
            case Form((Symbol("lambda"), Form(parameters), *body)):
                names = [parameter.name for parameter in parameters]
                return Function(names, tuple(body), free(body) - set(names))
            case Form((Symbol("define"), Form((Symbol(name), *parameters)), *body)):
                function = Form(
                    (Symbol("lambda", code.offset), Form(tuple(parameters), code.offset), *body), code.offset
                )
                return self._bind(name, self._value(function, local, output))
            case Form((Symbol("define"), Symbol(name), value)):
                return self._bind(name, self._value(value, local, output))
            case Form((Symbol("forget"), Symbol(name))):
                self._removed |= {name} & self._names.keys()
                self._names.pop(name, None)
                return None
            case Form((Symbol("print"), value)):
                output.stream("stdout", written(self._value(value, local, output)) + "\n")
                return None
            case Form(items, offset):
                if not items or (isinstance(items[0], Symbol) and items[0].name in _SPECIAL):
                    raise Mistake("Wrong", "this cannot be read", offset)
                function, *values = [self._value(item, local, output) for item in items]
                return self._called(function, values, offset, output)
        return code

    def _bind(self, name: str, value: Any) -> None:
        self._names[name] = value
        self._bound.add(name)

    def _called(self, function: Any, values: list[Any], offset: int, output: Output) -> Any:
        if isinstance(function, Function):
            if len(values) != len(function.parameters):
                raise Mistake("Wrong", f"it takes {len(function.parameters)} values, not {len(values)}", offset)
            local = dict(zip(function.parameters, values, strict=True))
            return [self._value(part, local, output) for part in function.body][-1]
        if not callable(function):
            raise Mistake("Wrong", f"{written(function)} is no function", offset)
        try:
            return function(*values)
        except (TypeError, IndexError) as error:
            raise Mistake(type(error).__name__, str(error), offset) from None


def tokens(code: str) -> Iterator[tuple[str, int]]:
    """The code's words, texts and parentheses, each with its offset."""
    for found in _TOKEN.finditer(code):
        if found["open"]:
            raise Mistake("Wrong", "the text has no end", found.start(), unfinished=True)
        if found.lastgroup:
            yield found[0], found.start()


def parsed(code: str) -> list[Any]:
    """The code as forms, symbols and values."""
    stack: list[tuple[list[Any], int]] = [([], 0)]
    for token, offset in tokens(code):
        if token == "(":
            stack.append(([], offset))
        elif token == ")":
            if len(stack) == 1:
                raise Mistake("Wrong", "nothing is open here", offset)
            items, start = stack.pop()
            stack[-1][0].append(Form(tuple(items), start))
        else:
            stack[-1][0].append(_atom(token, offset))
    if len(stack) > 1:
        raise Mistake("Wrong", "this has no end", stack[-1][1], unfinished=True)
    return stack[0][0]


def _atom(token: str, offset: int) -> Any:
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if token in ("#t", "#f"):
        return token == "#t"
    for kind in (int, float):
        try:
            return kind(token)
        except ValueError:
            continue
    return Symbol(token, offset)


def free(code: Any) -> set[str]:
    """The names that the code reads and does not bind before."""
    match code:
        case Symbol(name):
            return {name} - _SPECIAL - {"print"}
        case Form((Symbol("quote"), *_) | (Symbol("forget"), *_)):
            return set()
        case Form((Symbol("lambda"), Form(parameters), *body)):
            return free(body) - free(list(parameters))
        case Form((Symbol("define"), Form((Symbol(name), *parameters)), *body)):
            return free(body) - free(parameters) - {name}
        case Form((Symbol("define"), Symbol(), value)):
            return free(value)
        case Form(items):
            return free(list(items))
        case list() | tuple():
            read, bound = set[str](), set[str]()
            for part in code:
                read |= free(part) - bound
                match part:
                    case Form((Symbol("define"), Symbol(name) | Form((Symbol(name), *_)), *_)):
                        bound.add(name)
            return read
    return set()


def plain(code: Any) -> Any:
    """Quoted code as values: a name is a text."""
    match code:
        case Symbol(name):
            return name
        case Form(items):
            return [plain(item) for item in items]
    return code


def written(value: Any) -> str:
    """A value as the language writes it."""
    match value:
        case bool():
            return "#t" if value else "#f"
        case list():
            return f"({' '.join(map(written, value))})"
        case str():
            return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
        case Function():
            return f"(lambda ({' '.join(value.parameters)}) …)"
    return str(value)
