"""What papermill loads by its entry point: an engine, and with it the translators of parameters for our kernels.

papermill has no entry point for translators. Import this module only after ``papermill.engines``, which loads it while
it is itself being imported.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine
from papermill.translators import PythonTranslator, RTranslator, ScalaTranslator, papermill_translators


class SqlTranslator(PythonTranslator):  # type: ignore[misc]
    """Parameters of a notebook whose default language is SQL: a Python cell, since SQL has no variables."""

    @classmethod
    def codify(cls, parameters: dict[str, Any], comment: str = "Parameters") -> str:
        """The parameters as a cell that is Python whatever the default language of the notebook is."""
        return f"%python\n{super().codify(parameters, comment)}"


class Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, by our name."""


for _kernel, _translator in {
    "lakebook": PythonTranslator,
    "lakebook-sql": SqlTranslator,
    "lakebook-r": RTranslator,
    "lakebook-scala": ScalaTranslator,
}.items():
    papermill_translators.register(_kernel, _translator)
