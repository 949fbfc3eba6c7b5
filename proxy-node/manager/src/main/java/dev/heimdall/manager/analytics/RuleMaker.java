package dev.heimdall.manager.analytics;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.secrets.StoredDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Inputs for making a rule of a pattern: its expression, and the destination of rules. */
final class RuleMaker {
  /** Reason that there is no expression. */
  static final String NONE =
      "their end is not shown, as it may be secret, or they are too long or cannot be read for"
          + " certain.";

  private final StatementExpressions expressions;

  RuleMaker(StatementExpressions expressions) {
    this.expressions = expressions;
  }

  /** The expression that matches such statements; empty: none does for certain. */
  Optional<String> match(PatternKey key, Configuration configuration) {
    return Optional.ofNullable(configuration.vdbs().get(key.vdb()))
        .map(vdb -> configuration.sources().get(vdb.source()))
        .map(DataSource::engine)
        .flatMap(engine -> expressions.of(key.text(), engine));
  }

  /** The lists that its statements go through; where there are none, a new one. */
  static List<String> lists(PatternKey key, Configuration configuration) {
    VirtualDatabase vdb = configuration.vdbs().get(key.vdb());
    if (vdb == null) {
      return List.of();
    }
    return vdb.rules().isEmpty() ? List.of(fresh(key, configuration)) : vdb.rules();
  }

  private static String fresh(PatternKey key, Configuration configuration) {
    String name = key.vdb() + "-queries";
    int number = 2;
    while (configuration.rules().containsKey(name)) {
      name = key.vdb() + "-queries-" + number++;
    }
    return name;
  }

  static String text(StoredDocument stored) {
    return new String(stored.content().bytes(), StandardCharsets.UTF_8);
  }
}
