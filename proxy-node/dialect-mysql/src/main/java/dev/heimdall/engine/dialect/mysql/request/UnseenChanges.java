package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import java.util.Locale;

/** Changes that a statement may have made to its session without reporting them. */
final class UnseenChanges {
  private static final int NO_SUCH_ROUTINE = 1305;

  private UnseenChanges() {}

  /**
   * True if a user variable or a temporary table may be there of which the statement's text says
   * nothing: a routine or a trigger can make one. Servers report that something has changed, but
   * not what, not behind rows that end with an EOF packet, and not with an error. Of {@code
   * SET @@name} MariaDB reports nothing at all.
   *
   * @param seenThrough whether the catalogue has said what the statement does by what it calls
   * @param error what it has ended with; null for none
   */
  static boolean mayBe(
      ServerConnection from, StatementFacts facts, boolean seenThrough, ServerError error) {
    if (explains(facts)) {
      return false;
    }
    LastAnswer last = ServerSide.of(from).last();
    return switch (last.stateChange()) {
      case UNNAMED, NO_DATABASE -> true;
      case NAMED -> facts.has(MysqlEffect.CALLS_UNSEEN);
      case NONE ->
          !seenThrough
              && !ranNothing(facts, error)
              && (last.error() != 0
                  || ServerSide.of(from).mariadb()
                  || (last.hasRows() && !ServerSide.of(from).reportsBehindRows()))
              && facts.has(MysqlEffect.CALLS_UNSEEN);
    };
  }

  /** True if what the text itself does to the session is all that it can have changed there. */
  private static boolean explains(StatementFacts facts) {
    boolean explains = false;
    for (Effect effect : facts.effects()) {
      if (effect.is(MysqlEffect.CALLS_UNSEEN)) {
        return false;
      }
      explains |=
          effect.type() == Effect.Type.END_OBJECT
              || effect.type() == Effect.Type.RENAMES_OBJECTS && facts.kind() == StatementKind.DDL
              || effect.type() == Effect.Type.PIN && effect.pin() != MysqlPins.NAMED_LOCK;
    }
    return explains;
  }

  /** True if a routine that the text itself calls is not there; one that others call may be it. */
  private static boolean ranNothing(StatementFacts facts, ServerError error) {
    if (error == null || error.number() != NO_SUCH_ROUTINE) {
      return false;
    }
    String message = error.message().toLowerCase(Locale.ROOT);
    for (Effect effect : facts.effects()) {
      if (effect.is(MysqlEffect.CALLS_UNSEEN)
          && message.contains("." + effect.name().toLowerCase(Locale.ROOT) + " ")) {
        return true;
      }
    }
    return false;
  }

  /** True if it cannot be told what it runs. */
  static boolean isOpaque(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.PIN && effect.pin() == MysqlPins.UNKNOWN) {
        return true;
      }
    }
    return false;
  }
}
