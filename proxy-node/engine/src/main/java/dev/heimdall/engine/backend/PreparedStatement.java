package dev.heimdall.engine.backend;

import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;

/**
 * A statement as the node prepares it on server connections: one name for one content, whatever
 * names clients use. Belongs to the registry of one event loop; its name is unique in the process.
 */
public final class PreparedStatement {
  /**
   * Statements of clients may not begin with this; such names are unknown to the node and sent on
   * altered.
   */
  public static final String PREFIX = "hd_";

  private final byte[] serverName;
  private final byte[] body;
  private final boolean sql;
  private final StatementFacts facts;
  private final StatementRegistry.Key key;
  int users;

  PreparedStatement(
      String serverName,
      byte[] body,
      boolean sql,
      StatementFacts facts,
      StatementRegistry.Key key) {
    this.serverName = serverName.getBytes(StandardCharsets.US_ASCII);
    this.body = body;
    this.sql = sql;
    this.facts = facts;
    this.key = key;
  }

  public byte[] serverName() {
    return serverName;
  }

  /**
   * For the protocol's Parse: text, zero byte, parameter types. For SQL PREPARE: what follows the
   * name.
   */
  public byte[] body() {
    return body;
  }

  /** Whether it is made by an SQL PREPARE rather than by a Parse message. */
  public boolean isSql() {
    return sql;
  }

  /** What running it does. */
  public StatementFacts facts() {
    return facts;
  }

  StatementRegistry.Key key() {
    return key;
  }
}
