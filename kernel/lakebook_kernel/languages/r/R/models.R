# Models as MLflow keeps them: a file of saveRDS(), with what is known of their inputs, and the registry.

mlflow_log_model <- function(model, artifact_path = "model", ..., registered_model_name = NULL, input_example = NULL, run_id = NULL) {
  unused <- names(list(...))
  if (length(unused)) warning(sprintf("mlflow_log_model() has no use for %s here.", paste(unused, collapse = ", ")), call. = FALSE)
  saved <- save_model(model, input_example)
  on.exit(unlink(saved$path, recursive = TRUE))
  invisible(do.call(ask_mlflow, c("log_model", saved, list(name = artifact_path, registered_model_name = registered_model_name, run_id = id_text(run_id)))))
}

# Into a folder of its own, not into the store.
mlflow_save_model <- function(model, path = "model", ..., input_example = NULL) {
  saved <- save_model(model, input_example)
  on.exit(unlink(saved$path, recursive = TRUE))
  invisible(do.call(ask_mlflow, c("save_model", saved, list(destination = enc2utf8(normalizePath(path, mustWork = FALSE))))))
}

# A model that was logged from R: the same object, with the package loaded that knows how to predict by it.
mlflow_load_model <- function(model_uri, flavor = NULL, client = NULL) {
  place <- tempfile("model")
  dir.create(place)
  on.exit(unlink(place, recursive = TRUE))
  found <- ask_mlflow("load_model", model_uri = model_uri, flavor = flavor, into = place)
  about <- found$flavors[["r"]]
  if (is.null(about)) {
    # as the package mlflow writes functions
    crate <- found$flavors[["crate"]]
    if (!is.null(crate)) return(unserialize(readRDS(file.path(found$path, crate$model))))
    stop(sprintf("%s is no model of R's: it is one of %s, for Python cells.", model_uri, paste(names(found$flavors), collapse = ", ")), call. = FALSE)
  }
  package <- about[["package"]]
  if (!is.null(package) && !requireNamespace(package, quietly = TRUE)) {
    stop(sprintf("The model needs the R package %s: install.packages(\"%s\")", package, package), call. = FALSE)
  }
  readRDS(file.path(found$path, about[["model"]]))
}

mlflow_predict <- function(model, data, ...) if (is.function(model)) model(data, ...) else stats::predict(model, data, ...)

# --------------------------------------------------------------- the registry

mlflow_register_model <- function(model_uri = NULL, name, run_id = NULL, tags = NULL, description = NULL, client = NULL, ...) {
  invisible(ask_mlflow("register_model", name = name, model_uri = model_uri, run_id = id_text(run_id), tags = tag_texts(tags), description = description))
}

mlflow_create_registered_model <- function(name, tags = NULL, description = NULL, client = NULL) {
  invisible(ask_mlflow("create_registered_model", name = name, tags = tag_texts(tags), description = description))
}

mlflow_get_registered_model <- function(name, client = NULL) ask_mlflow("get_registered_model", name = name)

# The names of the registered models.
mlflow_search_registered_models <- function(filter = NULL, max_results = 100, client = NULL) {
  as.character(ask_mlflow("search_registered_models", filter_string = filter, max_results = max_results)$names)
}

mlflow_get_model_version <- function(name, version, client = NULL) ask_mlflow("get_model_version", name = name, version = id_text(version))

mlflow_get_model_version_by_alias <- function(name, alias, client = NULL, ...) ask_mlflow("get_model_version", name = name, alias = alias)

mlflow_set_registered_model_alias <- function(name, alias, version, client = NULL, ...) {
  invisible(ask_mlflow("set_registered_model_alias", name = name, alias = alias, version = id_text(version)))
}

mlflow_transition_model_version_stage <- function(name, version, stage, archive_existing_versions = FALSE, client = NULL) {
  invisible(ask_mlflow("transition_model_version_stage", name = name, version = id_text(version), stage = stage,
    archive_existing_versions = isTRUE(archive_existing_versions)))
}

mlflow_get_latest_versions <- function(name, stages = list(), client = NULL) {
  ask_mlflow("get_latest_versions", name = name, stages = as.list(stages))$versions
}

mlflow_create_model_version <- function(name, source, run_id = NULL, tags = NULL, run_link = NULL, description = NULL, client = NULL) {
  mlflow_register_model(source, name, tags = tags, description = description)
}

mlflow_set_model_version_tag <- function(name, version = NULL, key = NULL, value = NULL, client = NULL) {
  invisible(ask_mlflow("set_model_version_tag", name = name, version = id_text(version), key = key, value = one_text(value, paste("The tag", key))))
}

mlflow_delete_model_version <- function(name, version, client = NULL) {
  invisible(ask_mlflow("delete_model_version", name = name, version = id_text(version)))
}

mlflow_rename_registered_model <- function(name, new_name, client = NULL) {
  invisible(ask_mlflow("rename_registered_model", name = name, new_name = new_name))
}

mlflow_delete_registered_model <- function(name, client = NULL) invisible(ask_mlflow("delete_registered_model", name = name))

mlflow_update_model_version <- function(name, version, description, client = NULL) {
  invisible(ask_mlflow("update_model_version", name = name, version = id_text(version), description = description))
}

# ------------------------------------------------------------------ on the disk

# The arguments of the verb log_model; whoever asks for them removes the folder `path`.
save_model <- function(model, example = NULL) {
  example <- if (is.null(example)) take(example_of(model)) else utils::head(as.data.frame(example), example_rows)
  refuse_unsavable(model, example)
  folder <- tempfile("model")
  dir.create(folder)
  # what is large is numbers, of which little is gained
  saveRDS(model, file.path(folder, "model.rds"), compress = utils::object.size(model) < 1e7)
  c(list(path = folder, flavors = list(r = r_flavor(model))), described_inputs(model, example))
}

r_flavor <- function(model) {
  flavor <- list(model = "model.rds", class = as.list(class(model)), package = package_of(model), r_version = as.character(getRversion()),
    packages = lapply(stats::setNames(nm = sort(loadedNamespaces())), function(name) unname(getNamespaceVersion(name))))
  Filter(Negate(is.null), flavor)
}

# The package that has the model's predict(), or its class; NULL when it is the notebook.
package_of <- function(model) {
  if (isS4(model)) return(attr(class(model), "package"))
  for (kind in class(model)) {
    method <- utils::getS3method("predict", kind, optional = TRUE)
    if (is.null(method)) next
    place <- topenv(environment(method))
    return(if (isNamespace(place)) unname(getNamespaceName(place)))
  }
  NULL
}

# R's packages that are loaded, and R itself.
loaded_packages <- function() {
  names <- setdiff(loadedNamespaces(), sparkr$registered)
  c(paste0("R==", getRversion()), sort(sprintf("%s==%s", names, vapply(names, getNamespaceVersion, "")), method = "radix"))
}

# ------------------------------------------------------------ what cannot be saved

# classes that make the memory anew that their pointers lead to
remade <- c("xgb.Booster", "lgb.Booster", "merMod", "lmerMod", "glmerMod", "nlmerMod")

refuse_unsavable <- function(model, example) {
  held <- unsavable_part(model)
  if (is.null(held) || inherits(model, remade) || (held == "a pointer into R's memory" && survives(model, example))) return(invisible())
  stop(sprintf("A %s cannot be saved as a model: it %s %s, which ends with this R.", class(model)[1],
    if (inherits(model, "connection") || typeof(model) == "externalptr") "is" else "holds", held), call. = FALSE)
}

# Whether a copy that went through bytes predicts the same.
survives <- function(model, example) {
  if (is.null(example)) return(FALSE)
  expected <- take(stats::predict(model, example))
  !is.null(expected) && isTRUE(all.equal(expected, take(stats::predict(unserialize(serialize(model, NULL)), example))))
}

unsavable_part <- function(value, depth = 0L) {
  if (inherits(value, "connection")) return("a connection")
  if (typeof(value) == "externalptr") return("a pointer into R's memory")
  if (depth > 3L) return(NULL)
  inside <- attributes(value)
  inside <- inside[setdiff(names(inside), c("names", "class", "dim", "dimnames", "row.names", "levels", "srcref", ".Environment", ".internal.selfref"))]
  if (is.list(value)) inside <- c(inside, utils::head(as.list(unclass(value)), 1000L))
  else if (is.environment(value) && is.object(value)) inside <- c(inside, Filter(Negate(is.function), as.list.environment(value, all.names = TRUE)))
  for (part in inside) {
    found <- if (is.atomic(part) && !inherits(part, "connection")) NULL else unsavable_part(part, depth + 1L)
    if (!is.null(found)) return(found)
  }
  NULL
}

# --------------------------------------------------------- inputs and an example

example_rows <- 5L

# The first complete rows of what the model was fitted to, as its user has them: `wt` where the formula has log(wt). NULL when that
# is not known.
example_of <- function(model) {
  names <- input_names(model)
  if (!length(names)) return(NULL)
  data <- data_of(model)
  columns <- if (is.data.frame(data)) lapply(stats::setNames(nm = intersect(names, names(data))), function(name) data[[name]])
  else mget(names, envir = formula_place(model), inherits = TRUE, ifnotfound = list(NULL))
  columns <- Filter(function(column) is.atomic(column) && is.null(dim(column)) && length(column) > 1L, columns)
  if (!length(columns) || length(unique(lengths(columns))) != 1L) return(NULL)
  first <- as_frame(lapply(columns, utils::head, 1000L), names(columns), min(1000L, length(columns[[1]])))
  rows <- utils::head(which(stats::complete.cases(first)), example_rows)
  if (length(rows)) first[rows, , drop = FALSE]
}

input_names <- function(model) {
  if (inherits(model, "nls")) return(setdiff(all.vars(stats::formula(model)[[3]]), names(stats::coef(model))))
  terms <- stats::terms(model)
  if (inherits(terms, "terms")) all.vars(stats::delete.response(terms))
}

# The data that a model names in its call, where it still has them; an expression is not computed once more.
data_of <- function(model) {
  if (!is.list(model)) return(NULL)
  if (is.data.frame(model[["data"]])) return(model[["data"]])
  written <- model[["call"]]$data
  named <- is.symbol(written) || (is.call(written) && identical(written[[1]], quote(`::`)))
  if (named) return(take(eval(written, formula_place(model))))
  if (is.null(written)) NULL else model[["model"]]
}

formula_place <- function(model) {
  place <- environment(stats::formula(model))
  if (is.null(place)) globalenv() else place
}

# The verb log_model's `signature` and `input_example`; nothing where MLflow has no type for a column.
described_inputs <- function(model, example) {
  if (is.null(example)) return(NULL)
  types <- lapply(example, type_of_column)
  if (any(vapply(types, is.null, NA))) return(NULL)
  signature <- list(inputs = unname(Map(function(name, type) list(type = type, name = name, required = TRUE), names(example), types)))
  predicted <- take(mlflow_predict(model, example))
  given <- if (is.atomic(predicted) && length(dim(predicted)) < 2L && length(predicted) == nrow(example)) type_of_column(predicted)
  if (!is.null(given)) signature$outputs <- list(list(type = given))
  list(signature = signature, input_example = lapply(example, function(column) as.list(if (is.object(column)) as.character(column) else column)))
}

type_of_column <- function(column) {
  if (is.factor(column)) return("string")
  if (inherits(column, c("Date", "POSIXct"))) return("datetime")
  if (inherits(column, "integer64")) return("long")
  if (is.object(column)) return(NULL)
  switch(typeof(column), logical = "boolean", integer = "integer", double = "double", character = "string")
}

# The value, or NULL where it cannot be had.
take <- function(code) tryCatch(suppressMessages(suppressWarnings(code)), error = function(...) NULL)
