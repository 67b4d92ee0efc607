# The R side of the exchange: vectors made from, and laid out for, memory that Python reads and writes.

as_frame <- function(columns, names, rows) {
  attributes(columns) <- list(names = names, row.names = .set_row_names(rows), class = "data.frame")
  columns
}

split_text <- function(bytes, separator) {
  texts <- strsplit(rawToChar(bytes), separator, fixed = TRUE, useBytes = TRUE)[[1]]
  Encoding(texts) <- "UTF-8"
  texts
}

# The UTF-8 bytes of all texts one after the other, how many each has, and which are NA.
join_text <- function(texts) {
  missing <- is.na(texts)
  texts <- enc2utf8(texts)
  texts[missing] <- ""
  if (!all(validUTF8(texts))) return(NULL)
  list(charToRaw(paste(texts, collapse = "")), nchar(texts, "bytes"), as.raw(missing))
}

without <- function(vector, places) {
  vector[places] <- NA
  vector
}

pick <- function(levels, codes) levels[codes]
concat <- function(parts) unlist(parts, recursive = FALSE, use.names = FALSE)
as_factor <- function(codes, levels, ordered) structure(codes, levels = levels, class = if (ordered) c("ordered", "factor") else "factor")
as_date <- function(days) structure(days, class = "Date")
as_time <- function(seconds, zone) structure(seconds, class = c("POSIXct", "POSIXt"), tzone = zone)
as_span <- function(seconds) structure(seconds, class = "difftime", units = "secs")
as_matrix <- function(values, dim) structure(values, dim = dim)
with_names <- function(values, names) structure(values, names = names)

# What a vector is, for Python: its kind, its bare values, and what else belongs to the kind.
lay_out <- function(x) {
  if (is.factor(x)) return(list(if (is.ordered(x)) "ordered" else "factor", as.integer(x), levels(x)))
  if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
  if (inherits(x, "Date")) return(list("date", as.double(x)))
  if (inherits(x, "POSIXct")) return(list("time", as.double(x), time_zone(x)))
  if (inherits(x, "difftime")) return(list("span", as.double(x, units = "secs")))
  if (inherits(x, "integer64")) return(list("integer64", unclass(x)))
  switch(typeof(x),
    logical = list("logical", as.integer(x)),
    integer = list("integer", as.integer(x)),
    double = list("double", as.double(x)),
    character = list("character", as.character(x)),
    list = list("list", unclass(x)),
    list(typeof(x), x)
  )
}

time_zone <- function(x) {
  zone <- attr(x, "tzone")[1]
  if (is.null(zone) || !nzchar(zone)) zone <- Sys.timezone()
  if (is.na(zone)) "UTC" else zone
}

shape_of <- function(x) list(names = names(x), dim = if (is.factor(x)) NULL else dim(x), frame = is.data.frame(x))

ungroup_frame <- function(x) lapply(seq_along(x), function(index) .subset2(x, index))
