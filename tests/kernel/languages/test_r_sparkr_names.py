"""SparkR's names in R cells as long as no Spark is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.standins import StandInHost, StandInOutput
from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r import RLanguage

pytestmark = pytest.mark.r


@pytest.fixture(scope="module")
def r(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RLanguage]:
    made = RLanguage(StandInHost(tmp_path_factory.mktemp("notebook")))
    assert "lakebook:packages" not in run(made, "search()").shown["text/plain"]
    said = run(made, "library(SparkR)").text("stderr")
    assert said.startswith("SparkR here is a set of its commonest names") and said.count("\n") == 1
    yield made
    made.stop()


def run(r: RLanguage, code: str) -> StandInOutput:
    output = StandInOutput()
    r.run(Cell("r", code), output)
    return output


def fail(r: RLanguage, code: str) -> str:
    with pytest.raises(CellError) as caught:
        run(r, code)
    return caught.value.evalue


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("cat(nrow(mtcars), head(letters, 2), sum(1:3), max(2, 3), mean(c(1, 3)))", "32 a b 6 3 2"),
        ("cat(2 %in% 1:3, ifelse(TRUE, 1, 2), names(c(a = 1)), table(c('x', 'x')), round(2.567, 1))", "TRUE 1 a 2 2.6"),
        ("cat(sapply(list(1:3, 4), sd, na.rm = TRUE), array(1:2), rank(c(3, 1)), dim(mtcars))", "1 NA 1 2 2 1 32 11"),
        ("cat(dplyr::pull(dplyr::filter(data.frame(a = 1:3), a > 2), a))", "3"),
        ("suppressMessages(library(dplyr)); cat(nrow(filter(mtcars, cyl > 4, mpg > 20)), n_distinct(c(1, 1)))", "3 1"),
        ("cat(require('SparkR'), requireNamespace('SparkR'), is.function(SparkR::collect), require(stats))", "TRUE TRUE TRUE TRUE"),
        ("cat(do.call(library, list('SparkR'))[1] != '', length(lapply(c('SparkR', 'stats'), require, character.only = TRUE)))",
         "TRUE 2"),
        ("cat(class(sparkR.session(appName = 'x')), class(sparkRSQL.init(sparkR.init())), class(sqlContext))", "jobj jobj jobj"),
    ],
)  # fmt: skip
def test_names_mean_what_they_did_for_all_that_is_not_sparks(r: RLanguage, code: str, words: str) -> None:
    assert run(r, code).text() == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("dapply(1, identity)", "SparkR's dapply() runs R on Spark's workers, and R cells run beside Spark: collect() the rows"),
        ("SparkR::spark.kmeans(1)", "SparkR's spark.kmeans() fits a model by Spark: use Spark ML in a Python or Scala cell"),
        ("write.stream(1)", "SparkR's write.stream() is of streams: use spark.readStream in a Python or Scala cell"),
        ("printSchema(mtcars)", "printSchema() takes a SparkDataFrame, and this is a data.frame: createDataFrame() makes one"),
        ("library(nope_not_there)", "there is no package called"),
    ],
)  # fmt: skip
def test_what_is_absent_names_the_new_way(r: RLanguage, code: str, words: str) -> None:
    assert words in fail(r, code)


def test_it_is_no_package_of_the_record(r: RLanguage) -> None:
    assert not any(line.startswith("SparkR") for line in r.packages() or [])
    assert run(r, "info <- sessionInfo()").text("stderr") == ""
