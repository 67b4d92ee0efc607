"""Where benchmarks run: folders of their own, which are gone afterwards with all that was started in them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import kernels
from benchmarks.kernels import Kernel
from lakebook.config import Workspace, find_workspace
from lakebook.spark import driver
from lakebook.spark.prepare import prepare

ROWS = 100_000
_MAKE_TABLE = """
spark.range({rows}).selectExpr("id", "id % 7 AS day", "CAST(id * 7919 % 1000 AS DOUBLE) AS delay") \\
     .write.format("delta").mode("overwrite").save({path!r})
"""


class Place:
    """Jupyter's files of this run, a workspace of ours and a Delta table."""

    def __init__(self, root: Path, cleaning: ExitStack) -> None:
        self.root = root
        self._cleaning = cleaning
        self._tables = 0
        self.workspace = self.new_workspace()

    def folder(self) -> Path:
        """A new empty folder: plain PySpark keeps a Derby metastore, which only one process may open, in its own."""
        return Path(tempfile.mkdtemp(dir=self.root))

    def new_workspace(self) -> Workspace:
        root = self.folder()
        (root / "lakebook.toml").touch()
        workspace = find_workspace(root)
        self._cleaning.callback(driver.stop, workspace)
        return workspace

    def kernel(self, name: str, folder: Path | None = None) -> Kernel:
        """A kernel that ends with this place, if not before: ours in the workspace, another in a folder of its own."""
        own = self.workspace.root if name.startswith("lakebook") else self.folder()
        return self._cleaning.enter_context(Kernel(name, folder or own))

    def table(self) -> Path:
        """A small Delta table that nobody has read yet."""
        self._tables += 1
        path = self.root / f"table-{self._tables}"
        shutil.copytree(self._made_table(), path)
        return path

    def _made_table(self) -> Path:
        path = self.root / "table"
        if not path.exists():
            with Kernel("lakebook", self.workspace.root) as kernel:
                kernel.seconds(_MAKE_TABLE.format(rows=ROWS, path=str(path)))
        return path


@contextmanager
def a_place() -> Iterator[Place]:
    """Set up as ``lakebook setup`` does, and a place whose kernels and drivers have ended when the context does."""
    prepare(lambda text: print(text, flush=True))
    with tempfile.TemporaryDirectory(prefix="lakebook-benchmarks-") as folder, ExitStack() as surroundings:
        root = Path(folder)
        surroundings.callback(_restore, dict(os.environ))
        for name in [name for name in os.environ if name.startswith(("SPARK_", "PYSPARK_", "LAKEBOOK_"))]:
            del os.environ[name]
        os.environ |= {
            "JUPYTER_PATH": str(kernels.install_all(root / "jupyter")),
            "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
            "JUPYTER_CONFIG_DIR": str(root / "config"),
            "IPYTHONDIR": str(root / "ipython"),
            "LAKEBOOK_IDLE_TIMEOUT": "300",  # should this process be killed
        }
        with ExitStack() as cleaning:
            yield Place(root, cleaning)


def _restore(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
