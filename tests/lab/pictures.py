"""Pictures of what is tested, for README and docs, where somebody asks for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def picture(page: Page, name: str) -> None:
    """Write what the page shows as NAME.png into the folder that LAKEBOOK_PICTURES names; nothing without it."""
    if folder := os.environ.get("LAKEBOOK_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")
