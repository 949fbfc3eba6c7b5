package dev.heimdall.engine.dialect.sqlserver.changes;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.DataSource;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Change capture from SQL Server: by change tracking, which each database has for itself. */
public final class SqlServerChanges implements ChangeProtocol {
  /** Name by which the server knows the node. */
  private static final String APPLICATION = "heimdall changes";

  /** A poll that takes longer is given up: meanwhile what is written is not heard of. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  @Override
  public List<Way> ways(
      DataSource source, DatabaseCredentials listener, Function<String, Catalogue> catalogues) {
    if (!source.changes().stream()) {
      return List.of();
    }
    Duration asked = source.cluster().probe().timeout();
    Duration silence = asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
    long interval = source.cluster().probe().positionInterval().toMillis();
    return source.heardDatabases().stream()
        .<Way>map(
            database ->
                new Way(
                    "tracking",
                    database,
                    (writer, sink) ->
                        new TrackedChanges(
                            connections(writer, listener, silence).single(database),
                            database,
                            table -> catalogues.apply(database).keys(table),
                            sink,
                            interval)))
        .toList();
  }

  private static SourceConnections connections(
      DataSource writer, DatabaseCredentials listener, Duration silence) {
    Use use = new Use("changes", APPLICATION, 1, false, true, silence);
    return new SourceConnections(writer, listener, use, null, null);
  }
}
