# Names of other languages: promises in an environment ahead of the packages, whose values the kernel sends when R needs them.

shared <- new.env()
# under which number each name is promised
shared$tokens <- list()
# the promised names whose value is sure to be the newest
shared$fetched <- character()
# values that came, and their numbers; one that is not in `fetched` is parked until the kernel says whether it is the newest
shared$values <- new.env()
shared$held <- list()
shared$place_name <- "lakebook:names"

# Promises these names, and no others. A value that is here under the same number stays, one under another number is parked.
promise_names <- function(names, tokens) {
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
