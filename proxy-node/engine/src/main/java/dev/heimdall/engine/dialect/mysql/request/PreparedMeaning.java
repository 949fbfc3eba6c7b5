package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import java.util.List;

/**
 * What a text means that a client prepares as its session stands: texts that mean the same are one
 * statement to all clients of the loop.
 */
final class PreparedMeaning {
  /** Settings by which a text means something else, or its columns are described otherwise. */
  private static final List<String> READING =
      List.of(
          "sql_mode",
          "character_set_client",
          "character_set_results",
          "character_set_connection",
          "collation_connection");

  private final RequestParts parts;
  private final AgreedCapabilities agreed;

  PreparedMeaning(RequestParts parts, AgreedCapabilities agreed) {
    this.parts = parts;
    this.agreed = agreed;
  }

  /** The statement that this text is, to be released when its client has it no longer. */
  PreparedStatement acquire(byte[] sql, StatementFacts facts) {
    StringBuilder scope = new StringBuilder(parts.resolution().scope());
    scope.append('\0').append(agreed.flags());
    for (String name : READING) {
      scope.append('\0').append(now(name));
    }
    if (!parts.resolution().isSettled()) {
      scope.append('\0').append(database());
    }
    return parts
        .sessions()
        .statements()
        .acquire(
            sql,
            sql.length,
            PreparedStatement.Origin.NAMED,
            facts,
            scope.toString(),
            parts.client().schemaEpoch());
  }

  /** Whether it is the same as in any other session with the same settings. */
  boolean settled() {
    return parts.resolution().isSettled() && !parts.transaction().definitionsPending();
  }

  /** The default database, in which names are looked up; null for that which was logged in to. */
  String database() {
    return now(MysqlSettings.DATABASE);
  }

  /** In a transaction the server has reported what is not carried yet. */
  private String now(String name) {
    ServerConnection server = parts.client().server();
    String reported =
        server == null || parts.resolution().isSettled() ? null : server.reported().get(name);
    return reported == null ? parts.carried().variables().get(name) : reported;
  }
}
