"""Dynamic references as Jinja templates, which Airflow fills in when a task starts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lakebook.jobs.airflow.errors import ExportError
from lakebook.jobs.references import Reference, references

_TIMES = {
    "iso_date": "{0}.strftime('%Y-%m-%d')",
    "iso_datetime": "{0}.strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3] ~ 'Z'",
    "iso_weekday": "{0}.isoweekday()",
    "is_weekday": "'true' if {0}.isoweekday() < 6 else 'false'",
    "timestamp_ms": "({0}.timestamp() * 1000) | round | int",
    **{part: f"{{0}}.{part}" for part in ("year", "month", "day", "hour", "minute", "second")},
}
#: Airflow 3 has no logical date in a run that somebody asked for, Airflow 2 no ``run_after``
_STARTED, _DUE = "dag_run.start_date", "(dag_run.logical_date or dag_run.run_after)"
_JINJA = re.compile(r"\{[{%#]")


class Templates:
    """Templates of one job's texts.

    Args:
        name: the job's.
        defaults: its parameters.
    """

    def __init__(self, name: str, defaults: Mapping[str, str]) -> None:
        self._name = name
        self._defaults = defaults

    def of(self, text: str, place: str, task_key: str | None = None) -> str:
        """The template of a text.

        Args:
            text: with references.
            place: where it stands.
            task_key: the task in which it stands; None: in the job.

        Raises:
            ExportError: a reference names what Airflow does not know.
        """
        parts, end = [], 0
        for reference in references(text):
            start = text.index(reference.text, end)
            parts += [_literal(text[end:start]), self._jinja(reference, place, task_key)]
            end = start + len(reference.text)
        return "".join([*parts, _literal(text[end:])])

    def parameter(self, name: str) -> str:
        """The template of a parameter's value; a default with references is filled in where none is given."""
        default = self.of(self._defaults[name], f"parameters.{name}")
        given = f"params[{json.dumps(name)}]"
        if default == self._defaults[name]:
            return f"{{{{ {given} }}}}"
        return f"{{% if {given} is not none %}}{{{{ {given} }}}}{{% else %}}{default}{{% endif %}}"

    def _jinja(self, reference: Reference, place: str, task_key: str | None) -> str:
        match reference.names:
            case ("job", "parameters", name) if name in self._defaults and task_key is not None:
                return self.parameter(name)
            case ("job", "name"):
                return _literal(self._name)
            case ("job", "run_id"):
                return "{{ run_id }}"
            case ("job", "start_time", part) if part in _TIMES:
                return f"{{{{ {_TIMES[part].format(_STARTED)} }}}}"
            case ("job", "trigger", "time", part) if part in _TIMES:
                return f"{{{{ {_TIMES[part].format(_DUE)} }}}}"
            case ("task", "name") if task_key is not None:
                return task_key
            case ("task", "execution_count") if task_key is not None:
                return "{{ ti.try_number }}"
        if not reference.is_one:
            return _literal(reference.text)
        raise ExportError(f"{place}: Airflow knows no {reference.text}")


def _literal(text: str) -> str:
    """Text that Jinja leaves as it is."""
    return _JINJA.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)


def input_of(text: str, value: Any) -> str:
    """A text of a ``for_each_task``'s task, with what it says of its input filled in."""
    for reference in references(text):
        match reference.names:
            case ("input",):
                text = text.replace(reference.text, _text(value))
            case ("input", key) if isinstance(value, Mapping) and key in value:
                text = text.replace(reference.text, _text(value[key]))
    return text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
