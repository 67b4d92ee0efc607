# What SparkR asks of the session: queries, tables, files, frames of R's own.

# Old notebooks name the context first, as in sql(sqlContext, "SELECT 1").
session_itself <- function(...) invisible(structure(list(), class = "jobj"))

of_catalog <- function(name, ...) call_method(member(session_node, "catalog"), name, ...)

# How the rows are laid out: DDL, or SparkR's own description of it.
struct_field <- function(x, type = "string", nullable = TRUE, ...) {
  structure(list(name = x, type = type, ddl = sprintf("`%s` %s%s", x, type, if (isTRUE(nullable)) "" else " NOT NULL")), class = "structField")
}

struct_type <- function(...) {
  fields <- list(...)
  texts <- vapply(fields, function(field) if (is.character(field)) field else field$ddl, "")
  structure(list(fields = fields, ddl = paste(texts, collapse = ", ")), class = "structType")
}

schema_text <- function(schema) if (inherits(schema, "structType")) schema$ddl else schema

read_frame <- function(path = NULL, source = NULL, schema = NULL, na.strings = "NA", ...) {
  options <- list(...)
  if (identical(source, "csv") && is.null(options$nullValue)) options$nullValue <- na.strings
  reader <- member(session_node, "read")
  if (!is.null(source)) reader <- call_method(reader, "format", source)
  if (!is.null(schema)) reader <- call_method(reader, "schema", schema_text(schema))
  reader <- with_options(reader, options)
  ask_frames(if (is.null(path)) call_method(reader, "load") else call_method(reader, "load", as.list(path)))
}

read_as <- function(format) {
  force(format)
  function(path, ...) read_frame(path, format, ...)
}

made_frame <- function(data, schema = NULL, samplingRatio = 1, numPartitions = NULL) {
  if (inherits(data, c("SparkDataFrame", "tbl_lazy"))) return(as_spark_frame(data))
  if (!is.data.frame(data)) data <- if (is.list(data) && length(data) && is.list(data[[1]])) do.call(rbind, lapply(data, as.data.frame)) else as.data.frame(data)
  if (is.character(schema)) names(data) <- schema
  made <- frame_of_rows(data)
  if (!inherits(schema, "structType")) return(made)
  fields <- lapply(schema$fields, function(field) {
    if (is.character(field)) stop("createDataFrame() takes structType(structField(name, type), …), or names.", call. = FALSE)
    field
  })
  names <- vapply(fields, `[[`, "", "name")
  made <- with_columns(made, "toDF", as.list(names))
  columns <- lapply(fields, function(field) column_method(column_method(column_named(field$name), "cast", field$type), "alias", field$name))
  with_columns(made, "select", columns)
}

table_names <- function(databaseName = NULL) {
  rows_of_frame(ask_frames(call_method(session_node, "sql", paste(c("SHOW TABLES", if (!is.null(databaseName)) c("IN", databaseName)), collapse = " "))))
}

sparkr_tables <- list(
  sql = function(sqlQuery, ...) {
    if (inherits(sqlQuery, "jobj")) return(sparkr_tables$sql(...))
    if (!is.character(sqlQuery) || length(sqlQuery) != 1L) stop("sql() takes one string of SQL.", call. = FALSE)
    given <- list(...)
    ask_frames(if (length(given)) call_method(session_node, "sql", enc2utf8(sqlQuery), named = list(args = given)) else call_method(session_node, "sql", enc2utf8(sqlQuery)))
  },
  tableToDF = function(tableName) ask_frames(call_method(session_node, "table", tableName)),
  createDataFrame = function(data, ...) if (inherits(data, "jobj")) made_frame(...) else made_frame(data, ...),
  as.DataFrame = function(data, ...) if (inherits(data, "jobj")) made_frame(...) else made_frame(data, ...),
  read.df = function(path = NULL, ...) if (inherits(path, "jobj")) read_frame(...) else read_frame(path, ...),
  loadDF = function(path = NULL, ...) if (inherits(path, "jobj")) read_frame(...) else read_frame(path, ...),
  read.parquet = read_as("parquet"),
  parquetFile = read_as("parquet"),
  read.json = read_as("json"),
  jsonFile = read_as("json"),
  read.orc = read_as("orc"),
  read.text = read_as("text"),
  read.jdbc = function(url, tableName, ...) read_frame(NULL, "jdbc", url = url, dbtable = tableName, ...),
  structType = function(x, ...) struct_type(x, ...),
  structField = struct_field,
  dropTempView = function(viewName) ask_frames(of_catalog("dropTempView", viewName)),
  dropTempTable = function(tableName) ask_frames(of_catalog("dropTempView", tableName)),
  tables = function(databaseName = NULL) table_names(databaseName),
  listTables = function(databaseName = NULL) table_names(databaseName),
  tableNames = function(databaseName = NULL) table_names(databaseName)$tableName,
  listDatabases = function() rows_of_frame(ask_frames(call_method(session_node, "sql", "SHOW DATABASES"))),
  currentDatabase = function() ask_frames(of_catalog("currentDatabase")),
  setCurrentDatabase = function(databaseName) nothing(of_catalog("setCurrentDatabase", databaseName)),
  cacheTable = function(tableName) nothing(of_catalog("cacheTable", tableName)),
  uncacheTable = function(tableName) nothing(of_catalog("uncacheTable", tableName)),
  refreshTable = function(tableName) nothing(of_catalog("refreshTable", tableName)),
  clearCache = function() nothing(of_catalog("clearCache")),
  sparkR.session = session_itself,
  sparkR.init = session_itself,
  sparkRSQL.init = session_itself,
  sparkRHive.init = session_itself,
  sparkR.session.stop = function() invisible(),
  sparkR.stop = function() invisible(),
  sparkR.version = function() ask_frames(member(session_node, "version")),
  sparkR.conf = function(key, defaultValue = NULL) {
    value <- if (is.null(defaultValue)) ask_frames(call_method(member(session_node, "conf"), "get", key))
    else ask_frames(call_method(member(session_node, "conf"), "get", key, as.character(defaultValue)))
    stats::setNames(list(value), key)
  },
  sparkR.uiWebUrl = function() ask_frames(member(member(session_node, "sparkContext"), "uiWebUrl"))
)

# table(sqlContext, "name") of SparkR 1, and R's own for all else.
sparkr_frames$table <- function(x, ...) sparkr_tables$tableToDF(...)
