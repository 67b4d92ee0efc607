"""Values that SoS exchanges between its kernels and that ``acceptance/exchange.py`` has no kind for: what each is elsewhere.

``@`` stands for the value's name; in SQL it is a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    code: str
    #: by language, what is true of the value there; the source's own is what is true of a copy that came back
    checks: dict[str, str]


def case(name: str, source: str, code: str, **checks: str) -> Case:
    return Case(name, source, code, checks)


CASES = [
    case(
        "below_zero",
        "python",
        "-7",
        r="identical(@, -7)",
        scala="@ == -7L",
        sql="@ = -7",
    ),
    case(
        "a_range",
        "python",
        "range(1, 4)",
        r="identical(as.numeric(unlist(@)), c(1, 2, 3))",
        scala="@.toList == List(1L, 2L, 3L)",
        sql="@ = array(1L, 2L, 3L)",
    ),
    case(
        "truths",
        "python",
        "[True, False, None]",
        r="identical(@, c(TRUE, FALSE, NA))",
        scala="@ == List(Some(true), Some(false), None)",
        sql="@[0] AND NOT @[1] AND @[2] IS NULL",
    ),
    case(
        "not_a_number_in_a_list",
        "python",
        "[1.5, math.nan, math.inf]",
        r="@[1] == 1.5 && is.nan(@[2]) && @[3] == Inf",
        scala="@(0) == 1.5 && @(1).isNaN && @(2).isPosInfinity",
        sql="@[0] = 1.5D AND isnan(@[1]) AND @[2] = double('inf')",
    ),
    case("empty_list", "python", "[]", r="length(@) == 0", scala="@.isEmpty", sql="size(@) = 0"),
    case("empty_dictionary", "python", "{}", r="length(@) == 0", scala="@.isEmpty", sql="size(@) = 0"),
    case("empty_bytes", "python", "b''", r="identical(@, raw(0))", scala="@.isEmpty", sql="@ = X''"),
    case("list_of_one", "python", "[3.5]", r="@ == 3.5", scala="@ == List(3.5)", sql="@ = array(3.5D)"),
    case(
        "matrix_object",
        "python",
        "np.matrix([[1.5, 2], [3, 4]])",
        r="identical(@, matrix(c(1.5, 3, 2, 4), 2))",
        scala="@.map(_.toList).toList == List(List(1.5, 2.0), List(3.0, 4.0))",
        sql="@ = array(array(1.5D, 2D), array(3D, 4D))",
    ),
    case(
        "matrix_of_words",
        "python",
        "np.matrix([['a', 'b'], ['c', 'd']])",
        r="identical(@, matrix(c('a', 'c', 'b', 'd'), 2))",
        scala='@.map(_.toList).toList == List(List("a", "b"), List("c", "d"))',
        sql="@ = array(array('a', 'b'), array('c', 'd'))",
    ),
    case(
        "array_of_truths",
        "python",
        "np.array([True, False])",
        r="identical(as.vector(@), c(TRUE, FALSE))",
        scala="@.toList == List(true, false)",
        sql="@ = array(true, false)",
    ),
    case(
        "array_of_texts",
        "python",
        "np.array(['a', 'ü'])",
        r="identical(as.vector(@), c('a', 'ü'))",
        scala='@.toList == List("a", "ü")',
        sql="@ = array('a', 'ü')",
    ),
    case(
        "dictionary_of_lists",
        "python",
        "{'a': [1.5, 2.5], 'b': [3.5]}",
        r="identical(@$a, c(1.5, 2.5)) && @$b == 3.5",
        scala='@("a") == List(1.5, 2.5) && @("b") == List(3.5)',
        sql="@['a'] = array(1.5D, 2.5D) AND @['b'] = array(3.5D)",
    ),
    case("missing_truth", "r", "NA", python="@ is None", scala="@ == null", sql="@ IS NULL"),
    case("missing_number", "r", "NA_real_", python="@ is None", scala="@ == null", sql="@ IS NULL"),
    case("missing_text", "r", "NA_character_", python="@ is None", scala="@ == null", sql="@ IS NULL"),
    case(
        "whole_numbers_with_a_gap",
        "r",
        "c(1L, NA, 3L)",
        python="@ == [1, None, 3]",
        scala="@ == List(Some(1), None, Some(3))",
        sql="@[0] = 1 AND @[1] IS NULL AND @[2] = 3",
    ),
    case(
        "named_numbers",
        "r",
        "c(a = 1.5, b = 2.5)",
        python="@ == {'a': 1.5, 'b': 2.5}",
        scala='@ == Map("a" -> 1.5, "b" -> 2.5)',
        sql="@['a'] = 1.5D AND @['b'] = 2.5D",
    ),
    case(
        "named_texts",
        "r",
        "c(x = 'one', y = 'two')",
        python="@ == {'x': 'one', 'y': 'two'}",
        scala='@ == Map("x" -> "one", "y" -> "two")',
        sql="@['x'] = 'one' AND size(@) = 2",
    ),
    case(
        "one_to_four",
        "r",
        "1:4",
        python="@ == [1, 2, 3, 4]",
        scala="@ == List(1L, 2L, 3L, 4L)",
        sql="@ = array(1L, 2L, 3L, 4L)",
    ),
    case("no_texts", "r", "character(0)", python="list(@) == []", scala="@.isEmpty", sql="size(@) = 0"),
    case(
        "list_with_null",
        "r",
        "list(1.5, NULL, 'a')",
        python="@ == [1.5, None, 'a']",
        scala='@ == List(Some(1.5), None, Some("a"))',
    ),
    case(
        "matrix_of_texts",
        "r",
        "matrix(c('a', 'b', 'c', 'd'), 2)",
        python="np.asarray(@).tolist() == [['a', 'c'], ['b', 'd']]",
        scala='@.map(_.toList).toList == List(List("a", "c"), List("b", "d"))',
        sql="@ = array(array('a', 'c'), array('b', 'd'))",
    ),
    case(
        "complex_numbers",
        "r",
        "c(1+2i, 3-1i)",
        python="list(@) == [1 + 2j, 3 - 1j]",
    ),
    case("one_of_many", "scala", "Some(1.5): Option[Double]", python="@ == 1.5", r="@ == 1.5", sql="@ = 1.5D"),
    case(
        "none_of_many", "scala", "None: Option[Double]", python="@ is None", r="is.null(@) || is.na(@)", sql="@ IS NULL"
    ),
    case("letter", "scala", "'x'", python="@ == 'x'", r="@ == 'x'", sql="@ = 'x'"),
    case(
        "numbers_in_a_range",
        "scala",
        "1 to 3",
        python="@ == [1, 2, 3]",
        r="identical(@, c(1, 2, 3)) || identical(@, 1:3)",
        sql="@ = array(1, 2, 3)",
    ),
    case(
        "texts_in_an_array",
        "scala",
        'Array("a", "b")',
        python="list(@) == ['a', 'b']",
        r="identical(as.vector(@), c('a', 'b'))",
        sql="@ = array('a', 'b')",
    ),
]
