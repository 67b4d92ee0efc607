"""Whether a browser that is started here would be seen."""

from __future__ import annotations

import os
import sys


def has_browser() -> bool:
    """Whether a browser would have a place to show: not so over ssh."""
    places = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(place) for place in places)
