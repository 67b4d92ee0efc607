"""What goes wrong with a Databricks notebook, in the user's terms."""

from __future__ import annotations


class FormatError(Exception):
    """A file is no notebook, or a notebook cannot be written there; one clear sentence."""
