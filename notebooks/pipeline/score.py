# Databricks notebook source
# MAGIC %md
# MAGIC # Score
# MAGIC
# MAGIC Every flight gets the champion's estimate of how likely it is to be late, whichever version that is today.

# COMMAND ----------

import mlflow

champion = mlflow.sklearn.load_model("models:/late_flights@champion")
version = int(mlflow.MlflowClient().get_model_version_by_alias("late_flights", "champion").version)

features = spark.table("pipeline.features").toPandas()
scores = features[["date", "time_hour", "carrier", "flight"]]
scores = scores.assign(likely_late=champion.predict_proba(features[champion.feature_names_in_])[:, 1], version=version)

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TABLE pipeline.scores AS SELECT * FROM scores;
# MAGIC
# MAGIC SELECT * FROM pipeline.scores ORDER BY likely_late DESC, time_hour, carrier, flight LIMIT 10
