# Errors as the kernel tells them.

describe_error <- function(condition, calls, line) {
  calls <- above_ours(calls)
  lines <- vapply(calls, cell_line, 0L)
  if (length(lines) && is.na(lines[1])) lines[1] <- as.integer(line)
  known <- lines[!is.na(lines)]
  if (length(known)) line <- known[length(known)]
  calls <- below_machinery(calls)
  lines <- lines[seq_along(calls)]
  trace <- vapply(calls, one_line, "")
  set_base(".Traceback", rev(lapply(calls, function(call) deparse(call, nlines = 5L))))
  call <- users_call(condition)
  list(
    status = "error",
    name = condition_name(condition),
    message = error_message(condition),
    call = if (is.null(call)) "" else one_line(call),
    line = as.integer(line),
    column = NA_integer_,
    trace = trace,
    trace_lines = lines
  )
}

# The call that a condition names, or NULL when it is only ours.
users_call <- function(condition) {
  call <- conditionCall(condition)
  if (identical(call, quote(eval(expression, globalenv())))) NULL else call
}

condition_name <- function(condition) {
  name <- class(condition)[1]
  if (name %in% c("simpleError", "error", "try-error", "rlang_error")) "Error" else name
}

error_message <- function(condition) {
  if (inherits(condition, "rlang_error") && isNamespaceLoaded("rlang")) {
    text <- tryCatch(rlang::cnd_message(condition, inherit = TRUE), error = function(...) NULL)
    if (is.character(text)) return(plain(paste(text, collapse = "\n")))
  }
  plain(paste(conditionMessage(condition), collapse = "\n"))
}

plain <- function(text) gsub("\033\\[[0-9;]*m", "", text)

# The calls that the cell made: those above ours on the stack.
above_ours <- function(calls) {
  calls <- as.list(calls)
  ours <- which(vapply(calls, identical, NA, quote(eval(expression, globalenv()))))
  if (length(ours)) {
    # eval() has two frames
    first <- ours[1]
    if (first + 1L == c(ours, 0L)[2]) first <- first + 1L
  } else {
    first <- match(TRUE, vapply(calls, identical, NA, quote(show_value(shown$value))), nomatch = 0L)
  }
  calls[seq_along(calls) > first]
}

# The calls without those by which R, rlang and our sql() raise an error.
below_machinery <- function(calls) {
  heads <- sub("^(rlang|cli)::", "", vapply(calls, function(call) one_line(call[[1]]), ""))
  if (length(heads) && heads[1] == "fetched_value") return(list())
  raising <- which(heads %in% c(".handleSimpleError", "ask_spark", "ask_mlflow", "ask_dbutils", "ask_frames", "fetched_value", "abort", "cli_abort", "stop", "stopifnot", "signalCondition"))
  raising <- raising[raising > 1L]
  if (length(raising)) calls[seq_len(raising[1] - 1L)] else calls
}

# The line of the running cell that a call stands in, or NA.
cell_line <- function(call) {
  place <- attr(call, "srcref")
  if (is.null(place) || !identical(attr(place, "srcfile"), state$file)) return(NA_integer_)
  as.integer(place)[1]
}

parse_failure <- function(condition, lines) {
  text <- conditionMessage(condition)
  found <- regmatches(text, regexec("^[^\n]*?:([0-9]+):([0-9]+): ([^\n]*)", text))[[1]]
  known <- length(found) == 4L
  list(
    status = "error",
    name = "ParseError",
    message = if (known) found[4] else text,
    call = "",
    line = if (known) min(as.integer(found[2]), length(lines)) else NA_integer_,
    column = if (known) as.integer(found[3]) else NA_integer_,
    trace = character(),
    trace_lines = integer()
  )
}

# "complete", "incomplete" or "invalid"
completeness <- function(code) {
  tryCatch({
    parse(text = code, keep.source = FALSE)
    "complete"
  }, error = function(condition) {
    text <- conditionMessage(condition)
    if (grepl("unexpected end of input|unexpected INCOMPLETE_STRING", text)) "incomplete" else "invalid"
  })
}
