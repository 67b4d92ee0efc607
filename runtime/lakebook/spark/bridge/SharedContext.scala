package org.apache.spark.lakebook // for what Spark keeps to its own package: persistRDD, added files, checkpointDir

import java.io.File
import java.lang.invoke.MethodHandles
import java.net.URI
import java.util.Properties
import java.util.concurrent.ConcurrentHashMap

import scala.collection.concurrent.{Map => SharedMap, TrieMap}

import org.apache.hadoop.conf.Configuration
import org.apache.spark.{JobArtifactSet, JobArtifactState, SparkConf, SparkContext, SparkFiles}
import org.apache.spark.rdd.{ContextOfArrays, RDD}
import org.apache.spark.scheduler.SparkListenerInterface
import org.apache.spark.sql.execution.streaming.runtime.StreamingQueryListenerBus
import org.apache.spark.sql.streaming.StreamingQueryListener
import org.apache.spark.util.Utils
import org.apache.xbean.asm9.{ClassWriter, Opcodes, Type}

import lakebook.bridge.Here

/** The driver's context, shared by notebooks none of which owns it: what Spark keeps once for the whole application is
  * kept by notebook, and what would end or change it for all is refused.
  *
  * `warn` tells a notebook (by its id) why something was refused; `failed` is called when Spark cannot go on.
  */
abstract class SharedContext(conf: SparkConf) extends ContextOfArrays(conf) {
  @volatile var warn: (String, String) => Unit = (_, _) => ()
  @volatile var failed: () => Unit = null

  override def stop(exitCode: Int): Unit = Here.notebook match {
    case Some(id) =>
      val shared = "Spark's driver goes on: it is shared by the notebooks of this workspace."
      warn(id, s"$shared To end it: lakebook driver stop")
    case None => super.stop(exitCode)
  }

  override private[spark] def stopInNewThread(): Unit = if (failed == null) super.stopInNewThread() else failed()

  override def cancelAllJobs(): Unit = Here.notebook match {
    case Some(id) => cancelJobsWithTag(SharedContext.tag(id))
    case None     => super.cancelAllJobs()
  }

  override def setLogLevel(level: String): Unit = Here.notebook match {
    case Some(id) =>
      warn(id, s"The log level belongs to the driver, which is shared. Set \"spark.log.level\" = \"$level\" " +
        "under [spark.conf] in lakebook.toml, then: lakebook driver stop")
    case None => super.setLogLevel(level)
  }

  override def clearJobTags(): Unit = {
    val own = getJobTags().filter(_.startsWith(SharedContext.TagPrefix))
    super.clearJobTags()
    addJobTags(own)
  }

  override def hadoopConfiguration: Configuration = own match {
    case Some(belongings) => belongings.hadoopConfiguration(super.hadoopConfiguration)
    case None             => super.hadoopConfiguration
  }

  override def addFile(path: String): Unit = withOwnFiles(super.addFile(absolute(path)))
  override def addFile(path: String, recursive: Boolean): Unit = withOwnFiles(super.addFile(absolute(path), recursive))
  override def addArchive(path: String): Unit = withOwnFiles(super.addArchive(absolute(path)))
  override def addJar(path: String): Unit = withOwnFiles(super.addJar(absolute(path)))

  override def allAddedFiles: Map[String, Long] = added(addedFiles, super.allAddedFiles)
  override def allAddedArchives: Map[String, Long] = added(addedArchives, super.allAddedArchives)
  override def allAddedJars: Map[String, Long] = added(addedJars, super.allAddedJars)

  /** Spark empties a cell's function in place, with what it read then: the cell's own stays as it is. */
  override private[spark] def clean[F <: AnyRef](function: F, checkSerializable: Boolean): F =
    super.clean(CellFunction.copy(function), checkSerializable)

  override def addSparkListener(listener: SparkListenerInterface): Unit = {
    super.addSparkListener(listener)
    own.foreach(_.listeners.put(listener, ""))
  }

  /** Spark keeps what tells a session's streams for ever, and with it the session's listeners; `one` is one of them. */
  def removeStreamListeners(one: StreamingQueryListener): Unit =
    listenerBus.findListenersByClass[StreamingQueryListenerBus]().filter(_.listeners.contains(one))
      .foreach(removeSparkListener)

  /** The application's settings, as Spark shows them: passwords are left out. */
  def shownSettings: Map[String, String] = Utils.redact(getConf, getConf.getAll.toSeq).toMap

  /** A pool of a notebook's choice is a part of the notebook's own, unless it was configured for the driver. */
  override def setLocalProperty(key: String, value: String): Unit =
    super.setLocalProperty(key, if (key == SharedContext.Pool) Here.notebook.fold(value)(pools.of(_, value)) else value)

  override private[spark] def persistRDD(rdd: RDD[_]): Unit = {
    super.persistRDD(rdd)
    if (!SharedContext.ofTable(rdd)) own.foreach(_.persisted.put(rdd.id, ""))
  }

  override private[spark] def unpersistRDD(id: Int, blocking: Boolean): Unit = {
    super.unpersistRDD(id, blocking)
    SharedContext.belongings.values.forEach(_.persisted.remove(id))
  }

  /** Where `checkpoint()` writes; called by the methods that `SharedContext.create` adds. */
  def checkpointFolder: Option[String] = SharedContext.of(Here.notebook.getOrElse("")).checkpointFolder
  def checkpointFolder(folder: Option[String]): Unit =
    SharedContext.of(Here.notebook.getOrElse("")).checkpointFolder = folder

  /** Make room for a notebook; `files` is by what Spark tells its added files from others', if it does. */
  def enter(notebook: String, files: Option[JobArtifactState]): Unit = {
    SharedContext.of(notebook).files = files
    for (state <- files; added <- Seq(addedFiles, addedArchives, addedJars))
      added.put(state.uuid, TrieMap.from(added.getOrElse(SharedContext.Everybodys, Map.empty)))
  }

  /** Forget a notebook, and free what it persisted, the files it added, its Python workers and its scheduling pool. */
  def release(notebook: String): Unit = {
    Option(SharedContext.belongings.remove(notebook)).foreach { belongings =>
      belongings.persisted.keySet.forEach(id => super.unpersistRDD(id, blocking = false))
      belongings.listeners.keySet.forEach(removeSparkListener(_))
      for (state <- belongings.files) {
        Seq(addedFiles, addedArchives, addedJars).foreach(_.remove(state.uuid))
        Utils.deleteRecursively(new File(SparkFiles.getRootDirectory(), state.uuid))
      }
    }
    PythonWorkers.end(gone = !SharedContext.belongings.containsKey(_))
    pools.remove(notebook)
  }

  private lazy val pools = new Pools(taskScheduler)

  private def own: Option[Belongings] = Here.notebook.map(SharedContext.of)

  private def ownFiles: Option[JobArtifactState] = own.flatMap(_.files)

  private def withOwnFiles(add: => Unit): Unit = JobArtifactSet.getCurrentJobArtifactState.orElse(ownFiles) match {
    case Some(state) => JobArtifactSet.withActiveJobArtifactState(state)(add)
    case None        => add
  }

  private def added(
      all: SharedMap[String, SharedMap[String, Long]], everybodys: => Map[String, Long]): Map[String, Long] =
    ownFiles.flatMap(state => all.get(state.uuid)).fold(everybodys)(_.toMap)

  private def absolute(path: String): String = Here.folder match {
    case Some(folder) if new URI(null, null, path, null).getScheme == null && !path.contains(":") =>
      new File(folder).toPath.resolve(path).toString
    case _ => path
  }
}

private class Belongings {
  val persisted = new ConcurrentHashMap[Int, String]
  val listeners = new ConcurrentHashMap[SparkListenerInterface, String]
  @volatile var files: Option[JobArtifactState] = None
  @volatile var checkpointFolder: Option[String] = None
  private var configuration: Configuration = null

  def hadoopConfiguration(base: => Configuration): Configuration = synchronized {
    if (configuration == null) configuration = new Configuration(base)
    configuration
  }
}

object SharedContext {
  val TagPrefix = "lakebook-"
  val Pool = SparkContext.SPARK_SCHEDULER_POOL

  /** Under which Spark keeps the files that were added to no session. */
  private val Everybodys = "default"

  private val belongings = new ConcurrentHashMap[String, Belongings]
  private def of(notebook: String): Belongings = belongings.computeIfAbsent(notebook, _ => new Belongings)

  /** A property of the current thread; none in an executor, and none while the context is being made. */
  def localProperty(name: String): Option[String] =
    SparkContext.getActive.flatMap(context => Option(context.getLocalProperty(name)))

  /** Delta keeps a table's state for all notebooks, whoever read it first. */
  private def ofTable(rdd: RDD[_]): Boolean = rdd.name != null && rdd.name.startsWith("Delta Table State")

  /** On the jobs of a notebook, but those of its streams. */
  def tag(notebook: String): String = s"$TagPrefix$notebook"

  /** Whether a job with these properties has its notebook's tag. */
  def tagged(properties: Properties, notebook: String): Boolean =
    Option(properties.getProperty(SparkContext.SPARK_JOB_TAGS))
      .exists(_.split(SparkContext.SPARK_JOB_TAGS_SEP).contains(tag(notebook)))

  def create(conf: SparkConf): SharedContext =
    checkpointsByNotebook.getConstructor(classOf[SparkConf]).newInstance(conf)

  /** A subclass with `checkpointDir` overridden: the language allows that of no `var`, the JVM of its accessors. */
  private def checkpointsByNotebook: Class[_ <: SharedContext] = {
    val parent = Type.getInternalName(classOf[SharedContext])
    val option = Type.getDescriptor(classOf[Option[_]])
    val writer = new ClassWriter(ClassWriter.COMPUTE_MAXS)
    writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, parent + "ByNotebook", null, parent, null)
    def forward(name: String, descriptor: String, target: String, call: Int, arguments: Int, end: Int): Unit = {
      val method = writer.visitMethod(Opcodes.ACC_PUBLIC, name, descriptor, null, null)
      method.visitCode()
      (0 to arguments).foreach(method.visitVarInsn(Opcodes.ALOAD, _))
      method.visitMethodInsn(call, parent, target, descriptor, false)
      method.visitInsn(end)
      method.visitMaxs(0, 0)
      method.visitEnd()
    }
    val ofSettings = s"(${Type.getDescriptor(classOf[SparkConf])})V"
    forward("<init>", ofSettings, "<init>", Opcodes.INVOKESPECIAL, 1, Opcodes.RETURN)
    forward("checkpointDir", s"()$option", "checkpointFolder", Opcodes.INVOKEVIRTUAL, 0, Opcodes.ARETURN)
    forward("checkpointDir_$eq", s"($option)V", "checkpointFolder", Opcodes.INVOKEVIRTUAL, 1, Opcodes.RETURN)
    writer.visitEnd()
    MethodHandles.lookup().defineClass(writer.toByteArray).asSubclass(classOf[SharedContext])
  }
}
