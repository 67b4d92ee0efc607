"""Widgets: what makes one, what its value is, and what a bad one is answered with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lakebook_kernel.databricks.errors import InputWidgetNotDefined, WidgetError
from lakebook_kernel.databricks.widgets import CHOICES, Widget, Widgets


class Shown:
    """What a front end would show."""

    def __init__(self) -> None:
        self.widgets: dict[str, Widget] = {}

    def show(self, widget: Widget) -> None:
        self.widgets[widget.name] = widget

    def hide(self, names: Any) -> None:
        for name in names:
            del self.widgets[name]


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def widgets(shown: Shown) -> Widgets:
    return Widgets(shown.show, shown.hide)


def test_a_widget_has_its_default(widgets: Widgets) -> None:
    widgets.text("name", "Anna", "Your name")
    widgets.dropdown("size", "m", ["s", "m", "l"])
    widgets.combobox("colour", "red", ["red", "blue"])
    widgets.multiselect("days", "Mon,Tue", ["Mon", "Tue", "Wed"])
    assert widgets.getAll() == {"name": "Anna", "size": "m", "colour": "red", "days": "Mon,Tue"}
    assert widgets.get("days") == "Mon,Tue"


def test_arguments_win_over_defaults_and_need_no_widget(widgets: Widgets) -> None:
    widgets.arguments.update(year="2013", other="x")
    widgets.text("year", "1999")
    assert (widgets.get("year"), widgets.get("other")) == ("2013", "x")
    assert widgets.getAll() == {"year": "2013", "other": "x"}


def test_what_the_user_chooses_stays_when_the_widget_is_made_again(widgets: Widgets) -> None:
    widgets.dropdown("size", "m", ["s", "m", "l"])
    widgets.choose("size", "l")
    widgets.dropdown("size", "s", ["s", "l"])
    assert widgets.get("size") == "l"
    widgets.dropdown("size", "s", ["s", "m"])
    assert widgets.get("size") == "s"


def test_a_name_taken_again_is_the_new_widget(widgets: Widgets, shown: Shown) -> None:
    widgets.dropdown("x", "a", ["a", "b"], "old")
    widgets.text("x", "free", "new")
    assert shown.widgets["x"] == Widget("text", "x", "free", "new")
    assert widgets.get("x") == "free"


def test_removed_widgets_have_no_value(widgets: Widgets, shown: Shown) -> None:
    for name in "abc":
        widgets.text(name, name)
    widgets.remove("a")
    assert widgets.getAll() == {"b": "b", "c": "c"}
    widgets.removeAll()
    assert widgets.getAll() == {} and shown.widgets == {}
    with pytest.raises(InputWidgetNotDefined, match="a is defined, so it cannot be removed"):
        widgets.remove("a")


def test_get_of_a_widget_that_was_never_made_says_how_to_make_it(widgets: Widgets) -> None:
    widgets.text("env", "dev")
    with pytest.raises(InputWidgetNotDefined) as caught:
        widgets.get("date")
    assert str(caught.value) == (
        "No input widget named date is defined. There are env. "
        'Make it with dbutils.widgets.text("date", ""), or give its value: lakebook run -p date=….'
    )


def test_get_argument_has_a_default(widgets: Widgets) -> None:
    assert widgets.getArgument("x", "none") == "none"
    widgets.text("x", "")
    assert widgets.getArgument("x", "none") == ""
    with pytest.raises(InputWidgetNotDefined):
        widgets.getArgument("y")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda w: w.dropdown("x", "c", ["a", "b"]), "the default of x is 'c', which is not among its choices"),
        (lambda w: w.multiselect("x", "a,c", ["a", "b"]), "the default of x is 'a,c', which is not among"),
        (lambda w: w.text("x", 1), "the default of x is to be a text, and this is 1"),
        (lambda w: w.text("", "a"), "wants a name"),
        (lambda w: w.dropdown("x", "1", [1, 2]), "the choices of x are to be texts, and one is 1"),
        (lambda w: w.dropdown("x", "a", "abc"), "the choices of x are to be a list"),
        (lambda w: w.dropdown("x", "a", []), "x has no choices"),
        (lambda w: w.combobox("x", "0", [str(n) for n in range(CHOICES + 1)]), "x has 1025 choices"),
    ],
)
def test_a_bad_widget_is_refused_in_one_sentence(
    widgets: Widgets, make: Callable[[Widgets], None], complaint: str
) -> None:
    with pytest.raises(WidgetError, match=complaint):
        make(widgets)
    assert widgets.getAll() == {}


def test_a_combobox_takes_other_texts_and_a_multiselect_takes_none(widgets: Widgets) -> None:
    widgets.combobox("c", "else", ["a"])
    widgets.multiselect("m", "", ["a"])
    assert widgets.getAll() == {"c": "else", "m": ""}
