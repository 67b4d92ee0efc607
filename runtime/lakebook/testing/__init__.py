"""``lakebook test``: notebooks as tests, with a report that CI reads."""
