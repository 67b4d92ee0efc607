"""What goes wrong with the driver, in words for its user."""


class DriverError(Exception):
    """The driver cannot be started, found or talked to; one clear sentence."""


class SessionEnded(Exception):
    """An object of the JVM's is used beside a later session than its own."""

    def __init__(self) -> None:
        super().__init__(
            "It belongs to a Spark session that has ended, with its driver or by spark.stop(). "
            "Run the cell again that made it."
        )
