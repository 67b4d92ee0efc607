package lakebook.bridge

import java.io.{ByteArrayOutputStream, DataOutputStream}
import java.lang.reflect.{Array => Arrays}
import java.math.{BigDecimal => JBigDecimal, BigInteger}
import java.nio.ByteBuffer
import java.time._

import scala.collection.immutable.VectorMap
import scala.concurrent.duration.FiniteDuration
import scala.jdk.CollectionConverters._

/** Values between Scala and Python: blocks as the kernel's `writer.py` describes them. */
object ScalaValues {
  def read(block: Array[Byte]): Any = new ValueReader(ByteBuffer.wrap(block)).value()

  /** @throws NoForm Python has nothing like it */
  def write(value: Any): Array[Byte] = {
    val writer = new ValueWriter
    try writer.value(value)
    catch { case _: StackOverflowError => throw new NoForm(null, "it contains itself or is nested too deeply") }
    writer.block
  }

  /** A block that tells why there is no value. */
  def refusal(reason: String): Array[Byte] = {
    val writer = new ValueWriter
    writer.refusal(reason)
    writer.block
  }

  /** A block that says that the value is a frame, which goes by reference. */
  val Frame: Array[Byte] = Array('@'.toByte)
}

/** There is no value of Python's for it; `value` is what has no form, where that is the reason. */
class NoForm(val value: Any, reason: String) extends Exception(reason)

private class ValueReader(in: ByteBuffer) {
  def value(): Any = of(in.get().toChar)

  private def of(tag: Char): Any = tag match {
    case 'N' => null
    case 'z' => in.get() != 0
    case 'b' => in.get()
    case 'h' => in.getShort()
    case 'i' => in.getInt()
    case 'l' => in.getLong()
    case 'f' => in.getFloat()
    case 'd' => in.getDouble()
    case 's' => text()
    case 'y' => bytes()
    case 'I' => BigInt(new BigInteger(bytes()))
    case 'D' => decimal()
    case 'a' => LocalDate.ofEpochDay(in.getLong())
    case 'w' => LocalDateTime.ofEpochSecond(in.getLong(), in.getInt(), ZoneOffset.UTC)
    case 'Z' => zoned()
    case 't' => LocalTime.ofNanoOfDay(in.getLong())
    case 'v' => Duration.ofSeconds(in.getLong(), in.getInt().toLong)
    case 'n' => None
    case 'o' => Some(value())
    case 'L' => items().toList
    case 'S' => items().toSet
    case 'U' => tuple(items().map(_.asInstanceOf[AnyRef]).toArray)
    case 'M' =>
      val keys = items().toVector
      VectorMap.from(keys.iterator.zip(items()))
    case 'X' => numbers()
    case 'A' => references()
  }

  private def items(): Iterator[Any] = {
    val tag = in.get().toChar
    val count = in.getInt()
    if (tag == 's') texts(count) else Iterator.fill(count)(if (tag == '*') value() else of(tag))
  }

  /** Texts of which the lengths come first, then all the units. */
  private def texts(count: Int): Iterator[String] = {
    val lengths = Array.fill(count)(in.getInt())
    val units = new Array[Char](lengths.sum)
    in.asCharBuffer.get(units)
    skip(units.length, 2)
    var start = 0
    lengths.iterator.map { length =>
      start += length
      new String(units, start - length, length)
    }
  }

  private def bytes(): Array[Byte] = {
    val raw = new Array[Byte](in.getInt())
    in.get(raw)
    raw
  }

  /** Units of UTF-16 as they are: Java's decoder would replace halves of a pair. */
  private def text(): String = ByteBuffer.wrap(bytes()).asCharBuffer.toString

  private def decimal(): BigDecimal = {
    val scale = in.getInt()
    BigDecimal.exact(new JBigDecimal(new BigInteger(bytes()), scale))
  }

  private def zoned(): ZonedDateTime = {
    val moment = Instant.ofEpochSecond(in.getLong(), in.getInt().toLong)
    val name = text()
    val offset = ZoneOffset.ofTotalSeconds(in.getInt())
    val known = if (name.isEmpty) None else try Some(ZoneId.of(name)) catch { case _: DateTimeException => None }
    moment.atZone(known.getOrElse(offset))
  }

  private def tuple(elements: Array[AnyRef]): Any =
    Class.forName(s"scala.Tuple${elements.length}").getConstructors.head.newInstance(elements: _*)

  private def numbers(): Any = {
    val kind = ValueReader.Numbers(in.get().toChar)
    val shape = Array.fill(in.get().toInt)(in.getInt())
    val array = Arrays.newInstance(kind, shape: _*)
    fill(array)
    array
  }

  private def fill(array: AnyRef): Unit = array match {
    case flags: Array[Boolean]  => flags.indices.foreach(at => flags(at) = in.get() != 0)
    case bytes: Array[Byte]     => in.get(bytes): Unit
    case shorts: Array[Short]   => in.asShortBuffer.get(shorts); skip(shorts.length, 2)
    case ints: Array[Int]       => in.asIntBuffer.get(ints); skip(ints.length, 4)
    case longs: Array[Long]     => in.asLongBuffer.get(longs); skip(longs.length, 8)
    case floats: Array[Float]   => in.asFloatBuffer.get(floats); skip(floats.length, 4)
    case doubles: Array[Double] => in.asDoubleBuffer.get(doubles); skip(doubles.length, 8)
    case rows: Array[AnyRef]    => rows.foreach(fill)
  }

  private def skip(count: Int, size: Int): Unit = in.position(in.position() + count * size): Unit

  private def references(): Any = {
    val element = ValueReader.References(in.get().toChar)
    val kind = Iterator.iterate[Class[_]](element)(_.arrayType).drop(in.get() - 1).next()
    val array = Arrays.newInstance(kind, in.getInt())
    for (at <- 0 until Arrays.getLength(array)) Arrays.set(array, at, value())
    array
  }
}

private object ValueReader {
  private val Numbers: Map[Char, Class[_]] = Map(
    'z' -> classOf[Boolean], 'b' -> classOf[Byte], 'h' -> classOf[Short], 'i' -> classOf[Int], 'l' -> classOf[Long],
    'f' -> classOf[Float], 'd' -> classOf[Double])
  private val References: Map[Char, Class[_]] = Map(
    's' -> classOf[String], 'y' -> classOf[Array[Byte]], 'I' -> classOf[BigInt], 'a' -> classOf[LocalDate],
    'w' -> classOf[LocalDateTime], 'v' -> classOf[Duration], 'o' -> classOf[Option[_]])
}

private class ValueWriter {
  private val bytes = new ByteArrayOutputStream {
    override def write(raw: Array[Byte], from: Int, length: Int): Unit = {
      need(length)
      super.write(raw, from, length)
    }

    override def write(byte: Int): Unit = {
      need(1)
      super.write(byte)
    }

    private def need(more: Int): Unit = if (more > ValueWriter.Limit - size) throw ValueWriter.tooLarge
  }
  private val out = new DataOutputStream(bytes)

  def block: Array[Byte] = bytes.toByteArray

  def refusal(reason: String): Unit = {
    out.write('!')
    text(reason)
  }

  def value(value: Any): Unit = value match {
    case Some(inner) => this.value(inner)
    case _ => tagOf(value) match {
      case '*' => container(value)
      case tag =>
        out.write(tag)
        plain(value)
    }
  }

  /** The tag of what is no container. */
  private def tagOf(value: Any): Char = value match {
    case null | () | None                                            => 'N'
    case _: Boolean                                                  => 'z'
    case _: Byte                                                     => 'b'
    case _: Short                                                    => 'h'
    case _: Int                                                      => 'i'
    case _: Long                                                     => 'l'
    case _: Float                                                    => 'f'
    case _: Double                                                   => 'd'
    case _: String | _: Char                                         => 's'
    case _: Array[Byte]                                              => 'y'
    case _: BigInt | _: BigInteger                                   => 'I'
    case _: BigDecimal | _: JBigDecimal                              => 'D'
    case _: LocalDate | _: java.sql.Date                             => 'a'
    case _: LocalDateTime                                            => 'w'
    case _: java.sql.Time                                            => '*'
    case _: ZonedDateTime | _: OffsetDateTime | _: Instant | _: java.util.Date => 'Z'
    case _: LocalTime                                                => 't'
    case _: Duration | _: FiniteDuration                             => 'v'
    case _                                                           => '*'
  }

  private def plain(value: Any): Unit = value match {
    case null | () | None          =>
    case flag: Boolean             => out.write(if (flag) 1 else 0)
    case number: Byte              => out.write(number)
    case number: Short             => out.writeShort(number)
    case number: Int               => out.writeInt(number)
    case number: Long              => out.writeLong(number)
    case number: Float             => out.writeFloat(number)
    case number: Double            => out.writeDouble(number)
    case text: String              => this.text(text)
    case character: Char           => text(character.toString)
    case all: Array[Byte]          => raw(all)
    case number: BigInt            => raw(number.toByteArray)
    case number: BigInteger        => raw(number.toByteArray)
    case number: BigDecimal        => plain(number.bigDecimal)
    case number: JBigDecimal       => out.writeInt(number.scale); raw(number.unscaledValue.toByteArray)
    case day: LocalDate            => out.writeLong(day.toEpochDay)
    case day: java.sql.Date        => plain(day.toLocalDate)
    case moment: LocalDateTime     => out.writeLong(moment.toEpochSecond(ZoneOffset.UTC)); out.writeInt(moment.getNano)
    case moment: ZonedDateTime     => zoned(moment)
    case moment: OffsetDateTime    => zoned(moment.toZonedDateTime)
    case moment: Instant           => zoned(moment.atZone(ZoneOffset.UTC))
    case moment: java.util.Date    => plain(moment.toInstant)
    case time: LocalTime           => out.writeLong(time.toNanoOfDay)
    case span: Duration            => out.writeLong(span.getSeconds); out.writeInt(span.getNano)
    case span: FiniteDuration      => plain(Duration.ofNanos(span.toNanos))
  }

  private def zoned(moment: ZonedDateTime): Unit = {
    out.writeLong(moment.toEpochSecond)
    out.writeInt(moment.getNano)
    text(moment.getZone match { case _: ZoneOffset => ""; case region => region.getId })
    out.writeInt(moment.getOffset.getTotalSeconds)
  }

  private def container(value: Any): Unit = value match {
    case numbers: AnyRef if ValueWriter.isNumbers(numbers.getClass) => array(numbers)
    case elements: Array[_]                                         => items('L', elements)
    case _: LazyList[_] | _: Stream[_]                              => throw ValueWriter.noForm(value)
    case map: scala.collection.Map[_, _]                            => entries(map)
    case map: java.util.Map[_, _]                                   => entries(map.asScala)
    case set: scala.collection.Set[_]                               => items('S', set)
    case set: java.util.Set[_]                                      => items('S', set.asScala)
    case elements: scala.collection.Seq[_]                          => items('L', elements)
    case elements: java.util.List[_]                                => items('L', elements.asScala)
    case tuple: Product if ValueWriter.Tuple.matches(tuple.getClass.getName) =>
      items('U', tuple.productIterator.toSeq)
    case _ => throw ValueWriter.noForm(value)
  }

  private def entries(map: scala.collection.Map[_, _]): Unit = {
    val all = map.toSeq
    out.write('M')
    row(all.map(_._1))
    row(all.map(_._2))
  }

  private def items(tag: Char, elements: IterableOnce[Any]): Unit = {
    out.write(tag)
    row(elements)
  }

  /** Values one after the other, with one tag for all where they are of one type. */
  private def row(elements: IterableOnce[Any]): Unit = {
    val all = taken(elements)
    val tag = if (all.isEmpty) '*' else tagOf(all.head)
    val alike = tag != '*' && all.forall(element => tagOf(element) == tag)
    out.write(if (alike) tag else '*')
    out.writeInt(all.length)
    if (tag == 's' && alike) {
      val texts = all.map(_.toString)
      texts.foreach(text => out.writeInt(text.length))
      texts.foreach(units)
    } else if (alike) all.foreach(plain)
    else all.foreach(value)
  }

  /** The elements, of which a collection may make each only now: a range has any number of them. */
  private def taken(elements: IterableOnce[Any]): Array[Any] = {
    if (ValueWriter.knownSize(elements) > ValueWriter.Most) throw ValueWriter.tooLarge
    val all = elements.iterator.take(ValueWriter.Most + 1).toArray[Any]
    if (all.length > ValueWriter.Most) throw ValueWriter.tooLarge
    all
  }

  private def array(numbers: AnyRef): Unit = {
    val shape = ValueWriter.shape(numbers, numbers.getClass)
    out.write('X')
    out.write(ValueWriter.tag(numbers.getClass))
    out.write(shape.length)
    shape.foreach(out.writeInt)
    numbersOf(numbers)
  }

  private def numbersOf(array: AnyRef): Unit = array match {
    case flags: Array[Boolean]  => flags.foreach(plain)
    case shorts: Array[Short]   => memory(shorts.length, 2)(_.asShortBuffer.put(shorts))
    case ints: Array[Int]       => memory(ints.length, 4)(_.asIntBuffer.put(ints))
    case longs: Array[Long]     => memory(longs.length, 8)(_.asLongBuffer.put(longs))
    case floats: Array[Float]   => memory(floats.length, 4)(_.asFloatBuffer.put(floats))
    case doubles: Array[Double] => memory(doubles.length, 8)(_.asDoubleBuffer.put(doubles))
    case rows: Array[AnyRef]    => rows.foreach(numbersOf)
  }

  private def memory(count: Int, size: Int)(put: ByteBuffer => Any): Unit = {
    if (count.toLong * size > ValueWriter.Limit) throw ValueWriter.tooLarge
    val buffer = ByteBuffer.allocate(count * size)
    put(buffer)
    out.write(buffer.array)
  }

  private def text(text: String): Unit = {
    out.writeInt(text.length * 2)
    units(text)
  }

  private def units(text: String): Unit = memory(text.length, 2)(_.asCharBuffer.put(text))

  private def raw(all: Array[Byte]): Unit = {
    out.writeInt(all.length)
    out.write(all)
  }
}

private object ValueWriter {
  /** Bytes of a block; it also crosses as text, in a JVM that others share. */
  val Limit: Int = 256 << 20

  /** Elements of a collection: as many `Long`s as a block has room for. */
  val Most: Int = Limit / 8

  def tooLarge: NoForm = new NoForm(null, "it is too large for a value; make it a DataFrame")

  /** -1 where it must be counted. */
  def knownSize(elements: IterableOnce[Any]): Int =
    try elements.knownSize
    catch { case _: IllegalArgumentException => Int.MaxValue } // a range that has more than an Int can say

  private val Tuple = "scala\\.Tuple\\d+.*".r
  private val Tags: Map[Class[_], Char] = Map(
    classOf[Boolean] -> 'z', classOf[Short] -> 'h', classOf[Int] -> 'i', classOf[Long] -> 'l', classOf[Float] -> 'f',
    classOf[Double] -> 'd')

  def noForm(value: Any): NoForm = {
    val name = if (value.getClass.isHidden) "function" else value.getClass.getName.split("[.$]").last
    new NoForm(value, s"a $name in it has no form in Python")
  }

  /** Whether it is an array of numbers, of any number of dimensions. */
  private def isNumbers(kind: Class[_]): Boolean = kind.isArray && Tags.contains(root(kind))

  private def tag(kind: Class[_]): Char = Tags(root(kind))

  private def root(kind: Class[_]): Class[_] = if (kind.isArray) root(kind.getComponentType) else kind

  private def shape(array: AnyRef, kind: Class[_]): List[Int] = {
    val inner = kind.getComponentType
    if (!inner.isArray) List(Arrays.getLength(array))
    else {
      val rows = array.asInstanceOf[Array[AnyRef]]
      if (rows.contains(null)) throw new NoForm(null, "a row of its is null, and a NumPy array has no such")
      rows.map(shape(_, inner)).toSeq.distinct match {
        case Seq()    => 0 :: emptyShape(inner)
        case Seq(one) => rows.length :: one
        case _        => throw new NoForm(null, "its rows differ in length, and a NumPy array's do not; use a List")
      }
    }
  }

  private def emptyShape(kind: Class[_]): List[Int] = if (kind.isArray) 0 :: emptyShape(kind.getComponentType) else Nil
}
