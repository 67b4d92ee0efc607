"""Runs something right after a library was imported, whoever imports it first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from typing_extensions import override


class AfterImport(MetaPathFinder):
    """A finder that calls ``then`` once, after the first of the modules was loaded."""

    def __init__(self, names: Collection[str], then: Callable[[], None]) -> None:
        self._names = frozenset(names)
        self._then = then

    def install(self) -> None:
        """Watch for the imports; when one of the modules is there already, call at once."""
        if not self._names.isdisjoint(sys.modules):
            self._then()
        else:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Watch no longer."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._loaded)
        return spec

    def _loaded(self) -> None:
        if self in sys.meta_path:  # not sooner: others may look for the module without loading it
            sys.meta_path.remove(self)
            self._then()


class _Loader(Loader):
    def __init__(self, loader: Loader, then: Callable[[], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._then()
