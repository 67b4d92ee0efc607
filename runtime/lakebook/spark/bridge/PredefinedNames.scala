package lakebook.bridge

import org.apache.spark.sql.{functions, SQLImplicits}

/** Terms that mean something in every Scala cell before it binds any: no value from another language replaces them. */
object PredefinedNames {
  def apply(name: String): Boolean = members(name) || Packages.exists(isObject(_, name))

  /** Of what the prelude imports and of what Scala imports by itself. */
  private lazy val members: Set[String] =
    Seq(Predef.getClass, scala.`package`.getClass, functions.getClass, classOf[SQLImplicits])
      .flatMap(_.getMethods).map(_.getName).filterNot(_.contains('$')).toSet -- Of.getMethods.map(_.getName) ++ Own

  private val Of = classOf[Object]
  private val Own = Set("spark", "sc", "sqlContext", "sql", "display", "displayHTML", "mlflow", "dbutils",
    "getArgument", "RDD", "Row")
  private val Packages = Seq("scala", "java.lang")

  private def isObject(inPackage: String, name: String): Boolean =
    Seq(s"$inPackage.$name$$", s"$inPackage.$name").exists { path =>
      try { Class.forName(path, false, getClass.getClassLoader); true }
      catch { case _: ClassNotFoundException | _: NoClassDefFoundError => false }
    }
}
