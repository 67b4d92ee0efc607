"""Which folder is the workspace, what its settings mean, and what a bad one is answered with."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lakebook.config import WORKSPACE, ConfigError, MailSettings, Receiver, Workspace, cache_dir, find_workspace
from lakebook.config_kubernetes import KubernetesSettings


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


def test_the_environment_names_the_workspace_wherever_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "named").mkdir()
    (tmp_path / "link").symlink_to("named")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(WORKSPACE, "link")
    assert find_workspace(Path("/")).root == tmp_path / "named"
    monkeypatch.setenv(WORKSPACE, "")
    assert find_workspace(tmp_path).root == tmp_path
    monkeypatch.setenv(WORKSPACE, "gone")
    with pytest.raises(ConfigError, match=r'^LAKEBOOK_WORKSPACE is "gone", expected a folder$'):
        find_workspace(tmp_path)


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
        (
            "[zzz]\n",
            "line 1: unknown setting zzz, expected one of jobs, lab, mail, metastore, paths, share, spark, tracking, warehouse, webhooks",
        ),
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
        (
            '[jobs]\nstore = "mysql://db"',
            'line 2: jobs.store is "mysql://db", expected the address of a Postgres database, such as '
            '"postgresql://host/jobs"',
        ),
        (
            '[mail]\ntls = "ssl"',
            'line 2: mail.tls is "ssl", expected "starttls", "tls" or "none"',
        ),
        ("[mail]\nport = 0", "line 2: mail.port is 0, expected the number of a port, such as 587"),
        (
            '[webhooks]\nteam = "example.com"',
            'line 2: webhooks.team is "example.com", expected an address such as "https://example.com/hook", alone or as '
            "url beside secret_file",
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


def test_mail_and_webhooks_of_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEBOOK_MAIL_PORT", "2525")
    found = workspace(
        tmp_path,
        """
        mail = {host = "mail.example.com", port = 587, from = "Jobs <jobs@example.com>", password_file = "mail.password"}
        [webhooks]
        team = "https://example.com/hook"
        audit = {url = "https://example.com/audit", secret_file = "/etc/audit.secret"}
        """,
    )
    assert found.mail == MailSettings(
        host="mail.example.com",
        port=2525,
        sender="Jobs <jobs@example.com>",
        password_file=tmp_path / "mail.password",
    )
    assert found.webhooks == {
        "team": Receiver("https://example.com/hook"),
        "audit": Receiver("https://example.com/audit", Path("/etc/audit.secret")),
    }


def test_pods_of_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_workspace(tmp_path).jobs.executor == "local"
    found = workspace(
        tmp_path,
        """
        [jobs]
        executor = "kubernetes"
        [jobs.kubernetes]
        image = "registry.example.com/lakebook:1"
        claim = "flights"
        sub_path = "teams/flights"
        namespace = "lake"
        service_account = "tasks"
        requests = {cpu = 2, memory = "4Gi", "nvidia.com/gpu" = 1}
        limits = {cpu = "1500m", memory = "4Gi"}
        node_selector = {"kubernetes.io/arch" = "amd64", pool = ""}
        keep = "10m"
        """,
    )
    assert found.jobs.executor == "kubernetes"
    assert found.jobs.kubernetes == KubernetesSettings(
        image="registry.example.com/lakebook:1",
        claim="flights",
        sub_path="teams/flights",
        namespace="lake",
        service_account="tasks",
        requests={"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"},
        limits={"cpu": "1500m", "memory": "4Gi"},
        node_selector={"kubernetes.io/arch": "amd64", "pool": ""},
        keep=600,
    )
    monkeypatch.setenv("LAKEBOOK_JOBS_EXECUTOR", "local")
    assert find_workspace(tmp_path).jobs.executor == "local"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('claim = "Flights"', 'claim is "Flights", expected a name as Kubernetes has them: lower case letters, digits and -'),
        ('namespace = "a.b"', 'namespace is "a.b", expected the name of a namespace: at most 63 lower case letters, digits and -'),
        ('sub_path = "../other"', 'sub_path is "../other", expected a folder of the volume such as "teams/flights", without / at its beginning and without ..'),
        ('requests = {memory = "4 GB"}', 'requests is {"memory": "4 GB"}, expected amounts such as {cpu = "2", memory = "4Gi"}'),
        ("node_selector = {pool = 1}", 'node_selector is {"pool": 1}, expected labels of nodes such as {pool = "jobs"}'),
        ('imgae = "x"', 'imgae is "x", a setting that is not known, did you mean image?'),
        ("zzz = 1", "zzz is 1, a setting that is not known, expected one of claim, image, keep, limits, namespace, node_selector, requests, service_account, sub_path"),
    ],
)  # fmt: skip
def test_a_bad_setting_of_pods_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    text = f'[jobs.kubernetes]\nimage = "lakebook"\n{line}\n'
    assert complaint(tmp_path, text) == f"lakebook.toml, line 3: jobs.kubernetes.{message}"


def test_pods_need_an_image_and_a_volume(tmp_path: Path) -> None:
    text = '[jobs.kubernetes]\nimage = "lakebook"\n'
    assert complaint(tmp_path, text).endswith('jobs.kubernetes is {"image": "lakebook"}, expected it to have claim')
    assert complaint(tmp_path, "[jobs]\nkubernetes = 1").endswith("is 1, expected a section [jobs.kubernetes]")
    assert complaint(tmp_path, '[jobs]\nexecutor = "yarn"').endswith('is "yarn", expected "local" or "kubernetes"')
