"""Where the repository, the workspace and the notebook go: to each other as they were."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from lakebook.reproduce.layout import Layout, layout, relative_to_workspace


@pytest.mark.parametrize(
    ("notebook", "git_folder", "expected"),
    [
        ("work/delays.ipynb", "", (".", ".", "work/delays.ipynb")),
        ("work/delays.ipynb", "/ws", (".", ".", "work/delays.ipynb")),
        ("delays.ipynb", "/", (".", "ws", "ws/delays.ipynb")),
        ("repo/delays.ipynb", "/ws/repo", ("repo", ".", "repo/delays.ipynb")),
        ("/home/ann/repo/sub/delays.ipynb", "/home/ann/repo", (".", ".", "sub/delays.ipynb")),
        ("/home/ann/delays.ipynb", "", (".", ".", "delays.ipynb")),
        ("work/delays.ipynb", "/another/machine/s", (".", ".", "work/delays.ipynb")),
        ("work/delays.sql", "/ws", (".", ".", "work/delays.sql.ipynb")),
        (".", "/ws", (".", ".", "notebook.ipynb")),
    ],
)
def test_places_are_to_each_other_as_they_were(notebook: str, git_folder: str, expected: tuple[str, str, str]) -> None:
    assert layout(Path("/ws"), notebook, git_folder) == Layout(*map(PurePosixPath, expected))


def test_a_table_is_in_the_workspace_or_elsewhere() -> None:
    assert relative_to_workspace("file:/ws/data/t", Path("/ws")) == Path("data/t")
    assert relative_to_workspace("file:/ws2/t", Path("/ws")) is None
    assert relative_to_workspace("s3a://bucket/ws/t", Path("/ws")) is None
