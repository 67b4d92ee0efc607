package org.apache.spark.lakebook // for how the cleaner sees functions

import java.lang.invoke.SerializedLambda

import org.apache.spark.util.IndylambdaScalaClosures

import lakebook.bridge.StoppableLoader

/** Functions that cells have written, as Java makes them. */
private object CellFunction {
  /** Another one that does the same and holds the same; what no cell has written is returned itself. */
  def copy[F <: AnyRef](function: F): F = function.getClass.getClassLoader match {
    case loader: StoppableLoader =>
      IndylambdaScalaClosures.getSerializationProxy(function).fold(function) { written =>
        val home = Class.forName(written.getCapturingClass.replace('/', '.'), false, loader)
        val read = home.getDeclaredMethod("$deserializeLambda$", classOf[SerializedLambda])
        read.setAccessible(true)
        read.invoke(null, written).asInstanceOf[F]
      }
    case _ => function
  }
}
