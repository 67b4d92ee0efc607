"""What the code of a cell names, whichever its language: what its reader found, for the table to be asked about."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Uses:
    """What stands in code; strings are kept apart from it, and comments are no use of anything."""

    #: of a language's own names: ``dbutils.credentials.showRoles``; of a call with a text also ``f("text")``
    names: list[str] = field(default_factory=list)
    #: of what is imported, in full: ``databricks.feature_store``
    modules: list[str] = field(default_factory=list)
    #: the strings, and the words of a shell's or of ``%fs``
    texts: list[str] = field(default_factory=list)
    #: of data sources: ``cloudFiles`` of ``spark.readStream.format("cloudFiles")``
    formats: list[str] = field(default_factory=list)
    #: SQL without comments, of which the strings are empty
    statements: list[str] = field(default_factory=list)
    #: magics of a line, which stand anywhere in a cell of Python
    magics: list[str] = field(default_factory=list)
    #: paths of notebooks that this one runs
    notebooks: list[str] = field(default_factory=list)
    #: what ``%pip install`` is given
    installs: list[str] = field(default_factory=list)
    #: folders that the code adds to ``sys.path``; None for one that only running it would tell
    folders: list[str | None] = field(default_factory=list)
    #: why the code cannot be read; empty when it can
    problem: str = ""

    def add(self, other: Uses) -> None:
        """Take in what another piece of code of the cell uses."""
        for name, values in vars(other).items():
            if isinstance(values, list):
                getattr(self, name).extend(values)
        self.problem = self.problem or other.problem
