"""Scala cells that begin with ``package``: files of their own, whose classes are the driver's."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook

KEYS = "package shop.keys\n\ncase class Key(id: Long, name: String)\n"
SUMS = """// what follows is a file
package shop.sums

import org.apache.spark.SparkContext

object Sums {
  val Offset = 10
  def above(sc: SparkContext, most: Int): Seq[Int] =
    sc.parallelize(1 to most).map(n => Seq(n).map(_ + Offset).sum).collect().toSeq
}

class Sum[T](val parts: T*)
trait Summed
"""


@pytest.fixture(scope="module", autouse=True)
def _defined(notebook: Notebook) -> None:
    assert notebook.good(f"%scala\n{KEYS}").stdout.endswith("class shop.keys.Key\n")
    told = "object shop.sums.Sums\nclass shop.sums.Sum\ntrait shop.sums.Summed\n"
    assert notebook.good(f"%scala\n{SUMS}").stdout == told


def test_its_classes_are_keys_of_a_shuffle_and_rows_of_a_dataset(notebook: Notebook) -> None:
    notebook.good(
        "%scala\nimport shop.keys\nval pairs = Array((keys.Key(1, 'a'.toString), 1), (keys.Key(1, \"a\"), 2))"
    )
    counted = notebook.good("%scala\nsc.parallelize(pairs).reduceByKey(_ + _).collect().toList").text
    assert "List((Key(1,a),3))" in counted
    rows = notebook.good(
        '%scala\nimport shop.keys.Key\nSeq(Key(3, "c")).toDS().map(k => k.copy(id = k.id + 1)).collect()'
    )
    assert "Array[shop.keys.Key] = Array(Key(4,c))" in rows.text


def test_its_functions_run_in_tasks(notebook: Notebook) -> None:
    assert "List(11, 12)" in notebook.good("%scala\nshop.sums.Sums.above(sc, 2).toList").text
    mapped = "import shop.sums._\nsc.parallelize(1 to 2).map(n => Seq(n).map(_ * Sums.Offset).sum).collect().toList"
    assert "List(10, 20)" in notebook.good(f"%scala\n{mapped}").text


def test_it_sees_nothing_of_other_cells(notebook: Notebook) -> None:
    notebook.good("%scala\nval price = 3")
    error = notebook.run("%scala\npackage shop.blind\n\nobject Blind {\n  def twice = price * 2\n}").error
    assert "not found: value price" in error and "5 |   def twice = price * 2" in error


def test_it_has_classes_and_objects_alone(notebook: Notebook) -> None:
    error = notebook.run("%scala\npackage shop.bare\n\nval price = 3").error
    assert "expected class or object definition" in error and "4 | val price = 3" in error


def test_a_package_object_and_names_that_are_signs(notebook: Notebook) -> None:
    told = notebook.good("%scala\npackage shop\n\npackage object signs { val rate = 2 }\nclass ::>(val n: Int)").stdout
    assert told == "object shop.signs.package\nclass shop.::>\n"
    assert "Int = 6" in notebook.good("%scala\nshop.signs.rate * new shop.::>(3).n").text


@pytest.mark.parametrize("again", [KEYS, f"// once more\n{KEYS}  // and again"], ids=["as it was", "with a comment"])
def test_the_same_cell_may_be_run_again(notebook: Notebook, again: str) -> None:
    assert notebook.good(f"%scala\n{again}").stdout == "class shop.keys.Key\n"
    assert "Key(1,a)" in notebook.good('%scala\nshop.keys.Key(1, "a")').text


def test_a_class_is_not_defined_anew(notebook: Notebook, neighbour: Notebook) -> None:
    for changed in (notebook, neighbour):
        error = changed.run(f"%scala\n{KEYS.replace('id: Long', 'id: Int')}").error
        assert "shop.keys.Key is defined already" in error and "lakebook driver stop" in error
        assert "Long = 9" in changed.good('%scala\nshop.keys.Key(9, "i").id').text


def test_a_library_s_class_is_not_replaced(notebook: Notebook) -> None:
    error = notebook.run("%scala\npackage org.apache.spark.sql\n\nclass Row").error
    assert "org.apache.spark.sql.Row is a class of a library already" in error
    assert "Row = [1]" in notebook.good("%scala\nRow(1)").text


def test_what_one_notebook_defines_is_there_for_all(notebook: Notebook, neighbour: Notebook) -> None:
    assert "List(11)" in neighbour.good("%scala\nshop.sums.Sums.above(sc, 1).toList").text
    assert neighbour.good(f"%scala\n{SUMS}").stdout.startswith("object shop.sums.Sums\n")
    neighbour.good("%scala\npackage shop.late\n\nclass Late { def sum = shop.sums.Sums.Offset }")
    assert "Int = 10" in notebook.good("%scala\nnew shop.late.Late().sum").text


def test_its_code_is_stopped_by_an_interrupt(notebook: Notebook) -> None:
    endless = 'package shop.endless\n\nobject Endless {\n  def run(): Unit = { println("started"); while (true) {} }\n}'
    notebook.good(f"%scala\n{endless}")
    outcome, _ = notebook.interrupted("%scala\nshop.endless.Endless.run()")
    assert "KeyboardInterrupt" in outcome.error and outcome.stderr == ""
    assert "Int = 10" in notebook.good("%scala\nshop.sums.Sums.Offset").text
