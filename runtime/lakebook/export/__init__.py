"""Notebooks as HTML and PDF: each cell's code in the colours of its language."""

from lakebook.export.highlight import STYLE, CellLexer
from lakebook.export.preprocessor import PREPROCESSOR, CellLanguages, load

__all__ = ["PREPROCESSOR", "STYLE", "CellLanguages", "CellLexer", "load"]
