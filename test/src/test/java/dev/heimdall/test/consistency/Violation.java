package dev.heimdall.test.consistency;

import java.util.List;

/**
 * A session saw what is not its own.
 *
 * @param kind what it saw: setting, prepared, table, lock, sequence, or error for an answer that
 *     makes no sense
 * @param what in words
 * @param client the last things this client did
 * @param server the last things that happened on the server connection it was on
 */
record Violation(String kind, String what, List<String> client, List<String> server) {
  @Override
  public String toString() {
    return "%s: %s%n  the client's history:%n    %s%n  the server connection's history:%n    %s"
        .formatted(kind, what, String.join("\n    ", client), String.join("\n    ", server));
  }
}
