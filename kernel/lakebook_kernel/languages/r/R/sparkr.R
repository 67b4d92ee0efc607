# SparkR's names, for notebooks that were written with it: a stand-in for the package where it is not installed. A SparkDataFrame is
# the number of one that the kernel holds; what its functions do is told to the kernel as a tree of PySpark's calls.

sparkr <- new.env()
# numbers of what R holds no longer
sparkr$released <- integer()
sparkr$registered <- character()

stand_ins <- c("SparkR", "sparklyr")

# ------------------------------------------------------------ as a package

# A cell that names a package which is stood in for, and is not installed: its namespace is there, and library() knows it.
name_packages <- function(code) {
  for (package in setdiff(stand_ins, sparkr$registered)) {
    if (!grepl(package, code, fixed = TRUE) || length(find.package(package, quiet = TRUE))) next
    register_stand_in(package)
    sparkr$registered <- c(sparkr$registered, package)
    if (length(sparkr$registered) == 1L) define_columns()
    offer_loaders()
  }
}

stand_in_names <- function(package) if (package == "SparkR") sparkr_names() else sparklyr_names()

register_stand_in <- function(package) {
  folder <- file.path(tempdir(), "lakebook-packages", package)
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  described <- c(Package = package, Version = "0.0.0", Title = "Names of this notebook's Spark", Built = paste0("R ", getRversion(), "; ; ; unix"))
  write.dcf(as.list(described), file.path(folder, "DESCRIPTION"))
  place <- list2env(stand_in_names(package), parent = baseenv())
  info <- new.env(hash = TRUE, parent = baseenv())
  names <- ls(place, all.names = TRUE)
  info$spec <- c(name = package, version = "0.0.0")
  info$exports <- list2env(stats::setNames(as.list(names), names), parent = baseenv())
  info$imports <- list(base = TRUE)
  info$path <- folder
  info$dynlibs <- NULL
  info$S3methods <- matrix(NA_character_, 0L, 4L)
  place$.__NAMESPACE__. <- info
  place$.__S3MethodsTable__. <- new.env(hash = TRUE, parent = baseenv())
  .Internal(registerNamespace(package, place))
}

# library() and require() that know the stand-ins, first on the search path; all else they leave to R's own.
offer_loaders <- function() {
  if ("lakebook:packages" %in% search()) return()
  attach(list(library = loader("library"), require = loader("require")), name = "lakebook:packages", warn.conflicts = FALSE)
}

loader <- function(name) {
  own <- get(name, envir = baseenv())
  force(name)
  function(package, ..., character.only = FALSE) {
    if (!missing(package)) {
      wanted <- if (isTRUE(character.only)) package else as.character(substitute(package))
      if (length(wanted) == 1L && wanted %in% sparkr$registered) {
        attach_stand_in(wanted)
        return(invisible(if (name == "require") TRUE else .packages()))
      }
    }
    call <- sys.call()
    call[[1]] <- as.name(name)
    eval(call, stats::setNames(list(own), name), parent.frame())
  }
}

is_attached <- function(package) paste0("package:", package) %in% search()

attach_stand_in <- function(package) {
  if (is_attached(package)) return()
  attach(stand_in_names(package), name = paste0("package:", package), warn.conflicts = FALSE)
  offer()
  packageStartupMessage(sprintf("%s here is a set of its commonest names on this notebook's Spark, not the package; sql(), dplyr and tbl(spark, \"name\") are the new way.",
    package))
}

# A name that means something else for what is not Spark's, as filter() does: that is asked then.
shared_verb <- function(name, ours) {
  values <- list(name = name, ours = ours, bare = name %in% bare_functions, of_frames = name %in% names(sparkr_frames),
    is_of_spark = is_of_spark, next_function = next_function)
  # beyond it is base R alone: what the search path has under base R's names are these verbs themselves
  as_in_base(verb_of_both, values)
}

as_in_base <- function(f, values = list()) {
  environment(f) <- list2env(values, parent = baseenv())
  f
}

verb_of_both <- function(...) {
  if (bare && !...length()) return(ours())
  first <- if (...length()) ..1
  if (is_of_spark(first)) return(ours(...))
  theirs <- next_function(name)
  if (is.null(theirs)) {
    if (!of_frames || inherits(first, "tbl_lazy")) return(ours(...))
    stop(sprintf("%s() takes a SparkDataFrame, and this is a %s: createDataFrame() makes one of a data.frame.", name, class(first)[1]), call. = FALSE)
  }
  call <- sys.call()
  call[[1]] <- as.name(name)
  eval(call, stats::setNames(list(theirs), name), parent.frame())
}

# What the name means behind the stand-in.
next_function <- as_in_base(function(name) {
  place <- if ("package:SparkR" %in% search()) parent.env(as.environment("package:SparkR")) else parent.env(globalenv())
  get0(name, envir = place, mode = "function")
})

# Columns are made of texts and values by these.
of_texts <- c("lit", "expr", "col", "column", "windowPartitionBy", "windowOrderBy", "concat_ws", "format_string", "date_trunc")

sparkr_names <- function() {
  own <- c(sparkr_tables, sparkr_frames, sparkr_columns())
  own <- own[!duplicated(names(own))]
  both <- setdiff(names(own), c(names(sparkr_tables), of_texts))
  own[both] <- lapply(both, function(name) shared_verb(name, own[[name]]))
  context <- structure(list(), class = "jobj")
  absent <- sparkr_absent()
  c(own, absent[setdiff(names(absent), names(own))], list(sc = context, sqlContext = context))
}

# ------------------------------------------------------------------- trees

is_of_spark <- as_in_base(function(x) inherits(x, c("SparkDataFrame", "Column", "GroupedData", "WindowSpec", "jobj")))

node <- function(kind, ...) list(.node = kind, ...)
session_node <- list(.node = "session")
call_function <- function(name, ..., named = list()) node("function", name = name, arguments = nodes(list(...)), named = node_names(named))
call_method <- function(of, name, ..., named = list()) {
  node("method", of = as_node(of), name = name, arguments = nodes(list(...)), named = node_names(named))
}
member <- function(of, name) node("member", of = as_node(of), name = name)

# A dictionary, which is one when it is empty too.
node_names <- function(named) if (length(named)) stats::setNames(nodes(named), names(named))
nodes <- function(values) lapply(unname(values), as_node)

# Of what R has; a vector of more than one value is a list.
as_node <- function(x) {
  if (inherits(x, "SparkDataFrame") || inherits(x, "GroupedData") || inherits(x, "WindowSpec")) return(held_node(x))
  if (inherits(x, "Column")) return(unclass(x)$tree)
  if (inherits(x, "tbl_lazy")) return(call_method(session_node, "sql", as.character(dbplyr::sql_render(x))))
  if (is.data.frame(x)) return(as_node(frame_of_rows(x)))
  if (is.list(x)) return(if (is.null(x$.node)) lapply(x, as_node) else x)
  if (is.factor(x)) x <- as.character(x)
  if (length(x) > 1L) return(lapply(as.list(x), as_node))
  x
}

# A count, where R's numbers are doubles.
whole <- function(x) if (is.null(x)) NULL else as.integer(x)

# With the handle: as long as a tree names a number, it is not let go.
held_node <- function(x) structure(node("held", number = held_number(x)), handle = unclass(x)$handle)
held_number <- function(x) unclass(x)$handle$number

# What the kernel makes of a tree.
ask_frames <- function(tree) {
  released <- sparkr$released
  sparkr$released <- integer()
  answer <- ask_verb("frames", "", list(tree = tree, released = as.list(released)))
  if (is.null(answer$status)) return(from_kernel(answer$value))
  if (answer$status == "interrupted") interrupt_cell()
  stop(structure(class = c(answer$name, "sparkError", "error", "condition"), list(message = answer$message, call = NULL)))
}

from_kernel <- function(value) {
  if (is.list(value) && is.null(names(value))) return(lapply(value, from_kernel))
  if (!is.list(value) || is.null(value$kind) || is.null(value$number)) {
    if (!is.null(value) && is.atomic(value)) comment(value) <- NULL
    return(value)
  }
  held <- list(handle = held_handle(value$number))
  switch(value$kind,
    frame = structure(c(held, list(columns = as.character(unlist(value$columns)), types = as.character(unlist(value$types)))),
      class = "SparkDataFrame"),
    grouped = structure(held, class = "GroupedData"),
    window = structure(held, class = "WindowSpec")
  )
}

held_handle <- function(number) {
  handle <- new.env(parent = emptyenv())
  handle$number <- number
  reg.finalizer(handle, function(handle) sparkr$released <- c(sparkr$released, handle$number))
  handle
}

# A data.frame as a SparkDataFrame; Spark wants no dots in names.
frame_of_rows <- function(rows) {
  for (name in grep(".", names(rows), fixed = TRUE, value = TRUE)) {
    warning(sprintf("Use %s instead of %s as column name", gsub(".", "_", name, fixed = TRUE), name), call. = FALSE)
  }
  names(rows) <- gsub(".", "_", names(rows), fixed = TRUE)
  made <- ask_spark("make_frame", list(), rows)
  from_kernel(list(kind = "frame", number = made$number[1], columns = made$name, types = made$type))
}

# The rows as a data.frame, all or the first ones.
rows_of_frame <- function(x, most = NULL) {
  x <- as_spark_frame(x)
  ask_spark("frame_rows", list(number = sprintf("%.0f", held_number(x)), most = if (is.null(most)) "" else sprintf("%.0f", most)), NULL)
}

as_spark_frame <- function(x) {
  if (inherits(x, "SparkDataFrame")) return(x)
  if (inherits(x, "tbl_lazy") || is.data.frame(x)) return(ask_frames(as_node(x)))
  stop(sprintf("A SparkDataFrame is wanted here, and this is a %s.", class(x)[1]), call. = FALSE)
}

# The first rows, as a table.
show_spark_frame <- function(x) {
  head <- rows_of_frame(x, table_rows + 1L)
  more <- nrow(head) > table_rows
  send_table(head, if (more) NA_integer_ else nrow(head), more)
}
