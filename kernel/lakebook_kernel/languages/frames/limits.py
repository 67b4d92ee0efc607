"""What is said of frames that are larger than may be brought into memory."""

from __future__ import annotations

from lakebook_kernel.languages.base import CellError

_UNITS = ((2**30, "GB"), (2**20, "MB"), (2**10, "KB"), (1, "bytes"))


def too_large(name: str, limit: int, advice: str) -> CellError:
    """The error of a frame beyond the limit; ``advice`` says what may be done beside setting a higher one."""
    unit, label = next((unit, label) for unit, label in _UNITS if limit >= unit)
    return CellError(
        "FrameTooLarge",
        f"{name} is larger than {limit / unit:g} {label} in memory{advice}, or set a higher limit under [share] in "
        "lakebook.toml or as LAKEBOOK_SHARE_LIMIT.",
    )
