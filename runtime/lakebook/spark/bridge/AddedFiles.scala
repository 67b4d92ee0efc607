package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the artifacts of a session

import java.io.File

import org.apache.spark.{JobArtifactSet, JobArtifactState, SparkFiles}
import org.apache.spark.sql.classic.SparkSession

/** The files, archives and jars that a notebook adds to its jobs are the notebook's own: Spark keeps them by a state of
  * the thread that adds them, or starts a job.
  */
object AddedFiles {
  def within[T](session: SparkSession)(work: => T): T =
    JobArtifactSet.withActiveJobArtifactState(session.artifactManager.state)(work)

  /** The work, to be done later on another thread, with the files of the calling thread. */
  def carried(work: => Unit): () => Unit = {
    val state: JobArtifactState = JobArtifactSet.getCurrentJobArtifactState.orNull
    () => JobArtifactSet.withActiveJobArtifactState(state)(work)
  }

  /** None where a setting of Spark's says that sessions share their files. */
  def state(session: SparkSession): Option[JobArtifactState] = Option(session.artifactManager.state)

  /** Where they are put on this machine. */
  def folder(session: SparkSession): String = {
    val all = SparkFiles.getRootDirectory()
    state(session).fold(all)(own => new File(all, own.uuid).getPath)
  }

  def forget(session: SparkSession): Unit = session.artifactManager.close()
}
