"""What the driver tells while a cell runs, as Jupyter shows it."""

from __future__ import annotations

from typing import Any

from lakebook_kernel.display.progress import ProgressBars
from lakebook_kernel.display.tables import Table, table_bundle
from lakebook_kernel.languages.base import Keep, Output


def show(event: dict[str, Any], output: Output, progress: ProgressBars, keep: Keep) -> None:
    """Show one event.

    Args:
        event: an object of the lifeline, as ``Events.scala`` writes it; ``event["event"]`` is its kind.
        output: the running cell's.
        progress: the running cell's bars.
        keep: keeps a frame that is shown, of which the driver tells the number.
    """
    match event["event"]:
        case "stream":
            output.stream(event["name"], event["text"])
        case "display":
            output.display(event["data"], event.get("metadata"))
        case "result":
            output.result(event["data"], event.get("metadata"))
        case "table":
            table = Table.from_json(event["table"])
            output.display(table_bundle(table, handle=keep(event["frame"]) if "frame" in event else None))
        case "live":
            table = Table.from_json(event["table"])
            bundle = table_bundle(table, note=event["state"])
            output.display(bundle, display_id=event["id"], update=not event["first"])
        case "progress":
            progress.event(event)
        case "warning":
            output.stream("stderr", event["text"] + "\n")
