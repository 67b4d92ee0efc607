"""What a ``condition_task`` finds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

_TEXTS: Mapping[str, Callable[[str, str], bool]] = {"EQUAL_TO": operator.eq, "NOT_EQUAL": operator.ne}
_NUMBERS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN": operator.lt,
    "LESS_THAN_OR_EQUAL": operator.le,
}


class ConditionError(ValueError):
    """The two sides cannot be compared; the message says why."""


def holds(op: str, left: str, right: str) -> bool:
    """Whether a condition holds: equality is that of texts, so that 12 is not 12.0; order is that of numbers."""
    if op in _TEXTS:
        return _TEXTS[op](left, right)
    return _NUMBERS[op](_number(op, left), _number(op, right))


def _number(op: str, text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("nan")
    if number.is_nan():
        raise ConditionError(f"{op} compares numbers, and {text!r} is none.")
    return number
