package dev.heimdall.engine.prepared;

import dev.heimdall.engine.sql.StatementFacts;

/**
 * A statement as the node prepares it on server connections: one name for one content, whatever
 * names clients use, unless they keep theirs. Belongs to the registry of one event loop; a name
 * that no client has given is unique in the process.
 */
public final class PreparedStatement {
  /** How clients come to a statement. */
  public enum Origin {
    /** A Parse message that gives it a name. */
    NAMED,
    /** A Parse message without a name. */
    ANONYMOUS,
    /** An SQL PREPARE. */
    SQL
  }

  private final StatementName name;
  private final byte[] body;
  private final Origin origin;
  private final StatementFacts facts;
  private final StatementRegistry.Key key;
  private final boolean alone;
  private Object source;
  private StatementShape shape;
  private long shapeEpoch;

  PreparedStatement(
      StatementName name,
      byte[] body,
      Origin origin,
      StatementFacts facts,
      StatementRegistry.Key key,
      boolean alone) {
    this.name = name;
    this.body = body;
    this.origin = origin;
    this.facts = facts;
    this.key = key;
    this.alone = alone;
  }

  public byte[] serverName() {
    return name.onServer();
  }

  /** What server connections remember of it. */
  public StatementName name() {
    return name;
  }

  /**
   * What a server is told of it, without its name: as the protocol has it, for a statement of SQL
   * PREPARE what follows the name.
   */
  public byte[] body() {
    return body;
  }

  /**
   * About how many bytes it takes in memory: its content, and what was found out of it where rules
   * have looked at the text.
   */
  long weight() {
    return 600 + 4L * body.length + key.weight();
  }

  /**
   * What clients were, or would have been, told of it when it was parsed first; null if unknown.
   */
  public StatementShape shape() {
    return shape;
  }

  /**
   * Takes note of the shape.
   *
   * @param epoch of the schema when the server was asked, at the latest
   */
  public void shape(StatementShape found, long epoch) {
    shape = found;
    shapeEpoch = epoch;
  }

  /** What its text was read with when it was parsed; see {@link NameResolution#scope}. */
  public String scope() {
    return key.scope();
  }

  /** Whether the schema has changed since clients parsed it. */
  public boolean parsedBefore(long epoch) {
    return key.epoch() != epoch;
  }

  /**
   * Whether parsing it anew may give it another shape: the schema has changed since a server was
   * asked for it last.
   */
  public boolean mayHaveChanged(long epoch) {
    return shape != null && shapeEpoch != epoch;
  }

  /** Whether it is made by an SQL PREPARE rather than by a Parse message. */
  public boolean isSql() {
    return origin == Origin.SQL;
  }

  /** Whether clients parse it anew each time, without a name. */
  public boolean isAnonymous() {
    return origin == Origin.ANONYMOUS;
  }

  /** Whether servers know it by the name that its client has given it. */
  public boolean isClientNamed() {
    return name.isGiven();
  }

  /** Whether it is one session's, whatever others have the same text. */
  public boolean isAlone() {
    return alone;
  }

  /** What running it does. */
  public StatementFacts facts() {
    return facts;
  }

  /** What its clients' side keeps with it: the text that clients sent for it. Null at first. */
  public Object source() {
    return source;
  }

  public void source(Object kept) {
    source = kept;
  }

  StatementRegistry.Key key() {
    return key;
  }
}
