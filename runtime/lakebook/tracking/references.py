"""Names of models as the user writes them: ``N``, ``N/3``, ``N@champion``, and MLflow's ``models:/`` before each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakebook.tracking.errors import TrackingError

SCHEME = "models:/"
LATEST = "latest"
#: MLflow's own, as it writes them
STAGES = ("None", "Staging", "Production", "Archived")

_ALIAS = re.compile(r"[\w-]{1,255}")
_VERSION_ALIAS = re.compile(r"v\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """A registered model, or one version of it: by number, by alias or as the latest in a stage."""

    name: str
    version: str = ""
    alias: str = ""
    #: one of ``STAGES``, or ``LATEST`` for the latest version of all
    stage: str = ""

    @property
    def is_version(self) -> bool:
        """Whether it means one version, not the whole model."""
        return bool(self.version or self.alias or self.stage)

    def __str__(self) -> str:
        if self.alias:
            return f"{self.name}@{self.alias}"
        return f"{self.name}/{self.version or self.stage}" if self.is_version else self.name


def parse(text: str) -> Reference:
    """Read a name as the user wrote it. Raises ``TrackingError`` when it can be none."""
    name, slash, which = text.removeprefix(SCHEME).partition("/")
    if not slash:
        name, at, alias = name.rpartition("@") if "@" in name else (name, "", "")
        if name and (alias or not at):
            return Reference(name, alias=alias)
    elif name and "@" not in name:
        if which.isdecimal():
            return Reference(name, version=str(int(which)))
        stage = next((one for one in (*STAGES, LATEST) if one.lower() == which.lower()), "")
        if stage:
            return Reference(name, stage=stage)
    raise TrackingError(f"{text} is not a model: expected NAME, NAME/3, NAME@ALIAS or one of these after {SCHEME}.")


def check_name(name: str) -> None:
    """Raises ``TrackingError`` when MLflow would not take this as the name of a new model."""
    if not name.strip() or any(character in name for character in "/:"):
        raise TrackingError(
            f'"{name}" cannot be the name of a model: it must not be empty, and have no "/" and no ":".'
        )


def check_alias(alias: str) -> None:
    """Raises ``TrackingError`` when MLflow would not take this as an alias."""
    if not _ALIAS.fullmatch(alias):
        raise TrackingError(f'"{alias}" cannot be an alias: an alias has letters, digits, "-" and "_" only.')
    if alias.lower() == LATEST or _VERSION_ALIAS.fullmatch(alias):
        raise TrackingError(f'"{alias}" cannot be an alias: MLflow keeps {LATEST}, v1, v2 and so on for itself.')
