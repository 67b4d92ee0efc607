"""The kinds of frames, and how they are told in every language; see ``exchange.py``.

What is true of a frame is said once for Spark, as an aggregate with the schema beside it, and once for DuckDB. Python has
Spark's frames as they are and R's and DuckDB's as pandas.
"""

from __future__ import annotations

from acceptance.exchange import SAME, Form, Journey, Kind, changed, warning

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
    *(
        frame(
            name,
            BACK_AS_PANDAS,
            spark=("struct<a:double>", "count(*) = 2 AND count_if(a = 1.5) = 1 AND count_if(a IS NULL) = 1"),
            duckdb=("STRUCT(a DOUBLE)", "count(*) = 2 AND count_if(a = 1.5) = 1 AND count_if(a IS NULL) = 1"),
            r="identical(@, data.frame(a = c(1.5, NA)))",
            back="is_pandas(@) and @.a[0] == 1.5 and pd.isna(@.a[1])",
            codes={"python": code},
        )
        for name, code in (
            ("frame of a class that inherits from pandas'", "Own({'a': [1.5, None]})"),
            ("polars LazyFrame", "pl.LazyFrame({'a': [1.5, None]})"),
            ("pyarrow Dataset", "pa.dataset.dataset(pa.table({'a': [1.5, None]}))"),
            ("DuckDB relation", 'duckdb.sql("SELECT unnest([1.5::DOUBLE, NULL]) AS a")'),
        )
    ),
    *(
        frame(
            name,
            {
                "python>r": changed("vector", back=back), "python>scala": BACK_AS_SPARK, "python>sql": BACK_AS_SPARK,
                "python>duckdb": changed("pandas frame when back", back="back"),
            },
            spark=("struct<a:double>", "count(*) = 2 AND count_if(a = 1.5) = 1 AND count_if(a IS NULL) = 1"),
            duckdb=("STRUCT(a DOUBLE)", "count(*) = 2 AND count_if(a = 1.5) = 1 AND count_if(a IS NULL) = 1"),
            r="identical(c(@), c(1.5, NA))",
            back="is_pandas(@) and @.a[0] == 1.5 and pd.isna(@.a[1])",
            codes={"python": code},
        )
        for name, code, back in (
            ("pandas Series", "pd.Series([1.5, None], name='a')", "@.equals(pd.Series([1.5, None]))"),
            ("polars Series", "pl.Series('a', [1.5, None])", "@ == [1.5, None]"),
        )
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
