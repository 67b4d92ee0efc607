# What a fit is told by beyond what all fits have: by class, functions that answer a list of `params`, `metrics` and maybe
# `observations`. What is no single value, or no finite number, is left out by whoever asks.

last_of <- function(values) values[[length(values)]]

fit_details <- list(

  # ------------------------------------------------------------ regressions

  lm = function(fit) if (!inherits(fit, "mlm")) list(metrics = stats::summary.lm(fit)[c("r.squared", "adj.r.squared", "sigma")]),
  rlm = function(fit) list(metrics = list(sigma = fit$s)),
  glm = function(fit) list(params = fit["converged"]),
  gam = function(fit) {
    told <- summary(fit, re.test = FALSE)
    metrics <- list(adj.r.squared = told$r.sq, deviance.explained = told$dev.expl, edf = sum(fit$edf), score = fit$gcv.ubre)
    list(params = fit["method"], metrics = metrics)
  },
  nls = function(fit) {
    list(params = list(converged = fit$convInfo$isConv), metrics = list(iterations = fit$convInfo$finIter))
  },
  loess = function(fit) {
    list(params = fit$pars[c("span", "degree", "family")], metrics = list(sigma = fit$s, enp = fit$enp), observations = fit$n)
  },
  smooth.spline = function(fit) {
    list(params = fit[c("lambda", "spar")], metrics = fit[c("df", "cv.crit", "pen.crit")], observations = length(fit$x))
  },
  Arima = function(fit) {
    list(params = list(order = paste(fit$arma[c(1L, 6L, 2L)], collapse = ",")), metrics = fit["sigma2"])
  },
  coxph = function(fit) {
    metrics <- list(concordance = fit$concordance[["concordance"]], events = fit$nevent)
    list(params = list(ties = fit$method), metrics = metrics, observations = fit$n)
  },
  glmnet = function(fit) {
    metrics <- list(dev.ratio = max(fit$dev.ratio), null.deviance = fit$nulldev)
    list(params = list(lambdas = length(fit$lambda)), metrics = metrics, observations = fit$nobs)
  },
  cv.glmnet = function(fit) {
    metrics <- list(lambda.min = fit$lambda.min, lambda.1se = fit$lambda.1se, error = min(fit$cvm))
    list(params = list(measure = unname(fit$name)), metrics = metrics, observations = fit$glmnet.fit$nobs)
  },

  # ------------------------------------------------------- trees and learners

  rpart = function(fit) {
    last <- fit$cptable[nrow(fit$cptable), ]
    metrics <- c(list(leaves = sum(fit$frame$var == "<leaf>"), rel.error = last[["rel error"]]), as.list(last)["xerror"])
    list(params = c(fit["method"], fit$control[c("cp", "minsplit", "minbucket", "maxdepth")]), metrics = metrics,
      observations = length(fit$where))
  },
  randomForest = function(fit) {
    metrics <- if (fit$type == "regression") list(mse = last_of(fit$mse), r.squared = last_of(fit$rsq))
    else list(oob.error = last_of(fit$err.rate[, "OOB"]))
    list(params = fit[c("type", "ntree", "mtry")], metrics = metrics, observations = length(fit$y))
  },
  ranger = function(fit) {
    params <- fit[c("treetype", "num.trees", "mtry", "min.node.size", "splitrule")]
    list(params = params, metrics = fit[c("prediction.error", "r.squared")], observations = fit$num.samples)
  },
  xgb.Booster = function(fit) {
    measured <- as.list(fit$evaluation_log[nrow(fit$evaluation_log), ])
    list(params = c(fit$params, list(rounds = fit$niter)), metrics = measured[setdiff(names(measured), "iter")])
  },
  lgb.Booster = function(fit) list(params = c(fit$params, list(rounds = fit$current_iter()))),
  multinom = function(fit) list(params = fit["decay"], observations = NROW(fit$fitted.values)),
  nnet = function(fit) {
    list(params = list(size = fit$n[2], decay = fit$decay), metrics = list(loss = fit$value), observations = NROW(fit$fitted.values))
  },
  svm = function(fit) {
    list(params = fit[c("cost", "gamma", "epsilon")], metrics = list(support.vectors = fit$tot.nSV), observations = NROW(fit$fitted))
  },
  lda = function(fit) list(params = list(groups = length(fit$lev)), observations = fit$N),
  qda = function(fit) list(params = list(groups = length(fit$lev)), observations = fit$N),
  kmeans = function(fit) {
    metrics <- fit[c("tot.withinss", "betweenss", "totss", "iter")]
    list(params = list(centers = nrow(fit$centers)), metrics = metrics, observations = length(fit$cluster))
  },
  # of the package caret
  train = function(fit) {
    best <- merge(fit$bestTune, fit$results)
    list(params = c(fit["method"], as.list(fit$bestTune)), metrics = as.list(best)[setdiff(names(best), names(fit$bestTune))],
      observations = NROW(fit$trainingData))
  }
)
