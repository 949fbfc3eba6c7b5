package dev.heimdall.engine.observe;

/** What is counted for the node as a whole. */
public enum NodeCounter {
  CLIENTS_ACCEPTED("heimdall.clients.accepted", "Client connections accepted"),
  CLIENTS_CLOSED("heimdall.clients.closed", "Client connections closed, for whatever reason"),
  CLIENT_PROTOCOL_ERRORS(
      "heimdall.client.protocol.errors", "Client connections closed because of malformed frames"),
  SERVER_CONNECTS("heimdall.server.connects", "Server connections opened and logged in"),
  SERVER_CONNECT_FAILURES(
      "heimdall.server.connect.failures", "Server connections that could not be opened"),
  SERVER_CLOSES("heimdall.server.closes", "Server connections closed, by either side"),
  SERVER_PROTOCOL_ERRORS(
      "heimdall.server.protocol.errors", "Server connections closed because of malformed frames"),
  SERVER_RESETS("heimdall.server.resets", "Server connections reset before another session's use"),
  CANCELS_UNKNOWN("heimdall.cancels.unknown", "Cancel requests whose key no client holds"),
  WAIT_NOTICES("heimdall.pool.wait.notices", "Notices sent to clients that wait for long"),
  CONFIG_RELOADS("heimdall.config.reloads", "Configurations taken over after a change"),
  CONFIG_RELOAD_FAILURES(
      "heimdall.config.reload.failures", "Changed configurations that were not valid");

  final String meter;
  final String description;

  NodeCounter(String meter, String description) {
    this.meter = meter;
    this.description = description;
  }
}
