"""The kinds of frames, and how they are told in every language; see ``exchange.py``.

What is true of a frame is said once for Spark, as an aggregate with the schema beside it, and once for DuckDB. Python has
Spark's frames as they are and R's and DuckDB's as pandas.
"""

from __future__ import annotations

from acceptance.exchange import SAME, Form, Journey, Kind, changed, error, warning

QUOTE = "'"


def frame(
    name: str,
    journeys: dict[str, Journey],
    *,
    spark: tuple[str, str],
    duckdb: tuple[str, str] = ("", ""),
    pandas: str = "",
    r: str = "",
    codes: dict[str, str],
    back: str = "",
) -> Kind:
    """A kind of frame.

    Args:
        spark: the schema, and an aggregate of its columns that is true.
        duckdb: the same for DuckDB.
        pandas: a check in Python of the frame as pandas.
        r: a check in R.
        codes: what makes such a frame, by language.
        back: a check in Python of another library's frame when it is back as pandas.
    """
    schema, holds = spark
    asked = f"typeof(first(struct(*))) = '{schema}' AND {holds}"
    forms = {
        "python": Form(codes.get("python", ""), pandas),
        "r": Form(codes.get("r", ""), r),
        "scala": Form(codes.get("scala", ""), f'@.selectExpr("""{asked}""").head().getBoolean(0)'),
        "sql": Form(codes.get("sql", ""), f"(SELECT {asked} FROM @)"),
        "duckdb": Form(
            codes.get("duckdb", ""),
            f"(SELECT typeof(first(rows)) = '{duckdb[0].replace(QUOTE, QUOTE * 2)}' AND {duckdb[1]} FROM @ AS rows)",
        ),
    }
    others = {"spark": f'is_spark(@) and @.selectExpr("""{asked}""").first()[0]', "back": back or pandas}
    return Kind(name, forms, journeys, others, frame=True)


#: a copy that Spark made is Spark's in Python
AS_SPARK = changed("Spark DataFrame", "spark")
BACK_AS_SPARK = changed("Spark DataFrame when back", back="spark")

PYTHONS = {
    "python>r": SAME, "python>scala": BACK_AS_SPARK, "python>sql": BACK_AS_SPARK, "python>duckdb": SAME,
}  # fmt: skip
RS = {"r>python": SAME, "r>scala": SAME, "r>sql": SAME, "r>duckdb": SAME}
SCALAS = {"scala>python": AS_SPARK, "scala>r": SAME, "scala>sql": SAME, "scala>duckdb": SAME}
SQLS = {"sql>python": AS_SPARK, "sql>r": SAME, "sql>scala": SAME, "sql>duckdb": SAME}
DUCKDBS = {"duckdb>python": SAME, "duckdb>r": SAME, "duckdb>scala": SAME, "duckdb>sql": SAME}
EVERYWHERE = PYTHONS | RS | SCALAS | SQLS | DUCKDBS
#: from a library of Python's whose frames are pandas when they are back
BACK_AS_PANDAS = {
    "python>r": changed("pandas when back", back="back"), "python>scala": BACK_AS_SPARK, "python>sql": BACK_AS_SPARK,
    "python>duckdb": changed("pandas when back", back="back"),
}  # fmt: skip

_NESTED = (
    "SELECT 1D AS k, array(1.5D, 2.5D) AS l, named_struct('a', 1.5D, 'b', 'x') AS s UNION ALL SELECT 2D, NULL, NULL"
)
_TYPES = (
    "SELECT 1.10BD AS dec, X'00FF' AS bin, DATE '2024-02-29' AS day, TIMESTAMP_NTZ '2024-02-29 12:30:00' AS at, "
    "INTERVAL '0 00:01:30' DAY TO SECOND AS span"
)

FRAMES = [
    frame(
        "frame",
        EVERYWHERE,
        spark=(
            "struct<i:int,d:double,s:string,t:timestamp>",
            "count(*) = 2 AND count_if(i = 1 AND d = 0.5 AND s = 'ü' AND t = TIMESTAMP '2024-07-01 10:00:00Z') = 1 "
            "AND count_if(i IS NULL AND d IS NULL AND s IS NULL AND t IS NULL) = 1",
        ),
        duckdb=(
            "STRUCT(i INTEGER, d DOUBLE, s VARCHAR, t TIMESTAMP WITH TIME ZONE)",
            "count(*) = 2 AND count_if(i = 1 AND d = 0.5 AND s = 'ü' AND t = TIMESTAMPTZ '2024-07-01 10:00:00Z') = 1 "
            "AND count_if(i IS NULL AND d IS NULL AND s IS NULL AND t IS NULL) = 1",
        ),
        pandas="is_pandas(@) and str(@.dtypes.i) == 'Int32' and rows(@) == "
        "[{'i': 1, 'd': 0.5, 's': 'ü', 't': dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC)}, dict.fromkeys('idst')]",
        r="is.data.frame(@) && identical(@$i, c(1L, NA)) && identical(@$d, c(0.5, NA)) && !is.nan(@$d[2]) && "
        "identical(@$s, c('ü', NA)) && @$t[1] == as.POSIXct('2024-07-01 10:00', tz = 'UTC') && is.na(@$t[2])",
        codes={
            "python": "pd.DataFrame({'i': pd.array([1, None], 'Int32'), 'd': [0.5, None], 's': ['ü', None], "
            "'t': pd.to_datetime(['2024-07-01 12:00', None]).tz_localize('Europe/Oslo')})",
            "r": "data.frame(i = c(1L, NA), d = c(0.5, NA), s = c('ü', NA), "
            "t = as.POSIXct(c('2024-07-01 12:00', NA), tz = 'Europe/Oslo'))",
            "scala": "Seq[(Option[Int], Option[Double], String, java.time.Instant)]((Some(1), Some(0.5), \"ü\", "
            'java.time.Instant.parse("2024-07-01T10:00:00Z")), (None, None, null, null)).toDF("i", "d", "s", "t")',
            "sql": "SELECT * FROM VALUES (1, 0.5D, 'ü', TIMESTAMP '2024-07-01 10:00:00Z'), (NULL, NULL, NULL, NULL) "
            "AS v(i, d, s, t)",
            "duckdb": "SELECT * FROM (VALUES (1::INT, 0.5::DOUBLE, 'ü', TIMESTAMPTZ '2024-07-01 10:00:00Z'), "
            "(NULL, NULL, NULL, NULL)) AS v(i, d, s, t)",
        },
    ),
    frame(
        "frame with nested columns",
        EVERYWHERE,
        spark=(
            "struct<k:double,l:array<double>,s:struct<a:double,b:string>>",
            "count(*) = 2 AND count_if(k = 1 AND l = array(1.5D, 2.5D) AND s.a = 1.5 AND s.b = 'x') = 1 "
            "AND count_if(k = 2 AND l IS NULL AND s IS NULL) = 1",
        ),
        duckdb=(
            "STRUCT(k DOUBLE, l DOUBLE[], s STRUCT(a DOUBLE, b VARCHAR))",
            "count(*) = 2 AND count_if(k = 1 AND l = [1.5, 2.5] AND s.a = 1.5 AND s.b = 'x') = 1 "
            "AND count_if(k = 2 AND l IS NULL AND s IS NULL) = 1",
        ),
        pandas="is_pandas(@) and rows(@) == [{'k': 1.0, 'l': [1.5, 2.5], 's': {'a': 1.5, 'b': 'x'}}, "
        "{'k': 2.0, 'l': None, 's': None}]",
        r="identical(@$l, list(c(1.5, 2.5), NULL)) && is.data.frame(@$s) && identical(@$s$b, c('x', NA)) && "
        "identical(@$s$a, c(1.5, NA)) && identical(@$k, c(1, 2))",
        codes={
            "python": "pd.DataFrame({'k': [1.0, 2.0], 'l': [[1.5, 2.5], None], 's': [{'a': 1.5, 'b': 'x'}, None]})",
            "r": "local({ d <- data.frame(k = c(1, 2)); d$l <- list(c(1.5, 2.5), NULL); "
            "d$s <- data.frame(a = c(1.5, NA), b = c('x', NA)); d })",
            "scala": f'spark.sql("{_NESTED}")',
            "sql": _NESTED,
            "duckdb": "SELECT 1::DOUBLE AS k, [1.5, 2.5]::DOUBLE[] AS l, {'a': 1.5::DOUBLE, 'b': 'x'} AS s "
            "UNION ALL SELECT 2, NULL, NULL",
        },
    ),
    frame(
        "empty frame",
        EVERYWHERE,
        spark=("struct<d:double,i:int>", "count(*) = 0"),
        duckdb=("STRUCT(d DOUBLE, i INTEGER)", "count(*) = 0"),
        pandas="is_pandas(@) and len(@) == 0 and @.dtypes.astype(str).tolist() == ['float64', 'Int32']",
        r="nrow(@) == 0L && is.double(@$d) && is.integer(@$i)",
        codes={
            "python": "pd.DataFrame({'d': pd.Series([], dtype=float), 'i': pd.Series([], dtype='Int32')})",
            "r": "data.frame(d = numeric(), i = integer())",
            "scala": 'Seq.empty[(Double, Int)].toDF("d", "i")',
            "sql": "SELECT 1D AS d, 1 AS i WHERE false",
            "duckdb": "SELECT 1::DOUBLE AS d, 1 AS i WHERE false",
        },
    ),
    frame(
        "frame with an empty column of texts",
        EVERYWHERE,
        spark=("struct<s:string>", "count(*) = 0"),
        duckdb=("STRUCT(s VARCHAR)", "count(*) = 0"),
        pandas="is_pandas(@) and len(@) == 0 and list(@.columns) == ['s']",
        r="nrow(@) == 0L && is.character(@$s)",
        codes={
            "python": "pd.DataFrame({'s': pd.Series([], dtype='string')})",
            "r": "data.frame(s = character())",
            "scala": 'Seq.empty[String].toDF("s")',
            "sql": "SELECT 'x' AS s WHERE false",
            "duckdb": "SELECT 'x' AS s WHERE false",
        },
    ),
    frame(
        "frame with names twice",
        PYTHONS | RS | SCALAS | SQLS
        | {
            "python>duckdb": warning("a_1", back="list(@.columns) == ['a', 'a_1'] and @.iloc[0].tolist() == [1.5, 2.5]"),
            "r>duckdb": warning("a_1", back="identical(@, data.frame(a = 1.5, a_1 = 2.5))"),
            "scala>duckdb": warning("a_1", back='@.columns.toSeq == Seq("a", "a_1")'),
            "sql>duckdb": warning("a_1", back="(SELECT first(a) = 1.5 AND first(a_1) = 2.5 FROM @)"),
        },
        spark=("struct<a:double,a:double>", "string(first(struct(*))) = '{1.5, 2.5}'"),
        duckdb=("STRUCT(a DOUBLE, a_1 DOUBLE)", "first(a) = 1.5 AND first(a_1) = 2.5"),
        pandas="is_pandas(@) and list(@.columns) == ['a', 'a'] and @.iloc[0].tolist() == [1.5, 2.5]",
        r="identical(names(@), c('a', 'a')) && identical(@[[1]], 1.5) && identical(@[[2]], 2.5)",
        codes={
            "python": "pd.DataFrame([[1.5, 2.5]], columns=['a', 'a'])",
            "r": "data.frame(a = 1.5, a = 2.5, check.names = FALSE)",
            "scala": 'spark.sql("SELECT 1.5D AS a, 2.5D AS a")',
            "sql": "SELECT 1.5D AS a, 2.5D AS a",
        },
    ),
    frame(
        "frame with odd names",
        EVERYWHERE,
        spark=(
            'struct<a b:double,q"t:double,ü:double,d.t:double,b`t:double>',
            'first(`a b`) = 1.5 AND first(`q"t`) = 2.5 AND first(`ü`) = 3.5 AND first(`d.t`) = 4.5 AND first(`b``t`) = 5.5',
        ),
        duckdb=(
            'STRUCT("a b" DOUBLE, "q""t" DOUBLE, "ü" DOUBLE, "d.t" DOUBLE, "b`t" DOUBLE)',
            'first("a b") = 1.5 AND first("q""t") = 2.5 AND first("ü") = 3.5 AND first("d.t") = 4.5 AND first("b`t") = 5.5',
        ),
        pandas="rows(@) == [{'a b': 1.5, 'q\"t': 2.5, 'ü': 3.5, 'd.t': 4.5, 'b`t': 5.5}]",
        r="identical(as.list(@), list(`a b` = 1.5, `q\"t` = 2.5, `ü` = 3.5, `d.t` = 4.5, `b\\`t` = 5.5))",
        codes={
            "python": "pd.DataFrame([[1.5, 2.5, 3.5, 4.5, 5.5]], columns=['a b', 'q\"t', 'ü', 'd.t', 'b`t'])",
            "r": "data.frame(`a b` = 1.5, `q\"t` = 2.5, `ü` = 3.5, `d.t` = 4.5, `b\\`t` = 5.5, check.names = FALSE)",
            "scala": 'Seq((1.5, 2.5, 3.5, 4.5, 5.5)).toDF("a b", "q\\"t", "ü", "d.t", "b`t")'
            '.selectExpr("if(true, `a b`, NULL) AS `a b`", "if(true, `q\\"t`, NULL) AS `q\\"t`", "if(true, `ü`, NULL) AS `ü`",'
            ' "if(true, `d.t`, NULL) AS `d.t`", "if(true, `b``t`, NULL) AS `b``t`")',
            "sql": 'SELECT 1.5D AS `a b`, 2.5D AS `q"t`, 3.5D AS `ü`, 4.5D AS `d.t`, 5.5D AS `b``t`',
            "duckdb": 'SELECT 1.5::DOUBLE AS "a b", 2.5::DOUBLE AS "q""t", 3.5::DOUBLE AS "ü", 4.5::DOUBLE AS "d.t", '
            '5.5::DOUBLE AS "b`t"',
        },
    ),
    frame(
        "frame with other types",
        {
            "python>r": changed("doubles for decimals", back="@['dec'].tolist() == [1.1] and @['bin'].tolist() == [b'\\0\\xff']"),
            "python>scala": BACK_AS_SPARK, "python>sql": BACK_AS_SPARK,
            "python>duckdb": changed("pandas when back", back="back"),
        }
        | SCALAS | {"scala>r": changed("doubles for decimals", back='@.schema("dec").dataType.sql == "DOUBLE"')}
        | SQLS | {"sql>r": changed("doubles for decimals", back="(SELECT typeof(first(dec)) = 'double' FROM @)")}
        | DUCKDBS | {"duckdb>r": changed("doubles for decimals", back="(SELECT typeof(first(dec)) = 'DOUBLE' FROM @)")},
        spark=(
            "struct<dec:decimal(3,2),bin:binary,day:date,at:timestamp_ntz,span:interval day to second>",
            "count_if(dec = 1.10 AND bin = X'00FF' AND day = DATE '2024-02-29' AND at = TIMESTAMP_NTZ "
            "'2024-02-29 12:30:00' AND span = INTERVAL '90' SECOND) = 1",
        ),
        duckdb=(
            'STRUCT("dec" DECIMAL(3,2), bin BLOB, "day" DATE, "at" TIMESTAMP, span INTERVAL)',
            "count_if(dec = 1.10 AND hex(bin) = '00FF' AND day = DATE '2024-02-29' AND \"at\" = TIMESTAMP "
            "'2024-02-29 12:30:00' AND span = INTERVAL '90' SECOND) = 1",
        ),
        pandas="[row[:4] for row in table(@).to_pandas().itertuples(index=False, name=None)] == [(Decimal('1.10'), "
        "b'\\0\\xff', dt.date(2024, 2, 29), pd.Timestamp('2024-02-29 12:30'))]",
        r="identical(@$dec, 1.1) && identical(@$bin, list(as.raw(c(0, 255)))) && identical(@$day, as.Date('2024-02-29')) "
        "&& format(@$at) == '2024-02-29 12:30:00' && as.numeric(@$span, units = 'secs') == 90",
        codes={
            "python": "pa.table({'dec': [Decimal('1.10')], 'bin': [b'\\0\\xff'], 'day': [dt.date(2024, 2, 29)], "
            "'at': pa.array([dt.datetime(2024, 2, 29, 12, 30)], pa.timestamp('us')), 'span': [dt.timedelta(seconds=90)]})",
            "scala": f'spark.sql("{_TYPES}")',
            "sql": _TYPES,
            "duckdb": "SELECT 1.10::DECIMAL(3, 2) AS dec, '\\x00\\xFF'::BLOB AS bin, DATE '2024-02-29' AS day, "
            "TIMESTAMP '2024-02-29 12:30:00' AS \"at\", INTERVAL '90' SECOND AS span",
        },
    ),
    frame(
        "frame with integers beyond 2^53",
        {
            "python>r": warning("2^53", back="@.dtypes.n == float"), "python>scala": BACK_AS_SPARK,
            "python>sql": BACK_AS_SPARK, "python>duckdb": changed("Int64 when back"),
            "scala>r": warning("2^53", back='@.schema("n").dataType.sql == "DOUBLE"'),
            "sql>r": warning("2^53", back="(SELECT typeof(first(n)) = 'double' FROM @)"),
            "duckdb>r": warning("2^53", back="(SELECT typeof(first(n)) = 'DOUBLE' FROM @)"),
            "scala>python": AS_SPARK, "scala>sql": SAME, "scala>duckdb": SAME,
            "sql>python": AS_SPARK, "sql>scala": SAME, "sql>duckdb": SAME,
            "duckdb>python": SAME, "duckdb>scala": SAME, "duckdb>sql": SAME,
        },
        spark=("struct<n:bigint>", "first(n) = 9007199254740993"),
        duckdb=("STRUCT(n BIGINT)", "first(n) = 9007199254740993"),
        pandas="is_pandas(@) and str(@.dtypes.n) == 'Int64' and rows(@) == [{'n': 2**53 + 1}]",
        r="is.double(@$n)",
        codes={
            "python": "pd.DataFrame({'n': [2**53 + 1]})",
            "scala": 'Seq(9007199254740993L).toDF("n").selectExpr("if(true, n, NULL) AS n")',
            "sql": "SELECT 9007199254740993 AS n",
            "duckdb": "SELECT 9007199254740993::BIGINT AS n",
        },
    ),
    frame(
        "frame with decimals of many digits",
        {
            "python>r": warning("15 digits", back="@.dtypes.n == float"), "python>scala": BACK_AS_SPARK,
            "python>sql": BACK_AS_SPARK, "python>duckdb": SAME,
            "scala>python": AS_SPARK, "scala>r": warning("15 digits", back='@.schema("n").dataType.sql == "DOUBLE"'),
            "scala>sql": SAME, "scala>duckdb": SAME,
            "sql>python": AS_SPARK, "sql>r": warning("15 digits", back="(SELECT typeof(first(n)) = 'double' FROM @)"),
            "sql>scala": SAME, "sql>duckdb": SAME,
            "duckdb>python": SAME, "duckdb>r": warning("15 digits", back="(SELECT typeof(first(n)) = 'DOUBLE' FROM @)"),
            "duckdb>scala": SAME, "duckdb>sql": SAME,
        },
        spark=("struct<n:decimal(20,10)>", "first(n) = 1234567890.1234567891"),
        duckdb=("STRUCT(n DECIMAL(20,10))", "first(n) = 1234567890.1234567891"),
        pandas="is_pandas(@) and rows(@) == [{'n': Decimal('1234567890.1234567891')}]",
        r="is.double(@$n)",
        codes={
            "python": "pd.DataFrame({'n': [Decimal('1234567890.1234567891')]})",
            "scala": 'spark.sql("SELECT 1234567890.1234567891BD AS n")',
            "sql": "SELECT 1234567890.1234567891BD AS n",
            "duckdb": "SELECT 1234567890.1234567891::DECIMAL(20, 10) AS n",
        },
    ),
    frame(
        "frame with nanoseconds",
        {
            "python>r": warning("more digits than R keeps", back="@['at'].tolist() == [pd.Timestamp('2024-01-01')]"),
            "python>scala": warning("nanoseconds", back="spark"), "python>sql": warning("nanoseconds", back="spark"),
            "python>duckdb": SAME,
            "duckdb>python": SAME,
            "duckdb>r": warning("more digits than R keeps", back="(SELECT typeof(first(\"at\")) = 'TIMESTAMP' FROM @)"),
            "duckdb>scala": warning("nanoseconds", back="(SELECT typeof(first(\"at\")) = 'TIMESTAMP' FROM @)"),
            "duckdb>sql": warning("nanoseconds", back="(SELECT typeof(first(\"at\")) = 'TIMESTAMP' FROM @)"),
        },
        spark=("struct<at:timestamp_ntz>", "first(at) = TIMESTAMP_NTZ '2024-01-01'"),
        duckdb=('STRUCT("at" TIMESTAMP_NS)', "first(\"at\") = TIMESTAMP_NS '2024-01-01 00:00:00.000000001'"),
        pandas="is_pandas(@) and @['at'].tolist() == [pd.Timestamp('2024-01-01 00:00:00.000000001')]",
        r="format(@$at) == '2024-01-01'",
        codes={
            "python": "pd.DataFrame({'at': [pd.Timestamp('2024-01-01 00:00:00.000000001')]})",
            "duckdb": "SELECT TIMESTAMP_NS '2024-01-01 00:00:00.000000001' AS \"at\"",
        },
    ),
    frame(
        "frame with nanoseconds in a zone",
        {
            "python>r": warning("more digits than R keeps", back="back"),
            "python>scala": warning("nanoseconds", back="spark"), "python>sql": warning("nanoseconds", back="spark"),
            "python>duckdb": warning("nanoseconds", back="back"),
        },
        spark=("struct<at:timestamp>", "first(at) = TIMESTAMP '2024-01-01 00:00:00Z'"),
        duckdb=('STRUCT("at" TIMESTAMP WITH TIME ZONE)', "first(\"at\") = TIMESTAMPTZ '2024-01-01 00:00:00Z'"),
        pandas="@['at'].tolist() == [pd.Timestamp('2024-01-01', tz='UTC')]",
        r="format(@$at) == '2024-01-01'",
        codes={"python": "pd.DataFrame({'at': [pd.Timestamp('2024-01-01 00:00:00.000000001', tz='UTC')]})"},
    ),
    frame(
        "frame with categories",
        {
            "python>r": SAME, "python>scala": changed("texts", back="spark"), "python>sql": changed("texts", back="spark"),
            "python>duckdb": SAME,
            "r>python": SAME, "r>scala": changed("texts", back="identical(@$c, c('b', NA, 'a'))"),
            "r>sql": changed("texts", back="identical(@$c, c('b', NA, 'a'))"), "r>duckdb": SAME,
            "duckdb>python": SAME, "duckdb>r": SAME,
            "duckdb>scala": changed("texts", back="(SELECT typeof(first(c)) = 'VARCHAR' FROM @)"),
            "duckdb>sql": changed("texts", back="(SELECT typeof(first(c)) = 'VARCHAR' FROM @)"),
        },
        spark=("struct<c:string>", "count(*) = 3 AND count_if(c = 'b') = 1 AND count_if(c IS NULL) = 1"),
        duckdb=("STRUCT(c ENUM('b', 'a'))", "count(*) = 3 AND count_if(c = 'b') = 1 AND count_if(c IS NULL) = 1"),
        pandas="is_pandas(@) and @.c.array.equals(pd.Categorical(['b', None, 'a'], ['b', 'a']))",
        r="identical(@$c, factor(c('b', NA, 'a'), c('b', 'a')))",
        codes={
            "python": "pd.DataFrame({'c': pd.Categorical(['b', None, 'a'], ['b', 'a'])})",
            "r": "data.frame(c = factor(c('b', NA, 'a'), c('b', 'a')))",
            "duckdb": "SELECT unnest(['b', NULL, 'a']::ENUM('b', 'a')[]) AS c",
        },
    ),
    frame(
        "pandas frame with a named index",
        {
            "python>r": changed("column in front", back="back"), "python>scala": changed("column in front", back="spark"),
            "python>sql": changed("column in front", back="spark"), "python>duckdb": changed("column in front", back="back"),
        },
        spark=("struct<n:string,a:double>", "first(n) = 'r' AND first(a) = 1.5"),
        duckdb=("STRUCT(n VARCHAR, a DOUBLE)", "first(n) = 'r' AND first(a) = 1.5"),
        pandas="is_pandas(@) and list(@.columns) == ['n', 'a'] and rows(@) == [{'n': 'r', 'a': 1.5}]",
        r="identical(@, data.frame(n = 'r', a = 1.5))",
        codes={"python": "pd.DataFrame({'a': [1.5]}, index=pd.Index(['r'], name='n'))"},
    ),
    frame(
        "polars frame",
        BACK_AS_PANDAS,
        spark=(
            "struct<f:double,l:array<double>>",
            "count(*) = 2 AND count_if(isnan(f)) = 1 AND count_if(f IS NULL) = 1 AND count_if(l = array(1.5D)) = 1",
        ),
        duckdb=(
            "STRUCT(f DOUBLE, l DOUBLE[])",
            "count(*) = 2 AND count_if(isnan(f)) = 1 AND count_if(f IS NULL) = 1 AND count_if(l = [1.5]) = 1",
        ),
        r="is.nan(@$f[1]) && is.na(@$f[2]) && !is.nan(@$f[2]) && identical(@$l, list(1.5, NULL))",
        back="is_pandas(@) and @.f.isna().all() and @.l[0].tolist() == [1.5] and @.l[1] is None",
        codes={"python": "pl.DataFrame({'f': [math.nan, None], 'l': [[1.5], None]})"},
    ),
    frame(
        "pyarrow table",
        BACK_AS_PANDAS,
        spark=(
            "struct<f:double,s:string>",
            "count(*) = 2 AND count_if(isnan(f)) = 1 AND count_if(f IS NULL) = 1 AND count_if(s = 'x') = 1",
        ),
        duckdb=(
            "STRUCT(f DOUBLE, s VARCHAR)",
            "count(*) = 2 AND count_if(isnan(f)) = 1 AND count_if(f IS NULL) = 1 AND count_if(s = 'x') = 1",
        ),
        r="is.nan(@$f[1]) && is.na(@$f[2]) && !is.nan(@$f[2]) && identical(@$s, c('x', NA))",
        back="is_pandas(@) and @.f.isna().all() and @.s.tolist() == ['x', None]",
        codes={"python": "pa.table({'f': [math.nan, None], 's': ['x', None]})"},
    ),
    frame(
        "Spark DataFrame",
        BACK_AS_PANDAS,
        spark=("struct<n:bigint,s:string>", "first(n) = 7 AND first(s) = 'x'"),
        duckdb=("STRUCT(n BIGINT, s VARCHAR)", "first(n) = 7 AND first(s) = 'x'"),
        r="identical(@, data.frame(n = 7, s = 'x'))",
        back="is_pandas(@) and @.n.tolist() == [7] and @.s.tolist() == ['x']",
        codes={"python": "spark.sql(\"SELECT 7L AS n, 'x' AS s\")"},
    ),
    frame(
        "pandas column of several types",
        {
            "python>r": error("column a"), "python>scala": error("column a"), "python>sql": error("column a"),
            "python>duckdb": error("column a"),
        },
        spark=("", ""),
        codes={"python": "pd.DataFrame({'a': [1, 'x']})"},
    ),
    frame(
        "frame with complex numbers",
        {
            "python>r": error("complex"), "python>scala": error("complex"), "python>sql": error("complex"),
            "python>duckdb": error("complex"),
            "r>python": error("complex"), "r>scala": error("complex"), "r>sql": error("complex"),
            "r>duckdb": error("complex"),
        },
        spark=("", ""),
        codes={"python": "pd.DataFrame({'z': [1j]})", "r": "data.frame(z = 1i)"},
    ),
    frame(
        "frame with row names",
        {
            "r>python": warning("row names", "is_pandas(@) and @.a.tolist() == [1.5]", "identical(@, data.frame(a = 1.5))"),
            "r>scala": warning("row names", back="identical(@, data.frame(a = 1.5))"),
            "r>sql": warning("row names", back="identical(@, data.frame(a = 1.5))"),
            "r>duckdb": warning("row names", back="identical(@, data.frame(a = 1.5))"),
        },
        spark=("struct<a:double>", "first(a) = 1.5"),
        duckdb=("STRUCT(a DOUBLE)", "first(a) = 1.5"),
        codes={"r": "data.frame(a = 1.5, row.names = 'r')"},
    ),
]  # fmt: skip
