# The session's settings, and the environment "lakebook" on the search path that offers sql(), display(), spark, dbutils and MLflow's verbs.

offered <- new.env()

settings <- function() {
  options(
    repr.plot.width = 7,
    repr.plot.height = 5,
    device = function(...) open_device(),
    pager = function(files, header, title, delete.file) {
      for (file in files) cat(readLines(file, warn = FALSE), sep = "\n")
      if (isTRUE(delete.file)) unlink(files)
    },
    help_type = "text",
    menu.graphics = FALSE,
    keep.source = TRUE,
    # cut where a screen ends: a vector of ten million values is not meant to be read
    max.print = 10000L
  )
  if (is.null(getOption("repos")) || identical(getOption("repos")[["CRAN"]], "@CRAN@")) {
    # the first of R's own list, which leads to one nearby
    options(repos = c(CRAN = utils::getCRANmirrors(local.only = TRUE)$URL[[1]]))
  }
  options(askpass = function(prompt = "Password: ") ask_user(prompt, hidden = TRUE))
  unlockBinding("readline", baseenv()) # packages call it there
  assign("readline", function(prompt = "") trimws(ask_user(prompt)), envir = baseenv())
  lockBinding("readline", baseenv())
  interrupts_wait(TRUE)
  utils::rc.options(function.suffix = "")
  utils::rc.settings(ipck = TRUE)
  setHook("before.plot.new", function(...) before_page("base"), "append")
  setHook("before.grid.newpage", function(...) before_page("grid"), "append")
  # dplyr has a sql() too: whoever attaches it later must not hide ours
  for (package in c("dplyr", "dbplyr", "DBI")) setHook(packageEvent(package, "attach"), function(...) offer(), "append")
  registerS3method("with", "lakebook_run", with_run, envir = baseenv())
  define_file_list()
  define_paths()
  setHook(packageEvent("mlflow", "attach"), tell_of_package, "append")
  if (isNamespaceLoaded("parallel")) fetch_before_forks()
  else setHook(packageEvent("parallel", "onLoad"), fetch_before_forks, "append")
  offer_verbs()
  offer()
}

# Puts the offered names first on the search path, behind the notebook's own variables.
offer <- function() {
  if ("lakebook" %in% search()) detach("lakebook", character.only = TRUE)
  place <- attach(NULL, name = "lakebook", warn.conflicts = FALSE)
  for (name in c("sql", "display", "displayHTML", "write_table")) assign(name, get(name), envir = place)
  # SparkR's has to stay before dplyr's
  if (is_attached("SparkR")) assign("sql", sparkr_tables$sql, envir = place)
  delayedAssign("spark", spark_connection(), assign.env = place)
}

# Puts MLflow's verbs on the search path, once: whoever attaches the package mlflow later means its functions. So with dbutils.
offer_verbs <- function() {
  attach(dbutils_functions(), name = "lakebook:dbutils", warn.conflicts = FALSE)
  place <- attach(NULL, name = "lakebook:mlflow", warn.conflicts = FALSE)
  for (name in ls(environment(offer), pattern = "^mlflow_")) assign(name, get(name), envir = place)
}

tell_of_package <- function(...) {
  message("The functions of the package mlflow now stand before the notebook's. Their active run is not the one of Python cells, and their ",
    "runs do not know of the notebook. detach(\"package:mlflow\") brings the notebook's back.")
}

# A line that the user types in the notebook.
ask_user <- function(prompt, hidden = FALSE) {
  ask_spark("input", list(prompt = enc2utf8(as.character(prompt)), hidden = hidden), NULL)$line
}

display <- function(...) {
  for (value in list(...)) if (inherits(value, "SparkDataFrame")) show_spark_frame(value) else show_value(value)
  invisible()
}

displayHTML <- function(html) {
  if (!is.character(html)) stop(sprintf("displayHTML() takes HTML as text, not a %s.", class(html)[1]), call. = FALSE)
  html <- enc2utf8(paste(html, collapse = "\n"))
  emitted(emit_rich(c("text/html", "text/plain"), c(html, html)))
  invisible()
}

# The packages beyond those that R starts with.
attached_packages <- function() {
  setdiff(.packages(), c("stats", "graphics", "grDevices", "utils", "datasets", "methods", "base"))
}
