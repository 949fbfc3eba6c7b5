package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.share.Redefinition;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;

/** Effect of something that is sent on the definitions by which other sessions judge statements. */
enum Defines {
  NOTHING,
  /** It runs something of which it is unknown what it does. */
  PERHAPS,
  /** It runs a block or a procedure of which it is unknown what it does. */
  LIKELY,
  /** It changes tables and the like, and leaves all code as it is. */
  TABLES,
  CERTAINLY;

  /**
   * @param does what the statement does to data; null where that is unknown
   */
  static Defines of(Statement does, StatementFacts effects) {
    if (makesTemporary(effects)) {
      return NOTHING;
    }
    if (effects.redefining() == Redefining.ITSELF && (does == null || unknown(does))) {
      return CERTAINLY;
    }
    if (does == null) {
      return PERHAPS;
    }
    if (does.kind() == StatementClass.DDL) {
      return does.keepsCode() ? TABLES : CERTAINLY;
    }
    if (commitsPrepared(does, effects)) {
      return LIKELY;
    }
    if (!does.writesAnything() || does.keepsCode()) {
      return NOTHING;
    }
    return does.kind() == StatementClass.CALL ? LIKELY : PERHAPS;
  }

  /** The transaction was that of any session, and may have changed definitions. */
  private static boolean commitsPrepared(Statement does, StatementFacts effects) {
    return effects.kind() == StatementKind.UTILITY && does.kind() == StatementClass.WRITE;
  }

  private static boolean unknown(Statement does) {
    return does.kind() == StatementClass.UNKNOWN;
  }

  /**
   * True if the statement makes something that only the session itself sees, which keeps its server
   * connection from then on.
   */
  private static boolean makesTemporary(StatementFacts effects) {
    if (effects.kind() != StatementKind.DDL) {
      return false;
    }
    for (Effect effect : effects.effects()) {
      if (effect.type() == Effect.Type.PIN && PinReason.TEMP_TABLE.equals(effect.pin())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Redefinition of which the other nodes are notified.
   *
   * @return null where there is nothing to tell
   */
  Redefinition of(String database) {
    return switch (this) {
      case NOTHING -> null;
      case PERHAPS -> new Redefinition(database, Redefinition.How.POSSIBLE);
      case LIKELY -> new Redefinition(database, Redefinition.How.LIKELY);
      case TABLES -> new Redefinition(database, Redefinition.How.TABLES);
      case CERTAINLY -> new Redefinition(database, Redefinition.How.CERTAIN);
    };
  }

  /** True if all nodes have to doubt what they know before it is committed. */
  boolean likely() {
    return compareTo(LIKELY) >= 0;
  }

  /** Combined effect of two statements. */
  Defines and(Defines other) {
    Defines more = compareTo(other) < 0 ? other : this;
    Defines less = more == this ? other : this;
    return more == TABLES && (less == PERHAPS || less == LIKELY) ? CERTAINLY : more;
  }
}
