"""Widgets as controls in a front end, where ipywidgets is installed: what is changed there is the widget's value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from lakebook_kernel.databricks.widgets import Widget, Widgets


class Controls:
    """Shows widgets. Without ipywidgets nothing is shown, and they have their values all the same.

    Args:
        widgets: those whose values the controls change.
    """

    def __init__(self, widgets: Callable[[], Widgets]) -> None:
        self._widgets = widgets
        self._shown: dict[str, Any] = {}

    def show(self, widget: Widget) -> None:
        """Show a widget that was made, with its value of now, in the running cell; an older one of its name goes."""
        self.hide([widget.name])
        if find_spec("ipywidgets") is None:
            return
        from IPython.core.display_functions import display

        control = _control(widget, self._widgets().get(widget.name))
        control.observe(lambda change: self._widgets().choose(widget.name, _text(change["new"])), "value")
        self._shown[widget.name] = control
        display(control)

    def hide(self, names: Sequence[str]) -> None:
        """Take the controls of widgets that are no more from wherever they are shown."""
        for name in names:
            if control := self._shown.pop(name, None):
                control.close()


def _control(widget: Widget, value: str) -> Any:
    import ipywidgets

    looks = {"description": widget.label, "style": {"description_width": "initial"}}
    if widget.kind == "text":
        return ipywidgets.Text(value, continuous_update=False, **looks)
    if widget.kind == "combobox":
        return ipywidgets.Combobox(value=value, options=widget.choices, continuous_update=False, **looks)
    chosen = [value] if widget.kind == "dropdown" else [part for part in value.split(",") if part]
    options = [*widget.choices, *(one for one in chosen if one not in widget.choices)]  # a job may have given others
    if widget.kind == "dropdown":
        return ipywidgets.Dropdown(options=options, value=value, **looks)
    return ipywidgets.SelectMultiple(options=options, value=chosen, **looks)


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list | tuple) else str(value)
