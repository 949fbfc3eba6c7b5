package dev.heimdall.engine.toy;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.listen.NotificationFormat;
import dev.heimdall.engine.prepared.ServerNaming;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** All that a node has to know of the toy protocol. */
public final class ToyDialect {
  private ToyDialect() {}

  /** Without operators, notifications, a catalogue and clusters. */
  public static Dialect create() {
    return new Dialect(
        new ToyClients(),
        Optional.empty(),
        new ToyServers(),
        new ToySessions(),
        ToySql.DIALECT,
        lacking(NotificationFormat.class),
        new Unasked(),
        lacking(ClusterProtocol.class),
        ChangeProtocol.NONE,
        lacking(ActionProtocol.class),
        lacking(ForeignProtocol.class),
        Optional.empty(),
        loop -> new Numbers());
  }

  /** Nothing is known of databases, nor of what servers bring into each of them. */
  private static final class Unasked implements CatalogueProtocol {
    @Override
    public BuiltInObjects own() {
      return BuiltInObjects.NONE;
    }

    @Override
    public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress) {
      throw new UnsupportedOperationException("the toy has no catalogue");
    }

    @Override
    public boolean isGone(SQLException failure) {
      return false;
    }
  }

  /** Of which nobody asks anything. */
  private static <T> T lacking(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(type + " is not the toy's");
            }));
  }

  /** Statements have numbers only: what the node calls them is seen by nobody. */
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
