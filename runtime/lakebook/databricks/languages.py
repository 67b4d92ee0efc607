"""The languages in which a Databricks notebook's cells are written unless they say otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook.kernelspecs import KERNELS, Kernel

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Databricks' own key in a notebook's metadata
NOTEBOOK_KEY = "application/vnd.databricks.v1+notebook"


@dataclass(frozen=True)
class Language:
    """A default language of notebooks: a file type tells which."""

    #: as Databricks writes it, and as the magic of a cell
    name: str
    #: of source files
    suffix: str
    #: of a notebook in an archive
    member_suffix: str
    #: with which a line of comment begins
    comment: str

    @property
    def kernel(self) -> Kernel:
        """The kernel of ours that has this default language."""
        return next(kernel for kernel in KERNELS if kernel.default == self.name)

    def is_magic(self, text: str) -> bool:
        """Whether a cell is one of magic, of which a source file has every line in a comment."""
        return bool((_PYTHON_MAGIC if self.name == "python" else _MAGIC).match(text))


_MAGIC = re.compile(r"(?:[ \t]*\n)*%%?[A-Za-z]")
#: IPython's ``!`` too; in R and Scala it is an operator
_PYTHON_MAGIC = re.compile(r"(?:[ \t]*\n)*(?:%%?[A-Za-z]|!)")

LANGUAGES = (
    Language("python", ".py", ".python", "#"),
    Language("sql", ".sql", ".sql", "--"),
    Language("r", ".r", ".r", "#"),
    Language("scala", ".scala", ".scala", "//"),
)


def named(name: object) -> Language | None:
    """The language of this name, in capitals or not; None when there is none."""
    return next((language for language in LANGUAGES if language.name == str(name).lower()), None)


def of_suffix(suffix: str) -> Language | None:
    """The language of source files that end so."""
    return next((language for language in LANGUAGES if language.suffix == suffix.lower()), None)


def of_notebook(notebook: NotebookNode) -> Language | None:
    """A notebook's default language: of a kernel of ours, else as Databricks or Jupyter says; None for another one."""
    metadata = notebook.metadata
    spec = metadata.get("kernelspec", {})
    for language in LANGUAGES:
        if spec.get("name") == language.kernel.name:
            return language
    told = (metadata.get(NOTEBOOK_KEY, {}), spec, {"language": metadata.get("language_info", {}).get("name")})
    return named(next((one["language"] for one in told if one.get("language")), "python"))


def kernelspec(language: Language) -> dict[str, Any]:
    """What a notebook's metadata says of the kernel that runs it."""
    spec = language.kernel.spec()
    return {"name": language.kernel.name, "display_name": spec["display_name"], "language": spec["language"]}
