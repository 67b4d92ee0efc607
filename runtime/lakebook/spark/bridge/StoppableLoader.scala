package lakebook.bridge

import java.io.{ByteArrayInputStream, File, FileInputStream, InputStream}
import java.lang.invoke.{CallSite, ConstantCallSite, MethodHandle, MethodHandles, MethodType, MutableCallSite}
import java.util.concurrent.ConcurrentHashMap

import scala.concurrent.ExecutionContext
import scala.jdk.CollectionConverters.SetHasAsScala
import scala.reflect.internal.util.AbstractFileClassLoader
import scala.reflect.io.{AbstractFile, Directory, PlainDirectory}
import scala.util.control.ControlThrowable

import org.apache.spark.lakebook.NestedLambdas
import org.apache.xbean.asm9.{ClassReader, ClassVisitor, ClassWriter, FieldVisitor, Handle, Label,
  MethodTooLargeException, MethodVisitor, Opcodes}

/** Ends a cell's code where it stands; `NonFatal`, and so `Try`, lets it pass. */
class Stopped extends ControlThrowable("interrupted")

/** A cell called `System.exit` or the like. */
class ExitRefused(call: String)
    extends RuntimeException(s"$call would end the Spark driver, which this workspace's notebooks share: it goes on")

/** Defines the classes of one notebook's cells, so that their code can be stopped.
  *
  * Every method entry and every backward jump gets a call that does nothing (and costs nothing once compiled) until the
  * loader is armed. Calls that would end the JVM are replaced, `ExecutionContext.global` by the notebook's own, and
  * calls of methods called `fit`, whose first argument is a frame, by what `fits` makes of them. The files keep the
  * compiler's bytes, which is what executors read; Spark's closure cleaner reads what `NestedLambdas` shows of them.
  *
  * It refers to nothing of the interpreter: Spark may hold on to a class, and so to this, while the driver lives.
  *
  * @param folder where the compiler puts the classes of all notebooks
  */
class StoppableLoader(folder: File, parent: ClassLoader, threads: ExecutionContext, fits: Option[Fits])
    extends AbstractFileClassLoader(new PlainDirectory(new Directory(folder)), parent) {
  private val pass = StoppableLoader.pass
  private val stop = MethodHandles.lookup().bind(this, "halt", MethodType.methodType(Void.TYPE))
  private val site = new MutableCallSite(pass)
  private val lines = ConcurrentHashMap.newKeySet[String]()
  private val victims = ConcurrentHashMap.newKeySet[Thread]()

  /** The loader above, whose classes this one's call. */
  private def above: Option[StoppableLoader] = Option(getParent).collect { case loader: StoppableLoader => loader }

  /** Classes in this package are this notebook's. */
  def own(line: String): Unit = {
    lines.add(line)
    InterpretedClasses.own(line, this)
  }

  /** Stop the code of this loader's classes that `thread` runs, at its next jump or call, until `disarm`. */
  def arm(thread: Thread): Unit = {
    above.foreach(_.arm(thread))
    synchronized {
      victims.add(thread)
      site.setTarget(stop)
      MutableCallSite.syncAll(Array(site))
    }
  }

  def disarm(thread: Thread): Unit = {
    above.foreach(_.disarm(thread))
    synchronized {
      victims.remove(thread)
      if (victims.isEmpty) site.setTarget(pass)
    }
  }

  /** Forget the classes and delete their files. */
  def close(): Unit = {
    lines.asScala.foreach { line =>
      InterpretedClasses.disown(line)
      new Directory(new File(folder, line)).deleteRecursively()
    }
    lines.clear()
  }

  def halt(): Unit = if (victims.contains(Thread.currentThread)) throw new Stopped

  /** The target of an instruction that `Stoppable` put in. */
  private[bridge] def link(caller: MethodHandles.Lookup, name: String, kind: MethodType): CallSite = name match {
    case "check" => site
    case "threads" =>
      val constant = MethodHandles.constant(kind.returnType, threads)
      new ConstantCallSite(MethodHandles.dropArguments(constant, 0, kind.parameterList))
    case "fit" =>
      val method = caller.findVirtual(kind.parameterType(0), name, kind.dropParameterTypes(0, 1))
      new ConstantCallSite(fits.fold(method)(_.noticed(method)))
  }

  override def loadClass(name: String, resolve: Boolean): Class[_] =
    if (owns(name)) super.loadClass(name, resolve) else getParent.loadClass(name)

  /** Whether it is this loader that defines a class. */
  protected def owns(className: String): Boolean = InterpretedClasses.lineOf(className).exists(lines.contains)

  override def classBytes(name: String): Array[Byte] =
    read(name.replace('.', '/') + ".class").fold(Array.emptyByteArray)(Stoppable.instrument)

  /** Spark's closure cleaner asks for a class so; the JVM does not. */
  override def getResourceAsStream(name: String): InputStream =
    if (!name.endsWith(".class") || findAbstractFile(name) == null) super.getResourceAsStream(name)
    else read(name).map(bytes => new ByteArrayInputStream(NestedLambdas.shown(bytes))).orNull

  /** What the compiler has written to a file. */
  private def read(path: String): Option[Array[Byte]] = {
    val file = new File(folder, path)
    if (!file.isFile) None
    else {
      val stream = new FileInputStream(file) // unlike a channel it is not closed by Thread.interrupt
      try Some(stream.readAllBytes()) finally stream.close()
    }
  }

  override protected def findAbstractFile(name: String): AbstractFile =
    if (owns(name.stripSuffix(".class").replace('/', '.'))) super.findAbstractFile(name) else null
}

object StoppableLoader {
  private val pass: MethodHandle = MethodHandles.empty(MethodType.methodType(Void.TYPE))

  /** Called by the JVM when it meets an instruction that `Stoppable` put in for the first time. */
  def bootstrap(caller: MethodHandles.Lookup, name: String, kind: MethodType): CallSite =
    caller.lookupClass.getClassLoader.asInstanceOf[StoppableLoader].link(caller, name, kind)
}

/** What calls that would end the JVM are replaced by. */
object ExitRefused {
  def exit(status: Int): Unit = throw new ExitRefused(s"System.exit($status)")
  def exit(runtime: Runtime, status: Int): Unit = throw new ExitRefused(s"Runtime.exit($status)")
  def halt(runtime: Runtime, status: Int): Unit = throw new ExitRefused(s"Runtime.halt($status)")
  def exit(sys: scala.sys.`package`.type, status: Int): Nothing = throw new ExitRefused(s"sys.exit($status)")
  def exit(sys: scala.sys.`package`.type): Nothing = throw new ExitRefused("sys.exit()")
}

/** Rewrites the bytes of a cell's class. */
private object Stoppable {
  private val Runtime = "java/lang/Runtime"
  private val Sys = "scala/sys/package$"
  private val Refused = "lakebook/bridge/ExitRefused"
  private val OfFrame = "(Lorg/apache/spark/sql/Dataset;"
  private val Virtual = Set(Opcodes.INVOKEVIRTUAL, Opcodes.INVOKEINTERFACE)
  private val bootstrap = new Handle(Opcodes.H_INVOKESTATIC, "lakebook/bridge/StoppableLoader", "bootstrap",
    MethodType.methodType(classOf[CallSite], classOf[MethodHandles.Lookup], classOf[String], classOf[MethodType])
      .toMethodDescriptorString, false)

  def instrument(bytes: Array[Byte]): Array[Byte] = {
    val reader = new ClassReader(bytes)
    val writer = new ClassWriter(reader, 0)
    reader.accept(new Rewritten(writer), 0)
    try writer.toByteArray
    catch { case _: MethodTooLargeException => bytes } // runs as it is: cannot be stopped, and may call System.exit
  }

  private class Rewritten(next: ClassVisitor) extends ClassVisitor(Opcodes.ASM9, next) {
    override def visitField(access: Int, name: String, kind: String, signature: String, value: Object): FieldVisitor =
      super.visitField(if (name == "INSTANCE") access & ~Opcodes.ACC_FINAL else access, name, kind, signature, value)

    override def visitMethod(
        access: Int, name: String, kind: String, signature: String, thrown: Array[String]): MethodVisitor =
      new Method(super.visitMethod(access, name, kind, signature, thrown))
  }

  private class Method(next: MethodVisitor) extends MethodVisitor(Opcodes.ASM9, next) {
    private val passed = scala.collection.mutable.Set[Label]()

    private def check(): Unit = super.visitInvokeDynamicInsn("check", "()V", bootstrap)

    override def visitCode(): Unit = {
      super.visitCode()
      check()
    }

    override def visitLabel(label: Label): Unit = {
      passed += label
      super.visitLabel(label)
    }

    override def visitJumpInsn(opcode: Int, label: Label): Unit = {
      if (passed(label)) check()
      super.visitJumpInsn(opcode, label)
    }

    override def visitMethodInsn(opcode: Int, owner: String, name: String, kind: String, ofInterface: Boolean): Unit =
      (owner, name) match {
        case ("java/lang/System", "exit") => super.visitMethodInsn(Opcodes.INVOKESTATIC, Refused, name, kind, false)
        case (Runtime, "exit" | "halt") | (Sys, "exit") =>
          super.visitMethodInsn(Opcodes.INVOKESTATIC, Refused, name, withReceiver(owner, kind), false)
        case ("scala/concurrent/ExecutionContext$" | "scala/concurrent/ExecutionContext$Implicits$", "global") =>
          super.visitInvokeDynamicInsn("threads", withReceiver(owner, kind), bootstrap)
        case (_, "fit") if Virtual(opcode) && kind.startsWith(OfFrame) =>
          super.visitInvokeDynamicInsn(name, withReceiver(owner, kind), bootstrap)
        case _ => super.visitMethodInsn(opcode, owner, name, kind, ofInterface)
      }

    private def withReceiver(owner: String, kind: String): String = s"(L$owner;${kind.tail}"
  }
}
