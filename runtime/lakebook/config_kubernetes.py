"""``[jobs.kubernetes]`` of ``lakebook.toml``: the pods in which a job's tasks run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lakebook import config_values as values

#: names of Kubernetes' objects: lower case, as names of hosts
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_LABEL_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_LABEL_KEY = re.compile(rf"([a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?/)?{_LABEL_NAME}")
_LABEL_VALUE = re.compile(rf"({_LABEL_NAME})?")
_QUANTITY = re.compile(r"\d+(\.\d+)?(m|k|[KMGTPE]i|[MGTPE])?")


@dataclass(frozen=True)
class KubernetesSettings:
    """What the pod of a task is made of."""

    #: the container's image, which has Lakebook
    image: str
    #: the PersistentVolumeClaim on which the workspace is
    claim: str
    #: where on it
    sub_path: str | None = None
    namespace: str = "default"
    #: None: the namespace's default, and no token of it in the pod
    service_account: str | None = None
    #: by resource, such as ``cpu`` and ``memory``
    requests: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    #: labels of the nodes that may run tasks
    node_selector: Mapping[str, str] = field(default_factory=dict)
    #: seconds for which a Job that has ended stays, to be looked at
    keep: float = 3600.0


class BadSetting(Exception):
    """A setting that cannot be read: ``key`` is which (empty: the section), the message what was expected."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def read(table: Any) -> KubernetesSettings:
    """Read the section.

    Raises:
        BadSetting: a setting is unknown, missing or cannot be read.
    """
    if not isinstance(table, Mapping):
        raise BadSetting("", "expected a section [jobs.kubernetes]")
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _READERS:
            raise BadSetting(key, f"a setting that is not known, {values.hint(key, sorted(_READERS))}")
        try:
            found[key] = _READERS[key](value)
        except values.Invalid as expected:
            raise BadSetting(key, f"expected {expected}") from None
    for key in ("image", "claim"):
        if key not in found:
            raise BadSetting("", f"expected it to have {key}")
    return KubernetesSettings(**found)


def _name(value: Any) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise values.Invalid("a name as Kubernetes has them: lower case letters, digits and -")


def _namespace(value: Any) -> str:
    if "." in _name(value) or len(value) > 63:
        raise values.Invalid("the name of a namespace: at most 63 lower case letters, digits and -")
    return str(value)


def _image(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\S+", value):
        return value
    raise values.Invalid('an image such as "registry.example.com/lakebook:1"')


def _sub_path(value: Any) -> str:
    if isinstance(value, str) and value and not value.startswith("/") and ".." not in value.split("/"):
        return value
    raise values.Invalid('a folder of the volume such as "teams/flights", without / at its beginning and without ..')


def _quantities(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and all(
        _LABEL_KEY.fullmatch(name) and not isinstance(amount, bool) and _QUANTITY.fullmatch(str(amount))
        for name, amount in value.items()
    ):
        return {name: str(amount) for name, amount in value.items()}
    raise values.Invalid('amounts such as {cpu = "2", memory = "4Gi"}')


def _labels(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and all(
        _LABEL_KEY.fullmatch(name) and isinstance(text, str) and _LABEL_VALUE.fullmatch(text)
        for name, text in value.items()
    ):
        return dict(value)
    raise values.Invalid('labels of nodes such as {pool = "jobs"}')


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "image": _image,
    "claim": _name,
    "sub_path": _sub_path,
    "namespace": _namespace,
    "service_account": _name,
    "requests": _quantities,
    "limits": _quantities,
    "node_selector": _labels,
    "keep": values.duration,
}
