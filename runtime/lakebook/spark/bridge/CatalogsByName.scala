package org.apache.spark.sql.lakebook // for what Spark keeps to its own package: the catalogs of a session

import java.util.Locale

import scala.collection.mutable

import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.connector.catalog.{CatalogManager, CatalogPlugin, DefaultCatalogManager}

/** The catalogs of a session by their names. Spark asks this whenever a name of several parts is looked up; it has no
  * other place where catalogs could come and go.
  */
class CatalogsByName(manager: CatalogManager) extends mutable.HashMap[String, CatalogPlugin] {
  override def getOrElseUpdate(name: String, load: => CatalogPlugin): CatalogPlugin =
    if (name == LakeCatalogs.Session || configured(name)) super.getOrElseUpdate(name, load)
    else if (name.equalsIgnoreCase(LakeCatalogs.Hive)) manager.v2SessionCatalog
    else if (LakeCatalogs.exists(name)) {
      val plain = name.toLowerCase(Locale.ROOT)
      super.getOrElseUpdate(plain, new LakeCatalog(plain))
    } else {
      remove(name.toLowerCase(Locale.ROOT)) // it was dropped
      super.getOrElseUpdate(name, load)
    }

  override def keys: Iterable[String] = {
    val others = super.keys.filterNot(get(_).exists(_.isInstanceOf[LakeCatalog]))
    (others ++ LakeCatalogs.list).toSeq.distinct
  }

  /** The workspace's settings may name a catalog of another kind. */
  private def configured(name: String): Boolean = manager match {
    case own: DefaultCatalogManager => own.conf.contains(s"spark.sql.catalog.$name")
    case _                          => false
  }
}

object CatalogsByName {
  private val field = classOf[DefaultCatalogManager].getDeclaredFields.find(_.getName.endsWith("catalogs")).get
  field.setAccessible(true)

  /** Let a session find the workspace's catalogs. May be called again. */
  def install(session: SparkSession): Unit = session.sessionState.catalogManager match {
    case manager: DefaultCatalogManager =>
      manager.synchronized {
        field.get(manager) match {
          case _: CatalogsByName                                           => // done before
          case loaded: mutable.HashMap[_, _] =>
            val all = new CatalogsByName(manager)
            all.addAll(loaded.asInstanceOf[mutable.HashMap[String, CatalogPlugin]])
            field.set(manager, all)
        }
      }
    case _ => // one of a transaction, which asks the session's
  }
}
