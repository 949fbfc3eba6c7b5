package dev.heimdall.manager.analytics;

import dev.heimdall.model.Engine;
import java.util.Optional;

/** Knowledge that only the engine's code has: the splitting of statements into tokens. */
public interface StatementExpressions {
  /**
   * A regular expression that matches the statements of a pattern, with whatever values, and no
   * others. Computes, and does not wait.
   *
   * @param pattern the text without values
   * @param engine of the servers
   * @return empty: it cannot be told for certain
   */
  Optional<String> of(String pattern, Engine engine);
}
