package org.apache.spark.lakebook // for what the cleaner knows functions by

import org.apache.spark.util.IndylambdaScalaClosures._
import org.apache.xbean.asm9.{ClassReader, ClassVisitor, ClassWriter, Handle, MethodVisitor, Opcodes, Type}

/** Shows Spark's closure cleaner the functions within a cell's functions.
  *
  * The cleaner empties what a function does not read of its cell. It looks into the functions within, yet knows them
  * only as an `apply` of a `scala.Function`. One of numbers (`Int => Int`, which the compiler makes an
  * `apply$mcII$sp` of a `JFunction1$mcII$sp`) or of a Java interface it passes over: what that reads of its cell is null
  * then, or, where it is a number, 0.
  */
object NestedLambdas {
  private val AnyFunction = Type.getObjectType("scala/Function0")
  private val known = new Handle(
    Opcodes.H_INVOKESTATIC, LambdaMetafactoryClassName, LambdaMetafactoryMethodName, LambdaMetafactoryMethodDesc, false)

  /** A class whose functions all look like those that the cleaner knows: to be read, not to be run. */
  def shown(bytes: Array[Byte]): Array[Byte] = {
    val writer = new ClassWriter(0)
    new ClassReader(bytes).accept(new Shown(writer), 0)
    writer.toByteArray
  }

  private class Shown(next: ClassVisitor) extends ClassVisitor(Opcodes.ASM9, next) {
    override def visitMethod(
        access: Int, name: String, kind: String, signature: String, thrown: Array[String]): MethodVisitor =
      new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, kind, signature, thrown)) {
        override def visitInvokeDynamicInsn(name: String, kind: String, made: Handle, rest: Object*): Unit =
          if (made.getOwner == LambdaMetafactoryClassName) {
            val function = Type.getMethodDescriptor(AnyFunction, Type.getArgumentTypes(kind): _*)
            super.visitInvokeDynamicInsn("apply", function, known, rest: _*)
          } else super.visitInvokeDynamicInsn(name, kind, made, rest: _*)
      }
  }
}
