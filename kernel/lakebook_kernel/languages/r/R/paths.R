# R's files by Databricks' paths: file("/dbfs/x"), list.files("/Volumes/…"). Base R's functions lead there, and with
# them what is written in R: read.csv, readRDS, source, save. Code in C that opens files by itself sees the machine's own
# paths.

# Of each function the arguments that are paths; "..." where it puts them together by c(...).
path_arguments <- list(
  file = "description", gzfile = "description", bzfile = "description", xzfile = "description", unz = "description",
  file.exists = "...", file.info = "...", file.create = "...", file.remove = "...", file.access = "names",
  file.copy = c("from", "to"), file.rename = c("from", "to"), file.append = c("file1", "file2"),
  file.symlink = c("from", "to"), file.link = c("from", "to"), Sys.readlink = "paths", Sys.chmod = "paths",
  dir.exists = "paths", dir.create = "path", setwd = "dir", unlink = "x", normalizePath = "path", path.expand = "path",
  list.files = "path", dir = "path", list.dirs = "path", Sys.glob = "paths"
)
# those that answer with paths which begin as they were asked for
path_lists <- c("list.files", "dir", "list.dirs", "Sys.glob")

define_paths <- function() for (name in names(path_arguments)) {
  changed <- led_function(get(name, envir = baseenv()), path_arguments[[name]], name %in% path_lists)
  unlockBinding(name, baseenv())
  assign(name, changed, envir = baseenv())
  lockBinding(name, baseenv())
}

# The function, whose arguments that are paths are led when it begins.
led_function <- function(original, arguments, lists) {
  if (identical(arguments, "...")) {
    body(original) <- led_dots(body(original))
    return(original)
  }
  led <- lapply(lapply(arguments, as.name), function(name) call("<-", name, as.call(list(lead_paths, name))))
  path <- as.name(arguments[1])
  body(original) <- if (!lists) as.call(c(quote(`{`), led, body(original)))
    else as.call(list(as_asked, path, as.call(list(lead_paths, path)), as.call(c(quote(`{`), led, body(original)))))
  original
}

led_dots <- function(code) {
  if (identical(code, quote(c(...))) || identical(code, quote(fn <- c(...)))) return(as.call(list(lead_paths, code)))
  if (is.call(code)) as.call(lapply(as.list(code), led_dots)) else code
}

# The paths at which the files are: others, where they begin with one of Databricks' trees and the machine has none of
# the name.
lead_paths <- function(paths) {
  if (!is.character(paths)) return(paths)
  databricks <- which(startsWith(paths, "/dbfs") | startsWith(paths, "/Volumes") | startsWith(paths, "/Workspace"))
  if (!length(databricks)) return(paths)
  answer <- local_paths(enc2utf8(paths[databricks]))
  if (!is.null(answer$message)) stop(answer$message, call. = FALSE)
  paths[databricks] <- answer$paths
  paths
}

# Of a pattern for several files only what stands before it is in all of them.
as_asked <- function(asked, led, found) {
  asked <- sub("[^/]*[*?[].*$", "", asked)
  led <- sub("[^/]*[*?[].*$", "", led)
  for (place in which(asked != led)) {
    below <- startsWith(found, led[place])
    found[below] <- paste0(asked[place], substring(found[below], nchar(led[place]) + 1L))
  }
  found
}
