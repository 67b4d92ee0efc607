package lakebook.bridge

import scala.jdk.CollectionConverters._
import scala.util.control.ControlThrowable

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.sql.Dataset

/** A function of `dbutils` cannot do what was asked. The message is a sentence for the user. */
class DbutilsException(message: String) extends RuntimeException(message)

/** `dbutils.notebook.exit`: the notebook ends here, and well. */
class NotebookExited(val value: String) extends ControlThrowable

/** `dbutils` in a notebook's cells, with Databricks' names. The kernel does what its functions say. */
class Dbutils private[bridge] (questions: Questions) {
  private val calls = new DbutilsCalls(questions)

  val widgets = new DbutilsWidgets(calls)
  val fs = new DbutilsFiles(calls)
  val notebook = new DbutilsNotebook(calls)
  val secrets = new DbutilsSecrets(calls)
  val jobs = new DbutilsJobs(calls)
  val library = new DbutilsLibrary(calls)
  val data = new DbutilsData(calls)
  val credentials = new DbutilsCredentials(calls)

  def help(): Unit = calls.help("help", "")

  override def toString: String =
    "dbutils: widgets, fs, notebook, secrets, jobs, library, data, credentials. dbutils.help() says what they do."
}

/** Asks the kernel for a function of `dbutils` by its name. */
private[bridge] class DbutilsCalls(questions: Questions) {
  /** @throws DbutilsException the kernel refuses, or cannot answer
    * @throws NotebookExited the function is `notebook.exit`
    */
  def apply(name: String, arguments: Any*): JsonNode = of(null, name, arguments: _*)

  /** The function's first argument is a frame, which the kernel fetches; null where it has none. */
  def of(frame: Dataset[_], name: String, arguments: Any*): JsonNode = {
    val asked = questions.ask(s"dbutils.$name", Map("arguments" -> arguments.map(PythonValue(_))), frame)
    val answer = asked.fold(sentence => throw new DbutilsException(sentence), identity)
    if (answer.has("exit")) throw new NotebookExited(answer.path("exit").asText)
    answer.path("value")
  }

  def text(name: String, arguments: Any*): String = apply(name, arguments: _*).asText
  def done(name: String, arguments: Any*): Boolean = apply(name, arguments: _*).asBoolean(true)

  def help(function: String, name: String): Unit = {
    val told = apply(function, filled(name): _*)
    if (told.isTextual) Console.out.println(told.asText)
  }

  /** As the last arguments: what is left out is not sent. */
  def filled(text: String): Seq[String] = Option(text).filter(_.nonEmpty).toSeq
}

class DbutilsWidgets private[bridge] (calls: DbutilsCalls) {
  def text(argName: String, defaultValue: String, label: String = ""): Unit =
    calls("widgets.text", Seq(argName, defaultValue) ++ calls.filled(label): _*)

  def dropdown(argName: String, defaultValue: String, choices: Seq[String], label: String = ""): Unit =
    choose("dropdown", argName, defaultValue, choices, label)

  def combobox(argName: String, defaultValue: String, choices: Seq[String], label: String = ""): Unit =
    choose("combobox", argName, defaultValue, choices, label)

  def multiselect(argName: String, defaultValue: String, choices: Seq[String], label: String = ""): Unit =
    choose("multiselect", argName, defaultValue, choices, label)

  def get(argName: String): String = calls.text("widgets.get", argName)

  def getArgument(argName: String, defaultValue: String = null): String =
    calls.text("widgets.getArgument", Seq(argName) ++ Option(defaultValue): _*)

  def getAll(): Map[String, String] =
    calls("widgets.getAll").properties.asScala.map(entry => entry.getKey -> entry.getValue.asText).toMap

  def remove(argName: String): Unit = calls("widgets.remove", argName)
  def removeAll(): Unit = calls("widgets.removeAll")
  def help(name: String = ""): Unit = calls.help("widgets.help", name)

  private def choose(kind: String, name: String, default: String, choices: Seq[String], label: String): Unit =
    calls(s"widgets.$kind", Seq(name, default, choices) ++ calls.filled(label): _*)
}

/** A file or folder as `dbutils.fs.ls` lists it. */
case class FileInfo(path: String, name: String, size: Long, modificationTime: Long) {
  def isDir: Boolean = name.endsWith("/")
  def isFile: Boolean = !isDir
}

case class MountInfo(mountPoint: String, source: String, encryptionType: String)

class DbutilsFiles private[bridge] (calls: DbutilsCalls) {
  def ls(dir: String): Seq[FileInfo] = calls("fs.ls", dir).asScala.map { file =>
    val (size, time) = (file.path("size").asLong, file.path("modificationTime").asLong)
    FileInfo(file.path("path").asText, file.path("name").asText, size, time)
  }.toSeq

  def cp(from: String, to: String, recurse: Boolean = false): Boolean = calls.done("fs.cp", from, to, recurse)
  def mv(from: String, to: String, recurse: Boolean = false): Boolean = calls.done("fs.mv", from, to, recurse)
  def rm(dir: String, recurse: Boolean = false): Boolean = calls.done("fs.rm", dir, recurse)
  def mkdirs(dir: String): Boolean = calls.done("fs.mkdirs", dir)
  def head(file: String, maxBytes: Int = 65536): String = calls.text("fs.head", file, maxBytes)

  def put(file: String, contents: String, overwrite: Boolean = false): Boolean =
    calls.done("fs.put", file, contents, overwrite)

  def mount(source: String, mountPoint: String, encryptionType: String = "", owner: String = "",
      extraConfigs: Map[String, String] = Map.empty): Boolean =
    calls.done("fs.mount", source, mountPoint, encryptionType, owner, extraConfigs)

  def updateMount(source: String, mountPoint: String, encryptionType: String = "", owner: String = "",
      extraConfigs: Map[String, String] = Map.empty): Boolean =
    calls.done("fs.updateMount", source, mountPoint, encryptionType, owner, extraConfigs)

  def unmount(mountPoint: String): Boolean = calls.done("fs.unmount", mountPoint)
  def refreshMounts(): Boolean = calls.done("fs.refreshMounts")

  def mounts(): Seq[MountInfo] = calls("fs.mounts").asScala.map { mount =>
    MountInfo(mount.path("mountPoint").asText, mount.path("source").asText, mount.path("encryptionType").asText)
  }.toSeq

  def help(name: String = ""): Unit = calls.help("fs.help", name)
}

class DbutilsNotebook private[bridge] (calls: DbutilsCalls) {
  /** End the notebook; the value goes to whoever runs it. */
  def exit(value: String): Unit = calls("notebook.exit", value)

  /** Run another notebook by itself.
    *
    * @param timeoutSeconds 0 for none
    * @param arguments values of its widgets
    * @return what it gave to `dbutils.notebook.exit`
    */
  def run(path: String, timeoutSeconds: Int = 0,
      arguments: collection.Map[String, String] = Map.empty): String =
    calls.text("notebook.run", path, timeoutSeconds, arguments)

  /** Also `getContext()`. */
  def getContext: NotebookContext = new NotebookContext(calls("notebook.getContext"))

  def help(name: String = ""): Unit = calls.help("notebook.help", name)
}

/** Where a notebook is, and who runs it. What is not known here is None. */
class NotebookContext private[bridge] (told: JsonNode) {
  def apply(): NotebookContext = this

  def notebookPath: Option[String] = text(told.path("extraContext").path("notebook_path"))
  def notebookId: Option[String] = field("notebookId")
  def currentRunId: Option[String] = field("currentRunId")
  def jobId: Option[String] = field("jobId")
  def clusterId: Option[String] = field("clusterId")
  def userName: Option[String] = tags.get("user")
  def apiUrl: Option[String] = field("apiUrl")
  def apiToken: Option[String] = field("apiToken")
  def browserHostName: Option[String] = field("browserHostName")
  def workspaceId: Option[String] = field("workspaceId")

  def tags: Map[String, String] =
    told.path("tags").properties.asScala.map(entry => entry.getKey -> entry.getValue.asText).toMap

  def toJson: String = told.toString

  private def field(name: String): Option[String] = text(told.path(name))
  private def text(value: JsonNode): Option[String] = if (value.isTextual) Some(value.asText) else None
}

case class SecretScope(name: String) { def getName(): String = name }
case class SecretMetadata(key: String) { def getKey(): String = key }

class DbutilsSecrets private[bridge] (calls: DbutilsCalls) {
  def get(scope: String, key: String): String = calls.text("secrets.get", scope, key)

  def getBytes(scope: String, key: String): Array[Byte] =
    calls("secrets.getBytes", scope, key).asScala.map(_.asInt.toByte).toArray

  def list(scope: String): Seq[SecretMetadata] =
    calls("secrets.list", scope).asScala.map(secret => SecretMetadata(secret.path("key").asText)).toSeq

  def listScopes(): Seq[SecretScope] =
    calls("secrets.listScopes").asScala.map(scope => SecretScope(scope.path("name").asText)).toSeq

  def help(name: String = ""): Unit = calls.help("secrets.help", name)
}

class DbutilsLibrary private[bridge] (calls: DbutilsCalls) {
  def restartPython(): Unit = calls("library.restartPython")
}

class DbutilsData private[bridge] (calls: DbutilsCalls) {
  /** Show a table of statistics of a frame, a line for each column.
    *
    * @param precise whether distinct values and medians are computed, not estimated
    */
  def summarize(df: Dataset[_], precise: Boolean = false): Unit = calls.of(df.toDF(), "data.summarize", precise)

  def help(name: String = ""): Unit = calls.help("data.help", name)
}

/** Roles of a cloud: the kernel says what to do instead. */
class DbutilsCredentials private[bridge] (calls: DbutilsCalls) {
  def assumeRole(role: String): Boolean = calls.done("credentials.assumeRole", role)
  def showCurrentRole(): Seq[String] = calls("credentials.showCurrentRole").asScala.map(_.asText).toSeq
  def showRoles(): Seq[String] = calls("credentials.showRoles").asScala.map(_.asText).toSeq
}

class DbutilsJobs private[bridge] (calls: DbutilsCalls) {
  val taskValues = new DbutilsTaskValues(calls)
}

class DbutilsTaskValues private[bridge] (calls: DbutilsCalls) {
  def set(key: String, value: Any): Unit = calls("jobs.taskValues.set", key, value)

  /** A number, a text, a truth value, or JSON's text of what is larger. */
  def get(taskKey: String, key: String, default: Any = null, debugValue: Any = null): Any = {
    val value = calls("jobs.taskValues.get", taskKey, key, default, debugValue)
    if (value.isIntegralNumber) value.asLong
    else if (value.isNumber) value.asDouble
    else if (value.isBoolean) value.asBoolean
    else if (value.isTextual) value.asText
    else value.toString
  }
}
