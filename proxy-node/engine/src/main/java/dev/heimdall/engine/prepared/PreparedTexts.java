package dev.heimdall.engine.prepared;

import dev.heimdall.engine.sql.StatementFacts;

/** What a session's prepared statements are, by their names, for those who need their texts. */
public final class PreparedTexts {
  private final PreparedNames names;
  private final UnnamedStatement unnamed;

  public PreparedTexts(PreparedNames names, UnnamedStatement unnamed) {
    this.names = names;
    this.unnamed = unnamed;
  }

  /**
   * What a server is told of a statement, without its name; null when there is none of the name.
   */
  public byte[] body(byte[] name) {
    if (name.length == 0) {
      return unnamed.content();
    }
    PreparedStatement statement = names.get(name);
    return statement == null || statement.isSql() ? null : statement.body();
  }

  /** What a statement that is there does to its session. */
  public StatementFacts facts(byte[] name) {
    return name.length == 0 ? unnamed.facts() : names.get(name).facts();
  }
}
