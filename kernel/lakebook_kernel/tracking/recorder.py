"""Records where runs came from: what the notebook read before them, and the notebook as it ran."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakebook.config import ConfigError, Workspace
from lakebook.imports import AfterImport
from lakebook.spark.tables import tables
from lakebook.tracking.running import RunningCell, notebook_name, set_running_cell
from lakebook.tracking.store import environment
from lakebook.tracking.tables import TableUse, TableVersion
from lakebook_kernel.tracking.dataflow import DataFlow
from lakebook_kernel.tracking.fallback import Fallback
from lakebook_kernel.tracking.notebook import Notebook
from lakebook_kernel.tracking.quiet import quieten
from lakebook_kernel.tracking.seen import TablesSeen
from lakebook_kernel.tracking.watch import NewRun, RunWatch

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakebook.lineage.facts import RunFacts
    from lakebook.lineage.store import Lineage
    from lakebook.tracking.git import Commit
    from lakebook_kernel.tracking.records import Facts

Say = Callable[[str], None]


@dataclass
class _Run:
    """A run of this notebook's that is still to be recorded, or open."""

    new: NewRun
    #: on the way of the data, as far as the cells tell in which the run was open
    training: set[TableVersion] = field(default_factory=set)
    #: what the notebook had read and written when it ended; None while it is open
    ended: TableUse | None = None


class Recorder:
    """Sees every cell begin and end, and writes down what is known of the runs that it made.

    A cell that makes no run and touches no table costs next to nothing.

    Args:
        notebook: what is known of it.
        say: shows a line in the running cell.
    """

    def __init__(self, notebook: Notebook, say: Say) -> None:
        self._notebook = notebook
        self._say = say
        self._session = uuid.uuid4().hex
        self._names: dict[Path, str] = {}
        self._flow = DataFlow()
        self._seen = TablesSeen()
        self._runs: dict[str, _Run] = {}
        self._failed: set[int] = set()
        self._ids: dict[int, str] = {}
        self._cell: RunningCell | None = None
        self._lineage: Lineage | None = None
        #: whether the catalog has been told of lineage's tables
        self._told_catalog = False
        #: whether fits are to be recorded at first
        self.autolog = False
        #: the registered model of which the running cell's models become versions
        self.register_as = ""
        self._fallback = Fallback(notebook.workspace, say)
        quieten()
        RunWatch(self._started, self._ending).install()
        AfterImport({"mlflow"}, self._mlflow_imported).install()

    @property
    def file(self) -> Path:
        """The notebook's file as its front end says it, else its folder."""
        return file_of(self._notebook.names, self._notebook.folder)

    def _mlflow_imported(self) -> None:
        from lakebook_kernel.tracking.addresses import keep_the_workspaces_store
        from lakebook_kernel.tracking.experiment import allow_others_to_make_it
        from lakebook_kernel.tracking.requirements import remember_requirements

        remember_requirements()
        keep_the_workspaces_store(self._say)
        allow_others_to_make_it()
        self.set_environment(self._notebook.workspace)  # by now the front end has said which file the notebook is
        self._fallback.look()

    def set_environment(self, read: Callable[[], Workspace]) -> None:
        """Lead MLflow to the workspace's store and the notebook's experiment, in this process and those it starts."""
        try:
            workspace = read()
        except ConfigError as problem:  # the kernel starts all the same
            self._say(f"Runs are not led to the workspace's store: {problem}")
            return
        os.environ.update(environment(workspace, self.file))
        self.autolog = workspace.tracking.autolog

    # --- around a cell

    def begin(self, number: int, cell: str | None, language: str) -> None:
        """A cell starts, under Jupyter's number and id."""
        self._seen.begin_cell()
        self.register_as = ""
        commit = cache(partial(_commit_of, self._notebook.folder))
        self._cell = RunningCell(self._name(), self._session, number, cell or "", language, commit)
        set_running_cell(self._cell)
        self._fallback.look()
        if cell:
            self._ids[number] = cell

    def note(self, use: TableUse) -> None:
        """The running cell has read and written these tables, in whatever way; lineage's own are left out."""
        if not use.read and not use.written:
            return
        from lakebook.lineage.schema import is_lineages

        read = [table for table in use.read if not is_lineages(table.location)]
        written = [write for write in use.written if not is_lineages(write.table.location)]
        self._seen.note(TableUse(read, written))

    def end(self, used: Callable[[], set[str]], bound: Callable[[], set[str]], *, failed: bool) -> None:
        """The cell has ended; nothing that fails here is the cell's failure.

        Args:
            used: the names that it read; asked only if a table was read in the notebook.
            bound: the names that it bound, or whose values it changed.
            failed: whether it ended by an error.
        """
        if failed and self._cell is not None:
            self._failed.add(self._cell.number)
        try:
            self._record(used, bound)
        except KeyboardInterrupt:
            self._say("Interrupted: what the cell's runs came from may not be recorded.")
        except Exception as problem:
            self._say(f"What the cell's runs came from could not be recorded: {_told(problem)}")

    def close(self) -> None:
        """The kernel ends: wait until what was noted is written."""
        if self._lineage is not None:
            self._lineage.flush()

    def _record(self, used: Callable[[], set[str]], bound: Callable[[], set[str]]) -> None:
        self.note(self._notebook.spark_tables())
        use = self._seen.of_cell
        sources: frozenset[TableVersion] = frozenset()
        if not self._seen.nothing_read and (use.read or not self._flow.empty):
            sources = self._flow.note(used(), bound(), use.read)
        runs = list(self._runs.values())
        for run in runs:
            run.training |= sources
            if run.ended is not None:  # whatever becomes of its record, it is not tried again in every cell
                del self._runs[run.new.run_id]
        facts = [fact for run in runs if (fact := self._written_down(run)) is not None]
        if (use.read or use.written or facts) and self._cell is not None:
            self._note_lineage(self._cell, use, facts)
        ended = [run.new for run in runs if run.ended is not None]
        if ended:
            self._say(_logged(ended))
        if self.register_as:
            self._register(ended)

    def _written_down(self, run: _Run) -> RunFacts | None:
        """Write a run's record; what of it lineage keeps, when the run has ended and the record could be written."""
        from lakebook.tracking.errors import TrackingError, in_users_terms
        from lakebook_kernel.tracking import records

        use = (run.ended or self._seen.so_far).named(tables(self._notebook.workspace()))
        training = [table for table in use.read if table in run.training]
        # an input's context is final: what is only possible now may be on the data's way before an open run ends
        possible = [table for table in use.read if table not in run.training] if run.ended is not None else []
        try:
            with in_users_terms(run.new.tracking_uri):
                return records.write(
                    run.new, self._facts(), training, possible, use.written, ended=run.ended is not None
                )
        except TrackingError as problem:
            self._say(f"What the run {run.new.name} came from could not be recorded: {problem}")
            return None

    def _note_lineage(self, cell: RunningCell, use: TableUse, runs: list[RunFacts]) -> None:
        from lakebook.lineage.facts import CellFacts
        from lakebook.lineage.store import Lineage

        workspace = self._notebook.workspace()
        if use.written or runs:
            with self._notebook.whole():  # of two threads that import, the writer's would meet a module half made
                for module in ("pyarrow", "deltalake.exceptions", "lakebook.lineage.models"):
                    import_module(module)
        if self._lineage is None:
            self._lineage = Lineage(workspace, self._say)
        self._lineage.note(CellFacts.of(cell), use.named(tables(workspace)), runs)
        session = self._notebook.session()
        if session is not None and not self._told_catalog and (use.written or runs):
            self._told_catalog = True
            threading.Thread(target=self._let_sql_ask, args=(self._lineage, session), daemon=True).start()

    def _let_sql_ask(self, lineage: Lineage, session: SparkSession) -> None:
        """Tell the catalog of lineage's tables, once there is something in them; on a thread of its own."""
        from lakebook.lineage.catalog import register

        try:
            lineage.flush()
            register(session.sql, lineage.workspace)
        except Exception as problem:  # such as the driver's end, which the cell that meets it tells
            self._told_catalog = False
            self._say(f"SQL does not find lineage's tables yet: {_told(problem)}")

    def _register(self, runs: list[NewRun]) -> None:
        from lakebook_kernel.tracking import records

        for made in records.registered(runs, self.register_as):
            self._say(f"Registered version {made.version} of {made.name}.")
        if self._lineage is not None:
            self._lineage.models_changed()

    def _facts(self) -> Facts:
        from lakebook_kernel.tracking.history import notebook_as_ran
        from lakebook_kernel.tracking.packages import python_packages
        from lakebook_kernel.tracking.records import Facts

        notebook, cell = self._notebook, self._cell
        return Facts(
            notebook=notebook_as_ran(notebook.sources(), self._ids, self._failed, notebook.metadata()),
            python_packages=python_packages(),
            r_packages=notebook.r_packages(),
            commit=cell.commit() if cell is not None else None,
        )

    # --- what MLflow tells

    def _started(self, run: NewRun) -> None:
        self._runs[run.run_id] = _Run(run)

    def _ending(self, run_id: str) -> None:
        run = self._runs.get(run_id)
        if run is None:
            return
        if threading.current_thread() is threading.main_thread():  # no other one talks to the driver for the cell
            self.note(self._notebook.spark_tables())
        run.ended = self._seen.so_far

    def _name(self) -> str:
        file = self.file
        if file not in self._names:
            try:
                self._names[file] = notebook_name(self._notebook.workspace().root, file)
            except ConfigError:  # said where Spark or MLflow is used; the settings may be mended
                return file.as_posix()
        return self._names[file]


def file_of(names: Mapping[str, Any], folder: Path) -> Path:
    """A notebook's file, Jupyter's or a source file, as its front end says it; of a console its folder."""
    from lakebook.databricks.languages import of_suffix

    said = names.get("__vsc_ipynb_file__") or names.get("__session__") or os.environ.get("JPY_SESSION_NAME") or ""
    path = folder / str(said)
    return path if path.suffix == ".ipynb" or of_suffix(path.suffix) else folder


def _commit_of(folder: Path) -> Commit | None:
    from lakebook.tracking.git import commit_of

    return commit_of(folder)


def _told(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]


def _logged(runs: list[NewRun]) -> str:
    if len(runs) == 1:
        return f"Logged the run {runs[0].name}."
    return f"Logged {len(runs)} runs: {', '.join(run.name for run in runs[:5])}{', …' if len(runs) > 5 else ''}."
