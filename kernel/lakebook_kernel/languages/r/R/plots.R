# Plots: drawn on a device that only records, sent as SVG or PNG.
#
# A plot is shown when its expression ends and shown anew, in the same place, when a later expression of the cell adds
# to it. So it stands where it was made and the notebook keeps its last state alone.

page <- new.env()
page$number <- 0L
page$device <- NULL
page$shown <- 0L
page$cost <- 0
page$drawing <- FALSE

# what sets up a page without drawing on it
preparing <- c("C_par", "C_layout", "C_palette", "C_palette2", "palette", "palette2", "C_clip", "C_strWidth", "C_strHeight")
# bytes of an SVG from which on a picture is sent instead
large <- 1e6
# bytes of a recorded plot from which on that is sure without drawing it; what ggplot2 records is large with few points too
certainly_large <- 5e6

picture_size <- function() list(
  width = getOption("repr.plot.width", 7),
  height = getOption("repr.plot.height", 5),
  resolution = getOption("repr.plot.res", 120),
  text = getOption("repr.plot.pointsize", 12)
)

# The device that records is R's quickest, whose letters are Latin-1: its warnings about others are not about the picture.
open_device <- function() {
  size <- picture_size()
  grDevices::pdf(NULL, width = size$width, height = size$height, pointsize = size$text)
  grDevices::dev.control(displaylist = "enable")
  page$device <- grDevices::dev.cur()
  new_page()
}

is_about_recorder <- function(warning) {
  grepl("mbcsToSbcs|font metrics unknown|font width unknown|conversion failure", conditionMessage(warning)) && is_open() &&
    grDevices::dev.cur() == page$device
}

new_page <- function() {
  page$number <- page$number + 1L
  page$shown <- 0L
  page$cost <- 0
}

is_open <- function() {
  device <- page$device
  !is.null(device) && device <= length(.Devices) && identical(as.character(.Devices[[device]]), "pdf") &&
    is.null(attr(.Devices[[device]], "filepath"))
}

close_device <- function() {
  if (is_open()) grDevices::dev.off(page$device)
  page$device <- NULL
}

# The hook of base graphics and grid: what is on the page now is complete.
before_page <- function(system) {
  if (page$drawing || !is_open() || grDevices::dev.cur() != page$device) return()
  if (system == "base" && !graphics::par("page")) return()
  show_plot(final = TRUE)
  new_page()
}

show_plot <- function(final) {
  if (page$drawing || !is_open()) return(invisible())
  recorded <- record()
  steps <- length(recorded[[1]])
  if (steps == page$shown || is_blank(recorded)) return(invisible())
  # a plot that is slow to draw is drawn once, at its end
  if (!final && page$cost > 0.3) return(invisible())
  began <- proc.time()[["elapsed"]]
  send_plot(recorded, page$number, page$shown > 0L)
  page$cost <- proc.time()[["elapsed"]] - began
  page$shown <- steps
}

record <- function() {
  current <- grDevices::dev.cur()
  if (current != page$device) {
    grDevices::dev.set(page$device)
    on.exit(grDevices::dev.set(current))
  }
  grDevices::recordPlot()
}

is_blank <- function(recorded) {
  for (step in recorded[[1]]) {
    name <- tryCatch(step[[2]][[1]]$name, error = function(...) "?")
    if (!length(name) || !name %in% preparing) return(FALSE)
  }
  TRUE
}

send_plot <- function(recorded, number, again) {
  size <- picture_size()
  file <- tempfile("plot")
  on.exit(unlink(file))
  vector <- as.numeric(utils::object.size(recorded[[1]])) < certainly_large && draw_svg(recorded, file, size) && file.size(file) <= large
  if (!vector) draw(recorded, grDevices::png(file, size$width, size$height, "in", size$text, res = size$resolution, type = bitmap_type()))
  emitted(emit_plot(file, if (vector) "image/svg+xml" else "image/png", number, again, size$width, size$height))
}

bitmap_type <- function() if (capabilities("cairo")) "cairo" else getOption("bitmapType")

draw_svg <- function(recorded, file, size) {
  if (requireNamespace("svglite", quietly = TRUE)) {
    draw(recorded, svglite::svglite(file, size$width, size$height, pointsize = size$text))
  } else if (capabilities("cairo")) {
    draw(recorded, grDevices::svg(file, size$width, size$height, pointsize = size$text))
  } else {
    return(FALSE)
  }
  TRUE
}

draw <- function(recorded, device) {
  current <- grDevices::dev.cur()
  page$drawing <- TRUE
  on.exit(page$drawing <- FALSE)
  force(device)
  drawn <- grDevices::dev.cur()
  on.exit({
    grDevices::dev.off(drawn)
    if (current > 1L) grDevices::dev.set(current)
  }, add = TRUE)
  suppressWarnings(grDevices::replayPlot(recorded))
}
