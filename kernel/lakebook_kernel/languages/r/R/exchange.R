# The R side of the exchange: vectors made from, and laid out for, memory that Python reads and writes.

# ------------------------------------------------------------------- to R

as_frame <- function(columns, names, rows) {
  attributes(columns) <- list(names = names, row.names = .set_row_names(rows), class = "data.frame")
  columns
}

split_text <- function(bytes, separator) {
  texts <- strsplit(rawToChar(bytes), rawToChar(separator), fixed = TRUE, useBytes = TRUE)[[1]]
  Encoding(texts) <- "UTF-8"
  texts
}

without <- function(vector, places) {
  vector[places] <- NA
  vector
}

pick <- function(levels, codes) levels[codes]
concat <- function(parts) unlist(parts, recursive = FALSE, use.names = FALSE)
as_factor <- function(codes, levels, ordered) structure(codes, levels = levels, class = if (ordered) c("ordered", "factor") else "factor")
as_date <- function(days) {
  class(days) <- "Date"
  days
}
as_time <- function(seconds, zone) {
  attributes(seconds) <- list(class = c("POSIXct", "POSIXt"), tzone = zone)
  seconds
}
as_span <- function(seconds) structure(seconds, class = "difftime", units = "secs")
as_clock <- function(seconds) structure(seconds, class = c("hms", "difftime"), units = "secs")

# Names, dimensions, and a comment: R prints none.
dress <- function(vector, names, dim, comment) {
  if (!is.null(names)) names(vector) <- names
  if (!is.null(dim)) dim(vector) <- dim
  attr(vector, "comment") <- comment
  vector
}

# A list of pieces of a vector or of a data.frame's rows; NULL where the length is NA.
cut_list <- function(flat, lengths) {
  gone <- is.na(lengths)
  lengths[gone] <- 0L
  starts <- cumsum(as.double(lengths)) - lengths
  piece <- if (is.data.frame(flat)) function(rows) as_frame(lapply(unclass(flat), function(x) if (is.data.frame(x)) x[rows, , drop = FALSE] else x[rows]), names(flat), length(rows))
  else function(rows) flat[rows]
  pieces <- lapply(seq_along(lengths), function(index) piece(starts[index] + seq_len(lengths[index])))
  pieces[gone] <- list(NULL)
  pieces
}

zones <- new.env()

is_zone <- function(zone) {
  if (is.null(zones[[zone]])) assign(zone, zone %in% c("UTC", "GMT") || zone %in% OlsonNames(), envir = zones)
  zones[[zone]]
}

# ----------------------------------------------------------------- from R

# The UTF-8 bytes of all texts one after the other, how many each has, and which are NA.
join_text <- function(texts) {
  missing <- is.na(texts)
  valid <- validUTF8(texts)
  # enc2utf8() would write <ff> for what it does not know
  if (!all(valid) && any(Encoding(texts[!valid & !missing]) != "latin1")) return(NULL)
  texts <- enc2utf8(texts)
  texts[missing] <- ""
  list(charToRaw(paste(texts, collapse = "")), nchar(texts, "bytes"), as.raw(missing))
}

# Of what is young alone: that takes no longer with a full memory.
collect_garbage <- function() gc(full = FALSE)

# What a vector is, for Python: its kind, its values, and what else belongs to the kind. Attributes cost a copy to lose: Python
# does not look at them.
lay_out <- function(x) {
  if (is.data.frame(x)) return(list("frame"))
  if (is.factor(x)) return(list(if (is.ordered(x)) "ordered" else "factor", x, levels(x)))
  if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
  if (inherits(x, "Date")) return(list("date", doubles(x)))
  if (inherits(x, "POSIXct")) return(list("time", doubles(x), time_zone(x)))
  if (inherits(x, "hms")) return(list("clock", doubles(x)))
  if (inherits(x, "difftime")) return(list("span", if (units(x) == "secs") doubles(x) else as.double(x, units = "secs")))
  if (inherits(x, "integer64")) return(list("integer64", x))
  what <- foreign(x)
  if (!is.null(what)) return(list("foreign", what))
  list(typeof(x), if (is.object(x)) bare(x) else x)
}

doubles <- function(x) if (is.double(x)) x else as.double(unclass(x))

is_missing <- function(numbers) is.na(numbers) & !is.nan(numbers)

bare <- function(x) {
  attributes(x) <- NULL
  x
}

# Says what a value is that lives in R alone; NULL for all others.
foreign <- function(x) {
  named <- paste0("of class ", paste(class(x), collapse = ", "))
  if (is.function(x)) return("it is a function")
  if (inherits(x, "connection")) return("it is a connection")
  if (is.environment(x)) return(if (is.object(x)) paste("it is an object", named) else "it is an environment")
  if (inherits(x, "formula")) return("it is a formula")
  if (is.symbol(x)) return("it is a symbol")
  if (is.language(x)) return("it is unevaluated code")
  if (isS4(x)) return(paste("it is an S4 object", named))
  if (is.list(x)) {
    if (is.object(x) && !inherits(x, c("data.frame", "AsIs", "list", "vctrs_list_of"))) return(paste("it is an object", named))
    return(NULL)
  }
  if (is.atomic(x)) NULL else paste("it is a", typeof(x))
}

known_classes <- c("AsIs", "noquote", "table", "array", "matrix", "list", "vctrs_list_of", "vctrs_vctr", "factor", "ordered", "Date", "IDate", "POSIXct", "POSIXlt",
  "POSIXt", "hms", "difftime", "integer64")
known_attributes <- c("names", "dim", "dimnames", "class", "comment", "tzone", "units", "levels", "balanced", "ptype")

# Names, dimensions, comment, and sentences on what of the value stays in R.
traits <- function(x) {
  shape <- if (is.factor(x)) NULL else dim(x)
  names <- if (inherits(x, "POSIXlt")) names(x$year) else if (is.null(shape)) names(x)
  notes <- character()
  if (is.factor(x) && !is.null(names)) {
    names <- NULL
    notes <- c(notes, "the names of its elements stay in R")
  }
  if (!is.null(dimnames(x))) notes <- c(notes, "its dimnames stay in R")
  own <- setdiff(oldClass(x), known_classes)
  if (length(own)) notes <- c(notes, sprintf("its class %s stays in R", paste(own, collapse = ", ")))
  rest <- if (inherits(x, "POSIXlt")) character() else setdiff(names(attributes(x)), known_attributes)
  if (length(rest) && !length(own)) notes <- c(notes, sprintf("its attributes %s stay in R", paste(rest, collapse = ", ")))
  list(if (is.null(names)) NULL else enc2utf8(names), shape, attr(x, "comment", exact = TRUE), notes)
}

time_zone <- function(x) {
  zone <- attr(x, "tzone")[1]
  if (is.null(zone) || !nzchar(zone)) zone <- Sys.timezone()
  if (is.na(zone)) "UTC" else zone
}

ungroup_frame <- function(x) lapply(seq_along(x), function(index) .subset2(x, index))

# How many rows a frame has, and sentences on what of them Python does not get.
rows_of <- function(frame) {
  names <- attr(frame, "row.names")
  rows <- length(names)
  list(rows, as.character(c(
    if (is.character(names)) "its row names stay in R; tibble::rownames_to_column() makes a column of them",
    if (!length(frame) && rows) sprintf("its %d rows have no columns and stay in R", rows)
  )))
}

# Of a matrix within a frame how many columns it has, else NA.
columns_of <- function(x) {
  if (length(dim(x)) > 2L) stop("it is an array of ", length(dim(x)), " dimensions", call. = FALSE)
  if (length(dim(x)) == 2L) ncol(x) else NA_integer_
}

# Of a list column: the kind of its elements, how long they are (NA for NULL), and all of them as one.
lay_out_list <- function(x) {
  gone <- vapply(x, is.null, NA, USE.NAMES = FALSE)
  kinds <- vapply(x[!gone], element_kind, "", USE.NAMES = FALSE)
  known <- unique(kinds)
  if (length(known) > 1L && "logical" %in% known && all(is.na(unlist(x[!gone][kinds == "logical"])))) known <- setdiff(known, "logical")
  if (setequal(known, c("integer", "double"))) known <- "double"
  if (!length(known)) return(list("none", integer(), NULL))
  kind <- if (length(known) > 1L) "mixed" else known
  if (kind %in% c("mixed", "raw", "named")) return(list(kind, integer(), NULL))
  rest <- bare(x[!gone])
  lengths <- rep(NA_integer_, length(x))
  lengths[!gone] <- if (kind == "frame") vapply(rest, nrow, 0L) else lengths(rest, FALSE)
  flat <- switch(kind,
    frame = rest,
    list = unlist(lapply(rest, bare), recursive = FALSE),
    clock = as_clock(unlist(lapply(rest, as.double))),
    logical = , integer = , double = , character = , complex = unlist(lapply(rest, bare)),
    do.call(c, rest)
  )
  list(kind, lengths, flat)
}

element_kind <- function(x) {
  if (!is.null(foreign(x))) return("mixed")
  kind <- lay_out(if (is.data.frame(x)) x else x[0L])[[1]]
  if (kind != "frame" && !is.null(dim(x))) return("mixed")
  if (kind != "frame" && !is.null(names(x))) return("named")
  if (kind == "ordered") "factor" else kind
}
