"""``dbutils.fs``: what it does with files, and what it answers when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import find_workspace
from lakebook.paths import Paths
from lakebook_kernel.databricks.fs import FileInfo, FileSystem, MountInfo
from lakebook_kernel.databricks.places import ExecutionError

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def fs(tmp_path: Path) -> FileSystem:
    (tmp_path / "lakebook.toml").touch()
    return FileSystem(lambda: Paths(find_workspace(tmp_path)))


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ExecutionError) as caught:
        call()
    return str(caught.value)


def test_what_is_put_is_listed_and_read(fs: FileSystem, tmp_path: Path, capsys: Captured) -> None:
    assert fs.put("/tmp_of_notebook/a.txt", "grüße") and fs.put("dbfs:/tmp_of_notebook/b/c.txt", "x")
    assert capsys.readouterr().out == "Wrote 7 bytes.\nWrote 1 bytes.\n"
    a, b = fs.ls("dbfs:/tmp_of_notebook")
    changed = int((tmp_path / ".lakebook/dbfs/tmp_of_notebook/a.txt").stat().st_mtime * 1000)
    assert a == FileInfo("dbfs:/tmp_of_notebook/a.txt", "a.txt", 7, changed)
    assert a.isFile() and not a.isDir()
    assert (b.path, b.name, b.size, b.isDir()) == ("dbfs:/tmp_of_notebook/b/", "b/", 0, True)
    assert fs.head("/dbfs/tmp_of_notebook/a.txt") == "grüße"
    assert fs.ls("/tmp_of_notebook/a.txt") == [a]


def test_the_head_of_a_long_file_says_so_and_cuts_no_character(fs: FileSystem, capsys: Captured) -> None:
    fs.put("/x", "aä" * 10)
    capsys.readouterr()
    assert fs.head("/x", 5) == "aäa"
    assert capsys.readouterr().out == "[Truncated to first 5 bytes]\n"


def test_files_and_folders_are_copied(fs: FileSystem) -> None:
    fs.put("/a/one", "1")
    fs.put("/a/in/two", "2")
    assert fs.cp("/a/one", "/b/copy") and fs.cp("/a/one", "/b")
    assert [file.name for file in fs.ls("/b")] == ["copy", "one"]
    assert refused(lambda: fs.cp("/a", "/c")) == "java.io.IOException: dbfs:/a is a directory; it wants recurse=True."
    fs.cp("/a", "/b", recurse=True)
    assert [file.name for file in fs.ls("/b")] == ["copy", "in/", "one"]
    assert "is inside of dbfs:/a" in refused(lambda: fs.cp("/a", "/a/in/deep", True))


def test_files_and_folders_are_moved(fs: FileSystem) -> None:
    fs.put("/a/one", "1")
    assert fs.mv("/a/one", "/a/other") and fs.mv("/a", "/Volumes/c/s/v", True)
    assert [file.path for file in fs.ls("/Volumes/c/s/v")] == ["dbfs:/Volumes/c/s/v/other"]
    assert fs.rm("/a") is False
    fs.mv("/Volumes/c/s/v/other", "dbfs:/Volumes/c/s/v/other")
    assert fs.head("/Volumes/c/s/v/other") == "1", "moved to itself it is still there"


def test_removing_wants_recurse_where_something_is_in_it(fs: FileSystem) -> None:
    fs.put("/a/one", "1")
    assert refused(lambda: fs.rm("/a")).startswith("java.io.IOException: Directory dbfs:/a is not empty")
    assert fs.rm("/a/one") and fs.rm("/a")
    fs.put("/a/one", "1")
    assert fs.rm("/a", True) and not fs.rm("/a", True)


@pytest.mark.parametrize("tree", ["dbfs:/", "/", "/Workspace", "/Volumes", "file:/", "/dbfs"])
def test_a_whole_tree_is_never_removed(fs: FileSystem, tree: str) -> None:
    fs.mkdirs("dbfs:/")
    fs.mkdirs("/Volumes")
    assert "stands for a whole tree" in refused(lambda: fs.rm(tree, True))


def test_the_workspace_has_its_own_files(fs: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a\n")
    assert fs.head("/Workspace/data.csv") == fs.head("file:/Workspace/data.csv") == fs.head(f"file:{tmp_path}/data.csv")
    assert "file:/Workspace/data.csv" in [file.path for file in fs.ls("/Workspace")]


def test_a_plain_path_is_of_this_machine_where_dbfs_has_none(fs: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "x").touch()
    (file,) = fs.ls(str(tmp_path / "plain"))
    assert file.path == f"file:{tmp_path}/plain/x"
    assert fs.rm(str(tmp_path / "plain"), True), "it is below the folder for temporary files"
    assert not (tmp_path / "plain").exists()
    assert fs.rm("/usr/bin", True) is False, "nothing of this machine is removed by a path that means DBFS"
    assert Path("/usr/bin").is_dir()


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda fs: fs.ls("/none"), "java.io.FileNotFoundException: No such file or directory dbfs:/none"),
        (lambda fs: fs.head("dbfs:/none"), "java.io.FileNotFoundException: No such file or directory dbfs:/none"),
        (lambda fs: fs.ls("x/y"), "Relative path in absolute URI: x/y"),
        (lambda fs: fs.ls("dbfs:x"), "Relative path in absolute URI: dbfs:x"),
        (lambda fs: fs.ls("s3://bucket/x"), "s3://bucket/x is in storage that dbutils.fs does not reach here."),
        (lambda fs: fs.ls("foo:/x"), 'No FileSystem for scheme "foo"'),
        (lambda fs: fs.ls(""), "A path such as dbfs:/tmp/x is wanted, and this is ''"),
        (lambda fs: fs.put("/there", "x"), "FileAlreadyExistsException: dbfs:/there already exists; overwrite=True"),
        (lambda fs: fs.mkdirs("/there"), "FileAlreadyExistsException: dbfs:/there is a file."),
        (lambda fs: fs.mkdirs("/there/below"), "dbfs:/there/below: Not a directory"),
        (lambda fs: fs.head("dbfs:/"), "dbfs:/ is a directory, and a file is wanted"),
        (lambda fs: fs.mount("s3a://bucket", "/mnt/b"), "s3a://bucket is in storage"),
        (lambda fs: fs.mount("dbfs:/none", "/mnt/b"), "No such directory dbfs:/none"),
        (lambda fs: fs.unmount("/mnt/b"), "Directory not mounted: /mnt/b"),
        (lambda fs: fs.mount("file:/tmp", "mnt"), "A mount point such as /mnt/raw is wanted, and this is 'mnt'"),
    ],
)
def test_what_cannot_be_done_is_told_as_databricks_tells_it(
    fs: FileSystem, call: Callable[[FileSystem], Any], complaint: str
) -> None:
    fs.put("/there", "")
    assert complaint in refused(lambda: call(fs))


def test_a_mounted_folder_is_at_its_point(fs: FileSystem, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "raw").mkdir()
    assert fs.mount(f"file:{tmp_path}/raw", "/mnt/raw")
    fs.put("/mnt/raw/x", "1")
    assert (tmp_path / "raw" / "x").read_text() == "1"
    assert fs.mounts() == [MountInfo("/mnt/raw", f"file:{tmp_path}/raw", "")]
    assert "Directory already mounted: /mnt/raw" in refused(lambda: fs.mount("dbfs:/", "/mnt/raw"))
    assert "stands for a whole tree" in refused(lambda: fs.rm("/mnt/raw", True))
    assert fs.updateMount("/Workspace", "/mnt/raw") and fs.refreshMounts()
    assert fs.head("/mnt/raw/raw/x") == "1"
    assert fs.unmount("/mnt/raw") and fs.mounts() == []
    assert capsys.readouterr().out.endswith("/mnt/raw has been unmounted.\n")


def test_a_mount_point_of_the_settings_takes_any_source(fs: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text('[paths]\n"/mnt/lake" = "lake"\n')
    assert fs.mount("abfss://c@account.dfs.core.windows.net/", "/mnt/lake", extraConfigs={"a": "b"})
    assert fs.mounts() == [MountInfo("/mnt/lake", f"file:{tmp_path}/lake", "")]
    assert "is mapped in lakebook.toml" in refused(lambda: fs.unmount("/mnt/lake"))


def test_help_names_what_there_is(fs: FileSystem, capsys: Captured) -> None:
    fs.help()
    fs.help("ls")
    out = capsys.readouterr().out
    assert "cp(from_, to, recurse=False): Copy a file" in out and "help(name=None)" in out
    assert out.endswith("ls(dir)\n\nList what is in a folder; of a file, the file.\n")


def test_a_listing_is_a_list_that_shows_as_a_table(fs: FileSystem) -> None:
    fs.put("/a/<b>", "")
    listing = fs.ls("/a")
    assert isinstance(listing, list)
    assert "<td>dbfs:/a/&lt;b&gt;</td>" in (listing._repr_html_() or "")  # type: ignore[attr-defined]
