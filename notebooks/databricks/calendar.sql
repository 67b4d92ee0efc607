-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Fridays the 13th
-- MAGIC
-- MAGIC A calendar of a century, made in SQL and counted in Python.

-- COMMAND ----------

-- DBTITLE 1,Every day of a century
CREATE OR REPLACE TEMPORARY VIEW days AS
SELECT explode(sequence(DATE '1901-01-01', DATE '2000-12-31')) AS day

-- COMMAND ----------

SELECT date_format(day, 'EEEE') AS weekday, count(*) AS thirteenths
FROM days
WHERE day(day) = 13
GROUP BY weekday
ORDER BY thirteenths DESC, weekday

-- COMMAND ----------

-- DBTITLE 0,The same in Python
-- MAGIC %python
-- MAGIC from datetime import date
-- MAGIC
-- MAGIC counted = sum(date(year, month, 13).weekday() == 4 for year in range(1901, 2001) for month in range(1, 13))
-- MAGIC told = {row.weekday: row.thirteenths for row in _sqldf.collect()}
-- MAGIC print(f"SQL: {told['Friday']}, Python: {counted}")
