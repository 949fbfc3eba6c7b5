package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;

/**
 * The last text of several statements that pin: one behind a statement that has failed was never
 * begun. A text that succeeds is kept by a session that keeps a server connection by it.
 */
final class SeveralInText {
  /** Of longer ones all is taken for begun. */
  private static final int MOST = 16_384;

  private byte[] sql;
  private LexerMode mode;
  private long group = -1;

  /** True if it matters how much of a text is begun, and that can be seen by its answers. */
  static boolean matters(StatementFacts facts, int length) {
    return facts.kind() == StatementKind.MULTI
        && length <= MOST
        && facts.has(Effect.Type.PIN)
        && !facts.divides(true)
        && facts.effects().stream().noneMatch(Effect::changesNames);
  }

  /** Notes a text that is sent, by itself, as this group of messages. */
  void sent(byte[] text, LexerMode how, long inGroup) {
    sql = how.doubtful() ? null : text;
    mode = how;
    group = inGroup;
  }

  /**
   * Returns the part of the text that was begun; null where the text is not known.
   *
   * @param answered the group that has ended with an error
   * @param begun how many of its statements the server has begun
   */
  CarriedOut carriedOut(long answered, int begun) {
    if (sql == null || answered < group) {
      return null;
    }
    byte[] text = sql;
    sql = null;
    return answered > group || begun == 0
        ? null
        : new CarriedOut(new PostgresClassifier().first(text, mode, begun), true);
  }
}
