"""What the kernel knows of Python code without running it. Python cells themselves are IPython's."""

from __future__ import annotations

import ast
import math
import re
import symtable
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

#: magics whose cell, or line, is Python
_OF_PYTHON = {"time", "timeit", "capture", "prun", "pinfo", "pinfo2", "pdoc", "psource", "page", "store"}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_INSERTED = re.compile(r"\$(\w+)|\{([^{}]+)\}")
_OPTIONS = re.compile(r"^(?:-[a-z]+(?:\s*\d+)?\s+)+")


def with_magics(code: str, plain: Callable[[str], str]) -> str:
    """A cell as plain Python, followed by what it hands to magics that run Python.

    Args:
        plain: turns a cell into plain Python, in which magics are calls that have their text as a string.
    """
    whole = plain(code)
    if "get_ipython()" not in whole:
        return whole
    try:
        inner = list(_handed_over(ast.parse(whole)))
    except (SyntaxError, ValueError):
        return whole
    return "\n".join([whole, *(part for part in (with_magics(text, plain) for text in inner) if _is_python(part))])


def _handed_over(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="run_cell_magic"), args=[ast.Constant(magic), _, ast.Constant(body)]):
                if magic in _OF_PYTHON:
                    yield str(body)
            case ast.Call(func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(magic), ast.Constant(line)]):
                if magic in _OF_PYTHON:
                    yield _OPTIONS.sub("", str(line))
                yield from _inserted(str(line))
            case ast.Call(func=ast.Attribute(attr="system" | "getoutput"), args=[ast.Constant(command)]):
                yield from _inserted(str(command))


def _inserted(text: str) -> Iterator[str]:
    """The expressions whose values IPython puts into a line: ``$name`` and ``{expression}``."""
    return (name or expression for name, expression in _INSERTED.findall(text))


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


def stored_names(code: str, line: float = math.inf) -> set[str]:
    """The global names that ``code`` binds whenever it comes as far as ``line``: not in a branch, loop or function."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError):
        return set()
    return set(_stored(body, line))


def _stored(body: Iterable[ast.stmt], line: float) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.With(items=items, body=inner) | ast.AsyncWith(items=items, body=inner):
                if inner[0].lineno <= line:
                    yield from (name for item in items if item.optional_vars for name in _targets(item.optional_vars))
                yield from _stored(inner, line)
            case ast.stmt(end_lineno=end) if end is None or end >= line:
                return
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name.partition(".")[0] for one in names)
            case ast.Assign(targets=targets):
                yield from (name for target in targets for name in _targets(target))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                yield from _targets(target)


def _targets(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def touched_names(code: str) -> set[str]:
    """The names that ``code`` may bind, or whose values it may change, as far as its text tells.

    A method that is called for nothing but what it does (``rows.append(row)``) may change its object.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set()
    return {name for node in ast.walk(tree) for name in _touched(node)}


def _touched(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            yield from _base(node)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            yield from _base(method)


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def free_names(code: str) -> set[str]:
    """The global names that ``code`` (plain Python, magics already translated) reads, in its functions too.

    Names that the code binds as well are included: whether the binding comes first is not known before it runs.
    """
    try:
        tree = ast.parse(code)
        if any(isinstance(node, _COMPREHENSIONS) for node in ast.walk(tree)):
            code = ast.unparse(_AsGenerators().visit(tree))
        table = symtable.symtable(code, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return set()
    return set(_read(table))


class _AsGenerators(ast.NodeTransformer):
    """Makes comprehensions generators, which read the same names: from 3.12 on, the others have no scope of their own.

    A name of the comprehension's then looks like one of the cell's.
    """

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.GeneratorExp:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> ast.GeneratorExp:
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def _read(table: symtable.SymbolTable) -> Iterable[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _read(child)


def reads(names: Iterable[str], namespace: Mapping[str, Any]) -> set[str]:
    """The names, and the globals that functions and classes of the notebook among them read, and so on."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for function in _functions(namespace.get(name)):
            if function.__globals__ is namespace:
                waiting += _globals(function.__code__)
    return seen


def _functions(value: Any) -> list[FunctionType]:
    if isinstance(value, type):
        return [member for member in vars(value).values() if isinstance(member, FunctionType)]
    function = getattr(value, "__wrapped__", value) if callable(value) else None
    return [function] if isinstance(function, FunctionType) else []


def _globals(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _globals(constant)
    return names
