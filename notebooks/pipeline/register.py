# Databricks notebook source
# MAGIC %md
# MAGIC # Register
# MAGIC
# MAGIC The model was good enough, so it learns from all days, the newest too. Nothing is registered here: the task's `register` line says what becomes of the fit.

# COMMAND ----------

import mlflow
from sklearn.base import clone

judged = mlflow.sklearn.load_model(dbutils.widgets.get("model"))

# COMMAND ----------

arrived = spark.table("pipeline.features").dropna(subset="late").orderBy("time_hour", "carrier", "flight").toPandas()
with mlflow.start_run(run_name="all days"):
    model = clone(judged).fit(arrived[judged.feature_names_in_], arrived["late"])
    mlflow.log_metric("auc", float(dbutils.widgets.get("auc")))
