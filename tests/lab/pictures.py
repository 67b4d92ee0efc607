"""Pictures of what is tested, for README and docs, where somebody asks for them."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

_COLOURS = 256


def picture(page: Page, name: str) -> None:
    """Write what the page shows as NAME.png into the folder that LAKEBOOK_PICTURES names; nothing without it."""
    if folder := os.environ.get("LAKEBOOK_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with Image.open(BytesIO(page.screenshot())) as shown:  # a page has few colours: a third of the bytes
            shown.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(
                Path(folder) / f"{name}.png", optimize=True
            )
