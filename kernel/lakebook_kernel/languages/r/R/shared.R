# Names of other languages: promises in an environment ahead of the packages, whose values the kernel sends when R needs them.

shared <- new.env()
# of every promised name which version it is
shared$versions <- list()
# the names whose value is here
shared$fetched <- character()
shared$place_name <- "lakebook:names"

# Promises these names, and no others. A value that is here in the same version stays.
promise_names <- function(names, versions) {
  versions <- stats::setNames(as.list(versions), names)
  kept <- Filter(function(name) identical(shared$versions[[name]], versions[[name]]), intersect(shared$fetched, names))
  old <- shared_place()
  place <- if (length(search()) > 1L && search()[2] == shared$place_name) old else move_place(old, kept)
  if (!is.null(place)) rm(list = setdiff(ls(place, all.names = TRUE), kept), envir = place)
  if (is.null(place) && length(names)) place <- attach(NULL, pos = 2L, name = shared$place_name, warn.conflicts = FALSE)
  shared$versions <- versions
  shared$fetched <- kept
  for (name in setdiff(names, kept)) promise_name(name, place)
}

shared_place <- function() if (shared$place_name %in% search()) as.environment(shared$place_name)

# Packages that a cell attached have come before it: a new one in front, with the values that are kept.
move_place <- function(old, kept) {
  if (is.null(old)) return(NULL)
  values <- mget(kept, envir = old)
  detach(shared$place_name, character.only = TRUE)
  place <- attach(NULL, pos = 2L, name = shared$place_name, warn.conflicts = FALSE)
  list2env(values, envir = place)
}

promise_name <- function(name, place) {
  force(name)
  delayedAssign(name, fetched_value(name, place), eval.env = environment(), assign.env = place)
}

# Lets go of what R has of another language's name: what was bound here, and what a promise brought.
withdraw_name <- function(name) {
  for (place in c(globalenv(), shared_place())) if (exists(name, envir = place, inherits = FALSE)) rm(list = name, envir = place)
  shared$versions[[name]] <- NULL
  shared$fetched <- setdiff(shared$fetched, name)
}

# Is it a promise that R has not needed yet?
is_unfetched <- function(name) {
  name %in% names(shared$versions) && !name %in% shared$fetched && !exists(name, envir = globalenv(), inherits = FALSE)
}

fetched_value <- function(name, place) {
  # what fails here shall be tried anew when the name is needed again, and R tries no promise twice without a warning
  promise_name(name, place)
  answer <- fetch_name(name)
  if (is.null(answer$status)) {
    shared$fetched <- union(shared$fetched, name)
    for (note in answer$notes) warning(sprintf("%s in R: %s", name, note), call. = FALSE)
    # the promise made above would ask again
    assign(name, answer$value, envir = place)
    return(answer$value)
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
