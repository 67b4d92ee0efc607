"""Databricks' Jobs API, as far as jobs here have what it tells of."""
