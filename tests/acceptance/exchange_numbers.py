"""Nothing, truth and numbers; see ``exchange.py``."""

from __future__ import annotations

from acceptance.exchange import SAME, changed, error, same, typed, value

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
