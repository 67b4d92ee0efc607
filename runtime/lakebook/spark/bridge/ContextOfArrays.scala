package org.apache.spark.rdd // which Spark passes over when it tells which line made an RDD

import scala.reflect.ClassTag

import org.apache.spark.{SparkConf, SparkContext}

/** Makes RDDs also of arrays written in the call, such as `Array("a", "b")`, which since Scala 2.13 are no `Seq`. */
abstract class ContextOfArrays(conf: SparkConf) extends SparkContext(conf) {
  def parallelize[T: ClassTag](array: Array[T]): RDD[T] = parallelize(array, defaultParallelism)
  def parallelize[T: ClassTag](array: Array[T], numSlices: Int): RDD[T] = parallelize(array.toIndexedSeq, numSlices)
}
