# The names that code reads and binds, from its parse tree.

# The variables that `code` reads before it binds them, sure bindings only: those in a branch or a loop may not happen. Those that
# the notebook's functions read which it calls are among them. A name in a formula or in quoted code counts as read.
free_names <- function(code) read_names(code)$names

# These `names`, and the `functions` of the notebook that are called, or may be.
read_names <- function(code) {
  parsed <- tryCatch(parse(text = code, keep.source = FALSE), error = function(...) expression())
  found <- list(names = new.env(), called = new.env())
  bound <- character()
  for (expression in as.list(parsed)) bound <- visit(expression, bound, found)
  seen <- functions <- character()
  repeat {
    named <- setdiff(c(ls(found$called, all.names = TRUE), ls(found$names, all.names = TRUE)), seen)
    if (!length(named)) break
    seen <- c(seen, named)
    own <- functions_named(named)
    functions <- union(functions, own)
    for (name in own) visit_function(get(name, envir = globalenv()), found)
  }
  list(names = sort(ls(found$names, all.names = TRUE)), functions = functions)
}

# The notebook's own functions of these names, and its methods for them.
functions_named <- function(names) {
  own <- variables()
  Filter(is_closure, own[own %in% names | sub("[.].*", "", own) %in% names])
}

# What a function's own environments have, which is not the notebook's; NULL for a package's function.
enclosed_names <- function(f) {
  place <- environment(f)
  bound <- character()
  while (!identical(place, globalenv())) {
    if (isNamespace(place) || identical(place, baseenv()) || identical(place, emptyenv())) return(NULL)
    bound <- c(bound, ls(place, all.names = TRUE))
    place <- parent.env(place)
  }
  bound
}

visit_function <- function(f, found) {
  enclosed <- enclosed_names(f)
  if (is.null(enclosed)) return()
  bound <- c(names(formals(f)), enclosed)
  visit_all(as.list(formals(f)), bound, found)
  visit(body(f), bound, found)
}

unread <- c("library", "require", "requireNamespace", "loadNamespace", "data", "::", ":::", "missing")

note <- function(name, place) if (nzchar(name) && nchar(name, "bytes") < 1000L) assign(name, TRUE, envir = place)

# Notes the free names of an expression; returns the names bound after it.
visit <- function(code, bound, found) {
  if (is.symbol(code)) {
    name <- as.character(code)
    if (!name %in% bound && !grepl("^\\.\\.(\\.|[0-9]+)$", name)) note(name, found$names)
    return(bound)
  }
  # sapply(x, "f")
  if (is.character(code) && length(code) == 1L && !is.na(code)) note(code, found$called)
  if (is.pairlist(code) || is.expression(code)) return(visit_all(as.list(code), bound, found))
  if (!is.call(code)) return(bound)
  head <- code[[1]]
  if (!is.symbol(head)) return(visit_all(as.list(code), bound, found))
  name <- as.character(head)
  if (name %in% unread) return(bound)
  note(name, found$called)
  visitor <- visitors[[name]]
  if (is.null(visitor)) visit_all(as.list(code)[-1], bound, found) else visitor(code, bound, found)
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
  while (is.call(target) && length(target) > 1L) {
    # names(x)[2] <- v reads x, and what stands in the brackets
    if (!as.character(target[[1]])[1] %in% c("$", "@")) bound <- visit_all(as.list(target)[-(1:2)], bound, found)
    target <- target[[2]]
    if (is.symbol(target)) visit(target, bound, found)
  }
  c(bound, innermost(target))
}

visit_definition <- function(code, bound, found) {
  inner <- c(bound, names(code[[2]]))
  visit_all(as.list(code[[2]]), inner, found)
  visit(code[[3]], inner, found)
  bound
}

visit_loop <- function(code, bound, found) {
  bound <- visit(code[[3]], bound, found)
  visit(code[[4]], c(bound, as.character(code[[2]])), found)
  bound
}

visit_branches <- function(code, bound, found) {
  bound <- visit(code[[2]], bound, found)
  visit_apart(as.list(code)[-(1:2)], bound, found)
  bound
}

visit_scope <- function(code, bound, found) {
  visit_all(as.list(code)[-1], bound, found)
  bound
}

visit_maybe <- function(code, bound, found) {
  visit_apart(as.list(code)[-1], bound, found)
  bound
}

visit_by_text <- function(code, bound, found) {
  for (part in as.list(code)[-1]) for (name in texts_in(part)) if (!name %in% bound) note(name, found$names)
  visit_all(as.list(code)[-1], bound, found)
}

# assign("x", 1) without another environment
visit_assign <- function(code, bound, found) {
  parts <- as.list(code)[-1]
  bound <- visit_all(parts, bound, found)
  if (length(parts) == 2L && is.character(parts[[1]])) c(bound, parts[[1]]) else bound
}

visit_removal <- function(code, bound, found) {
  parts <- as.list(code)[-1]
  gone <- unlist(lapply(parts, function(part) if (is.symbol(part)) as.character(part) else texts_in(part)))
  setdiff(bound, gone)
}

texts_in <- function(code) {
  if (is.character(code)) return(code)
  if (is.call(code) && identical(code[[1]], quote(c))) unlist(Filter(is.character, as.list(code)[-1]))
}

visit_any_assignment <- function(code, bound, found) {
  if (length(code) == 3L) visit_assignment(code, bound, found) else visit_scope(code, bound, found)
}

visitors <- list(
  `<-` = visit_any_assignment, `=` = visit_any_assignment, `<<-` = visit_any_assignment,
  `$` = function(code, bound, found) visit(code[[2]], bound, found),
  `@` = function(code, bound, found) visit(code[[2]], bound, found),
  `function` = visit_definition, `for` = visit_loop, `if` = visit_branches, `while` = visit_branches,
  `repeat` = visit_maybe, switch = visit_maybe, `&&` = visit_maybe, `||` = visit_maybe,
  local = visit_scope, quote = visit_maybe, bquote = visit_maybe, expression = visit_maybe, substitute = visit_maybe, `~` = visit_maybe,
  assign = visit_assign, delayedAssign = visit_assign, rm = visit_removal, remove = visit_removal,
  get = visit_by_text, get0 = visit_by_text, mget = visit_by_text, exists = visit_by_text, dynGet = visit_by_text
)

# The names that the expressions of a cell that ran to their end bind at top level: `sure` for certain, `maybe` in a branch, a loop,
# a function, or as an argument. `touched` are those that it names, if it has anything changed where it lies.
assigned_names <- function(code) {
  parsed <- tryCatch(parse(text = code, keep.source = FALSE), error = function(...) expression())
  noted <- list(sure = new.env(), maybe = new.env(), touched = new.env())
  for (index in seq_along(parsed)) targets(parsed[[index]], index <= state$done, FALSE, noted)
  read <- read_names(code)
  for (name in read$functions) targets_within(get(name, envir = globalenv()), noted)
  names <- lapply(noted, ls, all.names = TRUE)
  if (length(names$touched)) names$touched <- c(read$names, names$sure, names$maybe)
  names
}

targets_within <- function(f, noted) {
  enclosed <- enclosed_names(f)
  if (is.null(enclosed)) return()
  inner <- list(sure = new.env(), maybe = new.env(), touched = noted$touched)
  for (code in Filter(is.call, c(as.list(formals(f)), list(body(f))))) targets(code, FALSE, TRUE, inner)
  for (name in setdiff(ls(inner$maybe, all.names = TRUE), enclosed)) note(name, noted$maybe)
}

# data.table's functions that change their first argument where it is
in_place <- c("set", "setnames", "setDT", "setDF", "setkey", "setkeyv", "setorder", "setorderv", "setcolorder", "setattr")

# `local`: within a function only <<- binds a name of the notebook.
targets <- function(code, sure, local, noted) {
  if (!is.call(code)) return()
  name <- called_name(code)
  if (name %in% c("quote", "bquote", "expression", "substitute", "~")) return()
  by_reference <- is_by_reference(code, name)
  if (by_reference) note("any", noted$touched)
  target <- if (by_reference) changed_target(code, local) else assigned_target(code, name, local)
  if (length(target) && nzchar(target)) note(target, if (sure && name != "for") noted$sure else noted$maybe)
  inner <- sure && name %in% c("{", "(", "<-", "=", "<<-")
  local <- local || name %in% c("function", "local")
  parts <- as.list(code)
  for (part in parts[vapply(parts, is.call, NA)]) targets(part, inner, local, noted)
}

assigned_target <- function(code, name, local) {
  if (name == "<<-" || (!local && name %in% c("<-", "=") && length(code) == 3L)) return(innermost(code[[2]]))
  if (local || length(code) < 2L) return(character())
  if (name == "for") return(as.character(code[[2]]))
  if (name %in% c("assign", "delayedAssign") && length(code) == 3L && is.character(code[[2]])) return(code[[2]])
  character()
}

changed_target <- function(code, local) {
  if (local || !(called_name(code) == "[" || is.symbol(code[[2]]))) character() else innermost(code[[2]])
}

# Of f(x) and of package::f(x): "f".
called_name <- function(code) {
  head <- code[[1]]
  if (is.call(head) && length(head) == 3L && as.character(head[[1]])[1] %in% c("::", ":::")) head <- head[[3]]
  if (is.symbol(head)) as.character(head) else ""
}

is_by_reference <- function(code, name) {
  if (length(code) < 2L) return(FALSE)
  if (name %in% in_place) return(TRUE)
  name == "[" && any(vapply(as.list(code), function(part) is.call(part) && identical(part[[1]], quote(`:=`)), NA))
}

# The name that an assignment to `target` binds; none where R will refuse it, as f() <- 1 and NULL <- 1.
innermost <- function(target) {
  while (is.call(target) && length(target) > 1L) target <- target[[2]]
  if (is.call(target)) character() else as.character(target)
}

# Global variables whose values can be looked at without running code.
variables <- function() {
  names <- ls(globalenv(), all.names = TRUE, sorted = FALSE)
  names[!vapply(names, function(name) bindingIsActive(as.symbol(name), globalenv()), NA, USE.NAMES = FALSE)]
}

# Whether a package has something of this name; functions do not count, since variables of their names do not hide them.
is_known <- function(name) {
  behind <- parent.env(if (is.null(shared_place())) globalenv() else shared_place())
  exists(name, envir = behind) && !exists(name, envir = behind, mode = "function")
}

# The beginning of a value on one line, or the columns of a frame; nothing for a class whose methods would have to be run.
glance <- function(value, values = 20L, characters = 120L) {
  shown <- if (is.function(value)) paste0("function(", paste(names(formals(args(value))), collapse = ", "), ")")
  else if (is.data.frame(value)) paste(utils::head(names(value), values), collapse = ", ")
  else if (inherits(value, c("Date", "POSIXct", "factor"), which = FALSE)) paste(format(value[seq_len(min(values, length(value)))]), collapse = ", ")
  else if (is.object(value)) ""
  else if (is.character(value)) paste(encodeString(strtrim(value[seq_len(min(values, length(value)))], characters), quote = "\"", na.encode = FALSE), collapse = ", ")
  else if (is.atomic(value) && !is.null(value)) paste(format(value[seq_len(min(values, length(value)))], trim = TRUE), collapse = ", ")
  else if (is.list(value)) paste(utils::head(names(value), values), collapse = ", ")
  else ""
  if (nchar(shown) > characters) paste0(substr(shown, 1L, characters - 1L), "\u2026") else shown
}

# The notebook's variables: names, classes, sizes in words, and what can be seen at a glance; nothing is computed for it.
describe_variables <- function() {
  names <- variables()
  size <- function(value) {
    if (is.function(value) || is.environment(value) || is_of_spark(value)) ""
    else paste(if (length(dim(value))) dim(value) else length(value), collapse = " \u00d7 ")
  }
  described <- vapply(names, function(name) {
    if (is_unforced(name)) return(c("promise", "", ""))
    value <- get(name, envir = globalenv())
    c(class(value)[1L], size(value), if (is_of_spark(value)) "" else tryCatch(glance(value), error = function(problem) ""))
  }, c("", "", ""))
  list(as.character(names), described[1L, ], described[2L, ], described[3L, ])
}
