package dev.heimdall.engine.boot;

import dev.heimdall.engine.cluster.Prober;
import dev.heimdall.engine.dialect.mysql.cluster.MysqlClusters;
import dev.heimdall.engine.dialect.postgres.cluster.PostgresClusters;
import dev.heimdall.model.DataSource;

/** What nodes ask servers of a cluster, for commands and the manager: without a node. */
public final class ServerQuestions {
  private ServerQuestions() {}

  /**
   * How the servers of a cluster are asked what they are.
   *
   * @param cluster a source whose servers are watched
   */
  public static Prober of(DataSource cluster) {
    return switch (cluster.engine()) {
      case POSTGRESQL -> new PostgresClusters().prober(cluster);
      case MYSQL -> new MysqlClusters().prober(cluster);
    };
  }
}
