package dev.heimdall.engine.toy;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Tells the statements of the toy dialect apart: by their first words, one in a text. */
final class ToyClassifier implements StatementClassifier {
  private static final PinReason HELD = PinReason.harmless("held table");

  @Override
  public SqlDialect dialect() {
    return ToySql.DIALECT;
  }

  @Override
  public StatementFacts classify(byte[] sql, int offset, int length, LexerMode lexerMode) {
    String text = new String(sql, offset, length, StandardCharsets.UTF_8);
    return switch (text.split(" ", 2)[0]) {
      case "SELECT", "ECHO" -> facts(StatementKind.SELECT);
      case "UPDATE" -> facts(StatementKind.DML);
      case "BEGIN" -> facts(StatementKind.BEGIN);
      case "COMMIT" -> facts(StatementKind.COMMIT);
      case "ROLLBACK" -> facts(StatementKind.ROLLBACK);
      // Which PostgreSQL does not know.
      case "DEFINE" -> facts(StatementKind.DDL, new Effect(Effect.Type.COMMITS, ""));
      case "HOLD" -> facts(StatementKind.LOCK, new Effect(Effect.Type.PIN, HELD));
      case "FREE" -> facts(StatementKind.LOCK, new Effect(Effect.Type.UNPIN, HELD));
      case "USE" -> facts(StatementKind.SET, new Effect(Effect.Type.SET_VARIABLE, "schema"));
      default ->
          facts(StatementKind.UNKNOWN, new Effect(Effect.Type.PIN, PinReason.UNKNOWN_STATEMENT));
    };
  }

  private static StatementFacts facts(StatementKind kind, Effect... effects) {
    return new StatementFacts(kind, 1, List.of(effects), false, false);
  }
}
