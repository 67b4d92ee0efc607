# Databricks notebook source
# MAGIC %md
# MAGIC # How far does a walk lead?
# MAGIC
# MAGIC Random walks, made in R, measured in SQL: after *n* steps about the square root of *n*.

# COMMAND ----------

set.seed(2013)
steps <- 400
walks <- data.frame(
  walk = rep(1:500, each = steps),
  step = rep(1:steps, times = 500),
  place = as.vector(replicate(500, cumsum(sample(c(-1, 1), steps, replace = TRUE))))
)

# COMMAND ----------

# DBTITLE 1,How far, on average
# MAGIC %sql
# MAGIC SELECT step, round(sqrt(avg(place * place)), 2) AS distance
# MAGIC FROM walks
# MAGIC WHERE step IN (100, 400)
# MAGIC GROUP BY step
# MAGIC ORDER BY step

# COMMAND ----------

distances <- tapply(walks$place, walks$step, function(place) sqrt(mean(place^2)))
plot(distances, type = "l", xlab = "steps", ylab = "distance")
lines(sqrt(1:steps), lty = 2)

# COMMAND ----------

cat("After", steps, "steps:", round(distances[[steps]], 2))
