"""``lakebook reproduce``: a run made again from what was recorded of it: its notebook, commit, packages and tables."""
