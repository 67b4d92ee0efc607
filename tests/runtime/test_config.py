"""Which folder is the workspace, what its settings mean, and what a bad one is answered with."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lakebook.config import ConfigError, Workspace, cache_dir, find_workspace


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASTER", "MEMORY", "IDLE_TIMEOUT", "JAVA_HOME", "WAREHOUSE", "METASTORE", "SHARE_LIMIT"):
        monkeypatch.delenv(f"LAKEBOOK_{name}", raising=False)


def workspace(root: Path, text: str) -> Workspace:
    (root / "lakebook.toml").write_text(text)
    return find_workspace(root)


def complaint(root: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        workspace(root, text)
    return str(caught.value)


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    found = find_workspace(tmp_path)
    assert found.root == tmp_path
    assert found.state == tmp_path / ".lakebook"
    assert found.warehouse == tmp_path / ".lakebook" / "warehouse"
    assert found.metastore is None
    assert found.share.limit == 2**30
    assert (found.spark.master, found.spark.memory, found.spark.idle_timeout) == ("local[*]", "2g", 1800.0)
    assert not found.state.exists(), "asking for the workspace must not create anything"


@pytest.mark.parametrize("mark", ["lakebook.toml", ".lakebook/"])
def test_the_nearest_marked_folder_upward_is_the_workspace(tmp_path: Path, mark: str) -> None:
    deep = tmp_path / "project" / "notebooks" / "deep"
    deep.mkdir(parents=True)
    for root in (tmp_path, tmp_path / "project"):
        (root / mark).mkdir() if mark.endswith("/") else (root / mark).touch()
    assert find_workspace(deep).root == tmp_path / "project"


def test_the_current_folder_is_where_the_search_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lakebook.toml").touch()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert find_workspace().root == tmp_path


def test_a_link_to_a_workspace_is_that_workspace(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "lakebook.toml").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert find_workspace(tmp_path / "link").root == tmp_path / "real"


def test_every_setting_is_read(tmp_path: Path) -> None:
    (tmp_path / "jdk" / "bin").mkdir(parents=True)
    (tmp_path / "jdk" / "bin" / "java").touch()
    found = workspace(
        tmp_path,
        """
        [spark]
        master = "spark://cluster:7077"
        memory = "4G"
        idle_timeout = "1.5h"
        java_home = "jdk"
        [spark.conf]
        spark.sql.shuffle.partitions = 8
        "spark.executor.memory" = "1g"
        spark.sql.ansi.enabled = false
        [warehouse]
        path = "data"
        [metastore]
        url = "jdbc:postgresql://db/metastore"
        [share]
        limit = "200m"
        """,
    )
    assert found.spark.master == "spark://cluster:7077"
    assert found.spark.memory == "4g"
    assert found.spark.idle_timeout == 5400
    assert found.spark.java_home == tmp_path / "jdk"
    assert found.spark.conf == {
        "spark.sql.shuffle.partitions": "8",
        "spark.executor.memory": "1g",
        "spark.sql.ansi.enabled": "false",
    }
    assert found.warehouse == tmp_path / "data"
    assert found.metastore == "jdbc:postgresql://db/metastore"
    assert found.share.limit == 200 * 2**20


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    monkeypatch.setenv("LAKEBOOK_MASTER", "local[1]")
    monkeypatch.setenv("LAKEBOOK_MEMORY", "3g")
    monkeypatch.setenv("LAKEBOOK_IDLE_TIMEOUT", "90")
    monkeypatch.setenv("LAKEBOOK_JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("LAKEBOOK_WAREHOUSE", "/lake")
    monkeypatch.setenv("LAKEBOOK_METASTORE", "jdbc:postgresql://other/db")
    monkeypatch.setenv("LAKEBOOK_SHARE_LIMIT", "2T")
    found = workspace(tmp_path, '[spark]\nmaster = "yarn"\nmemory = "1g"\n')
    assert (found.spark.master, found.spark.memory, found.spark.idle_timeout) == ("local[1]", "3g", 90)
    assert found.spark.java_home == tmp_path
    assert found.warehouse == Path("/lake")
    assert found.metastore == "jdbc:postgresql://other/db"
    assert found.share.limit == 2 * 2**40


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEBOOK_MEMORY", "")
    assert find_workspace(tmp_path).spark.memory == "2g"


def test_a_bad_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEBOOK_MEMORY", "lots")
    assert complaint(tmp_path, "") == 'LAKEBOOK_MEMORY is "lots", expected a size such as "4g"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n[spark]\nmemory = 12\n", 'line 3: spark.memory is 12, expected a size such as "4g"'),
        ('[spark]\nmemory = "4 gigs"', 'line 2: spark.memory is "4 gigs", expected a size such as "4g"'),
        ('spark = {memory = 12}\n[warehouse]\npath = "x"', 'line 1: spark.memory is 12, expected a size such as "4g"'),
        (
            '[spark]\nmaster = "cluster:7077"',
            'line 2: spark.master is "cluster:7077", expected a Spark master such as "local[*]", "spark://host:7077", '
            '"yarn" or "k8s://…"',
        ),
        (
            "[spark]\nidle_timeout = true",
            'line 2: spark.idle_timeout is true, expected a time such as "30m", or seconds',
        ),
        ('[spark]\njava_home = "none"', 'line 2: spark.java_home is "none", expected a folder that holds bin/java'),
        ('[spark]\nmemroy = "4g"', "line 2: unknown setting spark.memroy, did you mean spark.memory?"),
        ("[share]\nlimit = 1000", 'line 2: share.limit is 1000, expected a size such as "4g"'),
        ("[sprak]\n", "line 1: unknown setting sprak, did you mean spark?"),
        ("[zzz]\n", "line 1: unknown setting zzz, expected one of metastore, paths, share, spark, tracking, warehouse"),
        ('spark = "x"', 'line 1: spark is "x", expected a section [spark]'),
        ("[spark]\nconf = 1", "line 2: spark.conf is 1, expected a section [spark.conf]"),
        (
            "[spark.conf]\nspark.a = 1\nspark.jars = [1]",
            "line 3: spark.jars is [1], expected a text, a number, true or false",
        ),
        (
            '[spark.conf]\n"spark.driver.memory" = "9g"',
            "line 2: spark.driver.memory is set as spark.memory in this file, not under spark.conf",
        ),
        (
            '[warehouse]\npath = "s3a://bucket/lake"',
            'line 2: warehouse.path is "s3a://bucket/lake", expected a folder such as "warehouse" (from the workspace) '
            'or "/data/warehouse"',
        ),
        (
            '[metastore]\nurl = "mysql://db"',
            'line 2: metastore.url is "mysql://db", expected the JDBC address of a Postgres database, such as '
            '"jdbc:postgresql://host/metastore"',
        ),
        ('[spark]\n# note\nmemory "4g"\n', "line 3: expected '=' after a key in a key/value pair"),
        ('[spark]\nmemory = "4g', "line 2: unterminated string"),
    ],
)
def test_a_bad_file_is_answered_with_the_line_and_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    assert complaint(tmp_path, text) == f"lakebook.toml, {message}"


def test_a_file_that_is_not_text_is_answered_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_bytes(b"[spark]\nmaster = '\xff'\n")
    with pytest.raises(ConfigError, match=r"lakebook\.toml, line 2: this is not UTF-8 text"):
        find_workspace(tmp_path)


def test_the_state_folder_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    state = find_workspace(tmp_path).make_state()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert (state / ".gitignore").read_text() == "*\n"
    assert find_workspace(tmp_path).make_state() == state


def test_the_cache_follows_the_desktop_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir() == tmp_path / "lakebook"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_dir() == tmp_path / ".cache" / "lakebook"
