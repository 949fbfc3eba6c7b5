package dev.heimdall.engine.boot;

import dev.heimdall.engine.action.ActionEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import java.util.Collection;

/** Turns what rule actions do in the background into log lines and counters. */
final class LoggedActions implements ActionEvents {
  private final EventLog log;
  private final Metrics metrics;

  LoggedActions(EventLog log, Metrics metrics) {
    this.log = log;
    this.metrics = metrics;
  }

  @Override
  public void count(NodeCounter counter, long times) {
    metrics.count(counter, times);
  }

  @Override
  public void failed(
      String action, String what, Collection<String> tables, String sqlstate, String reason) {
    log.actionFailed(action, what, tables, sqlstate, reason);
  }

  @Override
  public void program(String program, String end, String output) {
    log.programEnded(program, end, output);
  }
}
