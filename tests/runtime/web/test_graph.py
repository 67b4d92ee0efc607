"""The drawing of tasks that depend on one another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lakebook.web.pages.graph import HEIGHT, WIDTH, draw


def test_what_depends_on_something_stands_to_the_right_of_it() -> None:
    drawing = draw({"score": ["fit", "load"], "fit": ["load"], "load": []})
    x = {box.key: box.x for box in drawing.boxes}
    assert x["load"] < x["fit"] < x["score"]
    assert {(line.start, line.end) for line in drawing.lines} == {("fit", "score"), ("load", "fit"), ("load", "score")}


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw({}).boxes == []


@given(st.lists(st.sets(st.integers(0, 30)), max_size=30))
def test_boxes_never_overlap_and_are_all_in_the_picture(edges: list[set[int]]) -> None:
    needs = {str(number): [str(one) for one in before if one < number] for number, before in enumerate(edges)}
    drawing = draw(needs)
    boxes = drawing.boxes
    assert [box.key for box in boxes] == list(needs)
    for number, box in enumerate(boxes):
        assert box.x >= 0 and box.y >= 0
        assert box.x + WIDTH <= drawing.width and box.y + HEIGHT <= drawing.height
        for other in boxes[:number]:
            assert abs(box.x - other.x) >= WIDTH or abs(box.y - other.y) >= HEIGHT
    assert len(drawing.lines) == sum(len(before) for before in needs.values())


def test_lines_between_two_layers_do_not_cross_where_they_need_not() -> None:
    drawing = draw({"a": [], "b": [], "c": ["b"], "d": ["a"]})
    y = {box.key: box.y for box in drawing.boxes}
    assert (y["a"] < y["b"]) == (y["d"] < y["c"])
