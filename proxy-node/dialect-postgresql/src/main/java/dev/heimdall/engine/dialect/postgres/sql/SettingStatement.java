package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.PinReason;

/** The grammar of SET and RESET. */
final class SettingStatement {
  private final TokenReader reader;
  private final PostgresEffects effects;

  private int nameStart;
  private int nameEnd;
  private StringBuilder qualifiedName;

  SettingStatement(TokenReader reader, PostgresEffects effects) {
    this.reader = reader;
    this.effects = effects;
  }

  /** The current token is SET. */
  void set() {
    reader.advance();
    boolean local = reader.word() == Word.LOCAL;
    if (local) {
      reader.advance();
      if (reader.word() == Word.SESSION) {
        effects.localNames(); // SESSION AUTHORIZATION
        return;
      }
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
        int start = reader.lexer().start();
        int end = reader.lexer().end();
        reader.advance();
        if (reader.word() == Word.DEFAULT) {
          effects.settingReset("session_authorization", start, end);
        } else {
          effects.setting("session_authorization", start, end);
        }
        return;
      }
    }
    Word first = reader.word();
    boolean quotedSearchPath =
        reader.token() == Lexer.QUOTED && Word.inQuotes(reader.lexer()) == Word.SEARCH_PATH;
    if (!acceptName()) {
      return;
    }
    if (reader.token() == '=' || reader.word() == Word.TO) {
      reader.advance();
      if (!local) {
        value(name());
        return;
      }
      String name = name();
      effects.localSetting(name, nameStart, nameEnd);
      if (reader.word() == Word.DEFAULT) {
        effects.localSettingReset(name, nameStart, nameEnd);
      }
      if (first == Word.SEARCH_PATH || quotedSearchPath) {
        searchPathValue();
      }
      return;
    }
    if (local) {
      if (first == Word.SCHEMA || first == Word.ROLE) {
        effects.localNames();
        searchPathValue();
      } else if (first == Word.TIME && reader.accept(Word.ZONE)) {
        effects.localSetting("timezone", nameStart, nameEnd);
        if (reader.word() == Word.LOCAL || reader.word() == Word.DEFAULT) {
          effects.localSettingReset("timezone", nameStart, nameEnd);
        }
      } else if (first == Word.NAMES) {
        effects.localSetting("client_encoding", nameStart, nameEnd);
        if (reader.atEnd() || reader.word() == Word.DEFAULT) {
          effects.localSettingReset("client_encoding", nameStart, nameEnd);
        }
      }
      return;
    }
    switch (first) {
      case TIME -> {
        if (reader.accept(Word.ZONE)) {
          if (reader.word() == Word.LOCAL) {
            effects.settingReset("timezone", nameStart, nameEnd);
          } else {
            value("timezone");
          }
        }
      }
      case NAMES -> {
        if (reader.atEnd()) {
          effects.settingReset("client_encoding", nameStart, nameEnd);
        } else {
          value("client_encoding");
        }
      }
      case SCHEMA -> value("search_path");
      case ROLE -> value("role");
      case XML -> {
        if (reader.accept(Word.OPTION)) {
          value("xmloption");
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
    Word first = reader.word();
    if (!acceptName()) {
      return;
    }
    String name = name();
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
   * Moves behind the name of a setting; false where there is none, with a pin if it could be one.
   */
  private boolean acceptName() {
    nameStart = reader.lexer().start();
    qualifiedName = null;
    if (!acceptNamePart()) {
      return false;
    }
    while (reader.token() == '.') {
      if (qualifiedName == null) {
        qualifiedName = new StringBuilder(name());
      }
      reader.advance();
      int partStart = reader.lexer().start();
      if (!acceptNamePart()) {
        return false;
      }
      qualifiedName.append('.').append(reader.lexer().identifier(partStart, nameEnd));
    }
    return true;
  }

  private boolean acceptNamePart() {
    if (!reader.isName()) {
      if (reader.token() == Lexer.UNICODE_QUOTED) {
        effects.pin(PinReason.COMPUTED_SETTING);
      }
      return false;
    }
    nameEnd = reader.lexer().end();
    reader.advance();
    return true;
  }

  private String name() {
    return qualifiedName == null
        ? reader.lexer().identifier(nameStart, nameEnd)
        : qualifiedName.toString();
  }

  /** The setting takes the value that the current token begins. */
  private void value(String name) {
    boolean toDefault = reader.word() == Word.DEFAULT;
    if (name.equalsIgnoreCase("search_path")) {
      searchPathValue();
    }
    if (toDefault) {
      effects.settingReset(name, nameStart, nameEnd);
    } else {
      effects.setting(name, nameStart, nameEnd);
    }
  }

  /** Looks for the temporary schema in quotes; in words, the reader sees it. */
  private void searchPathValue() {
    boolean temporary = false;
    while (!reader.atEnd()) {
      temporary |= reader.lexer().mayNameTemporarySchema(reader.token());
      reader.advance();
    }
    if (temporary) {
      effects.pin(PinReason.TEMP_TABLE);
    }
  }
}
