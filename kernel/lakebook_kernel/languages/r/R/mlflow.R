# MLflow under the names of the R package mlflow, with its arguments in its order. The kernel answers: store, experiment and active
# run are those of the notebook's Python cells.

# Asks for a verb; arguments that are NULL are not given.
ask_mlflow <- function(verb, ...) {
  answer <- ask_verb("mlflow", verb, Filter(Negate(is.null), list(...)))
  if (is.null(answer$status)) return(answer$value)
  if (answer$status == "interrupted") interrupt_cell()
  stop(structure(class = c("MlflowError", "error", "condition"), list(message = answer$message, call = NULL)))
}

# ------------------------------------------------------------------ runs

mlflow_start_run <- function(run_id = NULL, experiment_id = NULL, start_time = NULL, tags = NULL, client = NULL, nested = FALSE,
                             run_name = NULL, description = NULL) {
  if (is.null(client)) {
    if (!is.null(start_time)) stop("start_time is for runs that are made with a client: mlflow_start_run(client = mlflow_client()).", call. = FALSE)
    started <- ask_mlflow("start_run", run_id = id_text(run_id), experiment_id = id_text(experiment_id), run_name = run_name,
      nested = isTRUE(nested), tags = tag_texts(tags), description = description)
  } else {
    if (!is.null(run_id)) stop("A run that is made with a client is a new one: leave run_id out.", call. = FALSE)
    started <- ask_mlflow("create_run", experiment_id = id_text(experiment_id), run_name = run_name, tags = tag_texts(tags),
      start_time = milliseconds(start_time))
  }
  mlflow_get_run(started$run_id)
}

mlflow_end_run <- function(status = c("FINISHED", "FAILED", "KILLED"), end_time = NULL, run_id = NULL, client = NULL) {
  status <- match.arg(status)
  ended <- ask_mlflow("end_run", status = status, run_id = run_named(run_id, client), end_time = milliseconds(end_time))
  mlflow_get_run(ended$run_id)
}

mlflow_get_run <- function(run_id = NULL, client = NULL) as_run(ask_mlflow("get_run", run_id = run_named(run_id, client)))

# The active run, or NULL.
mlflow_active_run <- function() {
  active <- ask_mlflow("active_run")
  if (length(active)) mlflow_get_run(active$run_id)
}

mlflow_get_active_run <- mlflow_active_run

mlflow_search_runs <- function(filter = NULL, run_view_type = c("ACTIVE_ONLY", "DELETED_ONLY", "ALL"), experiment_ids = NULL, order_by = list(),
                               client = NULL) {
  where <- if (!is.null(experiment_ids)) lapply(experiment_ids, id_text)
  found <- ask_mlflow("search_runs", filter_string = filter, run_view_type = match.arg(run_view_type), experiment_ids = where,
    order_by = as.list(order_by))$runs
  if (length(found)) do.call(rbind, lapply(found, as_run)) else data.frame()
}

mlflow_delete_run <- function(run_id, client = NULL) invisible(ask_mlflow("delete_run", run_id = id_text(run_id)))
mlflow_restore_run <- function(run_id, client = NULL) as_run(ask_mlflow("restore_run", run_id = id_text(run_id)))

# with(mlflow_start_run(), { … }): the run ends with the block, as FAILED when that fails.
with_run <- function(data, expr, ...) {
  status <- "FAILED"
  value <- NULL
  log_fits <- if (state$autolog) watch_block(substitute(expr), parent.frame())
  on.exit({
    if (!is.null(log_fits) && status != "KILLED") log_fits(value)
    tryCatch(ask_mlflow("end_run", status = status, run_id = mlflow_id(data), if_active = TRUE),
      error = function(problem) message(conditionMessage(problem)))
  })
  value <- withCallingHandlers(expr, interrupt = function(...) status <<- "KILLED")
  status <- "FINISHED"
  invisible(value)
}

mlflow_id <- function(object) {
  if (inherits(object, "mlflow_run")) return(object$run_id)
  if (inherits(object, "mlflow_experiment")) return(object$experiment_id)
  stop(sprintf("mlflow_id() takes a run or an experiment, not a %s.", class(object)[1]), call. = FALSE)
}

# ------------------------------------------------------------ what is logged

mlflow_log_param <- function(key, value, run_id = NULL, client = NULL) {
  text <- one_text(value, paste("The parameter", key))
  ask_mlflow("log_param", key = as.character(key), value = text, run_id = run_named(run_id, client))
  invisible(text)
}

mlflow_log_metric <- function(key, value, timestamp = NULL, step = NULL, run_id = NULL, client = NULL) {
  ask_mlflow("log_metric", key = as.character(key), value = one_number(value, key), timestamp = milliseconds(timestamp), step = step,
    run_id = run_named(run_id, client))
  invisible(value)
}

mlflow_log_batch <- function(metrics = NULL, params = NULL, tags = NULL, run_id = NULL, client = NULL) {
  if (!is.null(metrics$timestamp)) metrics$timestamp <- milliseconds(metrics$timestamp)
  ask_mlflow("log_batch", metrics = batch_records(metrics, "metrics", c("step", "timestamp")), params = batch_records(params, "params"),
    tags = batch_records(tags, "tags"), run_id = run_named(run_id, client))
  invisible(NULL)
}

mlflow_get_metric_history <- function(metric_key, run_id = NULL, client = NULL) {
  metric_frame(ask_mlflow("get_metric_history", metric_key = metric_key, run_id = run_named(run_id, client))$metrics)
}

mlflow_set_tag <- function(key, value, run_id = NULL, client = NULL) {
  ask_mlflow("set_tag", key = as.character(key), value = one_text(value, paste("The tag", key)), run_id = run_named(run_id, client))
  invisible(NULL)
}

mlflow_delete_tag <- function(key, run_id = NULL, client = NULL) {
  ask_mlflow("delete_tag", key = as.character(key), run_id = run_named(run_id, client))
  invisible(NULL)
}

mlflow_log_artifact <- function(path, artifact_path = NULL, run_id = NULL, client = NULL) {
  logged <- ask_mlflow("log_artifact", path = enc2utf8(normalizePath(path, mustWork = FALSE)), artifact_path = artifact_path,
    run_id = run_named(run_id, client))
  invisible(mlflow_list_artifacts(artifact_path, logged$run_id))
}

mlflow_list_artifacts <- function(path = NULL, run_id = NULL, client = NULL) {
  files <- ask_mlflow("list_artifacts", path = path, run_id = run_named(run_id, client))$files
  data.frame(path = column_of(files, "path", ""), is_dir = column_of(files, "is_dir", NA), file_size = column_of(files, "file_size", 0))
}

mlflow_download_artifacts <- function(path, run_id = NULL, client = NULL) {
  ask_mlflow("download_artifacts", path = path, run_id = run_named(run_id, client))$path
}

# ----------------------------------------------------- experiments, the store

mlflow_set_experiment <- function(experiment_name = NULL, experiment_id = NULL, artifact_location = NULL) {
  invisible(as_experiment(ask_mlflow("set_experiment", name = experiment_name, experiment_id = id_text(experiment_id),
    artifact_location = artifact_location)))
}

mlflow_create_experiment <- function(name, artifact_location = NULL, client = NULL, tags = NULL) {
  ask_mlflow("create_experiment", name = name, artifact_location = artifact_location, tags = tag_texts(tags))$experiment_id
}

mlflow_get_experiment <- function(experiment_id = NULL, name = NULL, client = NULL) {
  as_experiment(ask_mlflow("get_experiment", experiment_id = id_text(experiment_id), name = name))
}

mlflow_search_experiments <- function(filter = NULL, experiment_view_type = c("ACTIVE_ONLY", "DELETED_ONLY", "ALL"), max_results = 1000,
                                      client = NULL) {
  found <- ask_mlflow("search_experiments", filter_string = filter, view_type = match.arg(experiment_view_type), max_results = max_results)
  do.call(rbind, lapply(found$experiments, as_experiment))
}

mlflow_rename_experiment <- function(new_name, experiment_id = NULL, client = NULL) {
  invisible(as_experiment(ask_mlflow("rename_experiment", new_name = new_name, experiment_id = id_text(experiment_id))))
}

mlflow_delete_experiment <- function(experiment_id, client = NULL) {
  ask_mlflow("delete_experiment", experiment_id = id_text(experiment_id))
  invisible(NULL)
}

mlflow_restore_experiment <- function(experiment_id, client = NULL) {
  ask_mlflow("restore_experiment", experiment_id = id_text(experiment_id))
  invisible(NULL)
}

mlflow_set_experiment_tag <- function(key, value, experiment_id = NULL, client = NULL) {
  ask_mlflow("set_experiment_tag", key = as.character(key), value = one_text(value, paste("The tag", key)), experiment_id = id_text(experiment_id))
  invisible(NULL)
}

mlflow_get_tracking_uri <- function() ask_mlflow("get_tracking_uri")$uri
mlflow_set_tracking_uri <- function(uri) invisible(ask_mlflow("set_tracking_uri", uri = uri)$uri)

# With it a run is named in every call, and none is active. It is always of the notebook's store.
mlflow_client <- function(tracking_uri = NULL) {
  own <- mlflow_get_tracking_uri()
  if (!is.null(tracking_uri) && tracking_uri != own) {
    stop(sprintf("This notebook logs to %s: mlflow_set_tracking_uri(\"%s\") leads it elsewhere.", own, tracking_uri), call. = FALSE)
  }
  structure(list(tracking_uri = own), class = "mlflow_client")
}

# ---------------------------------------------------------- values, both ways

run_named <- function(run_id, client) {
  if (is.null(run_id) && !is.null(client)) stop("Where client is given, run_id has to say which run is meant.", call. = FALSE)
  id_text(run_id)
}

id_text <- function(id) {
  if (is.null(id)) return(NULL)
  if (is.list(id)) return(mlflow_id(id))
  if (is.numeric(id)) format(id, scientific = FALSE, trim = TRUE, digits = 15L) else as.character(id)
}

# As R writes it: TRUE, 0.1, NA, y ~ x.
one_text <- function(value, what) {
  if (is.language(value)) return(code_text(value))
  if (!is.atomic(value) || is.null(value)) stop(sprintf("%s has to be one value, and this is a %s.", what, class(value)[1]), call. = FALSE)
  if (length(value) != 1L) {
    stop(sprintf("%s has to be one value, and these are %d: paste(x, collapse = \", \") makes one text of them.", what, length(value)), call. = FALSE)
  }
  if (is.na(value) && !is.nan(value)) "NA" else enc2utf8(as.character(value))
}

# One line; what is long, as a call with its data in it, is cut.
code_text <- function(code) paste(trimws(deparse(code, width.cutoff = 500L, nlines = 8L)), collapse = " ")

tag_texts <- function(tags) {
  if (length(tags)) Map(function(value, name) one_text(value, paste("The tag", name)), as.list(tags), names(tags))
}

one_number <- function(value, key) {
  if (!is.numeric(value) || length(value) != 1L || (is.na(value) && !is.nan(value))) {
    stop(sprintf("The metric %s has to be one number, and this is %s.", key, if (length(value) == 1L) one_text(value, key) else class(value)[1]), call. = FALSE)
  }
  as.double(value)
}

# Since 1970, of a time or of what is in milliseconds already.
milliseconds <- function(time) {
  if (is.null(time)) return(NULL)
  if (inherits(time, "POSIXt")) 1000 * as.numeric(as.POSIXct(time)) else as.double(time)
}

# The rows of a frame with the columns `key`, `value` and maybe `more`, for mlflow_log_batch().
batch_records <- function(frame, what, more = character()) {
  if (is.null(frame)) return(NULL)
  if (!is.data.frame(frame) || !all(c("key", "value") %in% names(frame))) {
    stop(sprintf("mlflow_log_batch(): %s has to be a data.frame with the columns %s.", what, paste(c("key", "value", more), collapse = ", ")), call. = FALSE)
  }
  frame <- frame[intersect(c("key", "value", more), names(frame))]
  gone <- vapply(frame, function(column) any(is.na(column) & !(is.double(column) & is.nan(column))), NA)
  if (any(gone)) stop(sprintf("mlflow_log_batch(): %s has a missing %s.", what, names(frame)[gone][1]), call. = FALSE)
  frame$key <- as.character(frame$key)
  if (!length(more)) frame$value <- as.character(frame$value)
  lapply(seq_len(nrow(frame)), function(row) lapply(frame, `[[`, row))
}

# One field of every record, as a column; NULL is NA.
column_of <- function(records, field, kind) {
  vapply(records, function(record) if (is.null(record[[field]])) kind[NA] else record[[field]], kind, USE.NAMES = FALSE)
}

metric_frame <- function(records) {
  data.frame(key = column_of(records, "key", ""), value = column_of(records, "value", 0), step = column_of(records, "step", 0),
    timestamp = as_time(column_of(records, "timestamp", 0) / 1000, ""))
}

pair_frame <- function(records) data.frame(key = column_of(records, "key", ""), value = column_of(records, "value", ""))

as_run <- function(answer) {
  field <- function(name, kind = "") if (is.null(answer[[name]])) kind[NA] else answer[[name]]
  time <- function(name) as_time(field(name, 0) / 1000, "")
  run <- data.frame(run_uuid = field("run_id"), run_id = field("run_id"), run_name = field("run_name"), experiment_id = field("experiment_id"),
    user_id = field("user_id"), status = field("status"), start_time = time("start_time"), end_time = time("end_time"),
    artifact_uri = field("artifact_uri"), lifecycle_stage = field("lifecycle_stage"))
  run$metrics <- list(metric_frame(answer$metrics))
  run$params <- list(pair_frame(answer$params))
  run$tags <- list(pair_frame(answer$tags))
  structure(run, class = c("lakebook_run", "mlflow_run", "data.frame"))
}

as_experiment <- function(answer) {
  experiment <- data.frame(experiment_id = answer$experiment_id, name = answer$name, artifact_location = answer$artifact_location,
    lifecycle_stage = answer$lifecycle_stage)
  experiment$tags <- list(pair_frame(answer$tags))
  structure(experiment, class = c("mlflow_experiment", "data.frame"))
}
