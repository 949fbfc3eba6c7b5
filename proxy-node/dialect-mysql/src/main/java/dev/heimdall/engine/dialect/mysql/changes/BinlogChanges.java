package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import dev.heimdall.secrets.credentials.DatabaseLogin;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Change capture from MySQL and MariaDB servers: by their binary logs. */
public final class BinlogChanges implements ChangeProtocol {
  private static final Use USE =
      new Use("changes", "heimdall-changes", 1, false, true, Duration.ofSeconds(10));

  private static final int PATIENCE_SECONDS = 10;

  /** A server has one log for all of its databases. */
  @Override
  public List<Way> ways(
      DataSource source, DatabaseCredentials listener, Function<String, Catalogue> catalogues) {
    return source.changes().stream()
        ? List.of(
            new Way(
                "stream",
                "",
                (writer, sink) ->
                    new BinlogReader(
                        new LoggedIn(writer, listener), new WrittenTables(catalogues), sink)))
        : List.of();
  }

  private record LoggedIn(DataSource source, DatabaseCredentials listener)
      implements BinlogReader.Server {
    @Override
    public Connection questions() throws SQLException {
      return new SourceConnections(source, listener, USE, null, null).single("");
    }

    /** With what the connection before was made: it was renewed where that was refused. */
    @Override
    public LogConnection log(
        ServerStatus from,
        TableLayouts layouts,
        Runnable streaming,
        Consumer<LoggedTransaction> transactions)
        throws IOException {
      ServerAddress at = source.hosts().get(0);
      try {
        DatabaseLogin login =
            listener.login(at.host(), at.port()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return new LogConnection(
            source,
            login.user(),
            login.password().orElse(""),
            from,
            layouts,
            streaming,
            transactions);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("there are no credentials", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for credentials", e);
      }
    }

    /** Readable location of the source. */
    @Override
    public String toString() {
      return source.name() + " at " + source.hosts().get(0);
    }
  }
}
