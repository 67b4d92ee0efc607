# The names that code reads and binds, from its parse tree.

# The variables that `code` reads before it binds them, sure bindings only: those in a branch or a loop may not happen.
free_names <- function(code) {
  parsed <- tryCatch(parse(text = code, keep.source = FALSE), error = function(...) expression())
  found <- new.env()
  bound <- character()
  for (expression in as.list(parsed)) bound <- visit(expression, bound, found)
  sort(ls(found, all.names = TRUE))
}

# The names that `code` may bind at top level.
assigned_names <- function(code) {
  parsed <- tryCatch(parse(text = code, keep.source = FALSE), error = function(...) expression())
  as.character(unlist(lapply(as.list(parsed), targets, local = FALSE)))
}

unread <- c("quote", "bquote", "expression", "substitute", "library", "require", "data", "::", ":::", "missing")

# Notes the free names of an expression; returns the names bound after it.
visit <- function(code, bound, found) {
  if (is.symbol(code)) {
    name <- as.character(code)
    if (nzchar(name) && !name %in% bound && !grepl("^\\.\\.(\\.|[0-9]+)$", name)) assign(name, TRUE, envir = found)
    return(bound)
  }
  if (is.pairlist(code) || is.expression(code)) return(visit_all(as.list(code), bound, found))
  if (!is.call(code)) return(bound)
  head <- code[[1]]
  if (!is.symbol(head)) return(visit_all(as.list(code), bound, found))
  name <- as.character(head)
  if (name %in% unread) return(bound)
  if (name %in% c("<-", "=", "<<-") && length(code) == 3L) return(visit_assignment(code, bound, found))
  if (name %in% c("$", "@")) return(visit(code[[2]], bound, found))
  if (name == "function") {
    inner <- c(bound, names(code[[2]]))
    visit_all(as.list(code[[2]]), inner, found)
    visit(code[[3]], inner, found)
    return(bound)
  }
  if (name == "for") {
    bound <- visit(code[[3]], bound, found)
    visit(code[[4]], c(bound, as.character(code[[2]])), found)
    return(bound)
  }
  if (name %in% c("if", "while")) {
    bound <- visit(code[[2]], bound, found)
    visit_apart(as.list(code)[-(1:2)], bound, found)
    return(bound)
  }
  if (name %in% c("repeat", "switch", "&&", "||")) {
    visit_apart(as.list(code)[-1], bound, found)
    return(bound)
  }
  if (name == "local") {
    visit_all(as.list(code)[-1], bound, found)
    return(bound)
  }
  if (name == "assign" && length(code) >= 3L && is.character(code[[2]])) {
    return(c(visit_all(as.list(code)[-(1:2)], bound, found), code[[2]]))
  }
  visit_all(as.list(code)[-1], bound, found)
}

visit_all <- function(parts, bound, found) {
  for (index in seq_along(parts)) {
    if (!identical(parts[[index]], quote(expr = ))) bound <- visit(parts[[index]], bound, found)
  }
  bound
}

visit_apart <- function(parts, bound, found) {
  for (index in seq_along(parts)) {
    if (!identical(parts[[index]], quote(expr = ))) visit(parts[[index]], bound, found)
  }
}

visit_assignment <- function(code, bound, found) {
  bound <- visit(code[[3]], bound, found)
  target <- code[[2]]
  while (is.call(target)) {
    # names(x)[2] <- v reads x, and what stands in the brackets
    if (!as.character(target[[1]])[1] %in% c("$", "@")) bound <- visit_all(as.list(target)[-(1:2)], bound, found)
    target <- target[[2]]
    if (is.symbol(target)) visit(target, bound, found)
  }
  c(bound, as.character(target))
}

targets <- function(code, local) {
  if (!is.call(code)) return(character())
  name <- if (is.symbol(code[[1]])) as.character(code[[1]]) else ""
  own <- character()
  if (name %in% c("quote", "bquote", "substitute")) return(own)
  if (name == "<<-" || (!local && name %in% c("<-", "=") && length(code) == 3L)) {
    target <- code[[2]]
    while (is.call(target)) target <- target[[2]]
    own <- as.character(target)
  } else if (!local && name == "for") {
    own <- as.character(code[[2]])
  } else if (!local && name == "assign" && length(code) >= 3L && is.character(code[[2]])) {
    own <- code[[2]]
  }
  inner <- local || name %in% c("function", "local")
  parts <- as.list(code)
  parts <- parts[vapply(parts, is.call, NA)]
  c(own, unlist(lapply(parts, targets, local = inner)))
}

# Global variables whose values can be looked at without running code.
variables <- function() {
  names <- ls(globalenv(), all.names = TRUE, sorted = FALSE)
  names[!vapply(names, function(name) bindingIsActive(as.symbol(name), globalenv()), NA, USE.NAMES = FALSE)]
}
