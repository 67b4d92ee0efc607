"""Runs record themselves: where each came from, what was read before it, and the notebook as it ran."""
