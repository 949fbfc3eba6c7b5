package dev.heimdall.engine.dialect.sqlserver;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.DialectProvider;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.sqlserver.catalog.SqlServerObjects;
import dev.heimdall.engine.dialect.sqlserver.login.SqlServerClients;
import dev.heimdall.engine.dialect.sqlserver.request.SqlServerSessions;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerServers;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.listen.NoNotifications;
import dev.heimdall.engine.prepared.ServerNaming;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.Engine;
import java.lang.reflect.Proxy;
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
  public ClusterProtocol clusters() {
    return lacking(ClusterProtocol.class);
  }

  @Override
  public ServerInterview interview() {
    return lacking(ServerInterview.class);
  }

  @Override
  public Dialect create(NodeServices node) {
    return create();
  }

  /** Without operators, a catalogue, clusters and actions. */
  public static Dialect create() {
    return new Dialect(
        new SqlServerClients(),
        Optional.empty(),
        new SqlServerServers(),
        new SqlServerSessions(),
        SqlServerSql.DIALECT,
        new NoNotifications(),
        new CatalogueProtocol.Unread(SqlServerObjects.INSTANCE),
        lacking(ClusterProtocol.class),
        ChangeProtocol.NONE,
        lacking(ActionProtocol.class),
        lacking(ForeignProtocol.class),
        Optional.empty(),
        loop -> new Numbers());
  }

  /** No configuration leads here; a caller that does not ask the engine first gets an error. */
  private static <T> T lacking(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(
                  type.getSimpleName() + " of SQL Server is not supported yet");
            }));
  }

  /** Statements have handles: no server knows them by names. */
  private static final class Numbers implements ServerNaming {
    @Override
    public boolean mayBeClients(byte[] given) {
      return false;
    }

    @Override
    public byte[] name(long number) {
      return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] instead(String unknown) {
      return null;
    }
  }
}
