"""What goes wrong when a run is reproduced, in words for its user."""

from lakebook.tracking.errors import TrackingError


class ReproduceError(TrackingError):
    """A run cannot be reproduced; one clear sentence."""
