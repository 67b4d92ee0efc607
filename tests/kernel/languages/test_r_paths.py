"""R's own functions for files, by Databricks' paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r import RLanguage

pytestmark = [
    pytest.mark.r,
    pytest.mark.skipif(Path("/dbfs").exists() or Path("/Volumes").exists(), reason="this machine has the trees"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("paths")
    (made / "lakebook.toml").write_text('[paths]\n"/mnt/lake" = "lake"\n')
    (made / "lake").mkdir()
    (made / "lake" / "x.txt").write_text("of the lake\n")
    return made


@pytest.fixture(scope="module")
def language(folder: Path) -> Iterator[RLanguage]:
    made = RLanguage(StandInHost(folder))
    yield made
    made.stop()


def text(r: RLanguage, code: str) -> str:
    """What a cell prints by ``cat``."""
    output = StandInOutput()
    r.run(Cell("r", code), output)
    assert not output.of("stderr"), output.text("stderr")
    return output.text()


@pytest.mark.parametrize(
    ("write", "read"),
    [
        ('write.csv(data.frame(a = 1:2), "{0}", row.names = FALSE)', 'cat(read.csv("{0}")$a)'),
        ('saveRDS(1:2, "{0}")', 'cat(readRDS("{0}"))'),
        ('x <- 1:2; save(x, file = "{0}"); rm(x)', 'load("{0}"); cat(x)'),
        ('writeLines(c("1", "2"), "{0}")', 'cat(readLines("{0}"))'),
        ('cat(1, 2, file = "{0}")', 'cat(scan("{0}", quiet = TRUE))'),
        ('cat("y <- c(1, 2)", file = "{0}")', 'source("{0}"); cat(y)'),
        ('f <- gzfile("{0}", "w"); writeLines("1 2", f); close(f)', 'f <- file("{0}"); cat(readLines(f)); close(f)'),
        ('dput(c(1, 2), "{0}")', 'cat(dget("{0}"))'),
    ],
)
def test_what_is_written_is_read(language: RLanguage, folder: Path, write: str, read: str) -> None:
    path, local = "/dbfs/FileStore/t", folder / ".lakebook/dbfs/FileStore/t"
    text(language, write.format(path))
    assert local.exists()
    assert text(language, read.format(path)) == "1 2"
    assert text(language, f'cat(file.remove("{path}"), file.exists("{path}"))') == "TRUE FALSE"


def test_folders_are_made_listed_and_removed(language: RLanguage) -> None:
    code = """
        dir.create("/Volumes/main/s/v/deep", recursive = TRUE)
        made <- file.create("/Volumes/main/s/v/deep/a.txt", "/Volumes/main/s/v/b.txt")
        top <- "/Volumes/main/s/v"
        cat(dir.exists(top), list.files(top), list.files(top, recursive = TRUE, full.names = TRUE), dir(top, "[.]txt"),
            list.dirs(top), Sys.glob(file.path(top, "*.txt")), sep = "\n")
        cat(file.copy(file.path(top, "b.txt"), file.path(top, "c.txt")), file.rename(file.path(top, "c.txt"), file.path(top, "d.txt")),
            file.size(file.path(top, "d.txt")), rownames(file.info(top)), basename(normalizePath(top)), unlink(top, recursive = TRUE),
            file.exists(top))
    """
    assert text(language, code).splitlines() == [
        *("TRUE", "b.txt", "deep", "/Volumes/main/s/v/b.txt", "/Volumes/main/s/v/deep/a.txt", "b.txt"),
        *("/Volumes/main/s/v", "/Volumes/main/s/v/deep", "/Volumes/main/s/v/b.txt"),
        "TRUE TRUE 0 /Volumes/main/s/v v 0 FALSE",
    ]


def test_mounts_and_the_workspace_are_where_they_are(language: RLanguage) -> None:
    assert text(language, 'cat(readLines("/dbfs/mnt/lake/x.txt"))') == "of the lake"
    assert text(language, 'cat(file.exists("/Workspace/lakebook.toml", "/Workspace/none", NA))') == "TRUE FALSE FALSE"


def test_other_paths_are_as_before(language: RLanguage, folder: Path) -> None:
    (folder / "own.txt").write_text("own\n")
    code = f"""
        cat(readLines("own.txt"), readLines("{folder}/own.txt"), file.exists("/dbfs-old", "/VolumesX"), list.files(pattern = "own"))
        con <- textConnection("con"); cat("", readLines(con)); close(con)
        cat("", dirname(path.expand("~/x")) == path.expand("~"), nchar(tempfile()) > 0)
    """
    assert text(language, code) == "own own FALSE FALSE own.txt con TRUE TRUE"


def test_a_file_that_is_not_there_is_rs_own_error(language: RLanguage) -> None:
    with pytest.raises(CellError, match="cannot open the connection"):
        text(language, 'options(warn = -1); read.csv("/dbfs/none.csv")')


def test_settings_that_cannot_be_read_are_said(language: RLanguage, folder: Path) -> None:
    settings = folder / "lakebook.toml"
    before = settings.read_text()
    settings.write_text("[paths")
    with pytest.raises(CellError, match=r"lakebook\.toml"):
        text(language, 'file.exists("/dbfs/x")')
    settings.write_text(before)
