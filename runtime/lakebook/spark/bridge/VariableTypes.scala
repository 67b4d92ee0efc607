package lakebook.bridge

/** What the types of a notebook's variables say of their values. */
class VariableTypes(val compiler: CellCompiler) {
  import compiler.global._

  /** Whether a value of the variable's type never changes in place. Of types that are not known to be so, it may. */
  def isImmutable(name: String): Boolean = of(name).exists(isImmutable)

  /** Whether the variable is a function. A collection is none, though Scala can call it like one. */
  def isFunction(name: String): Boolean = of(name).exists { kind =>
    val bases = kind.baseClasses
    bases.exists(definitions.FunctionClass.seq.contains) && !bases.exists(_.fullName == VariableTypes.Collection)
  }

  private def of(name: String): Option[Type] =
    compiler.variable(name).map(step => exitingTyper(step.compilerTypeOf(TermName(name).encodedName).dealiasWiden))

  private def isImmutable(kind: Type): Boolean = {
    val (plain, symbol) = (kind.dealiasWiden, kind.dealiasWiden.typeSymbol)
    val name = symbol.fullName
    def holder = VariableTypes.Holders(name) || name.startsWith(VariableTypes.Collections) ||
      definitions.TupleClass.seq.contains(symbol)
    VariableTypes.References(name) || definitions.isPrimitiveValueClass(symbol) || VariableTypes.Values(name) ||
    holder && plain.typeArgs.forall(isImmutable)
  }
}

object VariableTypes {
  private val Collection = "scala.collection.IterableOnce"

  /** Frames, whatever type their rows have. */
  private val References = Set("org.apache.spark.sql.Dataset", "org.apache.spark.sql.classic.Dataset")

  private val Values: Set[String] =
    Set("Duration", "Instant", "LocalDate", "LocalDateTime", "LocalTime", "OffsetDateTime", "Period", "ZonedDateTime")
      .map("java.time." + _) ++
      Set("java.lang.String", "java.math.BigDecimal", "java.math.BigInteger", "scala.math.BigDecimal",
        "scala.math.BigInt", "scala.concurrent.duration.Duration", "scala.concurrent.duration.FiniteDuration",
        "scala.None", "scala.Nothing", "scala.Null")

  /** What changes only if something in it does. */
  private val Holders = Set("scala.Option", "scala.Some")
  private val Collections = "scala.collection.immutable."
}
