package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: expressions

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.core.JsonProcessingException
import com.fasterxml.jackson.core.json.JsonReadFeature
import com.fasterxml.jackson.databind.{DeserializationFeature, JsonNode}
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature
import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}
import org.apache.spark.sql.catalyst.expressions._
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenFallback
import org.apache.spark.sql.types.{DataType, StringType}
import org.apache.spark.unsafe.types.UTF8String

/** A path into JSON that is text, of Databricks: names without brackets are found in upper and lower case. */
object JsonPath {
  sealed trait Step
  case class Field(name: String, anyCase: Boolean) extends Step
  case class Element(index: Int) extends Step
  case object Elements extends Step

  private val StepForm = """\.([^.\[]+)|\[(?:'([^']*)'|"([^"]*)"|(\d+)|(\*))\]""".r

  /** What is there, as a text. `get_json_object` minds the case: it reads a JSON that has the path's names, where there
    * is nothing under them or, in several elements, may be more.
    */
  def extract(json: Expression, path: String): Expression = {
    val steps = read(path)
    val plain = GetJsonObject(json, Literal(written(steps)))
    val folds = steps.exists { case Field(_, anyCase) => anyCase; case _ => false }
    val renamed = GetJsonObject(NamedAsInPath(json, steps), Literal(written(steps)))
    if (!folds) plain else Coalesce(if (steps.contains(Elements)) Seq(renamed, plain) else Seq(plain, renamed))
  }

  private def read(path: String): Seq[Step] = {
    val found = StepForm.findAllMatchIn(path).toSeq
    if (found.map(_.matched).mkString("$", "", "") != path) throw Refused(s"${path.drop(1)} is no path into JSON.")
    found.map(_.subgroups.map(Option(_)) match {
      case List(Some(name), _, _, _, _) => Field(name, anyCase = true)
      case List(_, Some(name), _, _, _) => Field(name, anyCase = false)
      case List(_, _, Some(name), _, _) => Field(name, anyCase = false)
      case List(_, _, _, Some(at), _)   => Element(at.toInt)
      case _                            => Elements
    })
  }

  /** As `get_json_object` reads it. */
  private def written(steps: Seq[Step]): String = steps.map {
    case Field(name, _) if !name.exists("'?".contains(_)) => s"['$name']"
    case Field(name, _) if !name.exists(".[".contains(_)) => s".$name"
    case Field(name, _) => throw Refused(s"The field $name cannot be found in JSON: from_json reads it.")
    case Element(index) => s"[$index]"
    case Elements       => "[*]"
  }.mkString("$", "", "")

  /** Gives the fields on the way the names that the steps have, in each element of an array for itself; whether any had
    * another.
    */
  private[lakebook] def rename(value: JsonNode, steps: Seq[Step]): Boolean = (value, steps) match {
    case (fields: ObjectNode, Field(name, anyCase) +: rest) =>
      val other = if (anyCase && !fields.has(name)) otherCase(fields, name) else None
      other.foreach(found => fields.set[JsonNode](name, fields.remove(found)))
      rename(fields.path(name), rest) || other.nonEmpty
    case (elements: ArrayNode, Element(index) +: rest) => rename(elements.path(index), rest)
    case (elements: ArrayNode, Elements +: rest)       => elements.asScala.count(rename(_, rest)) > 0
    case _                                             => false
  }

  private def otherCase(fields: ObjectNode, name: String): Option[String] = {
    val found = fields.fieldNames.asScala.filter(_.equalsIgnoreCase(name)).toSeq
    if (found.length > 1)
      throw Refused(s"The JSON has ${found.mkString(" and ")}: write the one that is meant as ['${found.head}'].")
    found.headOption
  }
}

/** A JSON text with the names that a path has for its fields; null where it has them already, and where it is none. */
case class NamedAsInPath(child: Expression, steps: Seq[JsonPath.Step]) extends UnaryExpression with CodegenFallback {
  override def dataType: DataType = StringType
  override def nullable: Boolean = true

  override protected def nullSafeEval(json: Any): Any =
    try {
      val value = NamedAsInPath.mapper.readTree(json.toString)
      if (JsonPath.rename(value, steps)) UTF8String.fromString(NamedAsInPath.mapper.writeValueAsString(value)) else null
    } catch { case _: JsonProcessingException => null }

  override protected def withNewChildInternal(newChild: Expression): NamedAsInPath = copy(child = newChild)
}

private object NamedAsInPath {
  /** Reads what `get_json_object` reads, and keeps numbers digit by digit. */
  private val mapper = JsonMapper.builder()
    .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
    .build()
}
