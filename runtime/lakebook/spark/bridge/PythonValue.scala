package lakebook.bridge

/** Values as JSON has them, such that Python reads its own: `str` of them says what it would in a Python cell. */
object PythonValue {
  def apply(value: Any): Any = value match {
    case number: Double                => ofDouble(number)
    case number: Float                 => if (number.isNaN || number.isInfinite) ofDouble(number) else number
    case number: BigInt                => number.bigInteger
    case plain @ (null | _: Boolean | _: Byte | _: Short | _: Int | _: Long | _: java.math.BigInteger) => plain
    case Some(inner)                   => apply(inner)
    case pairs: collection.Map[_, _]   => pairs.map { case (key, of) => key.toString -> apply(of) }
    case values: collection.Seq[_]     => values.map(apply)
    case values: Array[_]              => values.toSeq.map(apply)
    case other                         => other.toString
  }

  /** JSON has no word for these. */
  private def ofDouble(number: Double): Any =
    if (number.isNaN) "nan" else if (number.isInfinite) { if (number > 0) "inf" else "-inf" } else number
}
