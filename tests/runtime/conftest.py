from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

#: ipykernel's own kernel: what is tested here is the command, which is the same for every kernel
PLAIN = {"name": "python3", "display_name": "Python 3", "language": "python"}

MakeNotebook = Callable[..., Path]


@pytest.fixture
def notebook(tmp_path: Path) -> MakeNotebook:
    """Writes a notebook of code cells; ``parameters=`` is the source of a cell tagged so."""

    def make(*sources: str, parameters: str | None = None, kernelspec: dict[str, str] | None = PLAIN) -> Path:
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        if parameters is not None:
            made.cells.insert(0, nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        if kernelspec:
            made.metadata["kernelspec"] = kernelspec
        folder = tmp_path / "notebooks"
        folder.mkdir(exist_ok=True)
        nbformat.write(made, folder / "made.ipynb")
        return folder / "made.ipynb"

    return make
