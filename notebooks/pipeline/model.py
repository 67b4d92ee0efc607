# Databricks notebook source
# MAGIC %md
# MAGIC # Model
# MAGIC
# MAGIC Will a flight be late? Learned from all days but the newest, and judged by that one. The fit is an MLflow run by itself.

# COMMAND ----------

arrived = spark.table("pipeline.features").dropna(subset="late").orderBy("time_hour", "carrier", "flight").toPandas()
newest = arrived["date"] == arrived["date"].max()
known = ["carrier", "origin", "hour", "distance", "wind_speed", "precip", "visib"]
if newest.all():
    raise ValueError("One day is not enough: there is none to judge by. Ingest another one.")

# COMMAND ----------

import mlflow
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

names = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
model = make_pipeline(
    make_column_transformer((names, ["carrier", "origin"]), remainder="passthrough"),
    HistGradientBoostingClassifier(max_iter=50, random_state=0),
)
with mlflow.start_run(run_name="all days but the newest") as run:
    model.fit(arrived.loc[~newest, known], arrived.loc[~newest, "late"])
    auc = roc_auc_score(arrived.loc[newest, "late"], model.predict_proba(arrived.loc[newest, known])[:, 1])
    mlflow.log_metric("auc", auc)

print(f"{(~newest).sum():,} flights to learn from, {newest.sum():,} to judge by; area under the curve {auc:.3f}")

# COMMAND ----------

dbutils.jobs.taskValues.set("auc", auc)
dbutils.jobs.taskValues.set("model", f"runs:/{run.info.run_id}/model")
