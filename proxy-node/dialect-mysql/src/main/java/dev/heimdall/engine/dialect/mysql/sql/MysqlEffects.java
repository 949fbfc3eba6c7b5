package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.StatementKind;

/** The effects of a text, with what the readers of several statements find. */
final class MysqlEffects extends EffectList {
  /** The statement, of this kind, commits what is open. */
  StatementKind commits(StatementKind kind) {
    add(Effect.Type.COMMITS);
    return kind;
  }

  /** True if something pins the session. */
  boolean pin() {
    return has(effect -> effect.type() == Effect.Type.PIN);
  }

  /** True if something is called that is not built in. */
  boolean callUnseen() {
    return has(effect -> effect.is(MysqlEffect.CALLS_UNSEEN));
  }

  /** Most likely the statement is an error; if it is none, anything may have happened. */
  StatementKind notUnderstood() {
    pin(MysqlPins.UNKNOWN);
    return StatementKind.UNKNOWN;
  }
}
