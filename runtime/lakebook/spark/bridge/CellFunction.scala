package lakebook.bridge

import java.lang.invoke.SerializedLambda

/** Functions that cells have written, as Java makes them. */
object CellFunction {
  /** Another one that does the same and holds the same; what no cell has written is returned itself. */
  def copy[F <: AnyRef](function: F): F = function.getClass.getClassLoader match {
    case loader: StoppableLoader if function.getClass.isSynthetic && function.isInstanceOf[Serializable] =>
      val form = function.getClass.getDeclaredMethod("writeReplace")
      form.setAccessible(true)
      form.invoke(function) match {
        case written: SerializedLambda =>
          val home = Class.forName(written.getCapturingClass.replace('/', '.'), false, loader)
          val read = home.getDeclaredMethod("$deserializeLambda$", classOf[SerializedLambda])
          read.setAccessible(true)
          read.invoke(null, written).asInstanceOf[F]
        case _ => function
      }
    case _ => function
  }
}
