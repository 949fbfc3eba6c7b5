package dev.heimdall.engine.boot;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.model.DataSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The catalogues of each data source in use; new ones when a source changes. Thread-safe. */
final class SourceCatalogues implements AutoCloseable {
  private final SourceLogins logins;
  private final Map<DataSource, Catalogues> bySource = new HashMap<>();

  SourceCatalogues(SourceLogins logins) {
    this.logins = logins;
  }

  /** The catalogues of a source as it is configured now. */
  synchronized Catalogues of(DataSource source) {
    return bySource.computeIfAbsent(source, one -> new Catalogues(one, logins.ofCatalogue(one)));
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
