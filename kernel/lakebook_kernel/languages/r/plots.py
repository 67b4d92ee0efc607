"""R's plots as Jupyter shows them."""

from __future__ import annotations

import base64
from typing import Any

from lakebook_kernel.languages.base import MimeBundle


def plot_bundle(body: dict[str, Any], picture: bytes) -> tuple[MimeBundle, dict[str, Any]]:
    """The data and the metadata of a plot's message: ``size`` is in inches, ``mime`` is PNG or SVG."""
    width, height = body["size"]
    data: MimeBundle = {"text/plain": f"<R plot, {width:g} x {height:g} inches>"}
    if body["mime"] == "image/png":
        data["image/png"] = base64.b64encode(picture).decode()
        # drawn at a high resolution, shown in the size that the SVG would have
        return data, {"image/png": {"width": round(width * 96), "height": round(height * 96)}}
    data["image/svg+xml"] = picture.decode()
    return data, {}
