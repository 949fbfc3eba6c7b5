package dev.heimdall.engine.dialect;

import dev.heimdall.model.Engine;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** The dialects that this process has. */
public final class DialectProviders {
  private final Map<Engine, DialectProvider> byEngine;

  private DialectProviders(Map<Engine, DialectProvider> byEngine) {
    this.byEngine = byEngine;
  }

  /** Those on the class path. */
  public static DialectProviders found() {
    Map<Engine, DialectProvider> byEngine = new LinkedHashMap<>();
    ClassLoader loader = DialectProvider.class.getClassLoader();
    for (DialectProvider each : ServiceLoader.load(DialectProvider.class, loader)) {
      DialectProvider other = byEngine.put(each.engine(), each);
      if (other != null) {
        throw new IllegalStateException(
            "the engine \"%s\" has two dialects: %s and %s"
                .formatted(
                    each.engine().spelling(),
                    other.getClass().getName(),
                    each.getClass().getName()));
      }
    }
    return new DialectProviders(byEngine);
  }

  /** The engines that are spoken. */
  public Set<Engine> engines() {
    return Collections.unmodifiableSet(byEngine.keySet());
  }

  /**
   * That of an engine.
   *
   * @throws IllegalArgumentException when there is none
   */
  public DialectProvider of(Engine engine) {
    DialectProvider found = byEngine.get(engine);
    if (found == null) {
      throw new IllegalArgumentException(
          "no dialect of the engine \"" + engine.spelling() + "\" is on the class path");
    }
    return found;
  }
}
