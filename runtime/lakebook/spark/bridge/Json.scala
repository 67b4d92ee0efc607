package lakebook.bridge

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import com.fasterxml.jackson.module.scala.DefaultScalaModule

/** JSON on one line, as the lifeline carries it. */
object Json {
  private val mapper = new ObjectMapper().registerModule(DefaultScalaModule)

  def write(value: Any): String = mapper.writeValueAsString(value)

  def read(line: String): JsonNode = mapper.readTree(line)

  def event(name: String, fields: (String, Any)*): String =
    write(scala.collection.immutable.ListMap((("event" -> name) +: fields): _*))
}
