package dev.heimdall.engine.events;

import dev.heimdall.model.Spelled;
import java.util.Optional;

/** Kind of an event, with its severity. */
public enum EventKind implements Spelled {
  NODE_STARTED(Severity.INFO),
  NODE_DRAINING(Severity.INFO),
  CONFIGURATION_TAKEN_OVER(Severity.INFO),
  CONFIGURATION_REFUSED(Severity.WARNING),
  FAILOVER_BEGUN(Severity.CRITICAL),
  FAILOVER_ENDED(Severity.INFO),
  WRITER_CHANGED(Severity.WARNING),
  WRITERS_IN_CONFLICT(Severity.CRITICAL),
  WRITER_READ_ONLY(Severity.CRITICAL),
  WRITER_FENCED(Severity.CRITICAL),
  WRITER_CONFIRMED(Severity.INFO),
  GLOBAL_CHANGE(Severity.WARNING),
  SERVER_LOST(Severity.WARNING),
  SERVER_DETACHED(Severity.WARNING),
  SERVER_BACK(Severity.INFO),
  SERVER_REPLACED(Severity.INFO),
  SERVER_ADDED(Severity.INFO),
  SERVER_REMOVED(Severity.INFO),
  SERVER_REFUSES_CONNECTIONS(Severity.WARNING),
  REPLICA_BEHIND(Severity.WARNING),
  REPLICA_CAUGHT_UP(Severity.INFO),
  POOL_RECOVERED(Severity.INFO),
  POOL_EXHAUSTED(Severity.WARNING, POOL_RECOVERED),
  LOG_INS_SLOWED(Severity.WARNING),
  STORE_AWAY(Severity.WARNING),
  STORE_BACK(Severity.INFO),
  STORE_SLOW(Severity.WARNING),
  STORE_FAST(Severity.INFO),
  RULE_NOTIFIES(Severity.WARNING);

  /** Severity of an event. */
  public enum Severity implements Spelled {
    INFO,
    WARNING,
    CRITICAL
  }

  private final Severity severity;
  private final Optional<EventKind> end;

  EventKind(Severity severity) {
    this.severity = severity;
    end = Optional.empty();
  }

  EventKind(Severity severity, EventKind end) {
    this.severity = severity;
    this.end = Optional.of(end);
  }

  /** Severity of this kind. */
  public Severity severity() {
    return severity;
  }

  /**
   * Kind of the event for the time when this kind no longer happens, where that is worth a report.
   */
  Optional<EventKind> end() {
    return end;
  }
}
