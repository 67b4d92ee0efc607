# Spark from R: every call is a request to the kernel, which has the session.

# The answer to a query: a data.frame, with :name in the text bound to the argument of that name.
# (The dot: a parameter named t or te would match an argument named text.)
sql <- function(.text, ...) {
  if (!is.character(.text) || length(.text) != 1L) stop("sql() takes one string of SQL.", call. = FALSE)
  frame <- ask_spark("sql", list(text = enc2utf8(as.character(.text))), bound_arguments(list(...)))
  if (length(frame)) frame else invisible(frame)
}

bound_arguments <- function(arguments) {
  if (!length(arguments)) return(NULL)
  if (is.null(names(arguments)) || !all(nzchar(names(arguments)))) {
    stop("sql() takes its parameters by name: sql(\"SELECT :x\", x = 1)", call. = FALSE)
  }
  for (name in names(arguments)) {
    if (length(arguments[[name]]) != 1L) {
      stop(sprintf("The parameter %s has %d values; a parameter of SQL has one.", name, length(arguments[[name]])), call. = FALSE)
    }
  }
  as_frame(arguments, names(arguments), 1L)
}

# Writes a data.frame, or the result of a lazy table, as a Delta table.
write_table <- function(frame, name, mode = c("error", "overwrite", "append", "ignore"), append = FALSE) {
  mode <- if (isTRUE(append)) "append" else match.arg(mode)
  if (inherits(frame, "tbl_lazy")) {
    ask_spark("write_query", list(name = name, mode = mode, text = as.character(dbplyr::sql_render(frame))), NULL)
  } else if (is.data.frame(frame)) {
    ask_spark("write_frame", list(name = name, mode = mode), frame)
  } else {
    stop(sprintf("write_table() takes a data.frame or a lazy table, not a %s.", class(frame)[1]), call. = FALSE)
  }
  invisible(frame)
}

ask_spark <- function(what, arguments, frame) {
  answer <- request(what, names(arguments), as.character(unlist(arguments)), frame)
  if (is.null(answer$status)) {
    for (note in answer$notes) warning(note, call. = FALSE)
    return(answer$value)
  }
  if (answer$status == "interrupted") interrupt_cell()
  stop(structure(class = c(answer$name, "sparkError", "error", "condition"), list(message = answer$message, call = NULL)))
}
