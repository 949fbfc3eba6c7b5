package dev.heimdall.engine.prepared;

import dev.heimdall.engine.sql.StatementFacts;

/**
 * A statement as the node prepares it on server connections: one name for one content, whatever
 * names clients use, unless they keep theirs. Belongs to the registry of one event loop; a name
 * that no client has given is unique in the process.
 */
public final class PreparedStatement {
  /** Way in which clients come to a statement. */
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

  /** Name by which server connections remember it. */
  public StatementName name() {
    return name;
  }

  /**
   * Content that a server receives of it, without its name: as the protocol has it, for a statement
   * of SQL PREPARE the part after the name.
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
   * Shape that clients received, or would have received, when it was parsed first; null if unknown.
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

  /** Scope with which its text was read when it was parsed; see {@link NameResolution#scope}. */
  public String scope() {
    return key.scope();
  }

  /** True if the schema has changed since clients parsed it. */
  public boolean parsedBefore(long epoch) {
    return key.epoch() != epoch;
  }

  /**
   * True if parsing it anew may give it another shape: the schema has changed since a server was
   * asked for it last.
   */
  public boolean mayHaveChanged(long epoch) {
    return shape != null && shapeEpoch != epoch;
  }

  /** True if it is made by an SQL PREPARE rather than by a Parse message. */
  public boolean isSql() {
    return origin == Origin.SQL;
  }

  /** True if clients parse it anew each time, without a name. */
  public boolean isAnonymous() {
    return origin == Origin.ANONYMOUS;
  }

  /** True if servers know it by the name that its client has given it. */
  public boolean isClientNamed() {
    return name.isGiven();
  }

  /** True if it is one session's, whatever others have the same text. */
  public boolean isAlone() {
    return alone;
  }

  /** Effects of running it. */
  public StatementFacts facts() {
    return facts;
  }

  /**
   * Object that its clients' side keeps with it: the text that clients sent for it. Null at first.
   */
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
