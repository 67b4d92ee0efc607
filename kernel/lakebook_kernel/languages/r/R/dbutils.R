# dbutils as R has it: functions with dots in their names, and Databricks' arguments in their order. The kernel answers.

# By name, the arguments. Those that are left out at the end are not sent.
dbutils_arguments <- list(
  help = alist(name = NULL),
  widgets.help = alist(name = NULL),
  widgets.text = alist(name = , defaultValue = , label = NULL),
  widgets.dropdown = alist(name = , defaultValue = , choices = , label = NULL),
  widgets.combobox = alist(name = , defaultValue = , choices = , label = NULL),
  widgets.multiselect = alist(name = , defaultValue = , choices = , label = NULL),
  widgets.get = alist(name = ),
  widgets.getAll = alist(),
  widgets.getArgument = alist(name = , defaultValue = NULL),
  widgets.remove = alist(name = ),
  widgets.removeAll = alist(),
  fs.help = alist(name = NULL),
  fs.ls = alist(dir = ),
  fs.cp = alist(from = , to = , recurse = FALSE),
  fs.mv = alist(from = , to = , recurse = FALSE),
  fs.rm = alist(dir = , recurse = FALSE),
  fs.head = alist(file = , maxBytes = 65536),
  fs.put = alist(file = , contents = , overwrite = FALSE),
  fs.mkdirs = alist(dir = ),
  fs.mount = alist(source = , mountPoint = , encryptionType = NULL, owner = NULL, extraConfigs = NULL),
  fs.updateMount = alist(source = , mountPoint = , encryptionType = NULL, owner = NULL, extraConfigs = NULL),
  fs.unmount = alist(mountPoint = ),
  fs.mounts = alist(),
  fs.refreshMounts = alist(),
  notebook.help = alist(name = NULL),
  notebook.run = alist(path = , timeoutSeconds = , arguments = NULL),
  notebook.exit = alist(value = ""),
  notebook.getContext = alist(),
  secrets.help = alist(name = NULL),
  secrets.get = alist(scope = , key = ),
  secrets.getBytes = alist(scope = , key = ),
  secrets.list = alist(scope = ),
  secrets.listScopes = alist(),
  jobs.taskValues.get = alist(taskKey = , key = , default = NULL, debugValue = NULL),
  jobs.taskValues.set = alist(key = , value = ),
  library.restartPython = alist(),
  data.summarize = alist(df = , precise = FALSE),
  credentials.help = alist(name = NULL),
  credentials.assumeRole = alist(role = ),
  credentials.showCurrentRole = alist(),
  credentials.showRoles = alist()
)

dbutils_functions <- function() {
  functions <- lapply(names(dbutils_arguments), function(name) {
    arguments <- dbutils_arguments[[name]]
    given <- as.call(c(quote(list), lapply(names(arguments), as.name)))
    as.function(c(arguments, call("ask_dbutils", name, given)), envir = environment(dbutils_functions))
  })
  stats::setNames(functions, paste0("dbutils.", names(dbutils_arguments)))
}

ask_dbutils <- function(name, arguments) {
  while (length(arguments) && is.null(arguments[[length(arguments)]])) arguments[[length(arguments)]] <- NULL
  answer <- ask_verb("dbutils", name, lapply(arguments, dbutils_argument))
  if (is.null(answer$status)) return(dbutils_value(name, answer$value))
  if (answer$status == "interrupted") interrupt_cell()
  if (answer$status == "exit") invokeRestart("notebook_exit", answer$message)
  stop(structure(class = c(answer$name, "DbutilsError", "error", "condition"), list(message = answer$message, call = NULL)))
}

# Whole numbers are integers, and what has more than one value, or names, is a list: c("a", "b") and list("a", "b") mean the same.
dbutils_argument <- function(value) {
  if (is.data.frame(value)) return(value)
  if (is_of_spark(value) || inherits(value, "tbl_lazy")) return(held_node(as_spark_frame(value)))
  if (is.factor(value)) value <- as.character(value)
  if (length(value) > 1L || !is.null(names(value))) return(lapply(as.list(value), dbutils_argument))
  if (is.double(value) && !is.object(value) && isTRUE(value == round(value)) && abs(value) < 2^31) as.integer(value) else value
}

dbutils_value <- function(name, value) {
  if (grepl("help$", name)) {
    if (is.character(value)) cat(value, sep = "\n")
    return(invisible())
  }
  if (is.null(value)) return(invisible())
  comment(value) <- NULL
  switch(name,
    fs.ls = file_list(value),
    widgets.getAll = as.list(value),
    secrets.getBytes = as.raw(unlist(value)),
    value
  )
}
