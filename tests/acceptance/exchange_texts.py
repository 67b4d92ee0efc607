"""Texts, bytes and times; see ``exchange.py``."""

from __future__ import annotations

from acceptance.exchange import SAME, Kind, changed, error, same, typed, value, warning


def text(name: str, python: str, r: str, scala: str, sql: str) -> Kind:
    """A text that every language writes in its own way."""
    return value(
        name,
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": SAME,
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same(f"@ == {scala}"),
        },
        python=(python, f"type(@) is str and @ == {python}"),
        r=(r, f"identical(@, {r})"),
        scala=(scala, typed("java.lang.String", f"@ == {scala}")),
        sql=("", f"@ = {sql} AND typeof(@) = 'string'"),
    )  # fmt: skip


TEXTS_AND_TIMES = [
    text("text", '"plain"', "'plain'", '"plain"', "'plain'"),
    text("empty text", '""', "''", '""', "''"),
    text("umlauts", '"Übergröße é"', "'Übergröße é'", '"Übergröße é"', "'Übergröße é'"),
    text("emoji", '"👩‍🚀𝄞"', "'👩‍🚀𝄞'", '"👩‍🚀𝄞"', "'👩‍🚀𝄞'"),
    text("right to left", '"שלום"', "'שלום'", '"שלום"', "'שלום'"),
    text("quotes", "'\"\\'`'", "'\"\\'`'", "\"\\\"'`\"", "'\"\\'`'"),
    text("lines", '"a\\nb\\tc"', '"a\\nb\\tc"', '"a\\nb\\tc"', "'a\\nb\\tc'"),
    value(
        "text with NUL",
        {
            "python>r": error("NUL"), "python>scala": SAME, "python>sql": SAME,
            "scala>python": SAME, "scala>r": error("NUL"), "scala>sql": same('@ == "a\\u0000b"'),
        },
        python=('"a\\0b"', 'type(@) is str and @ == "a\\0b"'),
        scala=('"a\\u0000b"', typed("java.lang.String", '@ == "a\\u0000b"')),
        sql=("", "hex(@) = '610062' AND typeof(@) = 'string'"),
    ),
    value(
        "half a surrogate pair",
        {
            "python>r": error("Unicode"), "python>scala": SAME, "python>sql": error("Unicode"),
            "scala>python": SAME, "scala>r": error("Unicode"), "scala>sql": error("Unicode"),
        },
        python=('"\\ud800"', 'type(@) is str and @ == "\\ud800"'),
        scala=("0xD800.toChar.toString", typed("java.lang.String", "@.length == 1 && @(0) == 0xD800")),
        sql=("", ""),
    ),
    value(
        "bytes",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": same("identical(@[[1]], as.raw(c(0, 255)))"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": same("@.asInstanceOf[Array[Byte]].toSeq == Seq[Byte](0, -1)"),
        },
        python=('b"\\0\\xff"', 'type(@) is bytes and @ == b"\\0\\xff"'),
        r=("as.raw(c(0, 255))", "identical(@, as.raw(c(0, 255)))"),
        scala=("Array[Byte](0, -1)", typed("Array[Byte]", "@.toSeq == Seq[Byte](0, -1)")),
        sql=("", "hex(@) = '00FF' AND typeof(@) = 'binary'"),
    ),
    value(
        "date",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": SAME,
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same('@.toString == "2024-02-29"'),
        },
        python=("dt.date(2024, 2, 29)", "type(@) is dt.date and @ == dt.date(2024, 2, 29)"),
        r=("as.Date('2024-02-29')", "identical(@, as.Date('2024-02-29'))"),
        scala=(
            "java.time.LocalDate.of(2024, 2, 29)", typed("java.time.LocalDate", '@.toString == "2024-02-29"'),
        ),
        sql=("", "@ = DATE '2024-02-29' AND typeof(@) = 'date'"),
    ),
    value(
        "timestamp with zone",
        {
            "python>r": SAME, "python>scala": SAME,
            "python>sql": changed("TIMESTAMP without the zone's name", back="@ == dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC)"),
            "r>python": SAME, "r>scala": SAME,
            "r>sql": changed("TIMESTAMP without the zone's name", back="@ == as.POSIXct('2024-07-01 10:00', tz = 'UTC')"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": changed(
                "TIMESTAMP without the zone's name",
                back='@.asInstanceOf[java.sql.Timestamp].toInstant.toString == "2024-07-01T10:00:00Z"',
            ),
        },
        python=(
            "dt.datetime(2024, 7, 1, 12, tzinfo=ZoneInfo('Europe/Oslo'))",
            "@ == dt.datetime(2024, 7, 1, 10, tzinfo=dt.UTC) and str(@.tzinfo) == 'Europe/Oslo'",
        ),
        r=(
            "as.POSIXct('2024-07-01 12:00', tz = 'Europe/Oslo')",
            "identical(@, as.POSIXct('2024-07-01 12:00', tz = 'Europe/Oslo'))",
        ),
        scala=(
            'java.time.ZonedDateTime.parse("2024-07-01T12:00+02:00[Europe/Oslo]")',
            typed("java.time.ZonedDateTime", '@.toString == "2024-07-01T12:00+02:00[Europe/Oslo]"'),
        ),
        sql=("", "@ = TIMESTAMP '2024-07-01 10:00:00Z' AND typeof(@) = 'timestamp'"),
    ),
    value(
        "timestamp without zone",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": SAME,
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same('@.toString == "2024-02-29T12:30:01.123457"'),
        },
        python=(
            "dt.datetime(2024, 2, 29, 12, 30, 1, 123457)",
            "type(@) is dt.datetime and @ == dt.datetime(2024, 2, 29, 12, 30, 1, 123457) and @.tzinfo is None",
        ),
        r=(
            "structure(1709209801.123457, class = c('POSIXct', 'POSIXt'), tzone = 'Etc/Universal')",
            "attr(@, 'tzone') == 'Etc/Universal' && abs(as.numeric(@) - 1709209801.123457) < 2e-7",
        ),
        scala=(
            "java.time.LocalDateTime.of(2024, 2, 29, 12, 30, 1, 123457000)",
            typed("java.time.LocalDateTime", '@.toString == "2024-02-29T12:30:01.123457"'),
        ),
        sql=("", "@ = TIMESTAMP_NTZ '2024-02-29 12:30:01.123457' AND typeof(@) = 'timestamp_ntz'"),
    ),
    value(
        "timestamp with nanoseconds",
        {
            "python>r": error("nanoseconds"),
            "python>scala": warning("nanoseconds", back="@ == dt.datetime(2024, 1, 1)"),
            "python>sql": warning("nanoseconds", back="@ == dt.datetime(2024, 1, 1)"),
            "scala>python": warning("nanoseconds", "@ == dt.datetime(2024, 1, 1)", '@.toString == "2024-01-01T00:00"'),
            "scala>r": warning("nanoseconds", "as.numeric(@) == 1704067200", '@.toString == "2024-01-01T00:00"'),
            "scala>sql": warning("nanoseconds", back='@.toString == "2024-01-01T00:00"'),
        },
        python=("pd.Timestamp('2024-01-01 00:00:00.000000001')", "@.nanosecond == 1"),
        r=("", ""),
        scala=(
            "java.time.LocalDateTime.of(2024, 1, 1, 0, 0, 0, 1)",
            typed("java.time.LocalDateTime", '@.toString == "2024-01-01T00:00:00.000000001"'),
        ),
        sql=("", "@ = TIMESTAMP_NTZ '2024-01-01' AND typeof(@) = 'timestamp_ntz'"),
    ),
    value(
        "duration",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": SAME,
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same('@.toString == "PT1M30.000001S"'),
        },
        python=(
            "dt.timedelta(seconds=90, microseconds=1)",
            "type(@) is dt.timedelta and @ == dt.timedelta(seconds=90, microseconds=1)",
        ),
        r=(
            "as.difftime(90.000001, units = 'secs')",
            "inherits(@, 'difftime') && abs(as.numeric(@, units = 'secs') - 90.000001) < 1e-9",
        ),
        scala=(
            "java.time.Duration.ofNanos(90000001000L)", typed("java.time.Duration", '@.toString == "PT1M30.000001S"'),
        ),
        sql=("", "@ = INTERVAL '90.000001' SECOND AND typeof(@) = 'interval day to second'"),
    ),
]  # fmt: skip
