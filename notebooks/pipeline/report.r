# Databricks notebook source
# MAGIC %md
# MAGIC # Report
# MAGIC
# MAGIC When are flights late, day by day? The picture stays in the notebook as it ran.

# COMMAND ----------

library(ggplot2)

hours <- sql("
  SELECT string(date) AS date, origin, int(hour) AS hour, avg(late) AS late, count(late) AS flights
  FROM pipeline.features WHERE late IS NOT NULL GROUP BY date, origin, hour ORDER BY date, origin, hour")

options(repr.plot.width = 8, repr.plot.height = 4)
ggplot(hours, aes(hour, 100 * late, colour = origin)) +
  geom_line() + geom_point(aes(size = flights), alpha = 0.5) + facet_wrap(~date) +
  labs(title = "Flights that came late", x = "scheduled hour of departure", y = "percent late") +
  theme_minimal()
