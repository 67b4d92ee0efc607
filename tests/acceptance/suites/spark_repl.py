"""What an interactive shell of Spark must be able to do, as cells of Scala: the questions that Spark asks of its own shells.

What is hard there is always the same: code of a cell runs on executors, so the classes that the compiler made for it must be found
there, and only that of the notebook which the code uses may be sent along.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Session:
    """Cells that run one after the other; ``shown`` is in what the last one prints and shows, or in its error."""

    name: str
    cells: tuple[str, ...]
    shown: str
    fails: bool = False


def session(name: str, *cells: str, shown: str, fails: bool = False) -> Session:
    return Session(name, cells, shown, fails)


CLOSURES = [
    session(
        "an accumulator counts on the executors",
        'val counted = sc.longAccumulator("counted")\nsc.parallelize(1 to 10, 4).foreach(n => counted.add(n))',
        "counted.value",
        shown="55",
    ),
    session(
        "a task reads a var as it is when the job starts",
        "var changing = 7",
        "def later() = sc.parallelize(1 to 3).map(_ => changing).collect().sum",
        "changing = 10\nlater()",
        shown="30",
    ),
    session(
        "an assignment in a task stays there",
        "var local = 1",
        "sc.parallelize(1 to 4).foreach(n => local = n)\nlocal",
        shown="1",
    ),
    session(
        "a method of a cell runs in a task",
        "def plus(n: Int) = n + offset\nval offset = 100",
        "sc.parallelize(Seq(1, 2)).map(plus).collect().toList",
        shown="List(101, 102)",
    ),
    session(
        "methods call each other across cells",
        "def inner(n: Int) = n * 2",
        "def outer(n: Int) = inner(n) + 1",
        "sc.parallelize(1 to 3).map(outer).collect().toList",
        shown="List(3, 5, 7)",
    ),
    session(
        "a function of numbers within a task's function reads a value of its cell",
        "val factor = 5\nsc.parallelize(1 to 3).map(n => Seq(n).map(x => x * factor).sum).collect().toList",
        shown="List(5, 10, 15)",
    ),
    session(
        "a function of numbers within a task's function reads a value of another cell",
        "val added = 5",
        "sc.parallelize(1 to 3).map(n => Seq(n).map(_ + added).sum).collect().toList",
        shown="List(6, 7, 8)",
    ),
    session(
        "a function of numbers within a task's function calls a method",
        "def twice(n: Int) = n * 2",
        "sc.parallelize(1 to 3).map(n => (n, Seq(n, n).map(twice(_)).reduce(_ + _))).collect().toList",
        shown="List((1,4), (2,8), (3,12))",
    ),
    session(
        "a method that a task runs has a function of numbers",
        "val limit = 2.5",
        "def below(n: Double) = Seq(n).exists(_ < limit)\nsc.parallelize(1 to 3).filter(below(_)).collect().toList",
        shown="List(1, 2)",
    ),
    session(
        "what a task makes of a Java interface reads a value of its cell",
        "val start = 4\ndef ranged(n: Int) = java.util.stream.IntStream.range(0, n).map(i => i + start).sum\n"
        "sc.parallelize(1 to 3).map(ranged).collect().toList",
        shown="List(4, 9, 15)",
    ),
    session(
        "a function that ran in a task reads a var as it is now, here and in a task",
        "var rate = 7\nval raised = (n: Int) => n + rate",
        "sc.parallelize(1 to 2).map(raised).collect()",
        "rate = 10\n(raised(1), sc.parallelize(1 to 2).map(raised).collect().toList)",
        shown="(11,List(11, 12))",
    ),
    session(
        "a function value runs in a task",
        "val square = (n: Int) => n * n",
        "sc.parallelize(1 to 3).map(square).map(n => square(n)).collect().toList",
        shown="List(1, 16, 81)",
    ),
    session(
        "an instance of a class of a cell is made in a task",
        "class Counter(val start: Int) { def next = start + 1 }",
        "sc.parallelize(1 to 3).map(n => new Counter(n).next).collect().toList",
        shown="List(2, 3, 4)",
    ),
    session(
        "an object of a cell is used in a task",
        "object Settings { val factor = 3; def scaled(n: Int) = n * factor }",
        "sc.parallelize(1 to 3).map(Settings.scaled).collect().toList",
        shown="List(3, 6, 9)",
    ),
    session(
        "a lazy value is made where it is read",
        "lazy val made = { 40 + 2 }",
        "sc.parallelize(1 to 2).map(_ + made).collect().toList",
        shown="List(43, 44)",
    ),
    session(
        "a broadcast of an array that is changed afterwards keeps what it was",
        "val array = Array(1, 2, 3)\nval sent = sc.broadcast(array)",
        "sc.parallelize(0 to 2).map(i => sent.value(i)).collect().toList",
        shown="List(1, 2, 3)",
    ),
    session(
        "a broadcast of a case class of a cell",
        "case class Limits(low: Int, high: Int)\nval limits = sc.broadcast(Limits(2, 4))",
        "sc.parallelize(1 to 5).filter(n => n >= limits.value.low && n <= limits.value.high).collect().toList",
        shown="List(2, 3, 4)",
    ),
    session(
        "what is named again is used from then on, and what was built on the old one keeps it",
        "val again = 1\ndef old() = again",
        'val again = "two"',
        "(old(), again)",
        shown="(1,two)",
    ),
    session(
        "a method takes a value's name, and a value the method's",
        "val shadowed = 1",
        "def shadowed = 2",
        "val first = shadowed",
        "val shadowed = 3",
        "(first, shadowed)",
        shown="(2,3)",
    ),
    session(
        "a value that is read before its cell binds it anew is warned of",
        "val early = 1",
        "val before = early\nval early = 3",
        shown="Reference to uninitialized value early",
    ),
    session(
        "what cannot be sent says so, and names its class",
        "class Handle { val n = 1 }\nval handle = new Handle",
        "sc.parallelize(1 to 2).map(n => n + handle.n).collect()",
        shown="Handle",
        fails=True,
    ),
    session(
        "what cannot be sent and is not used hinders nobody",
        "class Closed { val n = 1 }\nval open = 5",
        "val closed = new Closed",
        "sc.parallelize(1 to 2).map(_ + open).collect().toList",
        shown="List(6, 7)",
    ),
    session(
        "nor in the cell that uses the rest",
        "class Closed2 { val n = 1 }",
        "val closed = new Closed2\nval open2 = 5\nsc.parallelize(1 to 2).map(_ + open2).collect().toList",
        shown="List(6, 7)",
    ),
    session(
        "what one cell bound is sent together with what else it bound",
        "class Closed3 { val n = 1 }",
        "val closed = new Closed3\nval open3 = 5",
        "sc.parallelize(1 to 2).map(_ + open3).collect().toList",
        shown="Task not serializable: Closed3",
        fails=True,
    ),
    session(
        "a method imported from what cannot be sent hinders nobody unless it is used",
        "class Tools { def tool(n: Int) = n + 1 }\nval tools = new Tools\nimport tools.tool",
        "case class Item(n: Int)\nsc.parallelize(1 to 2).map(Item(_)).collect().toList",
        shown="List(Item(1), Item(2))",
    ),
    session(
        "an import may make an implicit conversion, and be used in a task",
        "object Units { implicit class Metres(n: Int) { def km = n / 1000.0 } }\nimport Units._",
        "sc.parallelize(Seq(1500, 2500)).map(_.km).collect().toList",
        shown="List(1.5, 2.5)",
    ),
    session(
        "implicit values of a cell are found in a later one",
        'implicit val greeting: String = "hello"',
        'def greet(name: String)(implicit words: String) = s"$words, $name"\ngreet("world")',
        shown="hello, world",
    ),
    session(
        "types that a cell imported are found in constructors and parents",
        "import org.apache.spark.Partition",
        "class Piece(p: Partition)\nclass Numbered(val index: Int) extends Partition",
        "new Numbered(7).index",
        shown="7",
    ),
    session(
        "an inner class reads a value of its cell",
        "val base = 10\nclass Outer { class Inner { def n = base + 1 } }",
        "sc.parallelize(1 to 2).map { _ => val o = new Outer; new o.Inner().n }.collect().toList",
        shown="List(11, 11)",
    ),
    session(
        "statements between braces are one",
        "val bits = {\n  val a = 1\n  val b = 2\n  a + b\n}",
        'if (bits > 2) {\n  println("many")\n}\nelse {\n  println("few")\n}',
        shown="many",
    ),
    session(
        "a chain of calls may begin its lines with dots",
        "val chained = sc.parallelize(1 to 6)\n  .filter(_ % 2 == 0)\n  // a comment between them\n  .map(_ * 10)",
        "chained.collect().toList",
        shown="List(20, 40, 60)",
    ),
    session(
        "a class and its companion are one definition",
        "class Person(val name: String)\nobject Person { def apply(name: String) = new Person(name) }",
        'sc.parallelize(Seq("Ada")).map(n => Person(n).name).collect().toList',
        shown="List(Ada)",
    ),
    session(
        "a trait with a type parameter and what extends it",
        "trait Shape[T] { def area(t: T): Double }\nclass Square extends Shape[Double] with Serializable { def area(t: Double) = t * t }",
        "val shape = new Square\nsc.parallelize(Seq(2.0)).map(shape.area).collect().head",
        shown="4.0",
    ),
    session(
        "a package's full name needs no import",
        "val buffer = scala.collection.mutable.ArrayBuffer(1, 2)\nbuffer += 3",
        "val when = java.time.LocalDate.of(2020, 2, 29).plusYears(1)\n(buffer.sum, when.toString)",
        shown="(6,2021-02-28)",
    ),
    session(
        "an import may hide what is there by itself",
        "import scala.collection.mutable.{Map => Table, Set}",
        'val letters = Set("a")\nletters += "b"\nval table = Table(1 -> "x")\ntable(2) = "y"\n(letters.size, table.size)',
        shown="(2,2)",
    ),
    session(
        "files are read by tasks",
        'java.nio.file.Files.writeString(java.nio.file.Path.of("lines.txt"), "one\\ntwo\\nthree")',
        'sc.textFile("lines.txt").map(_.length).collect().toList',
        shown="List(3, 3, 5)",
    ),
    session(
        "an iterator over an RDD computes piece by piece",
        "sc.parallelize(1 to 6, 3).map(_ * 2).toLocalIterator.take(3).toList",
        shown="List(2, 4, 6)",
    ),
    session(
        "objects of a class of a cell come back, also through a shuffle",
        "case class Pair(key: Int, value: String)",
        'sc.parallelize(Seq(Pair(1, "a"), Pair(2, "b"), Pair(1, "c"))).groupBy(_.key).mapValues(_.map(_.value).toList.sorted).collect().toList.sortBy(_._1)',
        shown="List((1,List(a, c)), (2,List(b)))",
    ),
    session(
        "objects of a class of a cell are cached, serialised too",
        "case class Kept(n: Int)\nval kept = sc.parallelize(1 to 10).map(Kept(_)).persist(org.apache.spark.storage.StorageLevel.MEMORY_ONLY_SER)",
        "val sums = (kept.map(_.n).sum, kept.map(_.n).sum)\nkept.unpersist()\nsums",
        shown="(55.0,55.0)",
    ),
    session(
        "a local property goes along with the job",
        'sc.setLocalProperty("colour", "blue")',
        'val colours = sc.parallelize(1 to 2).map(_ => org.apache.spark.TaskContext.get().getLocalProperty("colour")).collect().toList\nsc.setLocalProperty("colour", null)\ncolours',
        shown="List(blue, blue)",
    ),
]

DATASETS = [
    session(
        "a case class and its Dataset in one cell",
        "case class Point(x: Int, y: Int)\nval points = Seq(Point(1, 2), Point(3, 4)).toDS()\npoints.map(p => p.x * p.y).collect().toList",
        shown="List(2, 12)",
    ),
    session(
        "a Dataset of a class of an earlier cell",
        "case class City(name: String, people: Option[Long])",
        'val cities = Seq(City("Ulm", Some(126000)), City("Nowhere", None)).toDS()',
        "cities.filter(_.people.isDefined).map(_.name).collect().toList",
        shown="List(Ulm)",
    ),
    session(
        "a frame as a Dataset, and a Dataset as a frame",
        "case class Numbered2(id: Long, twice: Long)",
        'spark.range(3).withColumn("twice", $"id" * 2).as[Numbered2].filter(_.twice > 1).toDF("a", "b").orderBy("a").collect().toList',
        shown="List([1,2], [2,4])",
    ),
    session(
        "a sequence of pairs as a frame with names",
        'val pairs = Seq((1, "one"), (2, "two")).toDF("n", "word")',
        'pairs.where($"n" === 2).select("word").as[String].head()',
        shown="two",
    ),
    session(
        "sequences of case classes within a Dataset",
        "case class Line(words: Seq[Word])\ncase class Word(text: String)",
        'Seq(Line(Seq(Word("a"), Word("b")))).toDS().flatMap(_.words).map(_.text).collect().toList',
        shown="List(a, b)",
    ),
    session(
        "maps and tuples within a Dataset",
        'Seq((1, Map("a" -> 1.5)), (2, Map("b" -> 2.5))).toDS().map { case (n, m) => n * m.values.sum }.collect().toList',
        shown="List(1.5, 5.0)",
    ),
    session(
        "two Datasets are joined as they are typed",
        "case class Left(k: Int, l: String)\ncase class Right(k: Int, r: Double)",
        'val ls = Seq(Left(1, "a")).toDS()\nval rs = Seq(Right(1, 2.5)).toDS()\nls.joinWith(rs, ls("k") === rs("k")).map { case (a, b) => a.l + b.r }.collect().toList',
        shown="List(a2.5)",
    ),
    session(
        "groups are reduced by a function of a cell",
        "def longer(a: String, b: String) = if (a.length >= b.length) a else b",
        'Seq("ant", "bee", "antelope").toDS().groupByKey(_.head.toString).reduceGroups(longer _).collect().toList.sorted',
        shown="List((a,antelope), (b,bee))",
    ),
    session(
        "an encoder is made for a class of a cell",
        "import org.apache.spark.sql.Encoders\ncase class Row2(n: Int, s: String)",
        "Encoders.product[Row2].schema.simpleString",
        shown="struct<n:int,s:string>",
    ),
    session(
        "a plain class has an encoder by kryo",
        "import org.apache.spark.sql.{Encoder, Encoders}\nclass Plain(val n: Int)\nimplicit val plain: Encoder[Plain] = Encoders.kryo[Plain]",
        "spark.createDataset(Seq(new Plain(3), new Plain(4))).map(_.n).collect().toList",
        shown="List(3, 4)",
    ),
    session(
        "an aggregator, whose name an import brings before another",
        "import org.apache.spark.sql.expressions.Aggregator\nimport org.apache.spark.sql.{Encoder, Encoders}",
        "object Longest extends Aggregator[String, Int, Int] {\n  def zero = 0\n  def reduce(b: Int, a: String) = math.max(b, a.length)\n  def merge(a: Int, b: Int) = math.max(a, b)\n  def finish(r: Int) = r\n  def bufferEncoder: Encoder[Int] = Encoders.scalaInt\n  def outputEncoder: Encoder[Int] = Encoders.scalaInt\n}",
        'Seq("a", "abc", "ab").toDS().select(Longest.toColumn).head()',
        shown="3",
    ),
    session(
        "an aggregator over a case class of a cell",
        "import org.apache.spark.sql.expressions.Aggregator\nimport org.apache.spark.sql.Encoders\ncase class Sale(shop: String, sum: Double)\ncase class Mean(sum: Double, n: Long)",
        "val mean = new Aggregator[Sale, Mean, Double] {\n  def zero = Mean(0, 0)\n  def reduce(b: Mean, a: Sale) = Mean(b.sum + a.sum, b.n + 1)\n  def merge(a: Mean, b: Mean) = Mean(a.sum + b.sum, a.n + b.n)\n  def finish(r: Mean) = r.sum / r.n\n  def bufferEncoder = Encoders.product[Mean]\n  def outputEncoder = Encoders.scalaDouble\n}.toColumn",
        'Seq(Sale("a", 1), Sale("a", 3), Sale("b", 5)).toDS().groupByKey(_.shop).agg(mean).collect().toList.sorted',
        shown="List((a,2.0), (b,5.0))",
    ),
    session(
        "a Dataset's rows come one by one",
        "case class Step(n: Long)",
        "import scala.jdk.CollectionConverters._\nspark.range(5).as[Long].map(Step(_)).toLocalIterator().asScala.map(_.n).toList",
        shown="List(0, 1, 2, 3, 4)",
    ),
    session(
        "a class that is defined anew is another one",
        "case class Version(n: Int)\nval older = Version(1)",
        "case class Version(n: Int, label: String)",
        'Seq(Version(2, "two")).toDS().map(_.label).collect().toList',
        shown="List(two)",
    ),
    session(
        "an instance of the older class is none of the newer",
        "case class Stale(n: Int)\nval stale = Stale(1)",
        "case class Stale(n: Int)",
        "val fresh: Stale = stale",
        shown="type mismatch",
        fails=True,
    ),
]

FUNCTIONS = [
    session(
        "a function of a cell as a UDF",
        'import org.apache.spark.sql.functions.udf\ndef shout(s: String) = s.toUpperCase + "!"\nval shouted = udf(shout _)',
        'Seq("a").toDF("s").select(shouted($"s")).as[String].head()',
        shown="A!",
    ),
    session(
        "a UDF written in its place, which reads a value of a cell",
        "val plus7 = 7",
        'spark.range(2).select(udf((n: Long) => n + plus7).apply($"id")).as[Long].collect().toList',
        shown="List(7, 8)",
    ),
    session(
        "a registered UDF is called by SQL",
        'val times = 3\nspark.udf.register("times3", (n: Long) => n * times)',
        'spark.sql("SELECT times3(14) AS n").as[Long].head()',
        shown="42",
    ),
    session(
        "a registered UDF is called by its name",
        'spark.udf.register("plus_one", (n: Long) => n + 1)',
        'spark.range(2).select(call_udf("plus_one", $"id")).as[Long].collect().toList',
        shown="List(1, 2)",
    ),
    session(
        "a UDF takes a row and gives a case class of a cell",
        "case class Parts(whole: Long, rest: Long)\nval parts = udf((n: Long) => Parts(n / 2, n % 2))",
        'spark.range(3, 4).select(parts($"id").as("p")).select("p.whole", "p.rest").as[(Long, Long)].head()',
        shown="(1,1)",
    ),
    session(
        "what a UDF throws names the error",
        'val broken = udf((n: Long) => { if (n == 1) sys.error("one is too many"); n })',
        'spark.range(2).select(broken($"id")).collect()',
        shown="one is too many",
        fails=True,
    ),
    session(
        "a setting is this notebook's",
        'spark.conf.set("spark.sql.shuffle.partitions", "3")',
        'val n = spark.range(100).repartition($"id").rdd.getNumPartitions\nval said = spark.conf.get("spark.sql.shuffle.partitions")\nspark.conf.unset("spark.sql.shuffle.partitions")\nsaid',
        shown="3",
    ),
    session(
        "a stream runs code of a cell",
        "import org.apache.spark.sql.execution.streaming.runtime.MemoryStream\nimplicit val ctx: org.apache.spark.sql.SparkSession = spark\nval input = MemoryStream[Int](implicitly[org.apache.spark.sql.Encoder[Int]], spark)\ncase class Seen(n: Int, twice: Int)",
        'val query = input.toDS().map(n => Seen(n, n * 2)).writeStream.format("memory").queryName("seen").start()\ninput.addData(1, 2)\nquery.processAllAvailable()\nquery.stop()',
        'spark.table("seen").as[Seen].collect().toList.sortBy(_.n)',
        shown="List(Seen(1,2), Seen(2,4))",
    ),
]

SESSIONS = CLOSURES + DATASETS + FUNCTIONS
