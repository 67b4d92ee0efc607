# What SparkR does with a SparkDataFrame.

# A method of PySpark's frame that makes another one.
of_frame <- function(name) {
  force(name)
  function(x, ...) ask_frames(call_method(as_spark_frame(x), name, ...))
}

# Names, columns, and lists of either, as one list.
column_list <- function(...) unlist_columns(list(...))
unlist_columns <- function(given) {
  parts <- lapply(given, function(part) {
    if (inherits(part, "Column")) list(part) else if (is.list(part)) unlist_columns(part) else as.list(part)
  })
  unlist(parts, recursive = FALSE, use.names = FALSE)
}
with_columns <- function(x, name, columns, named = list()) ask_frames(do.call(call_method, c(list(x, name), columns, list(named = named))))

# avg = avg(x$a) is a column of that name; a = "avg" says what to do with the column a.
aggregates <- function(given) {
  named <- names(given)
  if (is.null(named)) named <- rep("", length(given))
  Map(function(part, name) {
    if (is.character(part) && nzchar(name)) return(column_function(part, column_named(name)))
    if (!nzchar(name)) part else column_method(part, "alias", name)
  }, given, named)
}

aggregate_by <- function(x, ...) with_columns(x, "agg", unname(aggregates(list(...))))
grouped_by <- function(x, ...) with_columns(as_spark_frame(x), "groupBy", column_list(...))

# Of grouped rows, all columns of numbers, or those that are named.
of_groups <- function(name) {
  force(name)
  function(x, ...) {
    if (inherits(x, "GroupedData")) ask_frames(call_method(x, name, ...)) else do.call(column_function, list(name, as_column(x), ...))
  }
}

mutated <- function(.data, ...) {
  given <- list(...)
  for (name in names(given)) .data <- sparkr_frames$withColumn(.data, name, given[[name]])
  .data
}

renamed <- function(x, ...) {
  given <- list(...)
  for (name in names(given)) {
    old <- if (inherits(given[[name]], "Column")) unclass(given[[name]])$tree$arguments[[1]] else given[[name]]
    x <- sparkr_frames$withColumnRenamed(x, old, name)
  }
  x
}

sorted_by <- function(x, ..., decreasing = FALSE) {
  columns <- lapply(column_list(...), as_column)
  down <- rep_len(decreasing, length(columns))
  columns <- Map(function(column, down) if (down) column_method(column, "desc") else column, columns, down)
  with_columns(as_spark_frame(x), "orderBy", columns)
}

join_kinds <- c(left_outer = "left", right_outer = "right", full = "outer", fullouter = "outer", full_outer = "outer")

joined <- function(x, y, joinExpr = NULL, joinType = "inner") {
  if (joinType %in% names(join_kinds)) joinType <- join_kinds[[joinType]]
  if (is.null(joinExpr)) return(ask_frames(call_method(as_spark_frame(x), "crossJoin", as_spark_frame(y))))
  ask_frames(call_method(as_spark_frame(x), "join", as_spark_frame(y), joinExpr, joinType))
}

# Columns that both have get suffixes, those by which they are joined too.
merged <- function(x, y, by = intersect(unclass(x)$columns, unclass(y)$columns), by.x = by, by.y = by, all = FALSE, all.x = all, all.y = all,
                   suffixes = c("_x", "_y"), ...) {
  for (names in list(by.x, by.y)) force(names) # before columns get other names
  both <- intersect(unclass(x)$columns, unclass(y)$columns)
  suffixed <- function(name, suffix) if (name %in% both) paste0(name, suffix) else name
  for (name in both) {
    x <- sparkr_frames$withColumnRenamed(x, name, paste0(name, suffixes[1]))
    y <- sparkr_frames$withColumnRenamed(y, name, paste0(name, suffixes[2]))
  }
  if (!length(by.x)) return(joined(x, y))
  pairs <- Map(function(left, right) {
    column_method(frame_column(x, suffixed(left, suffixes[1])), "__eq__", frame_column(y, suffixed(right, suffixes[2])))
  }, by.x, by.y)
  condition <- Reduce(function(one, other) column_method(one, "__and__", other), pairs)
  joined(x, y, condition, if (all.x && all.y) "outer" else if (all.x) "left" else if (all.y) "right" else "inner")
}

united <- function(x, ...) Reduce(function(one, other) ask_frames(call_method(as_spark_frame(one), "union", as_spark_frame(other))), list(...), x)

row_count <- function(x) as.numeric(ask_frames(call_method(as_spark_frame(x), "count")))

sampled <- function(x, withReplacement = FALSE, fraction, seed = NULL) {
  ask_frames(call_method(x, "sample", withReplacement, fraction, whole(seed)))
}

# A writer; options are what was given by further names.
written <- function(x, source = NULL, mode = "error", partitionBy = NULL, options = list()) {
  writer <- call_method(member(as_spark_frame(x), "write"), "mode", mode)
  if (!is.null(source)) writer <- call_method(writer, "format", source)
  if (length(partitionBy)) writer <- do.call(call_method, c(list(writer, "partitionBy"), as.list(partitionBy)))
  with_options(writer, options)
}

with_options <- function(of, options) {
  for (name in names(options)) of <- call_method(of, "option", name, options[[name]])
  of
}

save_frame <- function(df, path = NULL, source = NULL, mode = "error", partitionBy = NULL, ...) {
  options <- list(...)
  if (!is.null(path)) options$path <- path
  invisible(ask_frames(call_method(written(df, source, mode, partitionBy, options), "save")))
}

save_as <- function(format) {
  force(format)
  function(x, path, mode = "error", ...) save_frame(x, path, format, mode, ...)
}

nothing <- function(tree) invisible(ask_frames(tree))
kept <- function(name) {
  force(name)
  function(x, ...) invisible(ask_frames(call_method(as_spark_frame(x), name)))
}

sparkr_frames <- list(
  collect = function(x, ...) rows_of_frame(x),
  take = function(x, num) rows_of_frame(x, num),
  limit = function(x, num) ask_frames(call_method(as_spark_frame(x), "limit", whole(num))),
  count = function(x, ...) if (inherits(x, "GroupedData")) ask_frames(call_method(x, "count")) else if (inherits(x, "Column")) column_function("count", x) else row_count(x),
  nrow = row_count,
  ncol = function(x) length(unclass(as_spark_frame(x))$columns),
  dim = function(x) c(row_count(x), length(unclass(x)$columns)),
  columns = function(x) unclass(as_spark_frame(x))$columns,
  colnames = function(x, ...) unclass(x)$columns,
  `colnames<-` = function(x, value) with_columns(x, "toDF", as.list(value)),
  toDF = function(x, ...) with_columns(x, "toDF", column_list(...)),
  dtypes = function(x) unname(Map(c, unclass(as_spark_frame(x))$columns, unclass(as_spark_frame(x))$types)),
  coltypes = function(x) unclass(as_spark_frame(x))$types,
  schema = function(x) do.call(struct_type, unname(Map(struct_field, unclass(x)$columns, unclass(x)$types))),
  printSchema = function(x) cat(ask_frames(call_method(member(as_spark_frame(x), "schema"), "treeString")), sep = ""),
  showDF = function(x, numRows = 20, truncate = TRUE, vertical = FALSE) {
    width <- if (is.numeric(truncate)) whole(truncate) else truncate
    cat(ask_frames(call_method(as_spark_frame(x), "_show_string", whole(numRows), width, vertical)), "\n", sep = "")
  },
  show = function(object) print(object),
  str = function(object, ...) cat(frame_text(object), "\n", sep = ""),
  explain = function(x, extended = FALSE) {
    cat(ask_frames(call_method(call_method(member(as_spark_frame(x), "_jdf"), "queryExecution"), if (extended) "toString" else "simpleString")), "\n")
  },
  select = function(x, col, ...) with_columns(as_spark_frame(x), "select", if (missing(col)) list() else column_list(col, ...)),
  selectExpr = function(x, expr, ...) with_columns(as_spark_frame(x), "selectExpr", list(expr, ...)),
  filter = of_frame("filter"),
  where = of_frame("filter"),
  withColumn = function(x, colName, col) ask_frames(call_method(as_spark_frame(x), "withColumn", colName, as_value(col))),
  withColumnRenamed = of_frame("withColumnRenamed"),
  mutate = mutated,
  transform = mutated,
  rename = renamed,
  drop = function(x, ...) with_columns(as_spark_frame(x), "drop", column_list(...)),
  arrange = sorted_by,
  orderBy = function(x, ..., decreasing = FALSE) if (inherits(x, "WindowSpec")) ask_frames(call_method(x, "orderBy", ...)) else sorted_by(x, ..., decreasing = decreasing),
  groupBy = grouped_by,
  group_by = grouped_by,
  rollup = function(x, ...) with_columns(x, "rollup", column_list(...)),
  cube = function(x, ...) with_columns(x, "cube", column_list(...)),
  agg = aggregate_by,
  summarize = aggregate_by,
  pivot = function(x, colname, values = list()) {
    if (length(values)) ask_frames(call_method(x, "pivot", colname, as.list(values))) else ask_frames(call_method(x, "pivot", colname))
  },
  avg = of_groups("avg"),
  join = joined,
  crossJoin = function(x, y) joined(x, y),
  merge = merged,
  union = united,
  unionAll = united,
  rbind = united,
  unionByName = function(x, y, ...) ask_frames(call_method(x, "unionByName", y)),
  intersect = of_frame("intersect"),
  intersectAll = of_frame("intersectAll"),
  except = of_frame("subtract"),
  exceptAll = of_frame("exceptAll"),
  distinct = of_frame("distinct"),
  dropDuplicates = function(x, ...) {
    columns <- column_list(...)
    if (length(columns)) ask_frames(call_method(x, "dropDuplicates", columns)) else ask_frames(call_method(x, "distinct"))
  },
  dropna = function(x, how = "any", minNonNulls = NULL, cols = NULL) {
    ask_frames(call_method(x, "dropna", how, whole(minNonNulls), if (!is.null(cols)) as.list(cols)))
  },
  fillna = function(x, value, cols = NULL) ask_frames(call_method(x, "fillna", value, if (!is.null(cols)) as.list(cols))),
  describe = function(x, ...) with_columns(x, "describe", column_list(...)),
  sample = sampled,
  sample_frac = sampled,
  randomSplit = function(x, weights, seed = NULL) ask_frames(call_method(x, "randomSplit", as.list(weights), whole(seed))),
  crosstab = function(x, col1, col2) rows_of_frame(ask_frames(call_method(x, "crosstab", col1, col2))),
  approxQuantile = function(x, cols, probabilities, relativeError) {
    ask_frames(call_method(x, "approxQuantile", if (length(cols) > 1L) as.list(cols) else cols, as.list(probabilities), relativeError))
  },
  repartition = function(x, numPartitions = NULL, col = NULL, ...) {
    with_columns(x, "repartition", c(if (!is.null(numPartitions)) list(whole(numPartitions)), column_list(col, ...)))
  },
  coalesce = function(x, numPartitions, ...) {
    if (inherits(x, "Column")) column_function("coalesce", x, numPartitions, ...) else ask_frames(call_method(x, "coalesce", whole(numPartitions)))
  },
  getNumPartitions = function(x) ask_frames(call_method(member(x, "rdd"), "getNumPartitions")),
  isStreaming = function(x) ask_frames(member(x, "isStreaming")),
  isLocal = function(x) ask_frames(call_method(x, "isLocal")),
  alias = function(x, name) if (inherits(x, "Column")) column_method(x, "alias", name) else ask_frames(call_method(x, "alias", name)),
  hint = function(x, name, ...) ask_frames(call_method(x, "hint", name, ...)),
  cache = kept("cache"),
  persist = kept("persist"),
  unpersist = kept("unpersist"),
  createOrReplaceTempView = function(x, viewName) nothing(call_method(as_spark_frame(x), "createOrReplaceTempView", viewName)),
  registerTempTable = function(x, tableName) nothing(call_method(as_spark_frame(x), "createOrReplaceTempView", tableName)),
  write.df = save_frame,
  saveDF = save_frame,
  write.parquet = save_as("parquet"),
  write.json = save_as("json"),
  write.orc = save_as("orc"),
  write.text = save_as("text"),
  write.jdbc = function(x, url, tableName, mode = "error", ...) {
    nothing(call_method(written(x, "jdbc", mode, options = list(url = url, dbtable = tableName, ...)), "save"))
  },
  saveAsTable = function(df, tableName, source = NULL, mode = "error", partitionBy = NULL, ...) {
    nothing(call_method(written(df, source, mode, partitionBy, list(...)), "saveAsTable", tableName))
  },
  insertInto = function(x, tableName, overwrite = FALSE) nothing(call_method(member(as_spark_frame(x), "write"), "insertInto", tableName, overwrite))
)
