"""What goes wrong with lineage, in words for its user."""

from lakebook.tracking.errors import TrackingError


class LineageError(TrackingError):
    """What was noted cannot be written, read or found; one clear sentence."""
