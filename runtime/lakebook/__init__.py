"""Lakebook: one notebook, one kernel, four languages, one lakehouse."""

__version__ = "0.1.0"
