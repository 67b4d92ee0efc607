"""Which of the names that a notebook has without an import a script uses: it has them as well, as on Databricks."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

NAMES = ("spark", "sc", "sqlContext", "dbutils", "display", "displayHTML")


def used_by(source: str) -> list[str]:
    """Those that a script reads before it binds them itself; a script that makes its own session needs none.

    Args:
        source: the script's text; one that is no Python uses none.
    """
    try:
        tree, table = ast.parse(source), symtable.symtable(source, "<script>", "exec")
    except (SyntaxError, ValueError):
        return []
    return [name for name in NAMES if _is_read(name, tree, table)]


def _is_read(name: str, tree: ast.Module, table: symtable.SymbolTable) -> bool:
    for statement in tree.body:
        if any(_reads(node, name) for node in _at_once(statement)):
            return True
        if _binds(statement, name):
            return False
    return any(_is_global_of(name, child) for child in table.get_children())


def _reads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What of a statement is run when it is, without the bodies of functions."""
    yield node
    deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in ast.iter_child_nodes(node):
        if not (deferred and child in _body(node)):
            yield from _at_once(child)


def _body(function: ast.AST) -> list[ast.AST]:
    body = getattr(function, "body", [])
    return body if isinstance(body, list) else [body]


def _binds(statement: ast.stmt, name: str) -> bool:
    """Whether a statement binds the name in any case."""
    match statement:
        case ast.Assign(targets=targets):
            return any(isinstance(node, ast.Name) and node.id == name for one in targets for node in ast.walk(one))
        case ast.AnnAssign(target=ast.Name(id=bound), value=value):
            return bound == name and value is not None
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return any((one.asname or one.name) == name for one in names)
        case ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound) | ast.ClassDef(name=bound):
            return bound == name
        case _:
            return False


def _is_global_of(name: str, table: symtable.SymbolTable) -> bool:
    """Whether a function or class, or one within it, reads the global of this name."""
    try:
        symbol = table.lookup(name)
    except KeyError:
        pass
    else:
        if symbol.is_global() and symbol.is_referenced():
            return True
    return any(_is_global_of(name, child) for child in table.get_children())
