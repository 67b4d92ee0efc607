"""What goes wrong with the driver, in words for its user."""


class DriverError(Exception):
    """The driver cannot be started, found or talked to; one clear sentence."""
