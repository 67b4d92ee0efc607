-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Features
-- MAGIC
-- MAGIC What is known of a flight before it leaves, and whether it came more than a quarter of an hour late. Of a flight that never arrived that is `NULL`.

-- COMMAND ----------

CREATE OR REPLACE TABLE pipeline.features AS
SELECT make_date(year, month, day) AS date, time_hour, carrier, flight, origin, hour, distance,
       wind_speed, precip, visib, CAST(arr_delay > 15 AS INT) AS late
FROM pipeline.flights LEFT JOIN (
  SELECT origin, time_hour, wind_speed, precip, visib FROM pipeline.weather
) USING (origin, time_hour)

-- COMMAND ----------

SELECT date, count(*) AS flights, round(100 * avg(late), 1) AS percent_late
FROM pipeline.features GROUP BY date ORDER BY date
