// Databricks notebook source
// MAGIC %md
// MAGIC # Primes
// MAGIC
// MAGIC Found in Scala on Spark, and checked in Python.

// COMMAND ----------

// DBTITLE 1,Find
def isPrime(n: Long): Boolean = n > 1 && (2L to math.sqrt(n.toDouble).toLong).forall(n % _ != 0)

val primes = spark.range(10000).as[Long].filter(isPrime(_)).toDF("prime")
primes.createOrReplaceTempView("primes")

// COMMAND ----------

// MAGIC %sql
// MAGIC SELECT prime % 10 AS ends_in, count(*) AS primes FROM primes GROUP BY ends_in ORDER BY primes DESC, ends_in

// COMMAND ----------

// DBTITLE 0,Check
// MAGIC %python
// MAGIC known = [n for n in range(2, 10_000) if all(n % d for d in range(2, int(n**0.5) + 1))]
// MAGIC found = [row.prime for row in primes.orderBy("prime").collect()]
// MAGIC print(f"{len(found)} primes, the same: {found == known}")
