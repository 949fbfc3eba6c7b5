package dev.heimdall.engine.dialect.sqlserver;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.sqlserver.login.SqlServerClients;
import dev.heimdall.engine.dialect.sqlserver.request.SqlServerSessions;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerServers;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.listen.NotificationFormat;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.prepared.ServerNaming;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

/**
 * TDS, the protocol of SQL Server, as far as it goes: clients, servers and sessions. No engine of
 * the model has it yet, so that no node finds it.
 */
public final class SqlServerDialect {
  private SqlServerDialect() {}

  /** Without operators, a catalogue, clusters and actions. */
  public static Dialect create() {
    return new Dialect(
        new SqlServerClients(),
        lacking(ConsoleProtocol.class),
        new SqlServerServers(),
        new SqlServerSessions(),
        SqlServerSql.DIALECT,
        lacking(NotificationFormat.class),
        CatalogueProtocol.NONE,
        lacking(ClusterProtocol.class),
        ChangeProtocol.NONE,
        lacking(ActionProtocol.class),
        lacking(ForeignProtocol.class),
        lacking(Practice.class),
        loop -> new Numbers());
  }

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
