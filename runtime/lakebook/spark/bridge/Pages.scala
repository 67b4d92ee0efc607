package org.apache.spark.lakebook // for what Spark keeps to its own package: its pages

import org.apache.spark.SparkContext
import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.execution.ui.SQLTab
import org.apache.spark.ui.SparkUI

import lakebook.bridge.PagesGuard

/** Spark's own pages about jobs, stages and executors: nothing listens before they are asked for.
  *
  * They listen where the driver does, on a port of the system's choice, and answer those alone who say the secret.
  * Nothing can be cancelled there, since they are everybody's. Where `spark.ui.enabled` is true Spark's are taken as
  * they are.
  */
class Pages(context: SparkContext, session: SparkSession, secret: String) {
  def port: Int = context.ui.getOrElse(own).boundPort

  private lazy val own: SparkUI = {
    val guard = classOf[PagesGuard].getName
    val filters = context.conf.getOption("spark.ui.filters").filter(_.nonEmpty)
    val conf = context.conf.clone()
      .set("spark.ui.port", "0")
      .set("spark.ui.killEnabled", "false")
      .set("spark.ui.filters", (guard +: filters.toSeq).mkString(","))
      .set(s"spark.$guard.param.${PagesGuard.Secret}", secret)
    val security = context.env.securityManager
    val made = SparkUI.create(Some(context), context.statusStore, conf, security, context.appName, "", context.startTime)
    made.setAppId(context.applicationId)
    new SQLTab(session.sharedState.statusStore, made)
    made.bind()
    made.attachAllHandlers()
    made
  }
}
