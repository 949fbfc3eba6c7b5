package dev.heimdall.engine.dialect.mysql;

import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.mysql.action.MysqlActions;
import dev.heimdall.engine.dialect.mysql.catalog.MysqlCatalogue;
import dev.heimdall.engine.dialect.mysql.changes.BinlogChanges;
import dev.heimdall.engine.dialect.mysql.cluster.MysqlClusters;
import dev.heimdall.engine.dialect.mysql.console.MysqlConsole;
import dev.heimdall.engine.dialect.mysql.login.MysqlClients;
import dev.heimdall.engine.dialect.mysql.practice.MysqlPractice;
import dev.heimdall.engine.dialect.mysql.request.MysqlSessions;
import dev.heimdall.engine.dialect.mysql.server.MysqlServers;
import dev.heimdall.engine.dialect.mysql.sql.MysqlClassifier;
import java.util.concurrent.Executor;

/** The protocol of MySQL and MariaDB. */
public final class MysqlDialect {
  private MysqlDialect() {}

  /**
   * @param offLoop where proofs for servers are made that take milliseconds
   */
  public static Dialect create(Executor offLoop) {
    return new Dialect(
        new MysqlClients(),
        new MysqlConsole(),
        new MysqlServers(offLoop),
        new MysqlSessions(),
        knowsBlocks -> new MysqlClassifier(),
        new MysqlNotifications(),
        new MysqlCatalogue(),
        new MysqlClusters(),
        new BinlogChanges(),
        new MysqlActions(),
        new MysqlPractice(),
        StatementNumbers::new);
  }
}
