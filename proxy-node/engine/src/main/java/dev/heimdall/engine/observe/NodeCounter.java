package dev.heimdall.engine.observe;

/** Counters of the node as a whole. */
public enum NodeCounter {
  CLIENTS_ACCEPTED("heimdall.clients.accepted", "Client connections accepted"),
  CLIENTS_CLOSED("heimdall.clients.closed", "Client connections closed, for whatever reason"),
  CLIENT_PROTOCOL_ERRORS(
      "heimdall.client.protocol.errors", "Client connections closed because of malformed frames"),
  LOGINS_SLOWED(
      "heimdall.logins.slowed", "Wrong passwords after which further log-ins are delayed"),
  SERVER_CONNECTS("heimdall.server.connects", "Server connections opened and logged in"),
  SERVER_CONNECT_FAILURES(
      "heimdall.server.connect.failures", "Server connections that could not be opened"),
  SERVER_CLOSES("heimdall.server.closes", "Server connections closed, by either side"),
  SERVER_PROTOCOL_ERRORS(
      "heimdall.server.protocol.errors", "Server connections closed because of malformed frames"),
  SERVER_STATE_FAILURES(
      "heimdall.server.state.failures",
      "Server connections closed because the node could not set, read or reset their session"
          + " state"),
  SERVER_RESETS("heimdall.server.resets", "Server connections reset before another session's use"),
  SERVER_YIELDS(
      "heimdall.server.yields",
      "Idle server connections closed for one that another pool needs, or a log-in"),
  CANCELS_UNKNOWN("heimdall.cancels.unknown", "Cancel requests whose key no client holds"),
  WAIT_NOTICES("heimdall.pool.wait.notices", "Notices sent to clients that wait for long"),
  POOL_ANOMALIES(
      "heimdall.pool.anomalies", "Faults of the node's that audits of its pools have found"),
  CONFIG_RELOADS("heimdall.config.reloads", "Configurations taken over after a change"),
  CONFIG_RELOAD_FAILURES(
      "heimdall.config.reload.failures", "Changed configurations that were not valid"),
  ASYNC_ACCEPTED("heimdall.async.accepted", "Statements put into a queue by rules"),
  ASYNC_RUN_NOW(
      "heimdall.async.run.now", "Statements that rules wanted deferred and that were run at once"),
  ASYNC_EXECUTED("heimdall.async.executed", "Statements of queues that were carried out"),
  ASYNC_FAILED("heimdall.async.failed", "Statements of queues that failed"),
  ASYNC_LOST("heimdall.async.lost", "Statements still in queues when the node stopped"),
  TRIGGERS_RUN("heimdall.triggers.run", "Triggers of rules that were carried out"),
  TRIGGERS_FAILED("heimdall.triggers.failed", "Triggers of rules that failed"),
  PLANS_TAKEN("heimdall.plans.taken", "Plans that were taken for rules"),
  PLANS_FAILED("heimdall.plans.failed", "Plans for rules that could not be had"),
  PATTERNS_LEARNT("heimdall.patterns.learnt", "Patterns that were learnt for rules"),
  CLOUDWATCH_METRICS_SENT("heimdall.cloudwatch.metrics.sent", "Metrics that CloudWatch has taken"),
  CLOUDWATCH_METRICS_DROPPED(
      "heimdall.cloudwatch.metrics.dropped",
      "Metrics not sent to CloudWatch: it was unavailable for too long, or rejected them"),
  CLOUDWATCH_LINES_SENT("heimdall.cloudwatch.lines.sent", "Log lines that CloudWatch has taken"),
  CLOUDWATCH_LINES_DROPPED(
      "heimdall.cloudwatch.lines.dropped",
      "Log lines not sent to CloudWatch: there were too many, or it rejected them"),
  CLOUDWATCH_FAILURES("heimdall.cloudwatch.failures", "Calls of CloudWatch that failed"),
  SPANS_SENT("heimdall.spans.sent", "Spans of statements that the collector has taken"),
  SPANS_DROPPED(
      "heimdall.spans.dropped",
      "Spans of statements that the collector has not got: too many waited, or it did not take"
          + " them");

  final String meter;
  final String description;

  NodeCounter(String meter, String description) {
    this.meter = meter;
    this.description = description;
  }
}
