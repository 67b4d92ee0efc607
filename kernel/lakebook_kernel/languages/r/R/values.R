# A visible value: a frame as a table, an object with a richer form in that, all else as R prints it.

table_rows <- 100L
frame_classes <- c("data.frame", "tbl_df", "tbl", "data.table", "grouped_df", "rowwise_df", "spec_tbl_df")

# `last`: it is the value of the cell.
show_value <- function(value, last = FALSE) {
  if (inherits(value, "tbl_sql") && inherits(value, "tbl_lazy")) {
    show_lazy(value)
  } else if (inherits(value, "FileInfoList")) {
    send_table(file_frame(value), length(unclass(value)))
  } else if (is_plain_frame(value)) {
    if (is_printable(value)) send_table(value, nrow(value))
  } else if (inherits(value, "help_files_with_topic")) {
    cat(help_text(value), sep = "\n")
  } else {
    bundle <- rich_forms(value)
    if (length(bundle)) emitted(emit_rich(names(bundle), unlist(bundle, use.names = FALSE)))
    else if (last) emitted(emit_result(utils::capture.output(print_value(value))))
    else print_value(value)
  }
  invisible()
}

# What a forked R shows is refused.
emitted <- function(answer) if (is.list(answer)) stop(answer$message, call. = FALSE)

print_value <- function(value) if (isS4(value)) methods::show(value) else print(value)

# A frame whose class has no way of its own to print, as a table of anova() has.
is_plain_frame <- function(value) {
  if (!is.data.frame(value)) return(FALSE)
  own <- setdiff(class(value), frame_classes)
  for (name in own) if (!is.null(utils::getS3method("print", name, optional = TRUE))) return(FALSE)
  TRUE
}

# data.table's x[, a := 1] is not to be shown: only data.table knows.
is_printable <- function(value) {
  if (!inherits(value, "data.table") || !isNamespaceLoaded("data.table")) return(TRUE)
  asked <- get0("shouldPrint", asNamespace("data.table"))
  is.null(asked) || isTRUE(asked(value))
}

# The first rows of a lazy table: a query of its own.
show_lazy <- function(value) {
  head <- dplyr::collect(utils::head(value, table_rows + 1L))
  more <- nrow(head) > table_rows
  send_table(head, if (more) NA_integer_ else nrow(head), more)
}

send_table <- function(frame, total, more = total > table_rows) {
  shown <- seq_len(min(nrow(frame), table_rows))
  names <- names(frame)
  types <- character()
  columns <- list()
  heads <- character()
  if (.row_names_info(frame) > 0L && length(frame)) {
    heads <- ""
    types <- "chr"
    columns <- list(row.names(frame)[shown])
  }
  for (index in seq_along(names)) {
    column <- .subset2(frame, index)
    parts <- if (length(dim(column)) == 2L) split_columns(column, names[index]) else stats::setNames(list(column), names[index])
    for (name in names(parts)) {
      part <- parts[[name]]
      heads <- c(heads, name)
      types <- c(types, type_name(part))
      columns <- c(columns, list(cell_texts(part[shown])))
    }
  }
  emitted(emit_table(heads, types, columns, isTRUE(more), as.integer(total)))
}

split_columns <- function(column, name) {
  inner <- colnames(column)
  if (is.null(inner)) inner <- seq_len(ncol(column))
  parts <- lapply(seq_len(ncol(column)), function(index) column[, index, drop = TRUE])
  stats::setNames(parts, paste0(name, ".", inner))
}

type_name <- function(column) {
  if (is.factor(column)) return(if (is.ordered(column)) "ord" else "fct")
  if (inherits(column, "Date")) return("date")
  if (inherits(column, "POSIXt")) return("dttm")
  if (inherits(column, "difftime")) return("drtn")
  if (inherits(column, "integer64")) return("int64")
  if (is.object(column) && !is.list(column)) return(class(column)[1])
  switch(typeof(column), logical = "lgl", integer = "int", double = "dbl", complex = "cpl", character = "chr", raw = "raw", list = "list", typeof(column))
}

# Text of every value, NA where there is none. Numbers keep all their digits.
cell_texts <- function(column) {
  missing <- if (is.list(column)) vapply(column, is.null, NA) else is.na(column) & !(is.double(column) & is.nan(column))
  texts <- if (is.list(column) && !is.object(column)) vapply(column, element_text, "")
  else if (is.factor(column)) as.character(column)
  else if (inherits(column, "Date")) format(column)
  else if (inherits(column, "POSIXt")) time_texts(column)
  else if (inherits(column, "integer64")) format(column)
  else if (is.object(column)) trimws(format(column))
  else if (is.double(column)) number_texts(column)
  else as.character(column)
  texts <- enc2utf8(as.character(texts))
  texts[missing] <- NA_character_
  texts
}

number_texts <- function(numbers) {
  texts <- sprintf("%.15g", numbers)
  for (digits in 16:17) {
    inexact <- is.finite(numbers) & suppressWarnings(as.numeric(texts)) != numbers
    if (!any(inexact)) break
    texts[inexact] <- sprintf(paste0("%.", digits, "g"), numbers[inexact])
  }
  texts
}

# Without the zeros of a fraction; half a microsecond is added because format() cuts where it should round.
time_texts <- function(times) {
  texts <- format(as.POSIXct(times) + 4e-7, "%Y-%m-%d %H:%M:%OS6")
  sub("\\.$", "", sub("0+$", "", texts))
}

element_text <- function(value) {
  if (is.null(value)) return(NA_character_)
  if (is.data.frame(value)) return(sprintf("<%s [%d x %d]>", class(value)[1], nrow(value), ncol(value)))
  if (is.atomic(value) && is.null(dim(value)) && length(value) <= 20L) return(paste(cell_texts(value), collapse = ", "))
  text <- paste(deparse(value, width.cutoff = 200L, nlines = 1L), collapse = "")
  if (nchar(text) > 200L) paste0(substr(text, 1L, 200L), "\u2026") else text
}

ordinary <- c("gg", "ggplot", "trellis", "recordedplot", "lm", "glm", "htest", "formula", "factor", "ordered", "Date", "POSIXct", "POSIXt", "POSIXlt", "difftime", "table", "matrix", "array", "function", "list",
  "character", "numeric", "integer", "logical", "complex", "data.frame", "default", "ts", "noquote")

# HTML (or another form) of objects that package repr or the object itself knows a way for.
rich_forms <- function(value) {
  if (!is.object(value)) return(list())
  if (inherits(value, c("htmlwidget", "shiny.tag", "shiny.tag.list")) && requireNamespace("repr", quietly = TRUE)) {
    html <- repr::repr_html(value)
    return(if (is.null(html)) list() else list("text/html" = html, "text/plain" = paste0("<", class(value)[1], ">")))
  }
  if (isS4(value) || !requireNamespace("repr", quietly = TRUE)) return(list())
  known <- setdiff(class(value), ordinary)
  for (name in known) {
    if (is.null(utils::getS3method("repr_html", name, optional = TRUE, envir = asNamespace("repr")))) next
    html <- repr::repr_html(value)
    if (is.null(html)) next
    return(list("text/html" = html, "text/plain" = paste(utils::capture.output(print(value)), collapse = "\n")))
  }
  list()
}
