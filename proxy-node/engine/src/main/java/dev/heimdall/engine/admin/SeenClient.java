package dev.heimdall.engine.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * A client as managers show it.
 *
 * @param row what is known of it
 * @param server the server connection that it holds; null for none
 * @param now when it was looked at
 */
record SeenClient(ClientRow row, ServerRow server, Instant now) {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_STATEMENT = 300;

  static SeenClient of(ClientRow row, Long serverId, LongFunction<ServerRow> servers) {
    return new SeenClient(row, serverId == null ? null : servers.apply(serverId), Instant.now());
  }

  /** As SHOW CLIENTS has it. */
  String state() {
    return row.state().name().toLowerCase(Locale.ROOT);
  }

  /**
   * Time since data last came from the client or went to it; since it connected where there was
   * none.
   */
  Duration quiet() {
    Instant last = row.lastStatementAt() == null ? row.connectedSince() : row.lastStatementAt();
    Duration quiet = Duration.between(last, now);
    return quiet.isNegative() ? Duration.ZERO : quiet;
  }

  Duration connected() {
    return Duration.between(row.connectedSince(), now);
  }

  /** Urgency for an operator: the lowest number is the most urgent. */
  int urgency() {
    return switch (row.state()) {
      case WAITING -> 0;
      case ACTIVE -> row.unreadMicros() > 0 ? 1 : 3;
      case IDLE_IN_TRANSACTION, IDLE_IN_BATCH -> 2;
      case LOGIN -> 4;
      case CLOSING -> 5;
      case IDLE -> row.pinReason() == null ? 7 : 6;
    };
  }

  /** Object that the client waits for; empty: none. */
  String awaits() {
    if (row.unreadMicros() > 0) {
      return "the client, which does not read its reply";
    }
    return switch (row.state()) {
      case WAITING -> "a server connection of its pool";
      case ACTIVE -> activeFor();
      case IDLE_IN_TRANSACTION -> "the client, whose transaction is open";
      case IDLE_IN_BATCH -> "the client, which has not sent the end of its batch";
      case LOGIN -> "the end of the log-in";
      case IDLE, CLOSING -> "";
    };
  }

  private String activeFor() {
    if (server != null && (row.waitsFor() == null || row.waitsFor().isReply())) {
      return "the reply of " + server.address() + ":" + server.port();
    }
    return row.waitsFor() == null ? "the node" : row.waitsFor().label();
  }

  /**
   * Values as JSON has them.
   *
   * @param key by which rows of several nodes are put in order
   */
  Map<String, Object> content(String key) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("sort", key);
    content.put("id", row.id());
    put(content, "vdb", row.vdb(), LONGEST_NAME);
    put(content, "database", row.database(), LONGEST_NAME);
    put(content, "user", row.user(), LONGEST_NAME);
    put(content, "application", row.applicationName(), LONGEST_NAME);
    put(content, "address", row.address(), LONGEST_NAME);
    content.put("port", row.port());
    put(content, "tls", row.tls(), LONGEST_NAME);
    content.put("state", state());
    put(content, "pin", row.pinReason(), LONGEST_NAME);
    if (server != null) {
      content.put("server", server.address() + ":" + server.port());
      if (server.pid() != null) {
        content.put("serverPid", server.pid());
      }
    }
    content.put("connected", row.connectedSince().toString());
    content.put("connectedMillis", connected().toMillis());
    content.put("quietMillis", quiet().toMillis());
    content.put("waitMillis", row.waitMicros() / 1000);
    content.put("queries", row.queries());
    content.put("preparedStatements", row.preparedStatements());
    put(content, "awaits", awaits(), LONGEST_NAME);
    put(content, "statement", row.statement(), LONGEST_STATEMENT);
    return content;
  }

  private static void put(Map<String, Object> content, String name, String text, int most) {
    if (text != null && !text.isEmpty()) {
      content.put(name, text.length() <= most ? text : text.substring(0, most) + " …");
    }
  }
}
