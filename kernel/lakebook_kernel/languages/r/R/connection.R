# `spark`: a DBI connection for dbplyr, so that tbl(spark, "name") is a lazy table whose verbs run on Spark.

spark_connection <- function() {
  for (package in c("DBI", "dbplyr", "dplyr")) {
    if (!requireNamespace(package, quietly = TRUE)) {
      stop(sprintf("tbl(spark, ...) needs the R package %s: install.packages(\"%s\"). sql() works without it.", package, package), call. = FALSE)
    }
  }
  if (is.null(state$connection)) {
    define_connection()
    define_dialect()
    state$connection <- methods::new("SparkConnection")
  }
  state$connection
}

define_connection <- function() {
  place <- environment(define_connection)
  methods::setClass("SparkConnection", contains = "DBIConnection", where = place)
  methods::setClass("SparkResult", contains = "DBIResult",
    slots = c(text = "character", state = "environment"), where = place)
  method <- function(name, signature, definition) {
    methods::setMethod(getExportedValue("DBI", name), signature, definition, where = place)
  }
  on_connection <- "SparkConnection"
  with_text <- c("SparkConnection", "character")
  query <- function(conn, statement, ...) ask_spark("sql", list(text = statement), NULL)
  send <- function(conn, statement, ...) methods::new("SparkResult", text = as.character(statement), state = new.env())
  method("dbSendQuery", with_text, send)
  method("dbSendStatement", with_text, function(conn, statement, ...) {
    result <- send(conn, statement)
    fetch_rows(result, 0)
    result
  })
  method("dbGetQuery", with_text, query)
  method("dbExecute", with_text, function(conn, statement, ...) {
    ask_spark("sql", list(text = statement), NULL)
    invisible(0)
  })
  method("dbFetch", "SparkResult", function(res, n = -1, ...) fetch_rows(res, n))
  method("dbHasCompleted", "SparkResult", function(res, ...) !is.null(res@state$rows) && res@state$given == nrow(res@state$rows))
  method("dbGetRowCount", "SparkResult", function(res, ...) if (is.null(res@state$given)) 0L else res@state$given)
  method("dbIsValid", "SparkResult", function(dbObj, ...) !isTRUE(dbObj@state$cleared))
  method("dbClearResult", "SparkResult", function(res, ...) {
    rm(list = ls(res@state), envir = res@state)
    res@state$cleared <- TRUE
    invisible(TRUE)
  })
  method("dbGetStatement", "SparkResult", function(res, ...) res@text)
  method("dbIsValid", on_connection, function(dbObj, ...) TRUE)
  method("dbDisconnect", on_connection, function(conn, ...) invisible(TRUE))
  method("dbGetInfo", on_connection, function(dbObj, ...) list(dbname = "spark", db.version = "", username = "", host = "", port = ""))
  method("dbListTables", on_connection, function(conn, ...) ask_spark("tables", list(), NULL)$name)
  method("dbListFields", with_text, function(conn, name, ...) ask_spark("fields", list(text = paste("SELECT * FROM", name)), NULL)$name)
  method("dbExistsTable", with_text, function(conn, name, ...) ask_spark("exists", list(name = name), NULL)$name == "true")
  method("dbReadTable", with_text, function(conn, name, ...) ask_spark("sql", list(text = paste("SELECT * FROM", name)), NULL))
  method("dbWriteTable", c("SparkConnection", "character", "data.frame"), function(conn, name, value, overwrite = FALSE, append = FALSE, ...) {
    write_table(value, name, mode = if (overwrite) "overwrite" else "error", append = append)
    invisible(TRUE)
  })
  method("dbQuoteIdentifier", with_text, function(conn, x, ...) {
    DBI::SQL(ifelse(is.na(x), "NULL", paste0("`", gsub("`", "``", enc2utf8(x), fixed = TRUE), "`")), names = names(x))
  })
  method("dbQuoteString", with_text, function(conn, x, ...) {
    quoted <- gsub("'", "\\'", gsub("\\", "\\\\", enc2utf8(x), fixed = TRUE), fixed = TRUE)
    DBI::SQL(ifelse(is.na(x), "NULL", paste0("'", quoted, "'")), names = names(x))
  })
  methods::setMethod("show", on_connection, function(object) cat("<Spark: this notebook's session>\n"), where = place)
}

# The next n rows, or all that are left. Spark is asked once, for all of them: asked again, it may have them in another order.
fetch_rows <- function(result, n) {
  state <- result@state
  if (isTRUE(state$cleared)) stop("dbClearResult() has ended this result: send the query again.", call. = FALSE)
  if (!is.numeric(n) && !identical(n, NA) || length(n) != 1L) stop("dbFetch() takes one number of rows, -1 for all that are left.", call. = FALSE)
  if (is.null(state$rows)) {
    state$rows <- ask_spark("sql", list(text = result@text), NULL)
    state$given <- 0L
  }
  left <- nrow(state$rows) - state$given
  count <- if (is.na(n) || n < 0) left else as.integer(min(n, left))
  if (count == nrow(state$rows)) part <- state$rows
  else {
    part <- state$rows[state$given + seq_len(count), , drop = FALSE]
    attr(part, "row.names") <- .set_row_names(count)
  }
  state$given <- state$given + count
  part
}

define_dialect <- function() {
  s3 <- function(generic, definition, package = "dbplyr") {
    registerS3method(generic, "SparkConnection", definition, envir = asNamespace(package))
  }
  s3("dbplyr_edition", function(con) 2L)
  s3("db_connection_describe", function(con, ...) "Spark")
  translation <- spark_translation()
  s3("sql_translation", function(con) translation)
  s3("sql_table_analyze", function(con, table, ...) NULL)
  s3("db_table_temporary", function(con, table, temporary, ...) list(table = table, temporary = temporary))
  s3("sql_query_save", function(con, sql, name, temporary = TRUE, ...) {
    what <- if (temporary) "CREATE OR REPLACE TEMPORARY VIEW" else "CREATE TABLE"
    dbplyr::build_sql(dbplyr::sql(what), " ", dbplyr::as.sql(name, con), " AS ", sql, con = con)
  })
  # the names alone: no job runs
  s3("sql_query_fields", function(con, sql, ...) {
    source <- if (dbplyr::is.sql(sql)) dbplyr::build_sql("SELECT * FROM (", sql, ") AS `q`", con = con)
    else dbplyr::build_sql("SELECT * FROM ", sql, con = con)
    dbplyr::build_sql(source, " LIMIT 0", con = con)
  })
  s3("tbl", function(src, from, ...) {
    written <- substitute(from)
    # tbl(spark, sql("…")): here sql() makes a query, not an answer
    if (is.call(written) && identical(written[[1]], quote(sql))) from <- eval(written, list(sql = dbplyr::sql), parent.frame())
    if (is.character(from) && !inherits(from, "sql") && grepl(".", from, fixed = TRUE)) from <- qualified(from)
    dplyr::tbl(dbplyr::src_dbi(src, auto_disconnect = FALSE), from, ...)
  }, "dplyr")
}

qualified <- function(name) {
  parts <- strsplit(name, ".", fixed = TRUE)[[1]]
  parts <- paste0("`", gsub("`", "", parts, fixed = TRUE), "`", collapse = ".")
  if (utils::packageVersion("dbplyr") >= "2.5.0") I(parts) else dbplyr::ident_q(parts)
}

# Stops at what Spark's regular expressions, which are Java's, cannot do as R does it.
only_on_spark <- function(name, ignore.case, perl, fixed, useBytes) {
  if (isTRUE(perl)) stop(sprintf("%s() on Spark has no perl = TRUE: its patterns are Java's; leave perl out, or collect() before.", name), call. = FALSE)
  if (isTRUE(useBytes)) stop(sprintf("%s() on Spark has no useBytes = TRUE: leave it out, or collect() before.", name), call. = FALSE)
  if (isTRUE(fixed) && isTRUE(ignore.case)) stop(sprintf("%s() takes fixed = TRUE or ignore.case = TRUE, not both.", name), call. = FALSE)
}

in_case <- function(pattern, ignore) if (isTRUE(ignore)) dbplyr::sql_expr(CONCAT("(?iu)", !!pattern)) else pattern

# The text that takes a match's place, in which groups are \\1 in R and $1 in Java; a column is left as it is.
in_java <- function(replacement) {
  if (!is.character(replacement) || is.object(replacement)) return(replacement)
  parts <- regmatches(replacement, gregexpr("(?s)\\\\.|.", replacement, perl = TRUE))[[1]]
  group <- grepl("^\\\\[0-9]$", parts)
  parts[parts == "$"] <- "\\$"
  parts[group] <- sub("\\", "$", parts[group], fixed = TRUE)
  paste(parts, collapse = "")
}

spark_translation <- function() {
  fun <- dbplyr::sql_prefix
  cast <- dbplyr::sql_cast
  scalar <- dbplyr::sql_translator(.parent = dbplyr::base_scalar,
    as.numeric = cast("DOUBLE"), as.double = cast("DOUBLE"), as.integer = cast("INT"), as.character = cast("STRING"),
    as.logical = cast("BOOLEAN"), as.Date = cast("DATE"), as_date = cast("DATE"), as.POSIXct = cast("TIMESTAMP"),
    as_datetime = cast("TIMESTAMP"), as.integer64 = cast("BIGINT"),
    `%%` = function(x, y) dbplyr::sql_expr(pmod(!!x, !!y)),
    `%/%` = function(x, y) dbplyr::sql_expr(FLOOR(!!x / !!y)),
    paste0 = function(..., sep = "") dbplyr::sql_expr(CONCAT(!!!list(...))),
    paste = function(..., sep = " ") dbplyr::sql_expr(CONCAT_WS(!!sep, !!!list(...))),
    str_c = function(..., sep = "") dbplyr::sql_expr(CONCAT_WS(!!sep, !!!list(...))),
    is.nan = fun("ISNAN", 1), log = function(x, base = exp(1)) {
      if (isTRUE(all.equal(base, exp(1)))) dbplyr::sql_expr(LN(!!x)) else dbplyr::sql_expr(LOG(!!base, !!x))
    },
    grepl = function(pattern, x, ignore.case = FALSE, perl = FALSE, fixed = FALSE, useBytes = FALSE) {
      only_on_spark("grepl", ignore.case, perl, fixed, useBytes)
      if (isTRUE(fixed)) dbplyr::sql_expr(CONTAINS(!!x, !!pattern))
      else dbplyr::sql_expr(RLIKE(!!x, !!in_case(pattern, ignore.case)))
    },
    str_detect = function(string, pattern, negate = FALSE) {
      if (negate) dbplyr::sql_expr(NOT(RLIKE(!!string, !!pattern))) else dbplyr::sql_expr(RLIKE(!!string, !!pattern))
    },
    gsub = function(pattern, replacement, x, ignore.case = FALSE, perl = FALSE, fixed = FALSE, useBytes = FALSE) {
      only_on_spark("gsub", ignore.case, perl, fixed, useBytes)
      if (isTRUE(fixed)) dbplyr::sql_expr(REPLACE(!!x, !!pattern, !!replacement))
      else dbplyr::sql_expr(REGEXP_REPLACE(!!x, !!in_case(pattern, ignore.case), !!in_java(replacement)))
    },
    str_replace_all = function(string, pattern, replacement) {
      dbplyr::sql_expr(REGEXP_REPLACE(!!string, !!pattern, !!in_java(replacement)))
    },
    year = fun("YEAR", 1), month = fun("MONTH", 1), day = fun("DAY", 1), mday = fun("DAY", 1), hour = fun("HOUR", 1),
    minute = fun("MINUTE", 1), second = fun("SECOND", 1), yday = fun("DAYOFYEAR", 1), quarter = fun("QUARTER", 1),
    today = function() dbplyr::sql_expr(CURRENT_DATE()), now = function() dbplyr::sql_expr(CURRENT_TIMESTAMP())
  )
  aggregate <- dbplyr::sql_translator(.parent = dbplyr::base_agg,
    var = dbplyr::sql_aggregate("VARIANCE", "var"), sd = dbplyr::sql_aggregate("STDDEV", "sd"),
    median = dbplyr::sql_aggregate("MEDIAN", "median"), cor = dbplyr::sql_aggregate_2("CORR"),
    quantile = function(x, probs, ...) dbplyr::sql_expr(PERCENTILE(!!x, !!probs)),
    first = fun("FIRST", 1), last = fun("LAST", 1), any = fun("BOOL_OR", 1), all = fun("BOOL_AND", 1),
    str_flatten = function(x, collapse = "") dbplyr::sql_expr(ARRAY_JOIN(COLLECT_LIST(!!x), !!collapse))
  )
  window <- dbplyr::sql_translator(.parent = dbplyr::base_win,
    var = dbplyr::win_aggregate("VARIANCE"), sd = dbplyr::win_aggregate("STDDEV"), median = dbplyr::win_aggregate("MEDIAN"),
    any = dbplyr::win_aggregate("BOOL_OR"), all = dbplyr::win_aggregate("BOOL_AND"), cor = dbplyr::win_absent("cor"),
    quantile = dbplyr::win_absent("quantile"), str_flatten = dbplyr::win_absent("str_flatten")
  )
  dbplyr::sql_variant(scalar, aggregate, window)
}
