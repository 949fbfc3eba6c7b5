package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.PinReason;

/** Follows the arguments of one {@code set_config(name, value, is_local)} as the tokens go by. */
final class SettingCall {
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private final PostgresLexer lexer;
  private final PostgresEffects effects;

  private boolean open;
  private int depth;
  private int argument;
  private int tokens;
  private boolean named;
  private boolean searchPath;
  private int nameStart;
  private int nameEnd;
  private int nullStart;
  private boolean nullValue;
  private boolean local;
  private boolean temporarySchema;

  SettingCall(PostgresLexer lexer, PostgresEffects effects) {
    this.lexer = lexer;
    this.effects = effects;
  }

  boolean isOpen() {
    return open;
  }

  /** The opening parenthesis was seen; its arguments are {@code depth} parentheses deep. */
  void open(int depth) {
    open = true;
    this.depth = depth;
    argument = 0;
    tokens = 0;
    named = false;
    searchPath = false;
    local = false;
    nullValue = false;
    temporarySchema = false;
  }

  /** The next token; {@code currentDepth} counts the parentheses open after it. */
  void token(int token, Word word, int currentDepth) {
    if (currentDepth < depth) {
      close();
    } else if (token == ',' && currentDepth == depth) {
      argument++;
      tokens = 0;
    } else {
      tokens++;
      switch (argument) {
        case 0 -> nameToken(token);
        case 1 -> {
          temporarySchema |= lexer.mayNameTemporarySchema(token);
          nullValue = tokens == 1 && isNull(token);
          nullStart = nullValue ? lexer.start() : nullStart;
        }
        case 2 -> local = tokens == 1 && isTrue(token, word);
        default -> named = false;
      }
    }
  }

  /** The statement is over, whether or not the call was. */
  void abandon() {
    if (open) {
      open = false;
      effects.pin(PinReason.COMPUTED_SETTING);
    }
  }

  private void nameToken(int token) {
    named = tokens == 1 && token == Lexer.STRING && lexer.plain();
    if (named) {
      searchPath = Word.inQuotes(lexer) == Word.SEARCH_PATH;
      nameStart = lexer.start();
      nameEnd = lexer.end();
    }
  }

  private void close() {
    open = false;
    if (temporarySchema && (!named || searchPath)) {
      effects.pin(PinReason.TEMP_TABLE);
    }
    boolean untilTheEnd = argument == 2 && local;
    if (named && argument == 2) {
      String name = Lexer.decode(lexer.text(), nameStart + 1, nameEnd - 1);
      if (untilTheEnd) {
        effects.localSetting(name, nameStart, nameEnd);
      } else {
        effects.setting(name, nameStart, nameEnd);
      }
      if (nullValue) {
        effects.nullForDefault(name, nullStart, nullStart + NULL.length);
      }
    } else if (untilTheEnd) {
      effects.computedLocalSetting();
    } else {
      effects.pin(PinReason.COMPUTED_SETTING);
    }
  }

  private boolean isNull(int token) {
    if (token != Lexer.WORD || lexer.end() - lexer.start() != NULL.length) {
      return false;
    }
    for (int i = 0; i < NULL.length; i++) {
      if (ByteClass.lower(lexer.text()[lexer.start() + i]) != NULL[i]) {
        return false;
      }
    }
    return true;
  }

  private boolean isTrue(int token, Word word) {
    if (token == Lexer.STRING && lexer.plain()) {
      return Word.inQuotes(lexer) == Word.TRUE;
    }
    return word == Word.TRUE;
  }
}
