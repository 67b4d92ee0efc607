"""The kinds of values that hold others, and what has no form elsewhere; see ``exchange.py``."""

from __future__ import annotations

from acceptance.exchange import SAME, Form, Kind, changed, error, same, typed, value

_LIST = "scala.collection.immutable.List"
_MAP = "scala.collection.immutable.Map"
_SEQ = "@.asInstanceOf[scala.collection.Seq[_]]"
_ENTRIES = "@.asInstanceOf[scala.collection.Map[_, _]].toMap"
_MANY = ", ".join(["1.5"] * 23)

COLLECTIONS = [
    value(
        "list of ints",
        {
            "python>r": changed("double", back="@ == [1, 2] and type(@[0]) is float"), "python>scala": SAME,
            "python>sql": SAME,
            "r>python": changed("double when back", back="identical(@, c(1, 2))"),
            "r>scala": changed("List[Long]; double when back", back="identical(@, c(1, 2))"),
            "r>sql": changed("ARRAY<BIGINT>; double when back", back="identical(@[[1]], c(1, 2))"),
            "scala>python": SAME,
            "scala>r": changed("double", back=typed(f"{_LIST}[Double]", "@ == List(1.0, 2.0)")),
            "scala>sql": same(f"{_SEQ} == List(1L, 2L)"),
        },
        python=("[1, 2]", "@ == [1, 2] and type(@[0]) is int"),
        r=("c(1L, 2L)", "identical(@, c(1, 2))"),
        scala=("List(1L, 2L)", typed(f"{_LIST}[Long]", "@ == List(1L, 2L)")),
        sql=("", "@ = array(1L, 2L) AND typeof(@) = 'array<bigint>'"),
    ),
    value(
        "list with an int beyond 2^53",
        {
            "python>r": error("2^53"), "python>scala": SAME, "python>sql": SAME,
            "scala>python": SAME, "scala>r": error("2^53"),
            "scala>sql": same(f"{_SEQ} == List(9007199254740993L)"),
        },
        python=("[2**53 + 1]", "@ == [2**53 + 1]"),
        scala=("List(9007199254740993L)", typed(f"{_LIST}[Long]", "@ == List(9007199254740993L)")),
        sql=("", "@ = array(9007199254740993L) AND typeof(@) = 'array<bigint>'"),
    ),
    value(
        "list with null",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": same("identical(@[[1]], c(1.5, NA))"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same(f"{_SEQ} == List(1.5, null)"),
        },
        python=("[1.5, None]", "@ == [1.5, None]"),
        r=("c(1.5, NA)", "identical(@, c(1.5, NA)) && !is.nan(@[2])"),
        scala=(
            "List(Some(1.5), None): List[Option[Double]]",
            typed(f"{_LIST}[scala.Option[Double]]", "@ == List(Some(1.5), None)"),
        ),
        sql=("", "@[0] = 1.5D AND @[1] IS NULL AND size(@) = 2 AND typeof(@) = 'array<double>'"),
    ),
    value(
        "list of texts",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": same("identical(@[[1]], c('a', 'ü'))"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same(f'{_SEQ} == List("a", "ü")'),
        },
        python=('["a", "ü"]', '@ == ["a", "ü"]'),
        r=("c('a', 'ü')", "identical(@, c('a', 'ü'))"),
        scala=('List("a", "ü")', typed(f"{_LIST}[java.lang.String]", '@ == List("a", "ü")')),
        sql=("", "@ = array('a', 'ü') AND typeof(@) = 'array<string>'"),
    ),
    value(
        "nested list",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": SAME,
            "r>python": SAME, "r>scala": SAME, "r>sql": same("identical(@[[1]], list(c(1.5, 2.5), c(3.5, 4.5)))"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": same(f"{_SEQ} == List(List(1.5, 2.5), List(3.5, 4.5))"),
        },
        python=("[[1.5, 2.5], [3.5, 4.5]]", "@ == [[1.5, 2.5], [3.5, 4.5]]"),
        r=("list(c(1.5, 2.5), c(3.5, 4.5))", "identical(@, list(c(1.5, 2.5), c(3.5, 4.5)))"),
        scala=(
            "List(List(1.5, 2.5), List(3.5, 4.5))",
            typed(f"{_LIST}[{_LIST}[Double]]", "@ == List(List(1.5, 2.5), List(3.5, 4.5))"),
        ),
        sql=("", "@ = array(array(1.5D, 2.5D), array(3.5D, 4.5D)) AND typeof(@) = 'array<array<double>>'"),
    ),
    value(
        "list of several types",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": error("different types"),
            "r>python": SAME, "r>scala": SAME, "r>sql": error("different types"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": error("different types"),
        },
        python=('[1.5, "a"]', '@ == [1.5, "a"]'),
        r=("list(1.5, 'a')", "identical(@, list(1.5, 'a'))"),
        scala=('List[Any](1.5, "a")', typed(f"{_LIST}[Any]", '@ == List(1.5, "a")')),
        sql=("", ""),
    ),
    value(
        "dictionary",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": same('dict(@) == {"a": 1.5, "b": 2.5}'),
            "r>python": SAME, "r>scala": SAME,
            "r>sql": same("identical(@[[1]]$key, c('a', 'b')) && identical(@[[1]]$value, c(1.5, 2.5))"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": same(f'{_ENTRIES} == Map("a" -> 1.5, "b" -> 2.5)'),
        },
        python=('{"a": 1.5, "b": 2.5}', '@ == {"a": 1.5, "b": 2.5}'),
        r=("list(a = 1.5, b = 2.5)", "identical(@, list(a = 1.5, b = 2.5))"),
        scala=(
            'Map("a" -> 1.5, "b" -> 2.5)', typed(f"{_MAP}[java.lang.String, Double]", '@ == Map("a" -> 1.5, "b" -> 2.5)'),
        ),
        sql=("", "@['a'] = 1.5D AND @['b'] = 2.5D AND size(@) = 2 AND typeof(@) = 'map<string,double>'"),
    ),
    value(
        "nested dictionary",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": same('dict(dict(@)["k"]) == {"l": [1.5, None]}'),
            "r>python": SAME, "r>scala": SAME, "r>sql": same("identical(@[[1]]$key, 'k')"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": same(f'{_ENTRIES} == Map("k" -> Map("l" -> List(1.5, null)))'),
        },
        python=('{"k": {"l": [1.5, None]}}', '@ == {"k": {"l": [1.5, None]}}'),
        r=("list(k = list(l = c(1.5, NA)))", "identical(@, list(k = list(l = c(1.5, NA))))"),
        scala=(
            'Map("k" -> Map("l" -> (List(Some(1.5), None): List[Option[Double]])))',
            typed(
                f"{_MAP}[java.lang.String, {_MAP}[java.lang.String, {_LIST}[scala.Option[Double]]]]",
                '@("k")("l") == List(Some(1.5), None)',
            ),
        ),
        sql=("", "@['k']['l'][0] = 1.5D AND typeof(@) = 'map<string,map<string,array<double>>>'"),
    ),
    value(
        "dictionary of several types",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": error("different types"),
            "r>python": SAME, "r>scala": SAME, "r>sql": error("different types"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": error("different types"),
        },
        python=('{"a": 1.5, "b": "x"}', '@ == {"a": 1.5, "b": "x"}'),
        r=("list(a = 1.5, b = 'x')", "identical(@, list(a = 1.5, b = 'x'))"),
        scala=('Map[String, Any]("a" -> 1.5, "b" -> "x")', typed(f"{_MAP}[java.lang.String, Any]", '@("b") == "x"')),
        sql=("", ""),
    ),
    value(
        "dictionary whose keys are no texts",
        {
            "python>r": error("key 1 is a int"), "python>scala": SAME, "python>sql": same("dict(@) == {1: 2.5}"),
            "scala>python": SAME, "scala>r": error("key 1 is a int"), "scala>sql": same(f"{_ENTRIES} == Map(1L -> 2.5)"),
        },
        python=("{1: 2.5}", "@ == {1: 2.5}"),
        scala=("Map(1L -> 2.5)", typed(f"{_MAP}[Long, Double]", "@ == Map(1L -> 2.5)")),
        sql=("", "@[1] = 2.5D AND typeof(@) = 'map<bigint,double>'"),
    ),
    value(
        "set",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": changed("ARRAY", back="set(@) == {1.5, 2.5}"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": changed("ARRAY", back=f"{_SEQ}.toSet == Set(1.5, 2.5)"),
        },
        python=("{1.5, 2.5}", "@ == {1.5, 2.5} and type(@) is set"),
        r=("", "setequal(@, c(1.5, 2.5)) && is.numeric(@)"),
        scala=("Set(1.5, 2.5)", typed("scala.collection.immutable.Set[Double]", "@ == Set(1.5, 2.5)")),
        sql=("", "sort_array(@) = array(1.5D, 2.5D) AND typeof(@) = 'array<double>'"),
    ),
    value(
        "tuple",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": changed("ARRAY", back="@ == [1.5, 2.5]"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": changed("ARRAY", back=f"{_SEQ} == List(1.5, 2.5)"),
        },
        python=("(1.5, 2.5)", "@ == (1.5, 2.5)"),
        r=("", "all(@ == c(1.5, 2.5)) && is.numeric(@)"),
        scala=("(1.5, 2.5)", typed("scala.Tuple2[Double, Double]", "@ == ((1.5, 2.5))")),
        sql=("", "@ = array(1.5D, 2.5D) AND typeof(@) = 'array<double>'"),
    ),
    value(
        "tuple of several types",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": error("different types"),
            "scala>python": SAME, "scala>r": SAME, "scala>sql": error("different types"),
        },
        python=('(1.5, "a")', '@ == (1.5, "a")'),
        r=("", "@[[1]] == 1.5 && @[[2]] == 'a'"),
        scala=('(1.5, "a")', typed("scala.Tuple2[Double, java.lang.String]", '@ == ((1.5, "a"))')),
        sql=("", ""),
    ),
    value(
        "tuple of more than 22",
        {
            "python>r": SAME, "python>scala": error("tuples have 1 to 22"),
            "python>sql": changed("ARRAY", back="@ == [1.5] * 23"),
        },
        python=("(1.5,) * 23", "@ == (1.5,) * 23"),
        r=("", "all(@ == rep(1.5, 23)) && length(@) == 23L"),
        scala=("", ""),
        sql=("", "@ = array_repeat(1.5D, 23) AND typeof(@) = 'array<double>'"),
    ),
    value(
        "NumPy vector",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": changed("ARRAY", back="@[0] == 1.5 and math.isnan(@[1])"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": changed("ARRAY", back=f"{_SEQ}.head == 1.5"),
        },
        python=(
            "np.array([1.5, math.nan])",
            "type(@) is np.ndarray and @.dtype == np.float64 and np.array_equal(@, [1.5, math.nan], equal_nan=True)",
        ),
        r=("", "is.null(dim(@)) && @[1] == 1.5 && is.nan(@[2]) && length(@) == 2L"),
        scala=("Array(1.5, Double.NaN)", typed("Array[Double]", "@(0) == 1.5 && @(1).isNaN")),
        sql=("", "@[0] = 1.5D AND isnan(@[1]) AND typeof(@) = 'array<double>'"),
    ),
    value(
        "NumPy vector of int64",
        {
            "python>r": changed("double", back="@.dtype == np.float64 and list(@) == [1, 2]"), "python>scala": SAME,
            "python>sql": changed("ARRAY", back="@ == [1, 2]"),
            "scala>python": SAME, "scala>r": changed("double", back=typed("Array[Double]", "@.toSeq == Seq(1.0, 2.0)")),
            "scala>sql": changed("ARRAY", back=f"{_SEQ} == List(1L, 2L)"),
        },
        python=("np.array([1, 2])", "type(@) is np.ndarray and @.dtype == np.int64 and list(@) == [1, 2]"),
        r=("", "is.double(@) && all(@ == c(1, 2))"),
        scala=("Array(1L, 2L)", typed("Array[Long]", "@.toSeq == Seq(1L, 2L)")),
        sql=("", "@ = array(1L, 2L) AND typeof(@) = 'array<bigint>'"),
    ),
    value(
        "matrix",
        {
            "python>r": SAME, "python>scala": SAME, "python>sql": changed("ARRAY", back="@ == [[1.5, 3, 5], [2, 4, 6]]"),
            "r>python": SAME, "r>scala": SAME,
            "r>sql": changed("ARRAY", back="identical(@[[1]], list(c(1.5, 3, 5), c(2, 4, 6)))"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": changed("ARRAY", back=f"{_SEQ} == List(List(1.5, 3.0, 5.0), List(2.0, 4.0, 6.0))"),
        },
        python=(
            "np.array([[1.5, 3, 5], [2, 4, 6]])",
            "type(@) is np.ndarray and @.dtype == np.float64 and @.tolist() == [[1.5, 3, 5], [2, 4, 6]]",
        ),
        r=("matrix(c(1.5, 2, 3, 4, 5, 6), 2)", "identical(@, matrix(c(1.5, 2, 3, 4, 5, 6), 2))"),
        scala=(
            "Array(Array(1.5, 3.0, 5.0), Array(2.0, 4.0, 6.0))",
            typed("Array[Array[Double]]", "@.map(_.toSeq).toSeq == Seq(Seq(1.5, 3.0, 5.0), Seq(2.0, 4.0, 6.0))"),
        ),
        sql=("", "@ = array(array(1.5D, 3D, 5D), array(2D, 4D, 6D)) AND typeof(@) = 'array<array<double>>'"),
    ),
    value(
        "array of three dimensions",
        {
            "python>r": SAME, "python>scala": SAME,
            "python>sql": changed("ARRAY", back="@ == np.arange(8.0).reshape(2, 2, 2).tolist()"),
            "r>python": SAME, "r>scala": SAME, "r>sql": changed("ARRAY", back="identical(@[[1]][[2]], list(c(4, 5), c(6, 7)))"),
            "scala>python": SAME, "scala>r": SAME,
            "scala>sql": changed("ARRAY", back=f"{_SEQ}.last == List(List(4.0, 5.0), List(6.0, 7.0))"),
        },
        python=(
            "np.arange(8.0).reshape(2, 2, 2)",
            "type(@) is np.ndarray and @.shape == (2, 2, 2) and @.dtype == np.float64 and list(@.flat) == list(range(8))",
        ),
        r=(
            "array(c(0, 4, 2, 6, 1, 5, 3, 7), c(2, 2, 2))",
            "identical(@, array(c(0, 4, 2, 6, 1, 5, 3, 7), c(2, 2, 2)))",
        ),
        scala=(
            "Array(Array(Array(0.0, 1.0), Array(2.0, 3.0)), Array(Array(4.0, 5.0), Array(6.0, 7.0)))",
            typed("Array[Array[Array[Double]]]", "@.flatten.flatten.toSeq == (0 to 7).map(_.toDouble)"),
        ),
        sql=("", "@[1][0][1] = 5D AND typeof(@) = 'array<array<array<double>>>'"),
    ),
    value(
        "factor",
        {
            "python>r": SAME, "python>scala": error("Categorical"), "python>sql": error("Categorical"),
            "r>python": SAME, "r>scala": error("Categorical"), "r>sql": error("Categorical"),
        },
        python=(
            'pd.Categorical(["b", None, "a"], ["b", "a"])',
            '@.equals(pd.Categorical(["b", None, "a"], ["b", "a"]))',
        ),
        r=("factor(c('b', NA, 'a'), c('b', 'a'))", "identical(@, factor(c('b', NA, 'a'), c('b', 'a')))"),
        scala=("", ""),
        sql=("", ""),
    ),
]  # fmt: skip


def _homebound(name: str, words: dict[str, str], **codes: str) -> Kind:
    """What has no form in any other language; ``words`` of the reason, by the journey or its source."""
    forms = {language: Form(code, "") for language, code in codes.items()}
    journeys = {
        f"{source}>{target}": error(words.get(f"{source}>{target}", words[source]))
        for source in codes
        for target in ("python", "r", "scala", "sql", "duckdb")
        if target != source
    }
    return Kind(name, forms, journeys)


AT_HOME = [
    _homebound(
        "function",
        {"python": "it is a function", "r": "is a function", "scala": "has no form in Python",
         "python>duckdb": "DuckDB reads frames, it is a function"},
        python="lambda n: n", r="function(n) n", scala="(n: Int) => n + 1",
    ),
    _homebound(
        "fitted model",
        {"python": "Model", "r": "class lm"},
        python="Model()", r="lm(mpg ~ wt, mtcars)",
    ),
    Kind(
        "any value but a frame as a relation",
        {"python": Form("4", ""), "r": Form("4", ""), "scala": Form("4L", "")},
        {
            "python>sql": error("is no frame"), "python>duckdb": error("DuckDB reads frames, it is a int"),
            "r>sql": error("is no frame"), "r>duckdb": error("DuckDB reads frames"),
            "scala>sql": error("is no frame"), "scala>duckdb": error("DuckDB reads frames"),
        },
        frame=True,
        targets=("sql", "duckdb"),
    ),
]  # fmt: skip
