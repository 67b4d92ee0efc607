"""Widgets: values that a notebook is given from outside, by a user, by a job or by another notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lakebook_kernel.databricks.errors import InputWidgetNotDefined, WidgetError
from lakebook_kernel.databricks.utility import Utility

#: most choices that a dropdown or combobox, and a multiselect, takes
CHOICES = 1024


@dataclass(frozen=True)
class Widget:
    """A widget as it was made."""

    kind: str
    name: str
    default: str
    label: str
    choices: tuple[str, ...] = ()

    def takes(self, value: str) -> bool:
        """Whether it is a value that a user may choose in it."""
        if self.kind == "dropdown":
            return value in self.choices
        if self.kind == "multiselect":
            return all(part in self.choices for part in value.split(",") if part)
        return True


class Widgets(Utility):
    """Widgets: values that the notebook is given from outside.

    A value is, in this order, what the notebook was called with, what the user has chosen, and the default.

    Args:
        show: called with a widget that was made, for who can show it.
        hide: called with the names of widgets that are no more.
    """

    def __init__(self, show: Callable[[Widget], None], hide: Callable[[Sequence[str]], None]) -> None:
        self._show = show
        self._hide = hide
        self._made: dict[str, Widget] = {}
        self._chosen: dict[str, str] = {}
        #: what the notebook was called with: by a job, by another notebook, by ``lakebook run -p``
        self.arguments: dict[str, str] = {}

    # These are Databricks' names.

    def text(self, name: str, defaultValue: str, label: str | None = None) -> None:  # noqa: N803
        """Make a widget that takes any text."""
        self._make("text", name, defaultValue, None, label)

    def dropdown(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:  # noqa: N803
        """Make a widget in which one of the choices is chosen; the default is one of them."""
        self._make("dropdown", name, defaultValue, choices, label)

    def combobox(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:  # noqa: N803
        """Make a widget in which one of the choices is chosen, or another text is typed."""
        self._make("combobox", name, defaultValue, choices, label)

    def multiselect(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:  # noqa: N803
        """Make a widget in which any of the choices are chosen; its value has them with commas between."""
        self._make("multiselect", name, defaultValue, choices, label)

    def get(self, name: str) -> str:
        """The value of a widget, which is a text. Raises ``InputWidgetNotDefined``."""
        value = self.find(name)
        if value is None:
            known = sorted({*self._made, *self.arguments})
            there = f"There are {', '.join(known)}." if known else "There are none."
            raise InputWidgetNotDefined(
                f"No input widget named {name} is defined. {there} "
                f'Make it with dbutils.widgets.text("{name}", ""), or give its value: lakebook run -p {name}=….'
            )
        return value

    def getAll(self) -> dict[str, str]:  # noqa: N802
        """The values of all widgets by their names."""
        names = {**self._made, **self.arguments}
        return {name: value for name in names if (value := self.find(name)) is not None}

    def getArgument(self, name: str, defaultValue: str | None = None) -> str:  # noqa: N802, N803
        """The value of a widget; the default when there is none of that name."""
        value = self.find(name)
        if value is None and defaultValue is not None:
            return str(defaultValue)
        return self.get(name) if value is None else value

    def remove(self, name: str) -> None:
        """Remove a widget. Raises ``InputWidgetNotDefined``."""
        if name not in self._made:
            known = f"There are {', '.join(sorted(self._made))}." if self._made else "There are none."
            raise InputWidgetNotDefined(f"No input widget named {name} is defined, so it cannot be removed. {known}")
        del self._made[name]
        self._chosen.pop(name, None)
        self._hide([name])

    def removeAll(self) -> None:  # noqa: N802
        """Remove all widgets."""
        names = list(self._made)
        self._made.clear()
        self._chosen.clear()
        self._hide(names)

    # What other parts of the kernel ask.

    def get_all(self) -> dict[str, str]:
        """As ``getAll``."""
        return self.getAll()

    def find(self, name: str) -> str | None:
        """The value of a widget, or of an argument; None when there is neither."""
        if name in self.arguments:
            return self.arguments[name]
        widget = self._made.get(name)
        return self._chosen.get(name, widget.default) if widget else None

    def choose(self, name: str, value: str) -> None:
        """The user has chosen another value; from now on it counts, also over what the notebook was called with."""
        self.arguments.pop(name, None)
        self._chosen[name] = value

    def _make(self, kind: str, name: Any, default: Any, choices: Sequence[Any] | None, label: Any) -> None:
        call = f"dbutils.widgets.{kind}"
        if not isinstance(name, str) or not name:
            raise WidgetError(f"{call} wants a name, a text that is not empty, and this is {name!r}.")
        if not isinstance(default, str):
            raise WidgetError(f"{call}: the default of {name} is to be a text, and this is {default!r}.")
        if label is not None and not isinstance(label, str):
            raise WidgetError(f"{call}: the label of {name} is to be a text, and this is {label!r}.")
        widget = Widget(kind, name, default, label or name, self._checked(call, name, choices))
        if not widget.takes(default):
            raise WidgetError(f"{call}: the default of {name} is {default!r}, which is not among its choices.")
        if name in self._chosen and not widget.takes(self._chosen[name]):
            del self._chosen[name]
        self._made[name] = widget
        self._show(widget)

    def _checked(self, call: str, name: str, choices: Sequence[Any] | None) -> tuple[str, ...]:
        if choices is None:
            return ()
        if isinstance(choices, str) or not isinstance(choices, Sequence):
            raise WidgetError(f"{call}: the choices of {name} are to be a list of texts, and this is {choices!r}.")
        for choice in choices:
            if not isinstance(choice, str):
                raise WidgetError(f"{call}: the choices of {name} are to be texts, and one is {choice!r}.")
        if not choices:
            raise WidgetError(f"{call}: {name} has no choices.")
        if len(choices) > CHOICES:
            raise WidgetError(f"{call}: {name} has {len(choices)} choices, and there may be {CHOICES}.")
        return tuple(choices)
