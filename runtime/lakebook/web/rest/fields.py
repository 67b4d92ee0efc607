"""The fields of a request, from its query or its JSON body."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from lakebook.jobs.definitions.errors import meant
from lakebook.web.rest.errors import invalid

_T = TypeVar("_T")


class Fields:
    """Fields by their names, of the types that are asked for.

    Raises:
        ApiError: from all methods, when a field is missing or is not what was expected.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def check_names(self, known: Collection[str]) -> None:
        """Refuse fields that would have no effect."""
        for name in self.values:
            if name not in known:
                raise invalid(f"{name} is no field of this request{meant(name, known) or '.'}")

    def integer(self, name: str, default: int | None = None, least: int = 0, most: int | None = None) -> int | None:
        """A whole number, also as text."""
        value = self._get(name, "a whole number", _integer)
        if value is None:
            return default
        if value < least or (most is not None and value > most):
            limits = f"{least} or more" if most is None else f"between {least} and {most}"
            raise invalid(f"{name} is {value}; it has to be {limits}.")
        return value

    def number_of(self, name: str) -> int:
        """The number of a job or run, which must be there."""
        value = self.integer(name)
        if value is None:
            raise invalid(f"{name} is missing.")
        return value

    def boolean(self, name: str) -> bool:
        """A truth value, also as text; false when it is not there."""
        return self._get(name, "true or false", _boolean) or False

    def text(self, name: str) -> str | None:
        """A text."""
        return self._get(name, "a text", lambda value: value if isinstance(value, str) else None)

    def texts(self, name: str) -> list[str] | None:
        """A list of texts."""
        return self._get(name, "a list of texts", _texts)

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object."""
        return self._get(name, "an object", lambda value: dict(value) if isinstance(value, Mapping) else None)

    def mappings(self, name: str) -> list[dict[str, Any]] | None:
        """A list of objects."""
        return self._get(name, "a list of objects", _mappings)

    def text_mapping(self, name: str) -> dict[str, str] | None:
        """An object whose values are texts."""
        return self._get(name, "an object whose values are texts", _text_mapping)

    def _get(self, name: str, expected: str, convert: Callable[[Any], _T | None]) -> _T | None:
        value = self.values.get(name)
        if value is None:
            return None
        converted = convert(value)
        if converted is None:
            raise invalid(f"{name} is {_shown(value)}; expected {expected}.")
        return converted


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())


def _texts(value: Any) -> list[str] | None:
    return value if isinstance(value, list) and all(isinstance(one, str) for one in value) else None


def _mappings(value: Any) -> list[dict[str, Any]] | None:
    return value if isinstance(value, list) and all(isinstance(one, dict) for one in value) else None


def _text_mapping(value: Any) -> dict[str, str] | None:
    return value if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()) else None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
