package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.dialect.postgres.jdbc.PostgresDriver;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.model.DataSource;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Notifications of triggers, and logical replication, of PostgreSQL, RDS and Aurora. */
public final class PostgresChanges implements ChangeProtocol {
  /** As whom the server sees the node. */
  private static final String APPLICATION = "heimdall changes";

  @Override
  public List<Way> ways(
      DataSource source, DatabaseCredentials listener, Function<String, Catalogue> catalogues) {
    List<Way> ways = new ArrayList<>();
    Duration patience = source.cluster().probe().timeout();
    for (String database : source.heardDatabases()) {
      if (source.changes().notified()) {
        ways.add(
            new Way(
                "notify",
                database,
                (writer, sink) ->
                    new NotifiedTables(
                        connections(writer, listener, patience).single(database),
                        writer.hosts().get(0),
                        database,
                        sink)));
      }
      if (source.changes().stream()) {
        ways.add(
            new Way(
                "stream",
                database,
                (writer, sink) ->
                    stream(
                        writer,
                        listener,
                        database,
                        table -> catalogues.apply(database).keys(table),
                        sink,
                        patience)));
      }
    }
    return ways;
  }

  /**
   * Opens the stream: without writes the log is silent for long, but the other connection is not.
   */
  private static LogStream stream(
      DataSource writer,
      DatabaseCredentials listener,
      String database,
      Function<TableName, KeyColumns> keys,
      ChangeSink sink,
      Duration patience)
      throws Exception {
    Connection beside = connections(writer, listener, patience).single(database);
    try {
      Connection log =
          connections(writer, listener, Duration.ZERO)
              .single(PostgresDriver.replicating(writer, use(Duration.ZERO), database));
      return new LogStream(log, beside, database, keys, writer.changes(), sink);
    } catch (SQLException e) {
      beside.close();
      throw LogStream.denied(e) ? LogStream.notAllowed() : e;
    } catch (RuntimeException e) {
      beside.close();
      throw e;
    }
  }

  private static SourceConnections connections(
      DataSource writer, DatabaseCredentials listener, Duration silence) {
    return new SourceConnections(writer, listener, use(silence), null, null);
  }

  private static Use use(Duration silence) {
    return new Use("changes", APPLICATION, 1, false, true, silence);
  }
}
