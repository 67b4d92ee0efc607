from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from lakebook.spark.jars import spark_home
from lakebook.spark.unsigned import unsigned


def compiler() -> Path:
    [jar] = (spark_home() / "jars").glob("janino-*.jar")
    return jar


def test_a_signed_library_loses_its_signature_and_nothing_else(tmp_path: Path) -> None:
    copy = unsigned(compiler(), tmp_path)
    with ZipFile(compiler()) as before, ZipFile(copy) as after:
        gone = set(before.namelist()) - set(after.namelist())
        assert {Path(name).suffix for name in gone} == {".SF", ".DSA"}
        assert b"Digest" in before.read("META-INF/MANIFEST.MF")
        assert b"Digest" not in after.read("META-INF/MANIFEST.MF")
        assert all(before.read(name) == after.read(name) for name in after.namelist() if name.endswith(".class"))


def test_whoever_may_read_the_library_may_read_the_copy(tmp_path: Path) -> None:
    assert unsigned(compiler(), tmp_path).stat().st_mode == compiler().stat().st_mode


def test_the_copy_is_made_once(tmp_path: Path) -> None:
    made = unsigned(compiler(), tmp_path).stat().st_mtime_ns
    assert unsigned(compiler(), tmp_path).stat().st_mtime_ns == made
    assert [file.name for file in tmp_path.iterdir()] == [compiler().name]


def test_other_libraries_stay_where_they_are(tmp_path: Path) -> None:
    jar = spark_home() / "jars" / "spark-core.jar"
    assert unsigned(jar, tmp_path) == jar
