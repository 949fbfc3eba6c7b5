package dev.heimdall.engine.session;

import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.postgres.PgError;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What a session's prepared statements are, by their names, for those who need their texts. */
final class PreparedTexts {
  private final PreparedNames names;
  private final UnnamedStatement unnamed;

  PreparedTexts(PreparedNames names, UnnamedStatement unnamed) {
    this.names = names;
    this.unnamed = unnamed;
  }

  /** Text, zero byte and parameter types of a statement; null when there is none of the name. */
  byte[] body(byte[] name) {
    if (name.length == 0) {
      return unnamed.content();
    }
    PreparedStatement statement = names.get(name);
    return statement == null || statement.isSql() ? null : statement.body();
  }

  /** What a statement that is there does to its session. */
  StatementFacts facts(byte[] name) {
    return name.length == 0 ? unnamed.facts() : names.get(name).facts();
  }

  /** There is none of the name. */
  static PgError missing(byte[] name) {
    return PgError.error(
        "26000",
        name.length == 0
            ? "unnamed prepared statement does not exist"
            : "prepared statement \""
                + new String(name, StandardCharsets.UTF_8)
                + "\" does not exist");
  }

  /** The text in a body. */
  static String sql(byte[] body) {
    int end = 0;
    while (body[end] != 0) {
      end++;
    }
    return new String(body, 0, end, StandardCharsets.UTF_8);
  }

  /** The parameter types in a body. */
  static List<Integer> types(byte[] body) {
    return Arrays.stream(BindParameters.types(body, body.length)).boxed().toList();
  }
}
