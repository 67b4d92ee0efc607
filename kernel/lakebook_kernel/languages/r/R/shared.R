# Names of other languages: promises in an environment ahead of the packages, whose values the kernel sends when R needs them.

shared <- new.env()
# under which number each name is promised
shared$tokens <- list()
# the promised names whose value is sure to be the newest
shared$fetched <- character()
# values that came, and their numbers; one that is not in `fetched` is parked until the kernel says whether it is the newest
shared$values <- new.env()
shared$held <- list()
# what values that other languages own looked like before the running cell changed them, if it may; else NULL
shared$looks <- NULL
shared$place_name <- "lakebook:names"

# Promises these names, and no others. A value that is here under the same number stays, one under another number is parked.
# `given` are among R's variables; their values are here from now on, under the numbers `given_tokens`.
promise_names <- function(names, tokens, given, given_tokens) {
  for (index in seq_along(given)) if (exists(given[index], envir = globalenv(), inherits = FALSE)) {
    assign(given[index], get(given[index], envir = globalenv()), envir = shared$values)
    shared$held[[given[index]]] <- given_tokens[index]
    rm(list = given[index], envir = globalenv())
  }
  for (name in setdiff(ls(shared$values, all.names = TRUE), names)) forget_value(name)
  shared$tokens <- stats::setNames(as.list(tokens), names)
  shared$fetched <- Filter(function(name) identical(shared$held[[name]], shared$tokens[[name]]), names)
  place <- shared_place()
  # packages that a cell attached have come before it
  if (!is.null(place) && search()[2] != shared$place_name) {
    detach(shared$place_name, character.only = TRUE)
    place <- NULL
  }
  if (is.null(place) && length(names)) place <- attach(NULL, pos = 2L, name = shared$place_name, warn.conflicts = FALSE)
  if (!is.null(place)) rm(list = ls(place, all.names = TRUE), envir = place)
  for (name in names) {
    if (name %in% shared$fetched) assign(name, get(name, envir = shared$values), envir = place) else promise_name(name, place)
  }
}

shared_place <- function() if (shared$place_name %in% search()) as.environment(shared$place_name)

promise_name <- function(name, place) {
  force(name)
  delayedAssign(name, fetched_value(name, place), eval.env = environment(), assign.env = place)
}

forget_value <- function(name) {
  if (exists(name, envir = shared$values, inherits = FALSE)) rm(list = name, envir = shared$values)
  shared$held[[name]] <- NULL
}

# Lets go of what R has of another language's name: what was bound here, and what a promise brought.
withdraw_name <- function(name) {
  for (place in c(globalenv(), shared_place())) if (exists(name, envir = place, inherits = FALSE)) rm(list = name, envir = place)
  shared$tokens[[name]] <- NULL
  shared$fetched <- setdiff(shared$fetched, name)
  forget_value(name)
}

# Is it a promise that R has not needed yet?
is_unfetched <- function(name) {
  name %in% names(shared$tokens) && !name %in% shared$fetched && !exists(name, envir = globalenv(), inherits = FALSE)
}

fetched_value <- function(name, place) {
  # what fails here shall be tried anew when the name is needed again, and R tries no promise twice without a warning
  promise_name(name, place)
  held <- shared$held[[name]]
  answer <- fetch_name(name, if (is.null(held)) 0 else held)
  if (is.null(answer$status)) {
    if (is.null(answer$unchanged)) {
      assign(name, answer$value, envir = shared$values)
      shared$held[[name]] <- shared$tokens[[name]]
    }
    shared$fetched <- union(shared$fetched, name)
    for (note in answer$notes) warning(sprintf("%s in R: %s", name, note), call. = FALSE)
    value <- get(name, envir = shared$values)
    if (!is.null(shared$looks)) shared$looks[[name]] <- look_of(value)
    # the promise made above would ask again
    assign(name, value, envir = place)
    return(value)
  }
  if (answer$status == "interrupted") interrupt_cell()
  behind <- parent.env(place)
  if (exists(name, envir = behind, mode = "function")) {
    # c(1, 2) looks here too, and so does whoever means R's own c
    warning(answer$message, call. = FALSE)
    return(get(name, envir = behind, mode = "function"))
  }
  stop(answer$message, call. = FALSE)
}

interrupt_cell <- function() {
  signalCondition(structure(class = c("interrupt", "condition"), list(message = "", call = NULL)))
  stop("interrupted", call. = FALSE)
}

# A cell begins: if it may change values where they lie, notes what those look like that other languages own; `given` are R's variables.
watch_copies <- function(code, given) {
  shared$looks <- NULL
  if (!length(shared$tokens) && !length(given)) return()
  if (!length(assigned_names(code)$touched)) return()
  shared$looks <- list()
  for (name in shared$fetched) shared$looks[[name]] <- look_of(get(name, envir = shared$values))
  for (name in given) shared$looks[[name]] <- look_of(get(name, envir = globalenv()))
}

# Of a frame what is in it: setDT() alone is no change.
look_of <- function(value) {
  if (is.data.frame(value)) value <- list(names(value), ungroup_frame(value))
  digest(serialize(value, NULL, xdr = FALSE, version = 2L))
}

# A cell has ended: names whose values it changed where they lie, or bound where it found them, as <<- does, are R's own from now on.
# Those of the `given` that it changed.
claim_changed <- function(given) {
  place <- shared_place()
  for (name in if (!is.null(place)) ls(place, all.names = TRUE)) {
    if (is_promise(name, place)) next
    value <- get(name, envir = place)
    look <- shared$looks[[name]]
    held <- get0(name, envir = shared$values, inherits = FALSE)
    if (if (is.null(look)) !is_same(value, held) else look != look_of(value)) {
      own <- exists(name, envir = globalenv(), inherits = FALSE)
      if (own) value <- get(name, envir = globalenv())
      withdraw_name(name)
      assign(name, value, envir = globalenv())
    } else {
      assign(name, value, envir = shared$values)
    }
  }
  given <- Filter(function(name) exists(name, envir = globalenv(), inherits = FALSE) && !is.null(shared$looks[[name]]), given)
  Filter(function(name) shared$looks[[name]] != look_of(get(name, envir = globalenv())), given)
}

is_promise <- function(name, place) {
  written <- eval(call("substitute", as.symbol(name), place))
  is.call(written) && identical(written[[1]], quote(fetched_value))
}

# What parallel forks cannot fetch anything: what the running cell names is fetched before. Whether that fails shows where it is used.
fetch_before_forks <- function(...) {
  place <- asNamespace("parallel")
  fork <- place$mcfork
  unlockBinding("mcfork", place)
  place$mcfork <- function(...) {
    fetch_named()
    fork(...)
  }
  lockBinding("mcfork", place)
}

fetch_named <- function() {
  unfetched <- Filter(is_unfetched, names(shared$tokens))
  if (!length(unfetched)) return()
  for (name in intersect(unfetched, free_names(state$code))) tryCatch(get(name, envir = shared_place()), error = function(...) NULL)
}
