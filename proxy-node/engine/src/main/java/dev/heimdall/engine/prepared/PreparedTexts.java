package dev.heimdall.engine.prepared;

import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import java.nio.charset.StandardCharsets;

/** What a session's prepared statements are, by their names, for those who need their texts. */
public final class PreparedTexts {
  private final PreparedNames names;
  private final UnnamedStatement unnamed;

  public PreparedTexts(PreparedNames names, UnnamedStatement unnamed) {
    this.names = names;
    this.unnamed = unnamed;
  }

  /** Text, zero byte and parameter types of a statement; null when there is none of the name. */
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

  /** There is none of the name. */
  public static ServerError missing(byte[] name) {
    return ServerError.error(
        "26000",
        name.length == 0
            ? "unnamed prepared statement does not exist"
            : "prepared statement \""
                + new String(name, StandardCharsets.UTF_8)
                + "\" does not exist");
  }
}
