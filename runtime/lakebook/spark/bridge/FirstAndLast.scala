package lakebook.bridge

import scala.collection.mutable

/** Things, each once, in the order they came; of more than `most` the first and the last. */
class FirstAndLast[Thing](most: Int = 1000) {
  private val first = mutable.LinkedHashMap.empty[Any, Thing]
  private val last = mutable.LinkedHashMap.empty[Any, Thing]

  def add(key: Any, thing: Thing): Unit =
    if (!first.contains(key) && !last.contains(key)) {
      if (first.size < most / 2) first.put(key, thing) else last.put(key, thing)
      if (last.size > most / 2) last.remove(last.head._1)
    }

  /** All that there is; there is nothing afterwards. */
  def take(): Seq[Thing] = {
    val all = (first.values ++ last.values).toSeq
    first.clear()
    last.clear()
    all
  }
}
