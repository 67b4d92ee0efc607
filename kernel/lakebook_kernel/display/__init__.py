"""Frames, tables and progress bars as Jupyter shows them."""
