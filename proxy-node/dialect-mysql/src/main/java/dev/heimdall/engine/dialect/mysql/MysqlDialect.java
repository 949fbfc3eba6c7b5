package dev.heimdall.engine.dialect.mysql;

import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.DialectProvider;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.mysql.action.MysqlActions;
import dev.heimdall.engine.dialect.mysql.catalog.MysqlCatalogue;
import dev.heimdall.engine.dialect.mysql.changes.BinlogChanges;
import dev.heimdall.engine.dialect.mysql.cluster.MysqlClusters;
import dev.heimdall.engine.dialect.mysql.cluster.MysqlInterview;
import dev.heimdall.engine.dialect.mysql.console.MysqlConsole;
import dev.heimdall.engine.dialect.mysql.foreign.MysqlForeign;
import dev.heimdall.engine.dialect.mysql.login.MysqlClients;
import dev.heimdall.engine.dialect.mysql.practice.MysqlPractice;
import dev.heimdall.engine.dialect.mysql.request.MysqlSessions;
import dev.heimdall.engine.dialect.mysql.server.MysqlServers;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.Engine;
import java.util.Optional;

/** The protocol of MySQL and MariaDB. */
public final class MysqlDialect implements DialectProvider {
  @Override
  public Engine engine() {
    return Engine.MYSQL;
  }

  @Override
  public SqlDialect statements() {
    return MysqlSql.DIALECT;
  }

  @Override
  public Optional<ClusterProtocol> clusters() {
    return Optional.of(new MysqlClusters());
  }

  @Override
  public Optional<ServerInterview> interview() {
    return Optional.of(new MysqlInterview());
  }

  @Override
  public Dialect create(NodeServices node) {
    return new Dialect(
        new MysqlClients(),
        new MysqlServers(node.offLoop()),
        new MysqlSessions(),
        statements(),
        StatementNumbers::new,
        new MysqlCatalogue(),
        new BinlogChanges(),
        Optional.of(new MysqlConsole()),
        Optional.empty(),
        clusters(),
        Optional.of(new MysqlActions()),
        Optional.of(new MysqlForeign()),
        Optional.of(new MysqlPractice()));
  }
}
