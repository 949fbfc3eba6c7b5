package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.PinReason;

/** Effects that a text of PostgreSQL has, as they are found. */
final class PostgresEffects extends EffectList {
  /** A database must have no other users for this. */
  void freeDatabase(String database) {
    addOnce(new Effect(Effect.Type.FREE_DATABASE, database));
  }

  /** currval of the sequence that a literal spells like this. */
  void currentValue(String sequence) {
    addOnce(new Effect(Effect.Type.SEQUENCE_STATE, sequence));
  }

  /** currval of a sequence that this expression computes; empty for one that only runs in place. */
  void computedSequence(String expression) {
    addOnce(new Effect(PostgresEffect.COMPUTED_SEQUENCE, expression, -1, -1));
  }

  /** A setting changed for the session, by whatever statement. */
  void setting(String writtenName, int start, int end) {
    String name = SettingName.of(writtenName);
    switch (name) {
      case "session_authorization" -> {
        pin(PostgresPins.SESSION_AUTHORIZATION);
        add(Effect.Type.SET_VARIABLE, "role", start, end); // which there is none of afterwards
      }
      // The seed cannot be read back.
      case "seed", "" -> pin(PinReason.COMPUTED_SETTING);
      default -> {
        if (!endsWithTransaction(name)) {
          add(Effect.Type.SET_VARIABLE, name, start, end);
        }
      }
    }
  }

  /** A setting put back to its default. */
  void settingReset(String writtenName, int start, int end) {
    String name = SettingName.of(writtenName);
    if (!endsWithTransaction(name)) {
      add(Effect.Type.RESET_VARIABLE, name, start, end);
    }
    if (name.equals("session_authorization")) {
      add(Effect.Type.SET_VARIABLE, "role", start, end);
    }
  }

  /** A setting changed until the end of the transaction. */
  void localSetting(String writtenName, int start, int end) {
    switch (SettingName.of(writtenName)) {
      case "seed" -> setting(writtenName, start, end); // nothing undoes that
      case "search_path", "role", "session_authorization" -> localNames();
      default -> {
        if (TextSettings.ALL.contains(SettingName.of(writtenName))) {
          localNames();
        }
      }
    }
  }

  /** A setting put back to its default until the end of the transaction. */
  void localSettingReset(String writtenName, int start, int end) {
    String name = SettingName.of(writtenName);
    if (!endsWithTransaction(name) && !name.equals("session_authorization")) {
      add(Effect.Type.LOCAL_DEFAULT, name, start, end);
    }
  }

  /** A setting whose new value is the NULL from here to there. */
  void nullForDefault(String writtenName, int start, int end) {
    add(PostgresEffect.NULL_FOR_DEFAULT, SettingName.of(writtenName), start, end);
  }

  /** Names may mean something else until the end of the transaction. */
  void localNames() {
    addOnce(new Effect(Effect.Type.LOCAL_NAMES, ""));
  }

  /** A setting whose name is computed changes until the end of the transaction. */
  void computedLocalSetting() {
    localNames();
    addOnce(new Effect(Effect.Type.MAY_SEED, ""));
  }

  /** These are of one transaction, in whatever way they are set. */
  private static boolean endsWithTransaction(String name) {
    return name.equals("transaction_isolation")
        || name.equals("transaction_read_only")
        || name.equals("transaction_deferrable");
  }
}
