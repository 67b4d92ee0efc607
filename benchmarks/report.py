"""The figures as a table for people, and as JSON for whoever compares two runs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measuring import Comparison, Series, Unit

HEADINGS = ("what", "ours", "reference", "compared", "goal", "met", "runs")


def machine() -> str:
    """The machine, and how busy it is: figures of a busy one are to be read with care."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; load {load}"


def table(comparisons: Sequence[Comparison]) -> str:
    rows = [HEADINGS, *(_row(comparison) for comparison in comparisons)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "Ours and reference: median (smallest to largest)."])


def write(file: Path, comparisons: Sequence[Comparison], before: str, after: str) -> None:
    """Values are in seconds or bytes."""
    figures = [_figure(comparison) for comparison in comparisons]
    file.write_text(json.dumps({"before": before, "after": after, "figures": figures}, indent=1) + "\n")


def _row(comparison: Comparison) -> tuple[str, ...]:
    return (
        comparison.what,
        _side(comparison.ours, comparison.unit),
        f"{comparison.against}: {_side(comparison.reference, comparison.unit)}",
        comparison.goal.shown(comparison.compared, comparison.unit),
        comparison.goal.text(comparison.unit),
        {True: "yes", False: "no", None: ""}[comparison.met],
        str(len(comparison.ours.values)),
    )


def _side(series: Series, unit: Unit) -> str:
    return f"{unit.text(series.median)} ({unit.text(min(series.values))} to {unit.text(max(series.values))})"


def _figure(comparison: Comparison) -> dict[str, Any]:
    return {
        "what": comparison.what,
        "against": comparison.against,
        "goal": comparison.goal.text(comparison.unit),
        "compared": comparison.compared,
        "met": comparison.met,
        "ours": asdict(comparison.ours),
        "reference": asdict(comparison.reference),
    }
