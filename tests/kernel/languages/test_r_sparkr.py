"""SparkR's names in R cells, on a real driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kernel.attached import AttachedHost
from kernel.standins import StandInOutput
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.r import RLanguage

pytestmark = [pytest.mark.spark, pytest.mark.r]

Run = Callable[[str], StandInOutput]
Told = Callable[[str], str]

PEOPLE = 'people <- createDataFrame(data.frame(name = c("Ann", "Bob", "Cid"), age = c(30L, 20L, NA), team = c("a", "a", "b")))'


@pytest.fixture(scope="module")
def r(attached: AttachedHost) -> Iterator[RLanguage]:
    made = RLanguage(attached)
    attached.run(made, f"suppressPackageStartupMessages(library(SparkR))\n{PEOPLE}")
    yield made
    made.stop()


@pytest.fixture
def run(attached: AttachedHost, r: RLanguage) -> Run:
    return lambda code: attached.run(r, code)


@pytest.fixture
def told(run: Run) -> Told:
    """What a cell prints by ``cat``."""

    def one(code: str) -> str:
        output = run(code)
        assert not output.of("stderr"), output.text("stderr")
        return output.text()

    return one


@pytest.fixture
def fails(run: Run) -> Callable[[str], str]:
    def one(code: str) -> str:
        with pytest.raises(CellError) as caught:
            run(code)
        return caught.value.evalue

    return one


# --- frames


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("cat(class(people), columns(people), names(people)[1])", "SparkDataFrame name age team name"),
        ("cat(nrow(people), ncol(people), dim(people), count(people))", "3 3 3 3 3"),
        ("cat(class(collect(people)), collect(people)$name)", "data.frame Ann Bob Cid"),
        ("cat(head(people, 2)$name, take(people, 1)$name, first(people)$name)", "Ann Bob Ann Ann"),
        ("cat(is.na(collect(people)$age))", "FALSE FALSE TRUE"),
        ('cat(collect(sql("SELECT 1 + 1 AS two"))$two)', "2"),
        ('cat(collect(sql(sqlContext, "SELECT 1 + 1 AS two"))$two)', "2"),
        ("cat(collect(filter(people, people$age > 20))$name)", "Ann"),
        ('cat(collect(filter(people, "age < 25"))$name)', "Bob"),
        ('cat(collect(where(people, people$name %in% c("Ann", "Cid") & isNull(people$age)))$name)', "Cid"),
        ('cat(collect(people[people$age == 20, c("name", "team")])$name)', "Bob"),
        ('cat(columns(select(people, "name", "age")), columns(select(people, people$team)))', "name age team"),
        ('cat(names(collect(select(people, alias(people$age + 1L, "older"), lit(2)))))', "older 2.0"),
        ("cat(collect(withColumn(people, 'double', people$age * 2))$double)", "60 40 NA"),
        ("cat(collect(mutate(people, up = upper(people$name), long = length(people)))$up)", "ANN BOB CID"),
        ("two <- people; two$age <- NULL; two$one <- 1; cat(columns(two))", "name team one"),
        ('cat(columns(withColumnRenamed(people, "age", "years")), columns(drop(people, "age")))', "name years team name team"),
        ('cat(collect(arrange(people, desc(people$name)))$name, collect(orderBy(people, "age"))$name)', "Cid Bob Ann Cid Bob Ann"),
        ('cat(collect(arrange(agg(groupBy(people, "team"), n = n(people$name), oldest = max(people$age)), "team"))$n)', "2 1"),
        ('cat(columns(summarize(groupBy(people, people$team), avg = avg(people$age))), columns(agg(people, age = "max")))',
         "team avg max(age)"),
        ('cat(collect(arrange(count(groupBy(people, "team")), "team"))$count, columns(sum(groupBy(people, "team"), "age")))',
         "2 1 team sum(age)"),
        ('teams <- createDataFrame(data.frame(id = c("a", "b"), city = c("X", "Y")))\n'
         'cat(collect(arrange(join(people, teams, people$team == teams$id), "name"))$city)', "X X Y"),
        ('other <- createDataFrame(data.frame(team = "a", city = "X"))\n'
         "merged <- merge(people, other); cat(columns(merged), nrow(merged))", "name age team_x team_y city 2"),
        ("cat(nrow(union(people, people)), nrow(distinct(rbind(people, people))), nrow(unique(people)))", "6 3 3"),
        ("cat(nrow(dropna(people)), nrow(limit(people, 2)), collect(fillna(people, list(age = 0L)))$age)", "2 2 30 20 0"),
        ("cat(collect(select(people, cast(people$age, 'string')))$age[1], dtypes(people)[[2]])", "30 age int"),
        ('ws <- orderBy(windowPartitionBy("team"), "age")\n'
         'cat(collect(arrange(withColumn(people, "place", over(row_number(), ws)), "name"))$place)', "2 1 1"),
        ("cat(collect(select(people, alias(ifelse(people$age > 25, 'old', 'young'), 'kind')))$kind)", "old young young"),
        ("cat(collect(select(people, alias(when(people$age > 25, 1L), 'w')))$w, collect(select(people, round(people$age / 7, 2)))[1, 1])",
         "1 NA NA 4.29"),
        ("cat(collect(select(people, concat_ws('-', people$name, people$team)))[[1]][1])", "Ann-a"),
        ('createOrReplaceTempView(people, "folks"); cat(collect(sql("SELECT max(age) AS m FROM folks"))$m, nrow(tableToDF("folks")))', "30 3"),
        ("parts <- randomSplit(people, c(0.5, 0.5), 7); cat(length(parts), nrow(parts[[1]]) + nrow(parts[[2]]))", "2 3"),
        ("cache(people); unpersist(people); cat(nrow(people))", "3"),
        ("cat(SparkR::nrow(SparkR::filter(people, people$age > 20)))", "1"),
        ("cat(columns(describe(people, 'age')), isStreaming(people))", "summary age FALSE"),
        ("cat(grepl('^[0-9]', sparkR.version()), names(sparkR.conf('spark.app.name')))", "TRUE spark.app.name"),
    ],
)  # fmt: skip
def test_frames(told: Told, code: str, words: str) -> None:
    assert told(code) == words


def test_a_column_outlives_its_frame(told: Told) -> None:
    code = "age <- filter(people, people$age > 20)$age; for (i in 1:3) gc(); invisible(nrow(people))"
    told(code)
    assert told("print(class(age))\nx <- select(people, 'name'); cat(nrow(x))").endswith("3")


def test_what_r_lets_go_is_let_go(told: Told, r: RLanguage) -> None:
    held = r._answers._spark._frames._held
    told("for (i in 1:20) x <- select(people, 'name'); rm(x); for (i in 1:3) gc(); invisible(nrow(people))")
    before = len(held)
    told("for (i in 1:20) x <- select(people, 'name'); rm(x); for (i in 1:3) gc(); invisible(nrow(people))")
    assert len(held) <= before + 1


def test_frames_are_shown(run: Run, told: Told) -> None:
    assert run("people").shown["text/plain"] == "SparkDataFrame[name:string, age:int, team:string]"
    ((_, data),) = run("display(people)").of("display")
    assert "Ann" in data["text/plain"] and "text/html" in data
    assert "|Ann |30  |a   |" in told("showDF(people, truncate = FALSE)")
    assert told("printSchema(people)").startswith("root\n |-- name: string")
    assert "Relation" in told("explain(people, TRUE)") or "Scan" in told("explain(people, TRUE)")


def test_files_and_tables_are_written_and_read(told: Told) -> None:
    code = """
        write.df(people, "people_csv", source = "csv", mode = "overwrite", header = "true")
        back <- read.df("people_csv", source = "csv", header = "true", inferSchema = "true")
        cat(nrow(back), dtypes(back)[[2]], "")
        with_schema <- read.df("people_csv", "csv", structType(structField("n", "string"), structField("a", "double")), header = TRUE)
        cat(columns(with_schema), dtypes(with_schema)[[2]][2], "")
        write.parquet(people, "people_parquet", mode = "overwrite")
        cat(nrow(read.parquet("people_parquet")), "")
        saveAsTable(people, "sparkr_people", mode = "overwrite")
        insertInto(people, "sparkr_people")
        cat(nrow(tableToDF("sparkr_people")), "sparkr_people" %in% tableNames())
    """
    assert told(code) == "3 age int n a double 3 6 TRUE"


def test_dbutils_gets_the_frame_itself(told: Told, r: RLanguage) -> None:
    given: list[object] = []

    class Utilities:
        def call(self, name: str, arguments: list[object]) -> None:
            given.extend(arguments)

    r.dbutils = Utilities()
    told("dbutils.data.summarize(people)")
    assert [type(one).__name__ for one in given] == ["DataFrame", "bool"]


def test_names_with_dots_are_told(run: Run) -> None:
    output = run("flowers <- createDataFrame(iris); cat(columns(flowers)[1:2])")
    assert output.text() == "Sepal_Length Sepal_Width"
    assert "Use Sepal_Length instead of Sepal.Length as column name" in output.text("stderr")


def test_a_lazy_table_of_dplyrs_is_one_too(told: Told) -> None:
    code = """
        saveAsTable(people, "sparkr_lazy", mode = "overwrite")
        lazy <- dplyr::tbl(spark, "sparkr_lazy")
        createOrReplaceTempView(lazy, "sparkr_lazy_view")
        cat(nrow(tableToDF("sparkr_lazy_view")), nrow(filter(createDataFrame(lazy), "age > 20")))
    """
    assert told(code) == "3 1"


# --- what R's own code goes on to mean


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("cat(nrow(mtcars), head(letters, 2), sum(1:3), max(2, 3), mean(c(1, 3)))", "32 a b 6 3 2"),
        ("cat(2 %in% 1:3, ifelse(TRUE, 1, 2), names(c(a = 1)), table(c('x', 'x')), round(2.567, 1))", "TRUE 1 a 2 2.6"),
        ("cat(as.numeric(filter(1:3, 1)), sample(5, 1) <= 5, toupper('a'), trimws(' a '))", "1 2 3 TRUE A a"),
        ("cat(class(try(library(stats))), require(stats))", "character TRUE"),
    ],
)
def test_the_names_mean_rs_own_for_all_else(told: Told, code: str, words: str) -> None:
    assert told(code) == words


# --- errors


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("dapply(people, function(x) x, schema(people))", "SparkR's dapply() runs R on Spark's workers"),
        ("SparkR::gapply(people, 'team', identity)", "SparkR's gapply() runs R on Spark's workers"),
        (
            "spark.glm(people, age ~ team)",
            "SparkR's spark.glm() fits a model by Spark: use Spark ML in a Python or Scala cell",
        ),
        ("read.stream('csv')", "SparkR's read.stream() is of streams: use spark.readStream"),
        ("sparkR.callJMethod(people, 'x')", "reaches into SparkR's own JVM process"),
        ("people$nope", "There is no column nope; there are name, age, team."),
        ("collect(mtcars)", "collect() takes a SparkDataFrame, and this is a data.frame"),
        ("sql(1)", "sql() takes one string of SQL."),
        ('sql("SELECT nope FROM nowhere_at_all")', "nowhere_at_all"),
        ("library(nope_not_there)", "there is no package called"),
    ],
)
def test_errors_name_the_new_way(fails: Callable[[str], str], code: str, words: str) -> None:
    assert words in fails(code)


def test_every_name_that_is_absent_says_so_in_one_sentence(told: Told) -> None:
    code = """
        names <- Filter(function(name) is.function(get(name, "package:SparkR")), ls("package:SparkR"))
        told <- vapply(names, function(name) tryCatch(as.character(get(name, "package:SparkR")()), error = conditionMessage)[1], "")
        cat(sum(startsWith(told, "SparkR's"), na.rm = TRUE) > 80, length(names) > 300)
    """
    assert told(code).startswith("TRUE")


# --- as a package


def test_the_package_says_what_it_is(attached: AttachedHost, tmp_path: Path) -> None:
    fresh = RLanguage(attached)
    try:
        said = attached.run(fresh, "library(SparkR)").text("stderr")
        assert said.startswith("SparkR here is a set of its commonest names") and said.count("\n") == 1
        again = attached.run(fresh, 'library("SparkR"); cat(require(SparkR), requireNamespace("SparkR"))')
        assert again.messages == [("stdout", "TRUE TRUE")]
        assert not any(line.startswith("SparkR") for line in fresh.packages() or [])  # it is not the package
        assert attached.run(fresh, "sessionInfo()").text("stderr") == ""
    finally:
        fresh.stop()


def test_dplyr_after_it_leaves_sql_to_it(attached: AttachedHost) -> None:
    fresh = RLanguage(attached)
    try:
        code = 'library(SparkR)\nsuppressMessages(library(dplyr))\ncat(class(sql("SELECT 1 AS a")))'
        assert attached.run(fresh, code).text() == "SparkDataFrame"
        assert attached.run(fresh, 'cat(SparkR::collect(sql("SELECT 1 AS a"))$a)').text() == "1"
    finally:
        fresh.stop()


def test_sparklyr_connects_to_the_notebooks_spark(attached: AttachedHost) -> None:
    fresh = RLanguage(attached)
    try:
        code = """
            library(sparklyr)
            library(dplyr, warn.conflicts = FALSE)
            sc <- spark_connect(method = "databricks")
            write_table(data.frame(a = 1:3), "sparklyr_t", mode = "overwrite")
            tbl(sc, "sparklyr_t") %>% filter(a > 1) %>% collect() %>% nrow() %>% cat()
        """
        assert attached.run(fresh, code).text() == "2"
        with pytest.raises(CellError) as caught:
            attached.run(fresh, "spark_read_csv(sc, 'x', 'y')")
        assert "sparklyr's spark_read_csv() is not here" in caught.value.evalue
    finally:
        fresh.stop()
