package dev.heimdall.engine.prepared;

import dev.heimdall.engine.sql.StatementFacts;

/** Contents of a session's prepared statements, by their names, for users of their texts. */
public final class PreparedTexts {
  private final PreparedNames names;
  private final UnnamedStatement unnamed;

  public PreparedTexts(PreparedNames names, UnnamedStatement unnamed) {
    this.names = names;
    this.unnamed = unnamed;
  }

  /**
   * Content that a server receives of a statement, without its name; null if there is none of the
   * name.
   */
  public byte[] body(byte[] name) {
    if (name.length == 0) {
      return unnamed.content();
    }
    PreparedStatement statement = names.get(name);
    return statement == null || statement.isSql() ? null : statement.body();
  }

  /** Effects of an existing statement on its session. */
  public StatementFacts facts(byte[] name) {
    return name.length == 0 ? unnamed.facts() : names.get(name).facts();
  }
}
