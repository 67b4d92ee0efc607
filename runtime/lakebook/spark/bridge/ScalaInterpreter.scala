package lakebook.bridge

import java.io.File
import java.net.URLClassLoader
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.ReentrantLock
import java.util.concurrent.{ConcurrentHashMap, TimeUnit}

import scala.collection.mutable

import org.apache.spark.lakebook.SharedContext
import org.apache.spark.sql.{Dataset, SparkSession}
import org.apache.spark.sql.lakebook.FrameVersion

/** One notebook's Scala: `spark`, `sc`, `sqlContext`, `display`, `mlflow`, `dbutils`, … and what its cells have
  * defined.
  *
  * Cells run on the calling thread, one at a time; only `interrupt` may be called meanwhile.
  *
  * @param emit takes an event for the kernel, as JSON
  */
class ScalaInterpreter(
    val session: SparkSession, emit: String => Unit, questions: Questions, liveTables: LiveTables,
    keepShown: Dataset[_] => Int) {
  def this(notebook: Notebook) =
    this(notebook.session, notebook.events.emit, notebook.questions, notebook.liveTables, notebook.keepShown)

  val context: SharedContext = session.sparkContext.asInstanceOf[SharedContext]
  val mlflow = new Mlflow(questions)
  val dbutils = new Dbutils(questions)

  private val id = ScalaInterpreter.register(this)
  private val threads = new NotebookThreads(session.sparkContext)
  private val folder = new File(session.sparkContext.getConf.get(ScalaInterpreter.Classes))
  private val fits = new Fits(session.sparkContext, questions)
  private val loader = new StoppableLoader(folder, InterpretedClasses.loader.packageCells, threads, Some(fits))
  private val problems = new Problems(CellCompiler.settings(folder, ScalaInterpreter.classPath))
  private val compiler = new CellCompiler(problems.settings, problems, loader)
  private val packages = new PackageCompiler(compiler, problems, InterpretedClasses.loader.packageCells)
  private val types = new VariableTypes(compiler)
  @volatile private var running: Option[Running] = None
  @volatile private var lock = new ReentrantLock
  private var bound: Seq[String] = Nil
  /** The code of the last cell, by which it is known when it is run again. */
  @volatile private var text = ""
  /** By the name that it binds to a value from elsewhere: the value's type, and the step. */
  private val bindings = mutable.Map[String, (String, compiler.Step)]()
  private val prelude: compiler.Step =
    try inContext {
      compiler.initializeCompiler()
      quietly(ScalaInterpreter.prelude(id))
    } catch {
      case problem: Throwable =>
        close()
        throw problem
    }

  /** Run a cell: `{"status": "ok" | "error" | "interrupted" | "exit", "fits": number, …}`, with what `CellFailure` says
    * of an error, and how many fits are there to be taken.
    */
  def run(code: String): String = exclusively {
    bound = Nil
    text = code
    val cell = new Running(loader)
    running = Some(cell)
    Json.write(inContext(cell.cell(runCell(code, cell))) + ("fits" -> fits.count))
  }

  /** Stop the running cell; from another thread, and again for as long as it has not ended. */
  def interrupt(): Unit = running.foreach(_.interrupt())

  /** No longer wait for an interrupted cell: its thread is in code that nothing stops. What came before it stays.
    *
    * @return whether such a cell was left behind
    */
  def abandon(): Boolean = {
    val left = running.exists(_.abandon())
    if (left) lock = new ReentrantLock
    left
  }

  /** Whether what cells fit by Spark ML is noted from now on. */
  def autolog(wanted: Boolean): Unit = fits.want(wanted)

  /** The fits that have ended since they were last taken, in that order. */
  def takeFits(): Array[Fit] = fits.take()

  /** `{"matches", "kinds", "start", "end"}`, places in code points. */
  def complete(code: String, cursor: Int): String =
    exclusively(Json.write(inContext(Completion.at(compiler, code, cursor))))

  /** The signatures of what stands at the cursor, a line each; empty when nothing is known. */
  def inspect(code: String, cursor: Int): String =
    exclusively(inContext(Completion.signatures(compiler, code, cursor)))

  /** `complete`, `incomplete` or `invalid`. */
  def isComplete(code: String): String =
    exclusively(if (packages.isPackage(code)) "complete" else compiler.completeness(code))

  /** The terms that the code reads and does not bind itself. */
  def freeNames(code: String): Array[String] = exclusively(new FreeNames(compiler).of(code).toArray)

  /** The terms that the last cell bound at top level. */
  def boundNames: Array[String] = exclusively(bound.toArray)

  /** Bind a name to a value without a word. What was compiled for its last value of the same type is not again.
    *
    * @param typeName a type as Scala code names it
    */
  def bind(name: String, typeName: String, value: Any): Unit = exclusively {
    val source = "_root_.lakebook.bridge.ScalaInterpreter.handedOver.get"
    ScalaInterpreter.handedOver.set(value)
    try inContext(bindings.get(name) match {
      case Some((`typeName`, step)) =>
        step.loadAnew()
        compiler.record(step)
      case _ => bindings(name) = (typeName, quietly(s"val `$name`: $typeName = $source.asInstanceOf[$typeName]"))
    })
    finally ScalaInterpreter.handedOver.remove()
  }

  /** The same with a value of Python's, in a block of `ScalaValues`. */
  def receive(name: String, typeName: String, block: Array[Byte]): Unit = bind(name, typeName, ScalaValues.read(block))

  /** A variable's value as a block of `ScalaValues`; null when there is no such variable. */
  def send(name: String): Array[Byte] = exclusively {
    compiler.variable(name).map { step =>
      val value = inContext(step.value(name))
      value match {
        case _: Dataset[_] => ScalaValues.Frame
        case _ =>
          try ScalaValues.write(value)
          catch {
            case failure: NoForm =>
              val known = s"$name is a ${step.typeNameOf(name)}"
              val own = failure.value.asInstanceOf[AnyRef] eq value
              ScalaValues.refusal(if (own) s"$known, which has no form in Python" else s"$known: ${failure.getMessage}")
          }
      }
    }.orNull
  }

  /** Whether the name means a method, a function, an object or an import, which no value from elsewhere replaces. */
  def isDefined(name: String): Boolean = exclusively {
    if (compiler.variable(name).exists(_ ne prelude)) types.isFunction(name)
    else compiler.defines(name) || PredefinedNames(name)
  }

  /** Whether a variable means the same, unchanged, until it is bound anew. */
  def isStable(name: String): Boolean =
    exclusively(compiler.isStable(name) && types.isImmutable(name))

  /** The version of what a frame reads; null where that cannot be told, empty for a variable that is no frame. */
  def frameVersion(name: String): String = exclusively {
    compiler.variable(name).map(_.value(name)) match {
      case Some(frame: Dataset[_]) => FrameVersion.of(frame).orNull
      case _                       => ""
    }
  }

  /** Forget a variable. */
  def unbind(name: String): Unit = exclusively(compiler.unbind(name))

  /** The variables: of each its type and what can be seen of its value at a glance, as a JSON object. */
  def variables: String = exclusively {
    Json.write(compiler.variables(prelude).map { case (name, kind) => name -> Seq(kind, glance(name)) })
  }

  /** Empty where it may change while it is looked at, or code would be run for it. */
  private def glance(name: String): String =
    if (compiler.isLazy(name) || !types.isImmutable(name)) ""
    else compiler.variable(name).map(_.value(name)) match {
      case Some(frame: Dataset[_]) => frame.schema.fieldNames.mkString(", ")
      case Some(value)             => StepValues.glance(value)
      case None                    => ""
    }

  /** The value of a variable; null when there is none. */
  def value(name: String): Object = exclusively(compiler.variable(name).map(_.value(name)).orNull)

  /** The type of a variable as Scala writes it; null when there is none. */
  def typeOf(name: String): String = exclusively(compiler.variable(name).map(_.typeNameOf(name)).orNull)

  /** What the cells' `display` does. */
  def display(value: Any): Unit = {
    NotebookOutput.current.foreach(_.flush())
    value match {
      case frame: Dataset[_] if frame.isStreaming => display(frame, LiveTables.How())
      case frame: Dataset[_] =>
        val head = TableHead.of(frame, ScalaInterpreter.Rows)
        emit(Json.event("table", "table" -> head, "frame" -> keepShown(frame)))
      case other             => emitData("text/plain" -> StepValues.shown(other.asInstanceOf[AnyRef]))
    }
  }

  /** The same of a stream, which goes on as a live table. */
  def display(frame: Dataset[_], how: LiveTables.How): Unit =
    liveTables.show(frame, text, Here.cell.getOrElse(""), how)

  /** What the cells' `displayHTML` does. */
  def displayHTML(html: String): Unit = {
    NotebookOutput.current.foreach(_.flush())
    emitData("text/html" -> html, "text/plain" -> html)
  }

  /** Free all of it, also when a cell still runs that cannot be stopped. */
  def close(): Unit = {
    interrupt()
    val mine = lock
    val alone = mine.tryLock(ScalaInterpreter.Patience, TimeUnit.SECONDS)
    ScalaInterpreter.interpreters.remove(id)
    threads.close()
    fits.want(false)
    if (alone) try compiler.close() finally mine.unlock()
    loader.close()
  }

  private def emitData(data: (String, String)*): Unit =
    emit(Json.event("display", "data" -> data.toMap, "metadata" -> Map.empty[String, Any]))

  private def runCell(code: String, running: Running): Map[String, Any] = {
    val lines = Set.newBuilder[String]
    try {
      if (packages.isPackage(code)) {
        val told = packages.define(code)
        warn()
        told.foreach(line => Console.out.println(line))
      } else {
        packages.learn(code)
        for (step <- compiler.steps(code)) {
          compiler.compile(step)
          lines += step.lineRep.packageName
          warn()
          running.stoppably {
            step.load()
            running.keep {
              compiler.record(step)
              bound ++= step.boundNames
            }
            step.told.foreach(line => Console.out.println(line))
          }
        }
      }
      Map("status" -> "ok")
    } catch {
      case failure: CompileFailed => CellFailure.of(failure)
      case failure: Throwable     => CellFailure.of(failure, lines.result())
    }
  }

  private def warn(): Unit =
    problems.warnings.foreach(warning => Console.err.println(s"warning: ${CellFailure.told(warning)}"))

  private def quietly(code: String): compiler.Step = {
    val step = compiler.step(code)
    compiler.compile(step)
    step.load()
    compiler.record(step)
    step
  }

  private def exclusively[T](body: => T): T = {
    val mine = lock
    mine.lock()
    try body finally mine.unlock()
  }

  /** As on a thread that finds the notebooks' classes and prints into this notebook. */
  private def inContext[T](body: => T): T = {
    val thread = Thread.currentThread
    val before = thread.getContextClassLoader
    thread.setContextClassLoader(InterpretedClasses.loader)
    val (out, err) = NotebookOutput.current.fold((System.out, System.err))(output => (output.out, output.err))
    try Console.withOut(out)(Console.withErr(err)(body))
    finally thread.setContextClassLoader(before)
  }
}

object ScalaInterpreter {
  /** How many rows `display` shows of a frame. */
  val Rows = 1000

  /** The setting that names the folder of the classes of all notebooks. */
  val Classes = "spark.lakebook.scala.classes"

  /** Seconds that `close` waits for a running cell. */
  private val Patience = 2L

  /** A value on its way into an interpreter; for the code that `bind` compiles. */
  val handedOver = new ThreadLocal[Any]

  private val interpreters = new ConcurrentHashMap[Int, ScalaInterpreter]
  private val ids = new AtomicInteger

  /** An open interpreter; for the code that its cells start from. */
  def of(id: Int): ScalaInterpreter = interpreters.get(id)

  private def register(interpreter: ScalaInterpreter): Int = {
    val id = ids.incrementAndGet()
    interpreters.put(id, interpreter)
    id
  }

  private def prelude(id: Int): String = {
    val own = s"_root_.lakebook.bridge.ScalaInterpreter.of($id)"
    s"""@transient val spark: org.apache.spark.sql.SparkSession = $own.session
       |@transient val sc: org.apache.spark.lakebook.SharedContext = $own.context
       |@transient val mlflow: _root_.lakebook.bridge.Mlflow = $own.mlflow
       |@transient val dbutils: _root_.lakebook.bridge.Dbutils = $own.dbutils
       |@transient val sqlContext: org.apache.spark.sql.SQLContext = spark.sqlContext
       |def display(value: Any): Unit = $own.display(value)
       |def display(frame: org.apache.spark.sql.Dataset[_], trigger: org.apache.spark.sql.streaming.Trigger = null,
       |    checkpointLocation: String = null, streamName: String = null): Unit =
       |  $own.display(frame, _root_.lakebook.bridge.LiveTables.How(_root_.scala.Option(streamName),
       |    _root_.scala.Option(trigger), _root_.scala.Option(checkpointLocation)))
       |def displayHTML(html: String): Unit = $own.displayHTML(html)
       |def getArgument(name: String, default: String = null): String = dbutils.widgets.getArgument(name, default)
       |import org.apache.spark.SparkContext._, org.apache.spark.rdd.RDD, org.apache.spark.sql.Row
       |import spark.implicits._, spark.sql
       |import org.apache.spark.sql.functions._
       |""".stripMargin
  }

  /** What the JVM was started with and what Spark added to it. */
  private def classPath: String = {
    def added(loader: ClassLoader): List[String] = loader match {
      case null                 => Nil
      case urls: URLClassLoader => urls.getURLs.map(_.getPath).toList ++ added(urls.getParent)
      case other                => added(other.getParent)
    }
    (System.getProperty("java.class.path") :: added(InterpretedClasses.loader)).mkString(File.pathSeparator)
  }
}
