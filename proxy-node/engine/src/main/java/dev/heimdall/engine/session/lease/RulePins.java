package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.model.ActionParameters;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Reasons of rules for a session to keep its server connection between transactions, or to share
 * it.
 */
public final class RulePins {
  private final Set<String> words = new LinkedHashSet<>(2);
  private Boolean multiplex;
  private int skip;
  private boolean dropConnection;

  /** A statement of this decision is about to run. */
  public void statement(Decision decision) {
    if (skip > 0) {
      skip--;
    }
    if (decision.isNone()) {
      return;
    }
    decision.multiplex().ifPresent(this::words);
    decision.pool().ifPresent(this::pool);
  }

  private void words(ActionParameters.Multiplex action) {
    action.disable().filter(word -> !word.isEmpty()).ifPresent(words::add);
    action.enable().ifPresent(words::remove);
  }

  private void pool(ActionParameters.Pool action) {
    action.multiplex().ifPresent(wanted -> multiplex = wanted);
    action.multiplexSkip().ifPresent(statements -> skip = statements);
    dropConnection |= !action.reuse();
  }

  /**
   * True if the session stays on its connection.
   *
   * @param configured whether the virtual database multiplexes
   */
  public boolean keeps(boolean configured) {
    boolean multiplexes = multiplex == null ? configured : multiplex;
    return !multiplexes || configured && !words.isEmpty() || skip > 0;
  }

  /** True if rules have left nothing behind. */
  public boolean isPlain() {
    return words.isEmpty() && multiplex == null && skip == 0 && !dropConnection;
  }

  /** True if the connection must not serve anybody else; asked when it is given back. */
  public boolean takeDropConnection() {
    boolean drop = dropConnection;
    dropConnection = false;
    return drop;
  }

  /** Reason for operators; null when rules do not care. */
  public String reason() {
    if (!words.isEmpty()) {
      return "rule: multiplex disabled by " + String.join(", ", words);
    }
    if (Boolean.FALSE.equals(multiplex)) {
      return "rule: no multiplexing";
    }
    return skip > 0 ? "rule: multiplexing skipped" : null;
  }
}
