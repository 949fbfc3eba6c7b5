package dev.heimdall.engine.boot;

import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Dialects spoken with the servers of a data source, and with the clients of the virtual databases
 * in front of it: its engine decides.
 */
final class Dialects {
  private final Map<Engine, Dialect> byEngine;

  Dialects(Map<Engine, Dialect> byEngine) {
    this.byEngine = new LinkedHashMap<>(byEngine);
  }

  /** Returns the dialects of the node, and those that others add or replace. */
  static Dialects found(NodeServices services, Map<Engine, Dialect> others) {
    Map<Engine, Dialect> spoken = new LinkedHashMap<>();
    DialectProviders providers = DialectProviders.found();
    providers.engines().forEach(each -> spoken.put(each, providers.of(each).create(services)));
    spoken.putAll(others);
    return new Dialects(spoken);
  }

  Dialect of(DataSource source) {
    Dialect dialect = of(source.engine());
    if (dialect == null) {
      throw new IllegalArgumentException(
          "clients cannot be served from the data source \""
              + source.name()
              + "\": the node does not speak the protocol of the engine \""
              + source.engine().spelling()
              + "\"");
    }
    return dialect;
  }

  /**
   * Returns a part that not every dialect brings.
   *
   * @throws IllegalArgumentException when this one does not: configurations that need it are
   *     rejected before
   */
  <T> T part(DataSource source, Function<Dialect, Optional<T>> part) {
    return part.apply(of(source))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the data source \"%s\" needs what is not supported for the engine \"%s\""
                        .formatted(source.name(), source.engine().spelling())));
  }

  /** Null for an engine whose protocol the node does not speak. */
  Dialect of(Engine engine) {
    return byEngine.get(engine);
  }

  /** The engines whose protocols the node speaks. */
  Set<Engine> engines() {
    return byEngine.keySet();
  }
}
