"""The module ``databricks.sdk.runtime``, from which modules of Python take what a notebook has at hand.

The package takes it from the machine that it runs on, if that is Databricks', and else from a workspace it logs in to.
Here it is the notebook's. The rest of the package is as it comes.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType, SimpleNamespace
from typing import Any

#: what the module is to have, as its own code asks for it
_AT_HAND = ("display", "displayHTML", "dbutils", "table", "sql", "udf", "getArgument")
#: where its own code looks for that
_MACHINE = "dbruntime"


class SdkRuntime(MetaPathFinder, Loader):
    """Finds that module.

    Args:
        session_names: names that mean the session.
        of_session: makes what such a name means, asked each time: the session may be another one then.
    """

    NAME = "databricks.sdk.runtime"

    def __init__(self, session_names: Collection[str], of_session: Callable[[str], Any]) -> None:
        self._session_names = session_names
        self._of_session = of_session
        self._own: Loader | None = None

    def install(self) -> None:
        """Let it be found before the one that asks for a login."""
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        """The module, where the package is installed, and no other."""
        found = PathFinder.find_spec(fullname, path) if fullname == self.NAME else None
        if found is not None:
            self._own, found.loader = found.loader, self
        return found

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's own code, which finds what a notebook has at hand."""
        assert self._own is not None
        names = {name: vars(builtins)[name] for name in _AT_HAND}
        machine = ModuleType(_MACHINE)
        vars(machine)["UserNamespaceInitializer"] = SimpleNamespace(
            getOrCreate=lambda: SimpleNamespace(get_namespace_globals=lambda: names)
        )
        sys.modules[_MACHINE] = machine
        try:
            self._own.exec_module(module)
        finally:
            del sys.modules[_MACHINE]  # others take it for a sign that this is Databricks
        vars(module)["__getattr__"] = self._made

    def _made(self, name: str) -> Any:
        if name not in self._session_names:
            raise AttributeError(f"module {self.NAME!r} has no attribute {name!r}")
        return self._of_session(name)
