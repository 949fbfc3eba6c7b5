package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.StatementRegistry;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.LoopMetrics;
import dev.heimdall.engine.sql.StatementClassifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The sessions of one event loop and what they use in turn: the classifier and the registry of
 * statements.
 */
public final class LoopSessions {
  private final LoopContext context;
  private final LoopMetrics metrics;
  private final StatementRegistry statements;
  private final StatementClassifier classifier = new StatementClassifier();
  private final Set<ClientSession> sessions = new HashSet<>();

  public LoopSessions(LoopContext context, LoopMetrics metrics) {
    this.context = context;
    this.metrics = metrics;
    this.statements = new StatementRegistry(context.index());
  }

  StatementRegistry statements() {
    return statements;
  }

  StatementClassifier classifier() {
    return classifier;
  }

  LoopMetrics metrics() {
    return metrics;
  }

  void add(ClientSession session) {
    sessions.add(session);
  }

  void remove(ClientSession session) {
    sessions.remove(session);
  }

  /** The sessions of this loop; call on the loop. */
  public List<ClientSession> all() {
    return new ArrayList<>(sessions);
  }

  public LoopContext context() {
    return context;
  }

  /** Time limits of sessions; called about ten times a second on the loop. */
  public void tick() {
    for (ClientSession session : all()) {
      session.tick();
    }
  }
}
