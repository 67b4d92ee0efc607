package lakebook.bridge

import org.apache.spark.sql.Dataset
import org.apache.spark.sql.lakebook.ShownCells

/** The first rows of a frame as a table to be shown. */
object TableHead {
  /** `{"columns": [{"name", "type"}], "rows": [[…]], "more": …}`: cells as `show()` writes them but never cut off, null
    * for null. Computes no more than `rows + 1` rows.
    */
  def json(frame: Dataset[_], rows: Int): String = Json.write(of(frame, rows))

  def of(frame: Dataset[_], rows: Int): Map[String, Any] = {
    val head = ShownCells.head(frame, rows + 1)
    Map(
      "columns" -> columns(frame),
      "rows" -> head.take(rows),
      "more" -> (head.length > rows)
    )
  }

  def columns(frame: Dataset[_]): Seq[Map[String, String]] =
    frame.schema.map(field => Map("name" -> field.name, "type" -> field.dataType.catalogString))
}
