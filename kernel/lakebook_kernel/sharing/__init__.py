"""Names that mean the same in every language."""
