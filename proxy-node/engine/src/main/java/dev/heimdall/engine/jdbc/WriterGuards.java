package dev.heimdall.engine.jdbc;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The guards of all data sources whose writer has to be confirmed, by name. Thread-safe. */
public final class WriterGuards {
  private final Map<String, WriterGuard> bySource = new ConcurrentHashMap<>();

  /** The cluster is watched from now on. */
  public void watched(DataSource source, WriterGuard by) {
    bySource.put(source.name(), by);
  }

  /** It is not any more, unless another subscriber watches it. */
  public void unwatched(DataSource source, WriterGuard by) {
    bySource.remove(source.name(), by);
  }

  /**
   * The guard of a data source, now and whenever it is used; empty where its writer needs no
   * confirmation. While the cluster is not watched, everything is barred.
   */
  public Optional<WriterGuard> of(DataSource source) {
    if (source.cluster().failover().fence().isZero()) {
      return Optional.empty();
    }
    return Optional.of(
        new WriterGuard() {
          @Override
          public Optional<ServerAddress> writer() {
            return watch().flatMap(WriterGuard::writer);
          }

          @Override
          public boolean bars(ServerAddress server) {
            return watch().map(by -> by.bars(server)).orElse(true);
          }

          private Optional<WriterGuard> watch() {
            return Optional.ofNullable(bySource.get(source.name()));
          }
        });
  }
}
