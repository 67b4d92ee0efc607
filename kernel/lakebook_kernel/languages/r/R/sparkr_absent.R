# What SparkR has and R cells have not: each name says what to use.

absent_reasons <- list(
  list("runs R on Spark's workers, and R cells run beside Spark: collect() the rows and use R on them, or use applyInPandas in a Python cell",
    c("dapply", "dapplyCollect", "gapply", "gapplyCollect", "spark.lapply")),
  list("fits a model by Spark: use Spark ML in a Python or Scala cell, or collect() the rows and use R's own models",
    c("spark.glm", "glm", "spark.lm", "spark.logit", "spark.kmeans", "spark.gaussianMixture", "spark.naiveBayes", "spark.mlp", "spark.als",
      "spark.lda", "spark.posterior", "spark.perplexity", "spark.isoreg", "spark.survreg", "spark.randomForest", "spark.gbt", "spark.decisionTree",
      "spark.svmLinear", "spark.bisectingKmeans", "spark.kstest", "spark.fpGrowth", "spark.freqItemsets", "spark.associationRules",
      "spark.findFrequentSequentialPatterns", "spark.assignClusters", "spark.fmClassifier", "spark.fmRegressor", "write.ml", "read.ml")),
  list("is of streams: use spark.readStream in a Python or Scala cell, and display() there",
    c("read.stream", "write.stream", "awaitTermination", "isActive", "lastProgress", "queryName", "status", "stopQuery", "withWatermark")),
  list("reaches into SparkR's own JVM process, which is not here: use spark in a Python or Scala cell",
    c("sparkR.callJMethod", "sparkR.callJStatic", "sparkR.newJObject", "callJMethod", "callJStatic", "newJObject", "invoke")),
  list("sets what is the notebook's: each cell has its own job group; use spark.sparkContext in a Python cell where you need it",
    c("setJobGroup", "clearJobGroup", "cancelJobGroup", "setJobDescription", "setLocalProperty", "getLocalProperty", "setLogLevel",
      "addJobTag", "removeJobTag", "getJobTags", "clearJobTags", "cancelJobsWithTag", "setInterruptOnCancel")),
  list("is not here: use sql() with Spark's SQL, or PySpark's function of that name in a Python cell",
    c("cov", "freqItems", "sampleBy", "histogram", "attach", "checkpoint", "localCheckpoint", "setCheckpointDir", "createExternalTable",
      "createTable", "recoverPartitions", "listFunctions", "listColumns", "functionExists", "databaseExists", "getDatabase", "tableExists",
      "getTable", "getFunc", "spark.addFile", "spark.getSparkFiles", "spark.getSparkFilesRootDirectory", "includePackage", "storageLevel",
      "repartitionByRange", "windowPartitionByRange", "array_aggregate", "array_exists", "array_filter", "array_forall", "array_transform",
      "map_filter", "map_zip_with", "transform_keys", "transform_values", "unresolved_named_lambda_var", "print.jobj", "structType.jobj",
      "currentCatalog", "setCurrentCatalog", "listCatalogs", "fitted", "predict.ml"))
)

# Names that R has too are left to R unless SparkR's could be meant alone.
of_r_as_well <- c("glm", "attach", "fitted", "cov", "histogram", "status")

sparkr_absent <- function() {
  absent <- list()
  for (reason in absent_reasons) for (name in setdiff(reason[[2]], of_r_as_well)) absent[[name]] <- absent_verb("SparkR", name, reason[[1]])
  absent
}

absent_verb <- function(package, name, reason) {
  force(package)
  force(name)
  force(reason)
  function(...) stop(sprintf("%s's %s() %s.", package, name, reason), call. = FALSE)
}

# Of sparklyr what needs no process of its own: its verbs are dplyr's, on the notebook's lazy tables.
sparklyr_names <- function() {
  why <- "is not here: the notebook's Spark is `spark`, tbl(spark, \"name\") is a lazy table for dplyr, and write_table(frame, \"name\") writes one"
  absent <- c("spark_apply", "spark_read_csv", "spark_read_parquet", "spark_read_json", "spark_read_delta", "spark_read_table", "spark_write_csv",
    "spark_write_parquet", "spark_write_json", "spark_write_delta", "spark_context", "spark_session", "invoke", "invoke_new", "invoke_static",
    "ml_linear_regression", "ml_logistic_regression", "ml_random_forest", "ml_kmeans", "ml_pipeline", "ml_fit", "ml_predict", "sdf_sql",
    "spark_install", "spark_web", "spark_log")
  c(
    list(
      spark_connect = function(...) spark_connection(),
      spark_disconnect = function(...) invisible(),
      spark_disconnect_all = function(...) invisible(),
      spark_connection_is_open = function(...) TRUE,
      spark_config = function(...) list(),
      spark_version = function(...) numeric_version(sparkr_tables$sparkR.version()),
      spark_write_table = function(x, name, mode = "error", ...) write_table(x, name, mode),
      sdf_nrow = function(x) row_count(x),
      sdf_copy_to = function(sc, x, name, overwrite = FALSE, ...) copied_to_view(x, name)
    ),
    if (requireNamespace("dplyr", quietly = TRUE)) list(`%>%` = getExportedValue("dplyr", "%>%")),
    stats::setNames(lapply(absent, function(name) absent_verb("sparklyr", name, why)), absent)
  )
}

copied_to_view <- function(x, name = deparse(substitute(x))) {
  ask_frames(call_method(as_spark_frame(x), "createOrReplaceTempView", name))
  dplyr::tbl(spark_connection(), name)
}
