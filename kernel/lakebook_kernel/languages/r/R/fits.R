# Autologging: models that a cell's expressions fit are logged, with their parameters and measures.

# models of a plain list that are looked at, as lapply(formulas, lm) makes them
many_fits <- 20L
# items of a list up to which a model is looked for among them
many_items <- 200L
# bytes of a model up to which it is logged itself
logged_bytes <- 2e8

# Before a top-level expression: a function that is called with its value at its end, and logs the models that it fitted. Nothing that
# fails there is the cell's failure.
watch_fits <- function(expression) {
  name <- if (is.call(expression)) called_name(expression) else ""
  if (name %in% c("for", "while", "repeat", "if", "{")) return(watch_block(expression, globalenv()))
  bound <- if (name %in% c("<-", "=", "<<-")) innermost(expression[[2]])
  before <- if (length(bound) && nzchar(bound)) list(models_in(bound, globalenv()))
  function(value) {
    log_new_fits(value, expression, before)
    state$logged <- list()
  }
}

# The same for code of several statements, of which some bind names in `place`.
watch_block <- function(code, place) {
  names <- bound_by(code)
  before <- lapply(stats::setNames(nm = names), models_in, place = place)
  function(value) {
    for (statement in if (is.call(code) && called_name(code) == "{") as.list(code)[-1] else list(code)) {
      own <- bound_by(statement)
      if (!is_fitted_by(statement, own)) next
      for (name in own) for (fit in fits_of(models_in(name, place))) if (!is_held(fit, names, before)) log_fit(fit)
    }
    log_new_fits(value, code, before)
  }
}

log_new_fits <- function(value, expression, before) {
  fits <- fits_of(value)
  if (!length(fits)) return(invisible())
  own <- bound_by(expression)
  for (fit in fits) if (is_fitted_by(expression, own) && !is_held(fit, own, before)) log_fit(fit)
}

# A variable's value if it is a model, or a list that may have some. All else is let go of at once: what two have, R copies before it changes
# it, and what has gone through tryCatch() counts as had by two.
models_in <- function(name, place) {
  if (identical(place, globalenv()) && exists(name, envir = place, inherits = FALSE) && is_unforced(name)) return(NULL)
  take(kept_value(name, place))
}

kept_value <- function(name, place) {
  value <- get0(name, envir = place, inherits = FALSE)
  if (if (is.object(value)) is_fit(value) else is.list(value) && length(value) <= many_items) value
}

fits_of <- function(value) {
  if (is.object(value)) return(if (is_fit(value)) list(value))
  if (is.list(value) && length(value) <= many_fits) Filter(function(item) is.object(item) && is_fit(item), value)
}

# A class that we know, or any with a likelihood; nothing is computed.
is_fit <- function(value) {
  if (is.data.frame(value) || inherits(value, c("factor", "formula", "logLik"))) return(FALSE)
  kinds <- kinds_of(value)
  if (any(kinds %in% names(fit_details))) return(TRUE)
  for (kind in kinds) if (!is.null(utils::getS3method("logLik", kind, optional = TRUE))) return(TRUE)
  FALSE
}

kinds_of <- function(value) if (isS4(value)) methods::is(value) else class(value)

# ----------------------------------------------------------- new, or had before?

# functions that hand on what there was
fetching <- c("$", "@", "[", "[[", "get", "get0", "mget", "dynGet", "slot", "getElement", "readRDS", "read_rds", "unserialize", "dget", "qread",
  "pin_read", "mlflow_load_model")
passing <- c("(", "print", "invisible", "identity", "suppressWarnings", "suppressMessages")

# Whether the expression's value is made by it; `own` are the names that it binds.
is_fitted_by <- function(code, own) {
  while (is.call(code)) {
    name <- called_name(code)
    if (name %in% c("<-", "<<-", "=", "assign") && length(code) > 2L) code <- code[[3]]
    else if (name == "{" && length(code) > 1L) code <- code[[length(code)]]
    else if (name %in% passing && length(code) > 1L) code <- code[[2]]
    else return(!name %in% fetching)
  }
  is.symbol(code) && as.character(code) %in% own
}

bound_by <- function(code) {
  noted <- list(sure = new.env(), maybe = new.env(), touched = new.env())
  targets(code, TRUE, FALSE, noted)
  c(ls(noted$sure, all.names = TRUE), ls(noted$maybe, all.names = TRUE))
}

# Whether it was logged already, or is a variable's value, or in a list that is one; variables called `except` count with what they had
# `before`.
is_held <- function(fit, except, before) {
  if (any(vapply(c(list(state$logged), before), has_model, NA, fit))) return(TRUE)
  for (name in setdiff(variables(), except)) if (!is_unforced(name) && has_model(get(name, envir = globalenv()), fit)) return(TRUE)
  FALSE
}

# Vectors and frames are not even compared: see models_in().
has_model <- function(value, fit) {
  if (is.atomic(value) || is.function(value) || is.data.frame(value)) return(FALSE)
  if (is_same(value, fit)) return(TRUE)
  is.list(value) && length(value) <= many_items && any(vapply(unclass(value), function(item) !is.atomic(item) && is_same(item, fit), NA))
}

# -------------------------------------------------------------------- one model

log_fit <- function(fit) {
  state$logged <- c(state$logged, list(fit))
  if (!any(kinds_of(fit) %in% names(fit_details)) && is.null(number(stats::logLik(fit)))) return(invisible())
  tryCatch(keeping_seed({
    facts <- fit_facts(fit)
    saved <- model_to_log(fit)
    on.exit(unlink(saved$path, recursive = TRUE))
    ask_mlflow("log_fit", language = "r", params = facts$params, metrics = if (length(facts$metrics)) facts$metrics, model = saved)
  }), error = function(problem) message(sprintf("This %s was not logged: %s", class(fit)[1], conditionMessage(problem))))
}

model_to_log <- function(fit) {
  size <- utils::object.size(fit)
  if (size > logged_bytes) {
    message(sprintf("This %s was logged without the model, which has %.0f MB: mlflow_log_model() logs it.", class(fit)[1], size / 1e6))
    return(NULL)
  }
  tryCatch(suppressWarnings(save_model(fit)), error = function(problem) {
    message(sprintf("This %s was logged without the model: %s", class(fit)[1], conditionMessage(problem)))
    NULL
  })
}

# Predictions may draw random numbers; the notebook's own go on as if there had been none.
keeping_seed <- function(code) {
  place <- globalenv()
  seed <- get0(".Random.seed", envir = place, inherits = FALSE)
  on.exit({
    if (is.null(seed)) suppressWarnings(rm(".Random.seed", envir = place))
    else if (!identical(seed, get0(".Random.seed", envir = place, inherits = FALSE))) assign(".Random.seed", seed, envir = place)
  })
  code
}

# `params`, texts, and `metrics`, finite numbers.
fit_facts <- function(fit) {
  known <- intersect(kinds_of(fit), names(fit_details))
  details <- if (length(known)) take(fit_details[[known[1]]](fit))
  metrics <- Filter(Negate(is.null), lapply(c(details$metrics, common_metrics(fit)), number))
  metrics <- metrics[!duplicated(names(metrics))]
  params <- c(common_params(fit), details$params)
  params$observations <- if (is.null(metrics$nobs)) details$observations else metrics$nobs
  params <- Filter(function(value) length(value) == 1L && is.atomic(value), params)
  list(params = lapply(params, one_text, "A parameter"), metrics = metrics)
}

common_params <- function(fit) {
  call <- field_of(fit, "call")
  formula <- take(stats::formula(fit))
  family <- if (isS4(fit)) take(stats::family(fit)) else field_of(fit, "family")
  params <- list(class = class(fit)[1], formula = if (inherits(formula, "formula")) code_text(formula),
    call = if (is.call(call)) code_text(call), weights = if (is.call(call) && !is.null(call$weights)) code_text(call$weights))
  if (inherits(family, "family")) c(params, family = family$family, link = family$link) else params
}

with_sigma <- c("lm", "nls", "gls", "lme", "lmerMod")

common_metrics <- function(fit) {
  list(AIC = take(stats::AIC(fit)), BIC = take(stats::BIC(fit)), logLik = take(stats::logLik(fit)), deviance = take(stats::deviance(fit)),
    null.deviance = field_of(fit, "null.deviance"), df.residual = take(stats::df.residual(fit)), nobs = take(stats::nobs(fit)),
    # elsewhere it is no deviation of residuals
    sigma = if (inherits(fit, with_sigma) && !inherits(fit, "glm")) take(stats::sigma(fit)))
}

field_of <- function(fit, name) if (is.list(fit) || is.environment(fit)) fit[[name]]

# One finite number, or NULL.
number <- function(code) {
  value <- take(as.double(code))
  if (length(value) == 1L && is.finite(value)) value
}
