"""Java goes by the certificates that this machine trusts, as other programs do."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from lakebook.spark.certificates import java_options, trusted
from lakebook.spark.java import find_java


def test_java_reads_all_that_the_machine_trusts(tmp_path: Path) -> None:
    options = java_options(tmp_path / "trusted.jks")
    keytool = Path(find_java().executable).resolve().parent / "keytool"
    told = subprocess.run(
        [keytool, "-list", "-keystore", tmp_path / "trusted.jks", "-storepass", options[1].rpartition("=")[2]],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"contains {len(trusted())} entries" in told
    assert told.count("trustedCertEntry") == len(trusted()) > 0


def test_the_variables_say_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = tmp_path / "one.pem"
    one.write_text(ssl.DER_cert_to_PEM_cert(trusted()[0]))
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(one))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert trusted() == [ssl.PEM_cert_to_DER_cert(one.read_text())]


def test_a_machine_without_certificates_leaves_java_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert java_options(tmp_path / "trusted.jks") == []
    assert not (tmp_path / "trusted.jks").exists()
