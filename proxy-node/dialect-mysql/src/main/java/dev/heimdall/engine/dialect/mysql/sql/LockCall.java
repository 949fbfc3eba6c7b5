package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Lexer;

/**
 * Follows the first argument of one {@code GET_LOCK(name, timeout)} as the tokens go by: of a lock
 * whose name is a plain literal the server can be asked later on.
 */
final class LockCall {
  private static final int LONGEST = 64;

  private enum Next {
    NOTHING,
    NAME,
    COMMA
  }

  private final MysqlLexer lexer;
  private final EffectList effects;
  private Next next = Next.NOTHING;
  private String name;

  LockCall(MysqlLexer lexer, EffectList effects) {
    this.lexer = lexer;
    this.effects = effects;
  }

  void reset() {
    next = Next.NOTHING;
  }

  /** The bracket was opened. */
  void called() {
    next = Next.NAME;
  }

  boolean isOpen() {
    return next != Next.NOTHING;
  }

  /** The next token. */
  void token(int token) {
    boolean literal = token == Lexer.STRING || token == Lexer.ESCAPE_STRING;
    if (next == Next.NAME && literal && isPlain()) {
      name = Lexer.decode(lexer.text(), lexer.contentStart(), lexer.contentEnd());
      next = Next.COMMA;
      return;
    }
    if (next == Next.COMMA && token == ',') {
      effects.pin(MysqlPins.NAMED_LOCK, name);
      effects.unpin(Effect.Type.MAY_UNPIN, MysqlPins.NAMED_LOCK); // it may have been taken
    } else {
      effects.pin(MysqlPins.NAMED_LOCK);
    }
    next = Next.NOTHING;
  }

  /** True if it has only signs that mean themselves in every mode and character set. */
  private boolean isPlain() {
    int length = lexer.contentEnd() - lexer.contentStart();
    if (length < 1 || length > LONGEST) {
      return false;
    }
    byte[] text = lexer.text();
    for (int i = lexer.contentStart(); i < lexer.contentEnd(); i++) {
      byte b = text[i];
      boolean plain =
          b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || isSign(b);
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSign(byte b) {
    return b == '_' || b == '-' || b == '.' || b == ':' || b == '/';
  }
}
