package lakebook.bridge

import java.io.PrintStream
import java.util.Locale

/** A `PrintStream` that is another one for each notebook: every method is handed on, since the class' own would take
  * one lock for all of them.
  */
private class RoutedStream(original: PrintStream, of: NotebookOutput => PrintStream) extends PrintStream(original) {
  private def to: PrintStream = NotebookOutput.current.fold(original)(of)

  override def write(byte: Int): Unit = to.write(byte)
  override def write(bytes: Array[Byte]): Unit = to.write(bytes)
  override def write(bytes: Array[Byte], offset: Int, length: Int): Unit = to.write(bytes, offset, length)
  override def flush(): Unit = to.flush()
  override def close(): Unit = ()
  override def checkError(): Boolean = to.checkError()

  override def print(value: Boolean): Unit = to.print(value)
  override def print(value: Char): Unit = to.print(value)
  override def print(value: Int): Unit = to.print(value)
  override def print(value: Long): Unit = to.print(value)
  override def print(value: Float): Unit = to.print(value)
  override def print(value: Double): Unit = to.print(value)
  override def print(value: Array[Char]): Unit = to.print(value)
  override def print(value: String): Unit = to.print(value)
  override def print(value: Object): Unit = to.print(value)

  override def println(): Unit = to.println()
  override def println(value: Boolean): Unit = to.println(value)
  override def println(value: Char): Unit = to.println(value)
  override def println(value: Int): Unit = to.println(value)
  override def println(value: Long): Unit = to.println(value)
  override def println(value: Float): Unit = to.println(value)
  override def println(value: Double): Unit = to.println(value)
  override def println(value: Array[Char]): Unit = to.println(value)
  override def println(value: String): Unit = to.println(value)
  override def println(value: Object): Unit = to.println(value)

  override def format(pattern: String, values: Object*): PrintStream = to.format(pattern, values: _*)
  override def format(locale: Locale, pattern: String, values: Object*): PrintStream =
    to.format(locale, pattern, values: _*)
  override def append(text: CharSequence): PrintStream = to.append(text)
  override def append(text: CharSequence, start: Int, end: Int): PrintStream = to.append(text, start, end)
  override def append(character: Char): PrintStream = to.append(character)
}
