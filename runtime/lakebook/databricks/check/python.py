"""What a cell of Python uses: read from its syntax tree, in which IPython's magics are calls."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace

from lakebook.databricks.check import others
from lakebook.databricks.check.uses import Uses

_SQL = {"sql", "expr", "selectExpr"}
_TABLE = {"table", "saveAsTable"}
#: cell magics of IPython's whose body is Python
_OF_PYTHON = {"time", "timeit", "capture", "prun", "python", "debug"}
#: such as ``-n1 -r 1`` of ``%timeit``
_OPTIONS = re.compile(r"\A(?:\s*-[A-Za-z]+\s*\d*(?=\s))*")
_SHELLS = {"sh", "bash", "script", "sx", "system"}
_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def python(code: str) -> Uses:
    """What Python uses. Code that is none has a ``problem``."""
    try:
        tree = _tree(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:  # ValueError: a null character
        place = f"line {problem.lineno}: " if isinstance(problem, SyntaxError) and problem.lineno else ""
        return Uses(problem=f"{place}{getattr(problem, 'msg', None) or problem}")
    reader = _Reader()
    reader.visit(tree)
    return reader.uses


def _tree(code: str) -> ast.Module:
    from IPython.core.inputtransformer2 import TransformerManager

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as of "\d" in a string, which is the user's
        plain = TransformerManager().transform_cell(code)
        tree = compile(plain, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(tree, ast.Module)
    return tree


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.uses = Uses()

    def visit_Import(self, node: ast.Import) -> None:
        self.uses.modules += [alias.name for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.uses.modules += [f"{node.module}.{alias.name}" for alias in node.names]

    def visit_Try(self, node: ast.Try) -> None:
        """What may be missing is no lack: ``try: import dlt``, ``except ImportError:``."""
        if any(_catches(handler) for handler in node.handlers):
            imports = (ast.Import, ast.ImportFrom)
            node.body = [one for one in node.body if not isinstance(one, imports)] or [ast.Pass()]
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a text alone is a comment
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.uses.texts.append(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        self.uses.names.append(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if dotted := _dotted(node):
            self.uses.names.append(dotted)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = _dotted(node.func) or ""
        text = _text(node.args[0]) if node.args else None
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("get_ipython")), attr=magic)):
                self._magic(magic, [_text(one) or "" for one in node.args])
                return
            case ast.Call(func=ast.Attribute(attr=method) | ast.Name(method)):
                self._method(method, node, text)
        if text is not None and called == "dbutils.notebook.run" and isinstance(node.args[0], ast.Constant):
            self.uses.notebooks.append(text)
        elif text is not None and called:
            self.uses.names.append(f'{called}("{text}")')
        if called in ("sys.path.append", "sys.path.insert"):
            self.uses.folders.append(_whole_text(node.args[-1]) if node.args else None)
        self.generic_visit(node)

    def _method(self, method: str, node: ast.Call, text: str | None) -> None:
        if method in _SQL:
            for one in filter(None, map(_text, node.args)):
                self.uses.add(Uses(statements=others.sql(one).statements))
        elif method in _TABLE and text is not None:
            self.uses.statements.append(f"TABLE {text}")
        elif method == "format" and text is not None and not _is_text(node.func):
            self.uses.formats.append(text)
        for keyword in node.keywords:
            if keyword.arg in ("format", "source") and (value := _text(keyword.value)):
                self.uses.formats.append(value)

    def _magic(self, kind: str, arguments: list[str]) -> None:
        name, line, body = [*arguments, "", "", ""][:3]
        match kind:
            case "run_line_magic" | "run_cell_magic":
                self.uses.magics.append(name)
            case "system" | "getoutput":
                self.uses.add(others.shell(name))
                return
        if kind == "run_line_magic" and name in ("pip", "fs", "run"):
            self.uses.add(others.READERS[name](line))
        elif name in _OF_PYTHON and kind == "run_cell_magic":
            self.uses.add(python(body))
        elif name in _OF_PYTHON:
            self.uses.add(replace(python(_OPTIONS.sub("", line)), problem=""))  # its options may be more than these
        elif name in _SHELLS:
            self.uses.add(others.shell(body or line))


def _dotted(node: ast.expr) -> str | None:
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value=value, attr=attribute) if before := _dotted(value):
            return f"{before}.{attribute}"
    return None


def _text(node: ast.expr) -> str | None:
    """The text of an expression, as far as it stands there; None when it is none."""
    found = "".join(_texts(node))
    return found or None


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(str(value)):
            yield value
        case ast.JoinedStr(parts):
            for part in parts:
                yield from _texts(part) if isinstance(part, ast.Constant) else ("_",)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            yield from _texts(left)
            yield from _texts(right) if isinstance(node.op, ast.Add) else ()
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "strip" | "replace")):
            yield from _texts(value)


def _whole_text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_text(node: ast.expr) -> bool:
    """Whether a method is one of a text: ``"…".format(…)``."""
    return isinstance(node, ast.Attribute) and bool(_text(node.value))


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _dotted(kind) in _CAUGHT for kind in kinds)
