# Completion and documentation, by R's own completer and help pages.

# `line` is the code up to the cursor. A list of the token to replace, the candidates and their kinds.
complete_code <- function(line) {
  utils <- asNamespace("utils")
  line <- gsub("\n", " ", line, fixed = TRUE)
  utils$.assignLinebuffer(line)
  utils$.assignEnd(nchar(line))
  utils$.guessTokenFromLine()
  utils$.completeToken()
  matches <- utils$.retrieveCompletions()
  matches <- unique(matches[nzchar(matches)])
  matches <- utils::head(matches, 1000L)
  list(token = utils$.CompletionEnv[["token"]], matches = matches, kinds = vapply(matches, kind_of, "", USE.NAMES = FALSE))
}

kind_of <- function(match) {
  if (grepl(" ?= ?$", match)) return("argument")
  if (grepl("::$", match)) return("package")
  if (grepl("[$@]", match)) return("field")
  if (grepl("::", match, fixed = TRUE)) return("function")
  if (!exists(match, envir = globalenv())) return("")
  if (is_unfetched(match) || is_unforced(match)) return("variable")
  # a promise, such as a data set or `spark`, is not worth loading for its kind
  if (match == "spark") return("variable")
  if (exists(match, envir = globalenv(), mode = "function")) return("function")
  if (exists(match, envir = globalenv(), inherits = FALSE) && is.data.frame(get(match, envir = globalenv()))) return("data")
  "variable"
}

# Text on `topic`: the notebook's own value, else R's help page; NULL when there is neither.
inspect_topic <- function(topic) {
  parts <- strsplit(topic, ":::?")[[1]]
  if (length(parts) == 1L && exists(topic, envir = globalenv(), inherits = FALSE)) return(describe_value(topic))
  page <- if (length(parts) == 2L) utils::help((parts[2]), package = (parts[1]), help_type = "text")
  else utils::help((topic), help_type = "text")
  if (length(page)) return(paste(help_text(page), collapse = "\n"))
  if (length(parts) == 1L && !is_unfetched(topic) && exists(topic, envir = globalenv())) return(describe_value(topic))
  NULL
}

describe_value <- function(name) {
  value <- get(name, envir = globalenv())
  if (is.function(value)) {
    usage <- utils::capture.output(args(value))
    usage <- paste(usage[usage != "NULL"], collapse = "\n")
    return(paste0(sub("^function ", name, usage), "\n\n", paste(utils::capture.output(print(value)), collapse = "\n")))
  }
  what <- paste(class(value), collapse = ", ")
  structure <- utils::capture.output(utils::str(value, vec.len = 3L, list.len = 30L))
  paste0(name, " <", what, ">\n", paste(structure, collapse = "\n"))
}

help_text <- function(page) {
  file <- as.character(page)
  if (!length(file)) return(sprintf("No documentation for %s", attr(page, "topic")))
  rd <- utils:::.getHelpFile(file[1])
  package <- basename(dirname(dirname(file[1])))
  text <- utils::capture.output(tools::Rd2txt(rd, package = package, options = list(underline_titles = FALSE)))
  gsub("_\b", "", text, fixed = TRUE)
}
