package dev.heimdall.engine.boot;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.CacheShare;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The catalogues of each data source in use; new ones when a source changes. Thread-safe. */
final class SourceCatalogues implements AutoCloseable {
  private final SourceLogins logins;
  private final Dialects dialects;
  private final CatalogueMemory memory;

  /** Changed under the lock of this object. */
  private final Map<DataSource, Catalogues> bySource = new ConcurrentHashMap<>();

  /**
   * @param share bytes that the catalogues of all sources may have together
   */
  SourceCatalogues(SourceLogins logins, Dialects dialects, CacheShare share) {
    this.dialects = dialects;
    this.logins = logins;
    this.memory = new CatalogueMemory(share);
  }

  /** The catalogues of a source as it is configured now. */
  synchronized Catalogues of(DataSource source) {
    return bySource.computeIfAbsent(
        source,
        one -> {
          Dialect dialect = dialects.of(one.engine());
          return dialect == null
              ? Catalogues.unread(one, BuiltInObjects.NONE, memory)
              : new Catalogues(one, logins.ofCatalogue(one), dialect.catalogue(), memory);
        });
  }

  /**
   * A server takes hardly any more connections, or none: those of readers that rest at it are
   * closed. Never blocks.
   */
  void crowded(ServerAddress server) {
    bySource.forEach(
        (source, catalogues) -> {
          if (source.hosts().contains(server)) {
            catalogues.makeRoom();
          }
        });
  }

  /** Closes those of all other sources. */
  synchronized void keep(Collection<DataSource> sources) {
    bySource
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !sources.contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
  }

  @Override
  public synchronized void close() {
    bySource.values().forEach(Catalogues::close);
    bySource.clear();
  }
}
