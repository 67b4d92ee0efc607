"""The languages of a notebook: one module or package each, imported when first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from lakebook_kernel.languages.base import Host, Language

_CLASSES = {
    "sql": "lakebook_kernel.languages.sql:SqlLanguage",
    "r": "lakebook_kernel.languages.r:RLanguage",
    "scala": "lakebook_kernel.languages.scala:ScalaLanguage",
    "duckdb": "lakebook_kernel.languages.duckdb:DuckDBLanguage",
    "shell": "lakebook_kernel.languages.shell:ShellLanguage",
    "markdown": "lakebook_kernel.languages.markdown:MarkdownLanguage",
}

#: Jupyter's ``language_info`` of a notebook whose default language is another than Python.
INFO: dict[str, dict[str, Any]] = {
    "sql": {
        "name": "sql",
        "version": "4.2",
        "mimetype": "text/x-sql",
        "codemirror_mode": "sql",
        "pygments_lexer": "sql",
        "file_extension": ".sql",
    },
    "r": {
        "name": "R",
        "version": "4",
        "mimetype": "text/x-rsrc",
        "codemirror_mode": "r",
        "pygments_lexer": "r",
        "file_extension": ".r",
    },
    "scala": {
        "name": "scala",
        "version": "2.13",
        "mimetype": "text/x-scala",
        "codemirror_mode": {"name": "text/x-scala"},
        "pygments_lexer": "scala",
        "file_extension": ".scala",
    },
}


def make(name: str, host: Host) -> Language:
    """A language by the name in ``Cell.language``, not started."""
    module, _, kind = _CLASSES[name].partition(":")
    language: Language = getattr(import_module(module), kind)(host)
    return language
