"""What a notebook uses that is not supported here, read from its text: nothing of it is run."""
