# Running a cell: every top-level expression in turn, its value shown when visible, output and plots in their order.

state <- new.env()
state$warnings <- list()
state$done <- 0L
# whether fitted models are logged, and those that the running expression has logged
state$autolog <- FALSE
state$logged <- list()

# The answer is a list with `status` ("ok", "error", "interrupted", "exit") and, for an error, what describe_error() says. `given` are the
# variables that other languages own; `autolog`: fitted models are logged.
run_cell <- function(code, number, given, autolog) {
  lines <- strsplit(code, "\n", fixed = TRUE)[[1]]
  file <- srcfilecopy(paste0("<cell ", number, ">"), lines, isFile = FALSE)
  state$file <- file
  state$code <- code
  state$warnings <- list()
  state$done <- 0L
  state$autolog <- autolog
  state$logged <- list()
  watch_copies(code, given)
  name_packages(code)
  parsed <- tryCatch(parse(text = lines, srcfile = file, keep.source = TRUE, encoding = "UTF-8"), error = identity)
  if (inherits(parsed, "error")) return(parse_failure(parsed, lines))
  places <- attr(parsed, "srcref")
  outcome <- list(status = "ok")
  for (index in seq_along(parsed)) {
    outcome <- run_expression(parsed[[index]], as.integer(places[[index]])[1], index == length(parsed))
    ending <- end_expression(index == length(parsed) || outcome$status != "ok")
    if (outcome$status == "ok") {
      state$done <- index
      outcome <- ending
    }
    if (outcome$status != "ok") break
  }
  close_device()
  outcome
}

# dbutils.notebook.exit() ends it with the status "exit", past whoever handles errors.
run_expression <- function(expression, line, last) withRestarts(
  evaluate_expression(expression, line, last),
  notebook_exit = function(value) list(status = "exit", message = value)
)

evaluate_expression <- function(expression, line, last) {
  noted <- NULL
  guarded({
    withCallingHandlers({
      log_fits <- if (state$autolog) watch_fits(expression)
      shown <- withVisible(eval(expression, globalenv()))
      set_base(".Last.value", shown$value)
      if (shown$visible) show_value(shown$value, last)
      if (!is.null(log_fits)) log_fits(shown$value)
    },
    warning = note_warning,
    error = function(condition) noted <<- list(condition = condition, calls = sys.calls()))
  }, function(condition) describe_error(condition, if (is.null(noted)) NULL else noted$calls, line))
}

# What R does once an expression is over: its warnings, and its plot as it stands.
end_expression <- function(last) guarded({
  report_warnings()
  show_plot(final = last)
}, function(condition) describe_error(condition, NULL, NA))

# Interrupts wait wherever nobody handles them: R, which is not interactive here, would end itself.
guarded <- function(code, on_error) {
  tryCatch({
    interrupts_wait(FALSE)
    code
    interrupts_wait(TRUE)
    list(status = "ok")
  },
  error = on_error,
  interrupt = function(condition) list(status = "interrupted"))
}

# As suspendInterrupts() does it, which has an end of its own. A condition that leaves guarded() brings back what was before.
interrupts_wait <- function(wait) .Internal(interruptsSuspended(wait))

# As R itself does by default, warnings wait for the end of the expression; options(warn=) other than 0 is left to R.
note_warning <- function(condition) {
  if (is_about_recorder(condition)) tryInvokeRestart("muffleWarning")
  if (!identical(as.integer(getOption("warn")), 0L)) return()
  if (length(state$warnings) < getOption("nwarnings", 50L)) state$warnings <- c(state$warnings, list(condition))
  tryInvokeRestart("muffleWarning")
}

report_warnings <- function() {
  noted <- state$warnings
  if (!length(noted)) return(invisible())
  state$warnings <- list()
  calls <- lapply(noted, users_call)
  names(calls) <- vapply(noted, conditionMessage, "")
  set_base("last.warning", calls)
  count <- length(noted)
  if (count > 10L) {
    limit <- getOption("nwarnings", 50L)
    many <- if (count < limit) sprintf("There were %d warnings (use warnings() to see them)", count)
    else sprintf("There were %d or more warnings (use warnings() to see the first %d)", limit, limit)
    message(many)
    return(invisible())
  }
  words <- mapply(function(text, call) if (is.null(call)) text else paste0("In ", one_line(call), " : ", text), names(calls), calls)
  if (count == 1L) message("Warning message:\n", words)
  else message("Warning messages:\n", paste0(seq_along(words), ": ", words, collapse = "\n"))
}

one_line <- function(call, width = 60L) {
  text <- tryCatch(deparse(call, width.cutoff = width, nlines = 2L), error = function(...) "?")
  if (length(text) > 1L) paste0(text[1], " ...") else text
}
