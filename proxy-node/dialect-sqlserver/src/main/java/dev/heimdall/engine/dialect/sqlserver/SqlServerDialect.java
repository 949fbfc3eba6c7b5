package dev.heimdall.engine.dialect.sqlserver;

import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.DialectProvider;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.sqlserver.action.SqlServerActions;
import dev.heimdall.engine.dialect.sqlserver.catalog.SqlServerCatalogue;
import dev.heimdall.engine.dialect.sqlserver.changes.SqlServerChanges;
import dev.heimdall.engine.dialect.sqlserver.cluster.SqlServerClusters;
import dev.heimdall.engine.dialect.sqlserver.cluster.SqlServerInterview;
import dev.heimdall.engine.dialect.sqlserver.console.SqlServerConsole;
import dev.heimdall.engine.dialect.sqlserver.foreign.SqlServerForeign;
import dev.heimdall.engine.dialect.sqlserver.login.SqlServerClients;
import dev.heimdall.engine.dialect.sqlserver.request.SqlServerSessions;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerServers;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.Engine;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * TDS, the protocol of SQL Server: clients, servers and sessions. What needs a JDBC driver is
 * refused where configurations are read.
 */
public final class SqlServerDialect implements DialectProvider {
  @Override
  public Engine engine() {
    return Engine.SQLSERVER;
  }

  @Override
  public SqlDialect statements() {
    return SqlServerSql.DIALECT;
  }

  @Override
  public Optional<ClusterProtocol> clusters() {
    return Optional.of(new SqlServerClusters());
  }

  @Override
  public Optional<ServerInterview> interview() {
    return Optional.of(new SqlServerInterview());
  }

  @Override
  public Dialect create(NodeServices node) {
    return create();
  }

  /** Statements have handles: no server knows them by names. */
  public static Dialect create() {
    return new Dialect(
        new SqlServerClients(),
        new SqlServerServers(),
        new SqlServerSessions(),
        SqlServerSql.DIALECT,
        loop -> number -> Long.toString(number).getBytes(StandardCharsets.US_ASCII),
        new SqlServerCatalogue(),
        new SqlServerChanges(),
        Optional.of(new SqlServerConsole()),
        Optional.empty(),
        Optional.of(new SqlServerClusters()),
        Optional.of(new SqlServerActions()),
        Optional.of(new SqlServerForeign()),
        Optional.empty());
  }
}
