package lakebook.bridge

import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import java.util.regex.PatternSyntaxException

import scala.collection.mutable
import scala.reflect.internal.util.{AbstractFileClassLoader, BatchSourceFile}
import scala.tools.nsc.{Settings, interactive}
import scala.tools.nsc.interpreter.{IMain, Naming, Results}

/** The Scala compiler of one notebook: a cell becomes steps, each of which is compiled, run and recorded in turn.
  *
  * A class and its first use in a Dataset cannot be one step: the wrapper around both would still be under construction
  * when Spark looks for the class' outer instance in it. So definitions of classes and objects are steps of their own,
  * unless a statement before them refers to what they define.
  */
class CellCompiler(settings: Settings, problems: Problems, loader: StoppableLoader) extends IMain(settings, problems) {
  import global._

  private val history = mutable.ListBuffer[Step]()
  private val owners = mutable.Map[Name, Step]()
  private val imports = mutable.Map[String, Step]()
  private val results = mutable.Queue[Name]()
  private val importedFrom = mutable.Map[String, Type]()
  private var presentation: Option[interactive.Global] = None
  private val unseen = mutable.ListBuffer[String]()

  override def classLoader: AbstractFileClassLoader = loader
  override protected def parentClassLoader: ClassLoader = loader.getParent
  override def readRootPath(path: String): Symbol = rootMirror.getModuleIfDefined(path)
  override def prevRequestList: List[Request] = history.toList

  /** The type of what an import names. IMain's own would compile, and run, the expression once more. */
  override def typeOfExpression(expression: String, silent: Boolean): Type = importedFrom.getOrElse(expression, NoType)

  /** Makes it once, since that takes long, and tells it of the packages that came since it was last asked. */
  override def newPresentationCompiler(): interactive.Global = {
    val compiler = presentation.getOrElse(super.newPresentationCompiler())
    import compiler.{loaders, rootMirror}
    if (presentation.isDefined) {
      unseen.foreach(name =>
        loaders.enterPackage(rootMirror.RootClass, name, new loaders.PackageLoader(name, compiler.classPath)))
      compiler.reporter.reset()
      new compiler.TyperRun
    }
    unseen.clear()
    presentation = Some(compiler)
    compiler
  }

  /** The steps of a cell in order, each made when the one before it has been recorded.
    *
    * @throws CompileFailed it cannot be parsed, or is nested too deeply
    */
  def steps(code: String): Iterator[Step] = {
    val (trees, source) = parsed(code)
    val groups = withinStack(grouped(trees))
    groups.iterator.zipWithIndex.map { case (group, at) =>
      withinStack(labelled(new Step(code, group, source, keepResult = at == groups.length - 1)))
    }
  }

  /** Compile a step.
    *
    * @throws CompileFailed it is refused
    */
  def compile(step: Step): Unit = {
    problems.clear()
    val succeeded = withinStack(step.compile)
    currentRun.reporting.clearAllConditionalWarnings()
    if (!succeeded) throw new CompileFailed(problems.errors.toList)
    unseen += step.lineRep.packageName
  }

  /** A single step of code that is not a cell's. */
  def step(code: String): Step = {
    val (trees, source) = parsed(code)
    labelled(new Step(code, trees, source, keepResult = false))
  }

  def parsed(code: String): (List[Tree], BatchSourceFile) = {
    problems.clear()
    currentRun.reporting.clearSuspendedMessages()
    labelled(withinStack(parse(code, fatally = true))) match {
      case Right((trees, _, source)) => (trees.filter(_ != EmptyTree), source)
      case Left(_)                   => throw new CompileFailed(problems.errors.toList)
    }
  }

  /** From now on the step's names mean what it bound, and nothing that only older values of them held is kept.
    *
    * @param step one that has run, for the first time or anew
    */
  def record(step: Step): Unit = {
    history -= step
    history += step
    step.live ++= step.names
    val replaced = step.names.flatMap(name => owners.put(name, step).filter(_ ne step).map(_ -> name))
    replaced.foreach { case (old, name) => old.live -= name }
    val repeated = step.importTexts.flatMap(text => imports.put(text, step))
    step.resultName.foreach(results += _)
    val forgotten = if (results.length > CellCompiler.Results) forget(results.dequeue()) else None
    ((step +: replaced.map(_._1)) ++ forgotten).distinct.foreach(_.release())
    history --= (replaced.map(_._1) ++ repeated ++ forgotten).distinct.filter(old => (old ne step) && isDead(old))
  }

  /** The step that bound a variable (`val`, `var`, `lazy val`) to what it means now. */
  def variable(name: String): Option[Step] =
    owners.get(TermName(name).encodedName).filter(_.handlers.exists {
      case handler: memberHandlers.ValHandler => handler.name.decoded == name
      case _                                  => false
    })

  /** Whether the name is one of a method, an object or another term that is no variable. */
  def defines(name: String): Boolean = owners.contains(TermName(name).encodedName) && variable(name).isEmpty

  /** Forget a variable, and let its value go. */
  def unbind(name: String): Unit = forget(TermName(name).encodedName).foreach { step =>
    step.release()
    if (isDead(step)) history -= step
  }

  /** The variables that the user can name, and their types; without those that `prelude` still binds. */
  def variables(prelude: Step): Map[String, String] =
    owners.keys.map(_.decoded).filterNot(name => name.contains('$') || naming.isUserVarName(name))
      .flatMap(name => variable(name).filter(_ ne prelude).map(step => name -> step.typeNameOf(name))).toMap

  /** Whether a variable is a `val`, so that it means the same until it is bound anew. */
  def isStable(name: String): Boolean = variable(name).exists(_.handlers.exists {
    case handler: memberHandlers.ValHandler => handler.name.decoded == name && !handler.mods.isMutable
    case _                                  => false
  })

  /** Whether a variable's value is made when it is first asked for. */
  def isLazy(name: String): Boolean = variable(name).exists(_.handlers.exists {
    case handler: memberHandlers.ValHandler => handler.name.decoded == name && handler.mods.isLazy
    case _                                  => false
  })

  /** `complete`, `incomplete` or `invalid`. */
  def completeness(code: String): String = {
    problems.clear()
    parse(code) match {
      case Right(_)                 => "complete"
      case Left(Results.Incomplete) => "incomplete"
      case Left(_)                  => "invalid"
    }
  }

  override def close(): Unit = {
    super.close()
    presentation.foreach(_.askShutdown())
    presentation = None
    history.foreach(_.releaseAll())
    history.clear()
    owners.clear()
    imports.clear()
  }

  /** What the compiler does with its own stack, whose end is told as a fault of the code. */
  def withinStack[T](body: => T): T =
    try body
    catch {
      case problem: Throwable if isStacksEnd(problem) =>
        throw CompileFailed(CellCompiler.TooDeep)
    }

  /** Within a regular expression Java makes another error of it. */
  private def isStacksEnd(problem: Throwable): Boolean = problem match {
    case _: StackOverflowError           => true
    case problem: PatternSyntaxException => problem.getDescription.startsWith("Stack overflow")
    case _                               => false
  }

  private def labelled[T](body: => T): T = withLabel(CellCompiler.Label)(body)

  private def forget(name: Name): Option[Step] = owners.remove(name).map { step =>
    step.live -= name
    step
  }

  private def isDead(step: Step): Boolean =
    step.live.isEmpty && step.importTexts.forall(text => imports.get(text).exists(_ ne step))

  private def grouped(trees: List[Tree]): List[List[Tree]] = {
    val isDefinition = trees.map(_.isInstanceOf[ImplDef])
    lazy val defined = trees.map { case tree: DefTree => Set(tree.name.toString); case _ => Set.empty[String] }
    lazy val used = trees.map(_.collect { case Ident(name) => name.toString }.toSet)
    def mayPart(at: Int): Boolean = {
      val later = defined.drop(at).flatten.toSet
      def definitions(from: Int, to: Int) = (from until to).filter(isDefinition).flatMap(defined).toSet
      !used.take(at).exists(_.exists(later)) && (definitions(0, at) & definitions(at, trees.length)).isEmpty
    }
    val cuts = (1 until trees.length).filter(at => isDefinition(at - 1) != isDefinition(at) && mayPart(at))
    if (trees.isEmpty) Nil
    else (0 +: cuts).zip(cuts :+ trees.length).map { case (from, to) => trees.slice(from, to) }.toList
  }

  /** What is compiled and run at once. */
  class Step(code: String, trees: List[Tree], source: BatchSourceFile, keepResult: Boolean)
      extends Request(code, trees, source, storeResultInVal = keepResult) {
    override val lineRep: ReadEvalPrint = new ReadEvalPrint(CellCompiler.nextLine())
    loader.own(lineRep.packageName)

    /** The names that mean what this step bound. */
    val live: mutable.Set[Name] = mutable.Set()

    def names: List[Name] = handlers.flatMap(_.definedNames)
    def importTexts: List[String] =
      handlers.collect { case handler: memberHandlers.ImportHandler => handler.importString }
    def resultName: Option[Name] =
      handlers.lastOption.flatMap(_.definesTerm).filter(name => naming.isUserVarName(name.toString))

    /** Compiles the code alone: IMain's own would compile a second unit that prints the results. */
    override def compile: Boolean = lineRep.compile(mkUnit) && {
      defHandlers.foreach(handler => definedSymbols.get(handler.member.name).foreach(handler.member.setSymbol(_)))
      trees.foreach {
        case tree: Import => tree.symbol.info match {
          case analyzer.ImportType(from) => importedFrom(tree.expr.toString) = from.tpe
          case _                         =>
        }
        case _ =>
      }
      handlers.foreach(_.importedNames) // while that is what the names mean
      true
    }

    /** Run the code. */
    def load(): Unit = values.wrapper(): Unit

    /** Run the code of a step that has run already. Whatever refers to what it bound before keeps that. */
    def loadAnew(): Unit = values.makeAnew()

    /** The values that the code binds, by their names in the class file. */
    lazy val values: StepValues =
      new StepValues(loader, lineRep.readPath, accessPath.split('.').toList.filter(_.nonEmpty), isClassBased)

    /** The terms that the code bound under names that the user chose. */
    def boundNames: List[String] =
      handlers.flatMap(_.definesTerm).filterNot(resultName.contains).map(_.decoded).filterNot(_.contains('$')).distinct

    def value(name: String): AnyRef = values.get(TermName(name).encoded)

    def typeNameOf(name: String): String = Naming.unmangle(typeOf(TermName(name).encodedName))

    /** Lines that tell what was bound. */
    def told: Iterator[String] = handlers.iterator.flatMap {
      case bound: memberHandlers.MemberDefHandler if !bound.mods.isPublic => None
      case bound: memberHandlers.ValHandler                               => toldValue(bound)
      case bound: memberHandlers.DefHandler => Some(s"def ${defTypeOf(bound.name)(_.decoded)}")
      case bound: memberHandlers.MemberDefHandler => Some(s"${bound.keyword} ${bound.name.decoded}")
      case _                                      => None
    }.map(Naming.unmangle)

    private def toldValue(bound: memberHandlers.ValHandler): Option[String] = {
      val (name, kind) = (bound.name.decoded, typeOf(bound.name))
      if (kind == "Unit" && resultName.contains(bound.name)) None
      else {
        val text = if (bound.mods.isLazy) "<lazy>" else if (kind == "Unit") "()" else StepValues.shown(value(name))
        Some(s"$name: $kind = $text")
      }
    }

    /** Keep of the code's values only those that live names mean, where nothing else of it can be asked for again.
      *
      * Functions and closures hold the instance that they read from, so whatever they need stays.
      */
    def release(): Unit = {
      val kept = handlers.filter(_.definedNames.exists(live))
      val plain = kept.forall {
        case value: memberHandlers.ValHandler => value.mods.isPublic && !value.mods.isLazy && !value.mods.isMutable
        case _                                => false
      }
      val definesClasses = handlers.exists(_.member.isInstanceOf[ImplDef]) // Spark looks for their outer instance
      if (isClassBased && plain && !definesClasses) values.keepOnly(kept.map(_.name.encoded))
    }

    def releaseAll(): Unit = if (isClassBased) values.keepOnly(Nil)
  }
}

object CellCompiler {
  /** The name of the source file in stack traces. */
  val Label = "cell"
  private val TooDeep = "The code is nested too deeply for the compiler: give parts of it names."
  /** How many `resN` are kept. */
  val Results = 10

  /** Lines are numbered through all notebooks, since their classes share a folder; the presentation compiler, whose
    * classes are never written, counts from 1.
    */
  private val lines = new AtomicInteger(1000000)
  private def nextLine(): Int = lines.incrementAndGet()

  /** Warnings of what Scala 2.12's notebooks are full: `$"x"`'s older form `'x`, `explain` without parentheses, and an
    * array where a `Seq` is wanted.
    */
  private val OfOlderScala = Seq("symbol literal is deprecated", "Auto-application to `\\(\\)` is deprecated",
    "method copyArrayToImmutableIndexedSeq")

  /** @param folder where classes go; @param path the class path, which the compiler does not find by itself */
  def settings(folder: File, path: String): Settings = {
    val settings = new Settings(message => throw new IllegalArgumentException(message))
    val silent = OfOlderScala.map(message => s"msg=$message:s").mkString("-Wconf:", ",", "")
    val options = List("-Yrepl-class-based", "-Yrangepos", "-deprecation", silent)
    settings.processArguments(options ++ List("-Yrepl-outdir", folder.getPath, "-classpath", path), processAll = true)
    settings
  }
}
