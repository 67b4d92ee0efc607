"""What becomes of a value that a cell of another language uses: one table of kinds of values × pairs of languages.

The expectations follow from the tables of types in ``docs/languages.md``; change them there first. A kind has a form in some
languages: code that makes such a value, and a check that tells it by value and type. ``@`` stands for the value's name. A
journey ``a>b`` is there and back: ``b`` checks the value, binds a copy of it, and ``a`` checks the copy. In SQL a value is a
parameter, and its copy is a column of ``_sqldf``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LANGUAGES = ("python", "sql", "r", "scala", "duckdb")


@dataclass(frozen=True)
class Form:
    """How a language makes a value of a kind, empty where it has none of its own, and how it tells one."""

    code: str
    check: str


@dataclass(frozen=True)
class Journey:
    """What becomes of a value. Where a check is None, it is the language's own for the kind."""

    outcome: str
    check: str | None = None
    #: empty where there is no way back: that is the journey of another kind
    back: str | None = None
    #: of the warning or error
    words: str = ""

    @property
    def arrives(self) -> bool:
        return self.outcome != "error"


@dataclass(frozen=True)
class Kind:
    """Values of one kind. Every journey from a language with code is stated, but for those of no form at all (``n/a``)."""

    name: str
    forms: dict[str, Form]
    journeys: dict[str, Journey]
    #: checks for what arrives as something else, by the name that journeys use
    others: dict[str, str] = field(default_factory=dict)
    #: whether SQL and DuckDB read it as a relation
    frame: bool = False
    #: the languages where there is a question of it
    targets: tuple[str, ...] = LANGUAGES

    def journey(self, source: str, target: str) -> Journey | None:
        return self.journeys.get(f"{source}>{target}")

    def check(self, language: str, stated: str | None) -> str:
        return self.forms[language].check if stated is None else self.others.get(stated, stated)


def same(back: str | None = None) -> Journey:
    """The same there and back; ``back`` where SQL's copy, a column of a frame, is told in another way."""
    return Journey("same", None, back)


def changed(to: str, check: str | None = None, back: str | None = None) -> Journey:
    """A change that depends on the type alone."""
    return Journey(f"as {to}", check, back)


def warning(words: str, check: str | None = None, back: str | None = None) -> Journey:
    return Journey("warning", check, back, words)


def error(words: str) -> Journey:
    return Journey("error", words=words)


def value(name: str, journeys: dict[str, Journey], **forms: tuple[str, str]) -> Kind:
    return Kind(name, {language: Form(*form) for language, form in forms.items()}, journeys)


def typed(name: str, check: str) -> str:
    """Scala's check of a static type too."""
    return f'kindOf(@) == "{name}" && {check}'


SAME = same()
_LIST = "scala.collection.immutable.List"
_MAP = "scala.collection.immutable.Map"
_SEQ = "@.asInstanceOf[scala.collection.Seq[_]]"
_ENTRIES = "@.asInstanceOf[scala.collection.Map[_, _]].toMap"

NOTHING_AND_NUMBERS = [
    value(
        "null",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": same("is.na(@)"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same("@ == null"),
        },
        python=("None", "@ is None"),
        r=("NULL", "is.null(@)"),
        scala=("null", typed("Null", "@ == null")),
        sql=("", "@ IS NULL AND typeof(@) = 'void'"),
    ),
    value(
        "boolean",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": SAME,
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same("@ == true"),
        },
        python=("True", "@ is True"),
        r=("TRUE", "identical(@, TRUE)"),
        scala=("true", typed("Boolean", "@")),
        sql=("", "@ AND typeof(@) = 'boolean'"),
    ),
    value(
        "int",
        {
            "python>r": changed("double", back="type(@) is float and @ == 3"), "python>scala": SAME, "python>sql": SAME,
            "scala>python": SAME, "scala>r": changed("double", back=typed("Double", "@ == 3.0")),
            "scala>sql": same("@ == 3L"),
        },
        python=("3", "type(@) is int and @ == 3"),
        r=("", "identical(@, 3)"),
        scala=("3L", typed("Long", "@ == 3L")),
        sql=("", "@ = 3 AND typeof(@) = 'bigint'"),
    ),
    value(
        "int of 32 bits",
        {
            "python>r": changed("int when back", back="type(@) is int and @ == 7"),
            "python>scala": changed("int when back", back="type(@) is int and @ == 7"),
            "python>sql": changed("int when back", back="type(@) is int and @ == 7"),
            "r>python": changed("int; double when back", "type(@) is int and @ == 7", "identical(@, 7)"),
            "r>scala": changed("Long; double when back", typed("Long", "@ == 7L"), "identical(@, 7)"),
            "r>sql": changed("BIGINT; double when back", "@ = 7 AND typeof(@) = 'bigint'", "identical(@, 7)"),
            "scala>python": changed("int; Long when back", "type(@) is int and @ == 7", typed("Long", "@ == 7L")),
            "scala>r": changed("double", "identical(@, 7)", typed("Double", "@ == 7.0")),
            "scala>sql": changed("BIGINT", "@ = 7 AND typeof(@) = 'bigint'", "@ == 7L"),
        },
        python=("np.int32(7)", "type(@) is np.int32 and @ == 7"),
        r=("7L", "identical(@, 7L)"),
        scala=("7", typed("Int", "@ == 7")),
        sql=("", "@ = 7 AND typeof(@) = 'int'"),
    ),
    value(
        "int beyond 2^31",
        {
            "python>r": changed("double", back="type(@) is float and @ == 2**31"), "python>scala": SAME, "python>sql": SAME,
            "scala>python": SAME, "scala>r": changed("double", back=typed("Double", "@ == 2147483648.0")),
            "scala>sql": same("@ == 2147483648L"),
        },
        python=("2**31", "type(@) is int and @ == 2**31"),
        r=("", "identical(@, 2147483648)"),
        scala=("2147483648L", typed("Long", "@ == 2147483648L")),
        sql=("", "@ = 2147483648 AND typeof(@) = 'bigint'"),
    ),
    value(
        "int beyond 2^53",
        {
            "python>r": error("2^53"), "python>scala": SAME, "python>sql": SAME,
            "scala>python": SAME, "scala>r": error("2^53"), "scala>sql": same("@ == 9007199254740993L"),
        },
        python=("2**53 + 1", "type(@) is int and @ == 2**53 + 1"),
        scala=("9007199254740993L", typed("Long", "@ == 9007199254740993L")),
        sql=("", "@ = 9007199254740993 AND typeof(@) = 'bigint'"),
    ),
    value(
        "int beyond 2^63",
        {
            "python>r": error("2^53"), "python>scala": error("beyond 64 bits"),
            "python>sql": changed("DECIMAL(38,0)", back="@ == 2**64 and type(@) is Decimal"),
            "scala>python": changed("int", back=""), "scala>r": error("2^53"),
            "scala>sql": changed("DECIMAL(38,0)", back='@.toString == "18446744073709551616"'),
        },
        python=("2**64", "type(@) is int and @ == 2**64"),
        scala=("BigInt(2).pow(64)", typed("scala.math.BigInt", "@ == BigInt(2).pow(64)")),
        sql=("", "@ = 18446744073709551616 AND typeof(@) = 'decimal(38,0)'"),
    ),
    value(
        "NumPy's int8",
        {
            "python>r": changed("int when back"), "python>scala": changed("int when back"),
            "python>sql": changed("int when back"),
        },
        python=("np.int8(-128)", "type(@) is int and @ == -128"),
        r=("", "identical(@, -128L)"),
        scala=("", typed("Byte", "@ == -128")),
        sql=("", "@ = -128 AND typeof(@) = 'tinyint'"),
    ),
    value(
        "NumPy's int64",
        {
            "python>r": changed("double", back="type(@) is float and @ == 7"),
            "python>scala": changed("int when back"), "python>sql": changed("int when back"),
        },
        python=("np.int64(7)", "type(@) is int and @ == 7"),
        r=("", "identical(@, 7)"),
        scala=("", typed("Long", "@ == 7L")),
        sql=("", "@ = 7 AND typeof(@) = 'bigint'"),
    ),
    value(
        "NumPy's uint8",
        {
            "python>r": changed("int when back"), "python>scala": changed("Short; int when back"),
            "python>sql": changed("SMALLINT; int when back"),
        },
        python=("np.uint8(255)", "type(@) is int and @ == 255"),
        r=("", "identical(@, 255L)"),
        scala=("", typed("Short", "@ == 255")),
        sql=("", "@ = 255 AND typeof(@) = 'smallint'"),
    ),
    value(
        "NumPy's uint64",
        {
            "python>r": changed("double", back="type(@) is float and @ == 7"),
            "python>scala": changed("BigInt; int when back"),
            "python>sql": changed("DECIMAL(20,0)", back="type(@) is Decimal and @ == 7"),
        },
        python=("np.uint64(7)", "type(@) is int and @ == 7"),
        r=("", "identical(@, 7)"),
        scala=("", typed("scala.math.BigInt", "@ == BigInt(7)")),
        sql=("", "@ = 7 AND typeof(@) = 'decimal(20,0)'"),
    ),
    value(
        "NumPy's largest uint64",
        {
            "python>r": error("2^53"), "python>scala": changed("BigInt; int when back"),
            "python>sql": changed("DECIMAL(20,0)", back="type(@) is Decimal and @ == 2**64 - 1"),
        },
        python=("np.uint64(2**64 - 1)", "type(@) is int and @ == 2**64 - 1"),
        scala=("", typed("scala.math.BigInt", "@ == BigInt(2).pow(64) - 1")),
        sql=("", "@ = 18446744073709551615 AND typeof(@) = 'decimal(20,0)'"),
    ),
    *(
        value(
            name,
            {
                "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
                "r>python": SAME, "r>scala": SAME, "r>sql": SAME,
                "scala>python": SAME, "scala>r": SAME, "scala>sql": same(scala.replace("@", "@.asInstanceOf[Double]")),
            },
            python=(python[0], f"type(@) is float and {python[1]}"),
            r=r,
            scala=(code, typed("Double", scala)),
            sql=("", f"{sql} AND typeof(@) = 'double'"),
        )
        for name, python, r, code, scala, sql in (
            ("double", ("0.1", "@ == 0.1"), ("0.1", "identical(@, 0.1)"), "0.1", "@ == 0.1", "@ = 0.1D"),
            ("NaN", ("math.nan", "math.isnan(@)"), ("NaN", "is.nan(@)"), "Double.NaN", "@.isNaN", "isnan(@)"),
            (
                "infinity", ("math.inf", "@ == math.inf"), ("Inf", "identical(@, Inf)"),
                "Double.PositiveInfinity", "@.isPosInfinity", "@ = double('inf')",
            ),
            (
                "minus infinity", ("-math.inf", "@ == -math.inf"), ("-Inf", "identical(@, -Inf)"),
                "Double.NegativeInfinity", "@.isNegInfinity", "@ = double('-inf')",
            ),
            (
                "minus zero", ("-0.0", "math.copysign(1, @) == -1"), ("-0.0", "identical(1 / @, -Inf)"),
                "-0.0", "1 / @ == Double.NegativeInfinity", "string(@) = '-0.0'",
            ),
        )
    ),
    value(
        "decimal",
        {
            "python>r": changed("double", back='type(@) is Decimal and @ == Decimal("1.1")'), "python>scala": SAME,
            "python>sql": SAME, "scala>python": SAME,
            "scala>r": changed("double", back=typed("scala.math.BigDecimal", '@ == BigDecimal("1.1")')),
            "scala>sql": same('@.toString == "1.10"'),
        },
        python=('Decimal("1.10")', 'type(@) is Decimal and str(@) == "1.10"'),
        r=("", "is.double(@) && @ == 1.1"),
        scala=('BigDecimal("1.10")', typed("scala.math.BigDecimal", '@.toString == "1.10"')),
        sql=("", "@ = 1.10 AND typeof(@) = 'decimal(3,2)'"),
    ),
    value(
        "decimal of 38 digits",
        {
            "python>r": error("15 digits"), "python>scala": SAME, "python>sql": SAME,
            "scala>python": SAME, "scala>r": error("15 digits"),
            "scala>sql": same('@.toString == "1234567890123456789.0123456789012345678"'),
        },
        python=(
            'Decimal("1234567890123456789.0123456789012345678")',
            'type(@) is Decimal and str(@) == "1234567890123456789.0123456789012345678"',
        ),
        scala=(
            'BigDecimal("1234567890123456789.0123456789012345678")',
            typed("scala.math.BigDecimal", '@.toString == "1234567890123456789.0123456789012345678"'),
        ),
        sql=("", "@ = 1234567890123456789.0123456789012345678BD AND typeof(@) = 'decimal(38,19)'"),
    ),
    value(
        "decimal of 40 digits",
        {
            "python>r": error("15 digits"), "python>scala": SAME, "python>sql": error("38 digits"),
            "scala>python": SAME, "scala>r": error("15 digits"), "scala>sql": error("38 digits"),
        },
        python=('Decimal("1" * 40)', 'type(@) is Decimal and str(@) == "1" * 40'),
        scala=('BigDecimal("1" * 40)', typed("scala.math.BigDecimal", '@.toString == "1" * 40')),
        sql=("", ""),
    ),
    value(
        "complex",
        {
            "python>r": SAME, "python>scala": error("complex"), "python>sql": error("complex"),
            "r>python": SAME, "r>scala": error("complex"), "r>sql": error("complex"),
        },
        python=("1 + 2j", "type(@) is complex and @ == 1 + 2j"),
        r=("1+2i", "identical(@, 1+2i)"),
        scala=("", ""),
        sql=("", ""),
    ),
]  # fmt: skip


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
