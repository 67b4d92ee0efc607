"""What ``lakebook models`` says to a reader: registered models and their versions as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lakebook.columns import columns

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

    from lakebook.tracking.comparison import Row
    from lakebook.tracking.details import Details
    from lakebook.tracking.registry import Best

_INDENT = "  "
_DIFFERS = "≠"
#: terminal columns of a description in a list
_SHORT = 50
#: columns of a signature that are named
_COLUMNS = 12


def registered(made: Details, chosen: Iterable[tuple[str, str]]) -> str:
    """What ``register`` did. Args: chosen: from ``choice``."""
    version = made.version
    lines = [
        ("run", _run(made)),
        *chosen,
        ("model", version.source or ""),
        ("aliases", ", ".join(version.aliases)),
        *_signature(made),
        ("input example", _example(made)),
    ]
    return f"Version {version.version} of {version.name} is registered\n{_fields(lines)}"


def choice(best: Best, metric: str, lowest: bool, said: bool) -> list[tuple[str, str]]:
    """How ``register`` chose a run, and how it would choose the other way round."""
    way, other = ("lowest", "--highest") if lowest else ("highest", "--lowest")
    hint = "" if said else f" ({other} would choose the other way round)"
    better = f"better, but without a model: {', '.join(best.passed_over)}" if best.passed_over else ""
    return [("chosen by", f"the {way} {metric}, {number(best.value)}{hint}"), ("passed over", better)]


def model_list(models: Sequence[tuple[RegisteredModel, list[ModelVersion]]]) -> str:
    """A line for each model."""
    if not models:
        return "No model is registered"
    rows = [
        (
            model.name,
            str(len(versions)),
            str(max((int(version.version) for version in versions), default="")),
            _aliases(model),
            _stages(versions),
            _time(model.last_updated_timestamp),
            _short(model.description),
        )
        for model, versions in models
    ]
    return columns([("NAME", "VERSIONS", "LATEST", "ALIASES", "STAGES", "CHANGED", "DESCRIPTION"), *rows])


def model(found: RegisteredModel, versions: Sequence[ModelVersion]) -> str:
    """A model, and a line for each of its versions."""
    from lakebook.tracking.details import aliases_of

    about = _fields(
        [
            ("description", found.description or ""),
            ("tags", _tags(found.tags)),
            ("created", _time(found.creation_timestamp)),
            ("changed", _time(found.last_updated_timestamp)),
        ]
    )
    rows = [
        (
            str(version.version),
            _stage(version),
            ", ".join(aliases_of(found, str(version.version))),
            version.run_id or "",
            _time(version.creation_timestamp),
            _short(version.description),
        )
        for version in versions
    ]
    table = columns([("VERSION", "STAGE", "ALIASES", "RUN", "CREATED", "DESCRIPTION"), *rows]) if rows else ""
    return "\n".join(filter(None, [found.name, about, "" if not table else f"\n{table}"]))


def version(found: Details) -> str:
    """A version, with its run's metrics and data and its model's signature."""
    one = found.version
    lines = [
        ("description", one.description or ""),
        ("tags", _tags(one.tags)),
        ("aliases", ", ".join(one.aliases)),
        ("stage", _stage(one)),
        ("status", "" if one.status == "READY" else str(one.status)),
        ("created", _time(one.creation_timestamp)),
        ("run", _run(found)),
        ("model", one.source or ""),
        *_signature(found),
        ("input example", _example(found)),
        ("metrics", _pairs({name: number(value) for name, value in found.metrics.items()}, " = ")),
        ("data", _pairs(found.data, ", ")),
    ]
    return f"Version {one.version} of {one.name}\n{_fields(lines)}"


def comparison(names: Sequence[str], versions: Sequence[Details], rows: Sequence[Row]) -> str:
    """A column for each version; what is not alike in all of them is marked."""
    runs = tuple(one.version.run_id or "" for one in versions)
    aliases = tuple(", ".join(one.version.aliases) for one in versions)
    table = [("", "", *names), ("", "run", *runs)]
    if any(aliases):
        table.append(("", "aliases", *aliases))
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            table.append(("", section, *("" for _ in names)))
        values = ("" if value is None else number(value) for value in row.values)
        table.append((_DIFFERS if row.differs else "", _INDENT + row.name, *values))
    unread = [
        f"The signature of {name} is unknown: {one.unreadable}"
        for name, one in zip(names, versions, strict=True)
        if one.unreadable
    ]
    return "\n".join([columns(table), *unread])


def number(value: str | float) -> str:
    """A metric in at most six digits, as ``%g`` writes it; a text as it is."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _fields(lines: Iterable[tuple[str, str]]) -> str:
    """Names and what they have; without those that have nothing."""
    return columns([line for line in lines if line[1]], indent=_INDENT)


def _run(found: Details) -> str:
    run_id = found.version.run_id or ""
    if found.run is None:
        return f"{run_id} (is no more)" if run_id else ""
    return f"{run_id} ({found.run.info.run_name})" if found.run.info.run_name else run_id


def _signature(found: Details) -> list[tuple[str, str]]:
    if found.signature is None:
        return [("signature", found.unreadable or "none")]
    parts = (
        ("inputs", found.signature.inputs),
        ("outputs", found.signature.outputs),
        ("parameters", found.signature.params),
    )
    return [(name, _types(types)) for name, types in parts]


def _example(found: Details) -> str:
    return "" if found.unreadable else "yes" if found.input_example else "none"


def _types(types: dict[str, str]) -> str:
    """Some columns and their types; of a single one without a name the type."""
    if list(types) == ["[0]"]:
        return types["[0]"]
    more = f"; and {len(types) - _COLUMNS} more" if len(types) > _COLUMNS else ""
    return _pairs(dict(list(types.items())[:_COLUMNS]), ": ") + more


def _pairs(values: dict[str, str], between: str) -> str:
    return "; ".join(f"{name}{between}{value}" for name, value in values.items())


def _tags(tags: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items()))


def _aliases(found: RegisteredModel) -> str:
    return ", ".join(f"{alias}: {number}" for alias, number in sorted(found.aliases.items()))


def _stages(versions: Sequence[ModelVersion]) -> str:
    latest = {_stage(version): str(version.version) for version in versions if _stage(version)}
    return ", ".join(f"{stage}: {number}" for stage, number in sorted(latest.items()))


def _stage(one: ModelVersion) -> str:
    return "" if one.current_stage in (None, "None") else str(one.current_stage)


def _short(description: str | None) -> str:
    line = " ".join((description or "").split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"


def _time(milliseconds: int | None) -> str:
    return "" if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000).strftime("%Y-%m-%d %H:%M")
