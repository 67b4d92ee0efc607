"""R as a language of the notebook."""

from lakebook_kernel.languages.r.language import RLanguage

__all__ = ["RLanguage"]
