# What dbutils.fs.ls() returns: a list with a list for every file, as on Databricks, which is also read and shown as a data.frame.

file_list <- function(files) structure(lapply(files, function(file) {
  list(path = file$path, name = file$name, size = as.numeric(file$size), isDir = endsWith(file$name, "/"),
    isFile = !endsWith(file$name, "/"), modificationTime = as.numeric(file$modificationTime))
}), class = "FileInfoList")

file_frame <- function(files) {
  files <- unclass(files)
  data.frame(path = column_of(files, "path", ""), name = column_of(files, "name", ""), size = column_of(files, "size", 0),
    isDir = column_of(files, "isDir", NA), isFile = column_of(files, "isFile", NA),
    modificationTime = column_of(files, "modificationTime", 0))
}

# files$name, files[files$size > 0, ], nrow(files), files[[1]]$name, for (file in files), lapply(files, …): all that people write.
define_file_list <- function() {
  method <- function(generic, definition) registerS3method(generic, "FileInfoList", definition, envir = baseenv())
  method("as.data.frame", function(x, ...) file_frame(x))
  method("$", function(x, name) file_frame(x)[[name]])
  method("dim", function(x) c(length(unclass(x)), 6L))
  method("dimnames", function(x) dimnames(file_frame(x)))
  method("[", function(x, i, j, ..., drop = TRUE) {
    if (nargs() - (!missing(drop)) < 3L) return(structure(unclass(x)[i], class = "FileInfoList"))
    file_frame(x)[i, j, drop = drop]
  })
  method("print", function(x, ...) print(file_frame(x), ...))
}
