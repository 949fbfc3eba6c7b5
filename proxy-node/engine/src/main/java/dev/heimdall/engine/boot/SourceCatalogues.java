package dev.heimdall.engine.boot;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The catalogues of each data source in use; new ones when a source changes. Thread-safe. */
final class SourceCatalogues implements AutoCloseable {
  private final SourceLogins logins;
  private final Dialects dialects;
  private final Map<Engine, Practice> practices;
  private final CatalogueMemory memory;

  /** Changed under the lock of this object. */
  private final Map<DataSource, Catalogues> bySource = new ConcurrentHashMap<>();

  /**
   * @param practices whose servers hold what they say
   * @param budget what the catalogues of all sources may have together
   */
  SourceCatalogues(
      SourceLogins logins,
      Dialects dialects,
      Map<Engine, Practice> practices,
      MemoryBudget budget) {
    this.dialects = dialects;
    this.logins = logins;
    this.practices = practices;
    this.memory = new CatalogueMemory(budget.ofNode(BudgetedCache.CATALOGUES));
  }

  /** The catalogues of a source as it is configured now. */
  synchronized Catalogues of(DataSource source) {
    return bySource.computeIfAbsent(
        source,
        one -> {
          Practice practice = practices.get(one.engine());
          Dialect dialect = dialects.of(one.engine());
          if (practice != null) {
            return Catalogues.fixed(one, dialect.catalogue(), practice::catalogue, memory);
          }
          CatalogueProtocol protocol =
              dialect == null ? CatalogueProtocol.NONE : dialect.catalogue();
          return !protocol.reads()
              ? Catalogues.unread(
                  one, database -> Catalogue.unknown(database, protocol.own()), memory)
              : new Catalogues(one, logins.ofCatalogue(one), protocol, memory);
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
