package lakebook.bridge

import java.lang.reflect.{Field, InvocationTargetException, Modifier}

import scala.runtime.ScalaRunTime
import scala.util.control.NonFatal

import sun.reflect.ReflectionFactory

/** The values that a step of a cell bound, found in the wrappers that the compiler puts around its code.
  *
  * @param path the name of the outermost wrapper, an object that makes the instance
  * @param inner names of the wrappers inside, outermost first
  * @param classBased whether the wrappers are classes
  */
class StepValues(loader: ClassLoader, path: String, inner: List[String], classBased: Boolean) {
  /** The innermost wrapper, as it is kept now. The first call runs the step's code. */
  def wrapper(): AnyRef = inner.foldLeft(member(module, "INSTANCE"))(member)

  def get(name: String): AnyRef = member(wrapper(), name)

  /** Run the step's code once more. Code that has the wrappers of before goes on with those. */
  def makeAnew(): Unit = {
    val (instance, owner) = kept
    instance.set(owner, Class.forName(path, true, loader).getConstructor().newInstance())
  }

  /** Forget all values but those of these names. */
  def keepOnly(names: List[String]): Unit = if (classBased) {
    val (instance, owner) = kept
    val whole = instance.get(owner)
    if (whole != null) instance.set(owner, if (names.isEmpty) null else without(whole, inner, names))
  }

  /** Where the outermost wrapper is kept: a field, and whose it is. */
  private def kept: (Field, AnyRef) = {
    val instance = field(module.getClass, "INSTANCE")
    (instance, if (Modifier.isStatic(instance.getModifiers)) null else module)
  }

  private def module: AnyRef = Class.forName(path + "$", true, loader).getField("MODULE$").get(null)

  /** A copy with nothing in it but the way to the innermost wrapper, and there these values. */
  private def without(whole: AnyRef, way: List[String], names: List[String]): AnyRef = {
    val kind = whole.getClass
    val copy = ReflectionFactory.getReflectionFactory
      .newConstructorForSerialization(kind, classOf[Object].getDeclaredConstructor()).newInstance().asInstanceOf[AnyRef]
    way match {
      case next :: rest => field(kind, next).set(copy, without(field(kind, next).get(whole), rest, names))
      case Nil          => names.foreach(name => field(kind, name).set(copy, field(kind, name).get(whole)))
    }
    copy
  }

  private def member(of: AnyRef, name: String): AnyRef =
    of.getClass.getMethods.find(method => method.getName == name && method.getParameterCount == 0) match {
      case Some(getter) =>
        try getter.invoke(of)
        catch { case failure: InvocationTargetException => throw failure.getCause }
      case None => Class.forName(of.getClass.getName + name + "$", true, loader).getField("MODULE$").get(null)
    }

  private def field(kind: Class[_], name: String): Field = {
    val found = kind.getDeclaredField(name)
    found.setAccessible(true)
    found
  }
}

object StepValues {
  private val Elements = 1000
  private val FewElements = 20
  private val Characters = 10000

  private val FewCharacters = 120

  /** A value as a cell's result shows it. */
  def shown(value: AnyRef): String = shown(value, Elements, Characters)

  /** The beginning of a value, on one line. */
  def glance(value: AnyRef): String = value match {
    case _: LazyList[_] | _: Stream[_] => "" // the user's code makes their elements
    case text: String =>
      "\"" + cut(text.take(FewCharacters + 1).replace("\n", " "), FewCharacters) + "\""
    case other                         => shown(other, FewElements, FewCharacters).replaceAll("\\s*\n\\s*", " ")
  }

  private def shown(value: AnyRef, elements: Int, characters: Int): String = {
    val text =
      try ScalaRunTime.stringOf(value, elements)
      catch { case NonFatal(problem) => s"<toString failed: $problem>" }
    if (text == null) "null" else cut(text, characters)
  }

  private def cut(text: String, characters: Int): String =
    if (text.length > characters) text.take(characters) + "…" else text
}
