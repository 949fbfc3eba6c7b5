package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.DataSource;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
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
                        connections(writer, listener, patience).single(database, false),
                        database,
                        sink)));
      }
    }
    return ways;
  }

  private static SourceConnections connections(
      DataSource writer, DatabaseCredentials listener, Duration silence) {
    DataSource quick = writer.connectingWithin(writer.connectTimeout());
    return new SourceConnections(
        quick, listener, new Use("changes", APPLICATION, 1, false, silence), null, null);
  }
}
