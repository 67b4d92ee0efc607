"""Secrets: where they come from, and that they are hidden before anybody has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook_kernel.databricks.secrets import SecretError, Secrets

ENVIRONMENT = {"LAKEBOOK_SECRET_MY_SCOPE_DB_PASSWORD": "from-env", "LAKEBOOK_SECRET_OTHER_KEY": "x", "HOME": "/"}


class Kept:
    """Secrets of a folder, and what was hidden."""

    def __init__(self, folder: Path, text: str | None = None, mode: int = 0o600) -> None:
        self.hidden: list[str] = []
        if text is not None:
            (folder / "secrets.toml").write_text(text)
            (folder / "secrets.toml").chmod(mode)
        self.secrets = Secrets(lambda: folder, self.hidden.append, ENVIRONMENT)


def test_a_secret_of_the_environment(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert kept.secrets.get("my-scope", "db.password") == "from-env"
    assert kept.secrets.getBytes("other", "key") == b"x"
    assert kept.hidden == ["from-env", "x"]


def test_a_secret_of_the_file_and_the_environment_over_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path, '[my-scope]\ntoken = "from-file"\ndb_password = "older"\n')
    assert kept.secrets.get("my-scope", "token") == "from-file"
    assert kept.secrets.get("my-scope", "db_password") == "from-env"


def test_what_there_is_is_listed_without_values(tmp_path: Path) -> None:
    kept = Kept(tmp_path, '[my-scope]\ntoken = "from-file"\n')
    assert [one.key for one in kept.secrets.list("my-scope")] == ["db_password", "token"]
    assert [one.name for one in kept.secrets.listScopes()] == ["my-scope", "other"]
    assert kept.hidden == []


def test_one_that_is_not_there_says_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(SecretError) as caught:
        Kept(tmp_path).secrets.get("prod", "token")
    assert str(caught.value) == (
        "Secret does not exist with scope: prod and key: token. Set it in the environment as LAKEBOOK_SECRET_PROD_TOKEN, "
        "or in .lakebook/secrets.toml under [prod]."
    )
    with pytest.raises(SecretError, match=r"Scope prod does not exist. There are: my, other."):
        Kept(tmp_path).secrets.list("prod")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SecretError, match=r"may be read by others, so it is not used\. Type: chmod 600"):
        Kept(tmp_path, '[s]\nk = "v"\n', mode).secrets.get("s", "k")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[s\n", "is no TOML, at line 1"),
        ("s = 1\n", r"s is to be a section \[s\]"),
        ("[s]\nk = 1\n", "s is to be a section"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_without_its_content(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SecretError, match=complaint):
        Kept(tmp_path, text).secrets.get("s", "k")
