# Columns of SparkR: expressions, which the kernel makes of PySpark's functions when a frame uses them.

new_column <- function(tree) structure(list(tree = tree), class = "Column")
column_named <- function(name, frame = NULL) {
  new_column(if (is.null(frame)) call_function("col", name) else call_method(frame, "__getitem__", name))
}
column_method <- function(x, name, ...) new_column(call_method(x, name, ...))
column_function <- function(name, ...) new_column(call_function(name, ...))

# What stands where a column is wanted: a column, or the name of one.
as_column <- function(x) if (is.character(x)) column_named(x) else x
as_value <- function(x) if (inherits(x, "Column")) x else new_column(call_function("lit", x))

operators <- c(`+` = "__add__", `-` = "__sub__", `*` = "__mul__", `/` = "__truediv__", `%%` = "__mod__", `^` = "__pow__",
  `==` = "__eq__", `!=` = "__ne__", `<` = "__lt__", `<=` = "__le__", `>` = "__gt__", `>=` = "__ge__", `&` = "__and__", `|` = "__or__")

define_columns <- function() {
  method <- function(generic, class, definition, package = "base") {
    registerS3method(generic, class, definition, envir = if (package == "base") baseenv() else asNamespace(package))
  }
  method("Ops", "Column", function(e1, e2) {
    if (missing(e2)) return(column_method(e1, switch(.Generic, `!` = "__invert__", `-` = "__neg__", stop("Columns have no unary ", .Generic, call. = FALSE))))
    if (!.Generic %in% names(operators)) stop(sprintf("Columns have no %s.", .Generic), call. = FALSE)
    column_method(as_value(e1), operators[[.Generic]], as_value(e2))
  })
  math <- c(ceiling = "ceil", sign = "signum", gamma = "", lgamma = "", digamma = "", trigamma = "")
  method("Math", "Column", function(x, ...) {
    name <- if (.Generic %in% names(math)) math[[.Generic]] else .Generic
    if (name == "round") return(column_function("round", x, whole(c(..., 0)[1])))
    if (!nzchar(name) || length(list(...))) stop(sprintf("Columns have no %s() of this kind.", .Generic), call. = FALSE)
    column_function(name, x)
  })
  method("Summary", "Column", function(..., na.rm = FALSE) column_function(.Generic, ...))
  method("Summary", "GroupedData", function(..., na.rm = FALSE) ask_frames(do.call(call_method, c(list(..1, .Generic), list(...)[-1]))))
  method("mean", "Column", function(x, ...) column_function("avg", x))
  method("mean", "GroupedData", function(x, ...) ask_frames(call_method(x, "avg", ...)))
  method("names", "SparkDataFrame", function(x) unclass(x)$columns)
  method("names<-", "SparkDataFrame", function(x, value) with_columns(x, "toDF", as.list(value)))
  method("print", "Column", function(x, ...) cat("<Column>\n"))
  method("$", "SparkDataFrame", function(x, name) frame_column(x, name))
  method("[[", "SparkDataFrame", function(x, i) frame_column(x, if (is.character(i)) i else unclass(x)$columns[i]))
  method("$<-", "SparkDataFrame", function(x, name, value) set_frame_column(x, name, value))
  method("[[<-", "SparkDataFrame", function(x, i, value) set_frame_column(x, i, value))
  method("[", "SparkDataFrame", function(x, i, j, ...) {
    if (nargs() < 3L) return(if (inherits(i, "Column")) sparkr_frames$filter(x, i) else sparkr_frames$select(x, frame_names(x, i)))
    if (!missing(i)) x <- sparkr_frames$filter(x, i)
    if (missing(j)) x else sparkr_frames$select(x, frame_names(x, j))
  })
  method("print", "SparkDataFrame", function(x, ...) cat(frame_text(x), "\n", sep = ""))
  method("print", "GroupedData", function(x, ...) cat("GroupedData\n"))
  method("print", "jobj", function(x, ...) cat("<this notebook's Spark>\n"))
  method("as.data.frame", "SparkDataFrame", function(x, ...) rows_of_frame(x))
  method("unique", "SparkDataFrame", function(x, ...) sparkr_frames$distinct(x))
  method("summary", "SparkDataFrame", function(object, ...) ask_frames(call_method(object, "summary", ...)))
  method("subset", "SparkDataFrame", function(x, subset, select, ...) {
    if (!missing(subset)) x <- sparkr_frames$filter(x, subset)
    if (missing(select)) x else sparkr_frames$select(x, select)
  })
  method("head", "SparkDataFrame", function(x, n = 6L, ...) rows_of_frame(x, n), "utils")
  method(".DollarNames", "SparkDataFrame", function(x, pattern) grep(pattern, unclass(x)$columns, value = TRUE), "utils")
  method("na.omit", "SparkDataFrame", function(object, ...) sparkr_frames$dropna(object), "stats")
}

frame_text <- function(x) {
  x <- unclass(x)
  sprintf("SparkDataFrame[%s]", paste0(x$columns, ":", x$types, collapse = ", "))
}

frame_names <- function(x, which) if (is.numeric(which)) unclass(x)$columns[which] else which

frame_column <- function(x, name) {
  columns <- unclass(x)$columns
  if (!name %in% columns && !tolower(name) %in% tolower(columns)) {
    stop(sprintf("There is no column %s; there are %s.", name, paste(columns, collapse = ", ")), call. = FALSE)
  }
  column_named(name, x)
}

set_frame_column <- function(x, name, value) if (is.null(value)) sparkr_frames$drop(x, name) else sparkr_frames$withColumn(x, name, value)

# PySpark's functions that SparkR calls by the same name, the column first or alone.
same_functions <- c("abs", "acos", "add_months", "approx_count_distinct", "array", "array_contains", "array_distinct", "array_join",
  "array_max", "array_min", "array_position", "array_remove", "array_sort", "arrays_zip", "ascii", "asin", "atan", "atan2", "avg", "base64",
  "bin", "bround", "cbrt", "ceil", "coalesce", "collect_list", "collect_set", "concat", "concat_ws", "conv", "corr", "cos", "cosh",
  "count_distinct", "covar_pop", "covar_samp", "crc32", "create_array", "date_add", "date_format", "date_sub", "date_trunc", "datediff",
  "dayofmonth", "dayofweek", "dayofyear", "decode", "element_at", "encode", "exp", "explode", "explode_outer", "expm1", "expr", "factorial",
  "first", "flatten", "floor", "format_number", "format_string", "from_json", "from_unixtime", "from_utc_timestamp", "get_json_object",
  "greatest", "grouping_bit", "hash", "hex", "hour", "hypot", "initcap", "instr", "kurtosis", "lag", "last", "last_day", "lead", "least",
  "levenshtein", "lit", "locate", "log", "log10", "log1p", "log2", "lower", "lpad", "ltrim", "map_keys", "map_values", "max", "md5", "min",
  "minute", "month", "months_between", "nanvl", "negate", "next_day", "ntile", "percentile_approx", "posexplode", "quarter",
  "regexp_extract", "regexp_replace", "repeat_string", "reverse", "rint", "rpad", "rtrim", "second", "sha1", "sha2", "shiftleft",
  "shiftright", "signum", "sin", "sinh", "size", "skewness", "slice", "sort_array", "soundex", "split_string", "sqrt", "stddev",
  "stddev_pop", "stddev_samp", "struct", "substring_index", "sum", "sum_distinct", "tan", "tanh", "to_date", "to_json", "to_timestamp",
  "to_utc_timestamp", "translate", "trim", "unbase64", "unhex", "unix_timestamp", "upper", "var_pop", "var_samp", "variance",
  "weekofyear", "xxhash64", "year")
# By SparkR's name, PySpark's.
other_functions <- c(n = "count", countDistinct = "count_distinct", n_distinct = "count_distinct", approxCountDistinct = "approx_count_distinct",
  sd = "stddev", var = "variance", sumDistinct = "sum_distinct", toDegrees = "degrees", toRadians = "radians", create_array = "array",
  split_string = "split", repeat_string = "repeat", negate = "negative", ucase = "upper", lcase = "lower", column = "col", col = "col",
  median = "median", length = "length", column_hash = "hash")
# Those without an argument.
bare_functions <- c("current_date", "current_timestamp", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "rand", "randn",
  "monotonically_increasing_id", "spark_partition_id", "input_file_name")
# By SparkR's name, the method of PySpark's column.
column_methods <- c(alias = "alias", asc = "asc", desc = "desc", desc = "desc", asc_nulls_first = "asc_nulls_first", asc_nulls_last = "asc_nulls_last",
  desc_nulls_first = "desc_nulls_first", desc_nulls_last = "desc_nulls_last", like = "like", rlike = "rlike", isNull = "isNull",
  isNotNull = "isNotNull", getItem = "getItem", getField = "getField", over = "over", otherwise = "otherwise", eqNullSafe = "eqNullSafe",
  contains = "contains", ilike = "ilike", withField = "withField", dropFields = "dropFields")
# Base R's, whose meaning for all else has to be quick: they stay R's.
left_to_r <- "length"

sparkr_columns <- function() {
  by_name <- stats::setNames(same_functions, same_functions)
  by_name[names(other_functions)] <- other_functions
  by_name <- by_name[setdiff(names(by_name), c(left_to_r, "abs", "sum", "max", "min"))]
  functions <- lapply(by_name, function(name) {
    force(name)
    function(...) do.call(column_function, c(list(name), lapply(list(...), whole_number)))
  })
  bare <- lapply(stats::setNames(bare_functions, bare_functions), function(name) {
    force(name)
    function(...) column_function(name, ...)
  })
  methods <- lapply(column_methods, function(name) {
    force(name)
    function(x, ...) column_method(as_column(x), name, ...)
  })
  c(sparkr_column_verbs, functions, bare, methods)
}

# PySpark's functions want whole numbers as integers: how many days, which group.
whole_number <- function(x) if (is.double(x) && !is.object(x) && length(x) == 1L && isTRUE(x == round(x)) && abs(x) < 2^31) as.integer(x) else x

# Those whose arguments SparkR has otherwise.
sparkr_column_verbs <- list(
  cast = function(x, dataType) column_method(x, "cast", dataType),
  between = function(x, bounds) column_method(x, "between", bounds[[1]], bounds[[2]]),
  substr = function(x, start, stop) column_method(x, "substr", whole(start), whole(stop - start + 1)),
  startsWith = function(x, prefix) column_method(x, "startswith", prefix),
  endsWith = function(x, suffix) column_method(x, "endswith", suffix),
  `%in%` = function(x, table) column_method(x, "isin", as.list(table)),
  `%<=>%` = function(x, table) column_method(x, "eqNullSafe", table),
  isNaN = function(x) column_function("isnan", x),
  when = function(condition, value) column_function("when", condition, value),
  ifelse = function(test, yes, no) column_method(column_function("when", test, yes), "otherwise", no),
  regexp_extract = function(x, pattern, idx = 1) column_function("regexp_extract", x, pattern, whole(idx)),
  locate = function(substr, str, pos = 1) column_function("locate", substr, str, whole(pos)),
  to_date = function(x, format = NULL) if (is.null(format)) column_function("to_date", x) else column_function("to_date", x, format),
  datediff = function(y, x) column_function("datediff", y, x),
  date_trunc = function(format, x) column_function("date_trunc", format, x),
  last = function(x, na.rm = FALSE) column_function("last", as_column(x), na.rm),
  first = function(x, na.rm = FALSE) if (inherits(x, "SparkDataFrame")) rows_of_frame(x, 1L) else column_function("first", as_column(x), na.rm),
  lit = function(x) as_value(x),
  expr = function(x) column_function("expr", x),
  col = function(x) column_named(x),
  column = function(x) column_named(x),
  windowPartitionBy = function(col, ...) ask_frames(call_method(list(.node = "window"), "partitionBy", col, ...)),
  windowOrderBy = function(col, ...) ask_frames(call_method(list(.node = "window"), "orderBy", col, ...)),
  rowsBetween = function(x, start, end) ask_frames(call_method(x, "rowsBetween", whole(start), whole(end))),
  rangeBetween = function(x, start, end) ask_frames(call_method(x, "rangeBetween", whole(start), whole(end))),
  partitionBy = function(x, col, ...) ask_frames(call_method(x, "partitionBy", col, ...))
)
