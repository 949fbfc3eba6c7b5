package dev.heimdall.engine.sql;

/** The grammar of SET and RESET. */
final class SettingStatement {
  private final TokenReader reader;
  private final EffectList effects;

  private Word first = Word.OTHER;
  private int nameStart;
  private int nameEnd;

  SettingStatement(TokenReader reader, EffectList effects) {
    this.reader = reader;
    this.effects = effects;
  }

  /** The current token is SET. */
  void set() {
    reader.advance();
    boolean local = reader.word() == Word.LOCAL;
    if (local) {
      reader.advance();
    } else if (reader.word() == Word.SESSION) {
      reader.advance();
      if (reader.word() == Word.CHARACTERISTICS) {
        int start = reader.lexer().start();
        int end = reader.lexer().end();
        effects.setting("default_transaction_isolation", start, end);
        effects.setting("default_transaction_read_only", start, end);
        effects.setting("default_transaction_deferrable", start, end);
        return;
      }
      if (reader.word() == Word.AUTHORIZATION) {
        effects.pin(PinReason.SESSION_AUTHORIZATION);
        return;
      }
    }
    String name = name();
    if (name == null) {
      return;
    }
    if (reader.token() == '=' || reader.word() == Word.TO) {
      reader.advance();
      value(name, local);
      return;
    }
    switch (first) {
      case TIME -> {
        if (reader.accept(Word.ZONE)) {
          if (reader.word() == Word.LOCAL) {
            change("timezone", local, true);
          } else {
            value("timezone", local);
          }
        }
      }
      case NAMES -> {
        if (reader.atEnd()) {
          change("client_encoding", local, true);
        } else {
          value("client_encoding", local);
        }
      }
      case SCHEMA -> value("search_path", local);
      case ROLE -> value("role", local);
      case XML -> {
        if (reader.accept(Word.OPTION)) {
          value("xmloption", local);
        }
      }
      default -> {
        // TRANSACTION and CONSTRAINTS end with the transaction; anything else is an error.
      }
    }
  }

  /** The current token is RESET. */
  void reset() {
    reader.advance();
    if (reader.word() == Word.ALL) {
      effects.add(Effect.Type.RESET_ALL);
      return;
    }
    String name = name();
    if (name == null) {
      return;
    }
    Word second = reader.word();
    if (first == Word.TIME && second == Word.ZONE) {
      name = "timezone";
    } else if (first == Word.SESSION && second == Word.AUTHORIZATION) {
      name = "session_authorization";
    } else if (first == Word.TRANSACTION && second == Word.ISOLATION) {
      name = "transaction_isolation";
    }
    effects.settingReset(name, nameStart, nameEnd);
  }

  /**
   * Reads the name of a setting and moves behind it; null, with a pin if it could be one, where
   * there is none.
   */
  private String name() {
    first = reader.word();
    nameStart = reader.lexer().start();
    String name = namePart();
    if (name == null || reader.token() != '.') {
      return name;
    }
    StringBuilder qualified = new StringBuilder(name);
    while (reader.token() == '.') {
      reader.advance();
      String part = namePart();
      if (part == null) {
        return null;
      }
      qualified.append('.').append(part);
    }
    return qualified.toString();
  }

  private String namePart() {
    if (!reader.isName()) {
      if (reader.token() == Lexer.UNICODE_QUOTED) {
        effects.pin(PinReason.COMPUTED_SETTING);
      }
      return null;
    }
    nameEnd = reader.lexer().end();
    String part = reader.lexer().identifier(reader.token());
    reader.advance();
    return part;
  }

  private void value(String name, boolean local) {
    boolean toDefault = reader.word() == Word.DEFAULT;
    if (name.equalsIgnoreCase("search_path")) {
      // In words, the reader sees the temporary schema itself.
      boolean temporary = false;
      while (!reader.atEnd()) {
        temporary |= TokenReader.mayNameTemporarySchema(reader.lexer(), reader.token());
        reader.advance();
      }
      if (temporary) {
        effects.pin(PinReason.TEMP_TABLE);
      }
    }
    change(name, local, toDefault);
  }

  private void change(String name, boolean local, boolean toDefault) {
    if (local) {
      return;
    }
    if (toDefault) {
      effects.settingReset(name, nameStart, nameEnd);
    } else {
      effects.setting(name, nameStart, nameEnd);
    }
  }
}
