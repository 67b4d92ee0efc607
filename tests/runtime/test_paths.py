"""Where Databricks' paths are in the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook.config import ConfigError, find_workspace
from lakebook.paths import Paths, canonical


def paths(root: Path, settings: str = "") -> Paths:
    (root / "lakebook.toml").write_text(settings)
    return Paths(find_workspace(root))


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("dbfs:/x/y", "/dbfs/x/y"),
        ("dbfs:///x//y/", "/dbfs/x/y"),
        ("dbfs:/", "/dbfs"),
        ("/dbfs/x", "/dbfs/x"),
        ("/FileStore/t.csv", "/dbfs/FileStore/t.csv"),
        ("/mnt/raw", "/dbfs/mnt/raw"),
        ("dbfs:/mnt/raw", "/dbfs/mnt/raw"),
        ("dbfs:/Volumes/a/b/c", "/Volumes/a/b/c"),
        ("/Volumes/a/b/../../../../x", None),
        ("dbfs:/../../etc", "/dbfs/etc"),
        ("file:/Workspace/x", "/Workspace/x"),
        ("file:///tmp/x", None),
        ("file:/mnt/x", None),
        ("/tmp/x", None),
        ("x/dbfs", None),
        ("s3://dbfs/x", None),
        ("/dbfsx", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_path_has_one_form(path: str, known: str | None) -> None:
    assert canonical(path) == known


def test_without_settings_the_state_and_the_workspace_have_the_files(tmp_path: Path) -> None:
    found = paths(tmp_path)
    assert found.local("dbfs:/a/b.csv") == tmp_path / ".lakebook/dbfs/a/b.csv"
    assert found.local("/FileStore/t") == tmp_path / ".lakebook/dbfs/FileStore/t"
    assert found.local("/Volumes/main/default/v/x") == tmp_path / ".lakebook/volumes/main/default/v/x"
    assert found.local("/Workspace/etl/run") == tmp_path / "etl/run"
    assert found.local("dbfs:/") == tmp_path / ".lakebook/dbfs"
    assert found.local("/home/x") is None
    assert not (tmp_path / ".lakebook").exists(), "asking must not create anything"


def test_managed_tables_are_where_databricks_has_them(tmp_path: Path) -> None:
    found = paths(tmp_path, '[warehouse]\npath = "tables"\n')
    assert found.local("dbfs:/user/hive/warehouse/t/_delta_log") == tmp_path / "tables/t/_delta_log"


def test_the_longest_beginning_counts(tmp_path: Path) -> None:
    found = paths(
        tmp_path,
        '[paths]\n"dbfs:/" = "files"\n"/Volumes/main" = "vols"\n"/Volumes/main/raw/in" = "/data/in"\n"/mnt/lake" = "lake"\n',
    )
    assert found.local("/dbfs/x") == tmp_path / "files/x"
    assert found.local("/Volumes/main/raw/in/x") == Path("/data/in/x")
    assert found.local("/Volumes/main/raw/inside") == tmp_path / "vols/raw/inside"
    assert found.local("dbfs:/mnt/lake/x") == tmp_path / "lake/x"
    assert found.local("/mnt/other") == tmp_path / "files/mnt/other"


def test_mounts_are_kept_in_the_workspace(tmp_path: Path) -> None:
    paths(tmp_path).mount("/dbfs/mnt/raw", Path("/data/raw"))
    again = paths(tmp_path)
    assert again.local("/mnt/raw/x") == Path("/data/raw/x")
    again.unmount("/dbfs/mnt/raw")
    assert paths(tmp_path).local("/mnt/raw/x") == tmp_path / ".lakebook/dbfs/mnt/raw/x"


def test_a_file_of_the_workspace_has_a_name(tmp_path: Path) -> None:
    found = paths(tmp_path)
    assert found.name(tmp_path / "a" / "b.py") == "/Workspace/a/b.py"
    assert found.name(Path("/elsewhere")) is None


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ('[paths]\n"/data" = "x"\n', 'line 2: paths has the path "/data", expected one that begins with dbfs:/'),
        ('[paths]\n"/mnt/x" = 1\n', 'line 2: paths."/mnt/x" is 1, expected a folder'),
        ('[paths]\n"/mnt/x" = "s3://bucket"\n', 'paths."/mnt/x" is "s3://bucket", expected a folder'),
    ],
)
def test_a_bad_setting_is_told(tmp_path: Path, settings: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        paths(tmp_path, settings)
    assert complaint in str(caught.value)
