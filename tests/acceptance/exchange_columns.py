"""The kinds of columns of frames; see ``exchange_frames.py``."""

from __future__ import annotations

from acceptance.exchange import SAME, changed, error, warning
from acceptance.exchange_frames import AS_SPARK, BACK_AS_SPARK, DUCKDBS, EVERYWHERE, RS, SCALAS, SQLS, frame

_NESTED = (
    "SELECT 1D AS k, array(1.5D, 2.5D) AS l, named_struct('a', 1.5D, 'b', 'x') AS s UNION ALL SELECT 2D, NULL, NULL"
)
_TYPES = (
    "SELECT 1.10BD AS dec, X'00FF' AS bin, DATE '2024-02-29' AS day, TIMESTAMP_NTZ '2024-02-29 12:30:00' AS at, "
    "INTERVAL '0 00:01:30' DAY TO SECOND AS span"
)

COLUMNS = [
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
        duckdb=("STRUCT(c ENUM('z', 'b', 'a'))", "count(*) = 3 AND count_if(c = 'b') = 1 AND count_if(c IS NULL) = 1"),
        pandas="is_pandas(@) and @.c.array.equals(pd.Categorical(['b', None, 'a'], ['z', 'b', 'a']))",
        r="identical(@$c, factor(c('b', NA, 'a'), c('z', 'b', 'a')))",
        codes={
            "python": "pd.DataFrame({'c': pd.Categorical(['b', None, 'a'], ['z', 'b', 'a'])})",
            "r": "data.frame(c = factor(c('b', NA, 'a'), c('z', 'b', 'a')))",
            "duckdb": "SELECT unnest(['b', NULL, 'a']::ENUM('z', 'b', 'a')[]) AS c",
        },
    ),
    frame(
        "empty frame with categories",
        {
            "python>r": SAME, "python>scala": changed("texts", back="spark"), "python>sql": changed("texts", back="spark"),
            "python>duckdb": SAME,
            "r>python": SAME, "r>scala": changed("texts", back="identical(@$c, character())"),
            "r>sql": changed("texts", back="identical(@$c, character())"), "r>duckdb": SAME,
            "duckdb>python": SAME, "duckdb>r": SAME,
            "duckdb>scala": changed("texts", back="(SELECT count(*) = 0 FROM @)"),
            "duckdb>sql": changed("texts", back="(SELECT count(*) = 0 FROM @)"),
        },
        spark=("struct<c:string>", "count(*) = 0"),
        duckdb=("STRUCT(c ENUM('z', 'b'))", "count(*) = 0"),
        pandas="is_pandas(@) and @.c.array.equals(pd.Categorical([], ['z', 'b']))",
        r="identical(@$c, factor(character(), c('z', 'b')))",
        codes={
            "python": "pd.DataFrame({'c': pd.Categorical([], ['z', 'b'])})",
            "r": "data.frame(c = factor(character(), c('z', 'b')))",
            "duckdb": "SELECT 'b'::ENUM('z', 'b') AS c WHERE false",
        },
    ),
    frame(
        "frame with ordered categories",
        {
            "python>r": SAME, "python>scala": changed("texts", back="spark"), "python>sql": changed("texts", back="spark"),
            "python>duckdb": changed("ENUM, without order when back", back="back"),
            "r>python": SAME, "r>scala": changed("texts", back="identical(@$c, c('b', NA))"),
            "r>sql": changed("texts", back="identical(@$c, c('b', NA))"),
            "r>duckdb": changed("ENUM, without order when back", back="identical(@$c, factor(c('b', NA), c('b', 'a')))"),
        },
        spark=("struct<c:string>", "count(*) = 2 AND count_if(c = 'b') = 1 AND count_if(c IS NULL) = 1"),
        duckdb=("STRUCT(c ENUM('b', 'a'))", "count(*) = 2 AND count_if(c < 'a'::ENUM('b', 'a')) = 1"),
        pandas="is_pandas(@) and @.c.array.equals(pd.Categorical(['b', None], ['b', 'a'], ordered=True))",
        back="is_pandas(@) and @.c.array.equals(pd.Categorical(['b', None], ['b', 'a']))",
        r="identical(@$c, factor(c('b', NA), c('b', 'a'), ordered = TRUE))",
        codes={
            "python": "pd.DataFrame({'c': pd.Categorical(['b', None], ['b', 'a'], ordered=True)})",
            "r": "data.frame(c = factor(c('b', NA), c('b', 'a'), ordered = TRUE))",
        },
    ),
    frame(
        "frame with columns without a value",
        RS | SCALAS | SQLS | DUCKDBS,
        spark=("struct<s:string,d:date>", "count(*) = 1 AND count(s) = 0 AND count(d) = 0"),
        duckdb=('STRUCT(s VARCHAR, d DATE)', "count(*) = 1 AND count(s) = 0 AND count(d) = 0"),
        pandas="is_pandas(@) and @.dtypes.tolist() == [object, object] and @.isna().all(axis=None)",
        r="identical(@, data.frame(s = NA_character_, d = as.Date(NA)))",
        codes={
            "r": "data.frame(s = NA_character_, d = as.Date(NA))",
            "scala": 'spark.sql("SELECT CAST(NULL AS STRING) AS s, CAST(NULL AS DATE) AS d")',
            "sql": "SELECT CAST(NULL AS STRING) AS s, CAST(NULL AS DATE) AS d",
            "duckdb": "SELECT NULL::VARCHAR AS s, NULL::DATE AS d",
        },
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
]  # fmt: skip
