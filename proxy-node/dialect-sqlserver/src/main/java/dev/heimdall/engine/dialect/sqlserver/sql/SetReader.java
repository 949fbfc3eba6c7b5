package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Lexer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads SET statements of options. Those that can be carried are effects, with the values that they
 * get; one whose value is computed, or that may not be carried out, pins as well.
 */
final class SetReader {
  private final SqlServerClassifier batch;
  private final EffectList effects;

  /** True if the batch has set options so far. */
  private boolean any;

  SetReader(SqlServerClassifier batch, EffectList effects) {
    this.batch = batch;
    this.effects = effects;
  }

  void restart() {
    any = false;
  }

  /**
   * Reads the statement whose first word, SET, was taken.
   *
   * @param certain whether it is carried out for certain if the batch is
   * @return false if it sets something that is not known
   */
  boolean read(boolean certain) {
    List<String> names = new ArrayList<>(2);
    boolean more;
    do {
      if (batch.token() != Lexer.WORD) {
        return false;
      }
      names.add(batch.spelled().toLowerCase(Locale.ROOT));
      batch.advance();
      more = batch.token() == ',';
      if (more) {
        batch.advance();
      }
    } while (more);
    if (!names.stream().allMatch(SetReader::isKnown)) {
      return false;
    }
    if (names.get(0).equals("transaction")) {
      names.set(0, SessionOptions.ISOLATION);
    }
    set(names, certain);
    return true;
  }

  private static boolean isKnown(String name) {
    return SessionOptions.isSwitch(name)
        || SessionOptions.hasValue(name)
        || SessionOptions.isOfOneConnection(name)
        || name.equals(SessionOptions.CONTEXT_INFO)
        || name.equals(SessionOptions.IDENTITY_INSERT)
        || name.equals("transaction");
  }

  private void set(List<String> names, boolean certain) {
    String first = names.get(0);
    String value =
        switch (first) {
          case SessionOptions.ISOLATION -> level();
          default -> SessionOptions.isSwitch(first) ? state() : value();
        };
    String given = certain ? value : null;
    for (String name : names) {
      if (name.equals(SessionOptions.CONTEXT_INFO)) {
        effects.addOnce(new Effect(SqlServerEffect.SETS_CONTEXT_INFO, "", -1, -1));
      } else if (name.equals(SessionOptions.IDENTITY_INSERT)) {
        effects.pin(SqlServerPins.IDENTITY_INSERT);
      } else if (SessionOptions.isOfOneConnection(name)) {
        effects.pin(SqlServerPins.OPTION);
      } else if (name.equals(SessionOptions.ANSI_DEFAULTS)) {
        SessionOptions.OF_ANSI_DEFAULTS.forEach(each -> give(each, given));
        // A reset of Babelfish switches implicit transactions on behind it, whatever its value.
        effects.add(Effect.Type.LAST_USE);
      } else {
        give(name, given);
      }
    }
  }

  /** Statements that stand before may be carried out again. */
  void jumpsBack() {
    if (any) {
      effects.pin(SqlServerPins.OPTION);
    }
  }

  /**
   * @param value null where it is not known
   */
  private void give(String name, String value) {
    any = true;
    if (value == null) {
      effects.add(new Effect(Effect.Type.SET_VARIABLE, name));
      effects.pin(SqlServerPins.OPTION);
      return;
    }
    if (name.equals(SessionOptions.LANGUAGE)) {
      effects.add(given("dateformat", null));
      effects.add(given("datefirst", null));
    }
    String opposite = value.equals("ON") ? SessionOptions.opposite(name) : null;
    if (opposite != null) {
      effects.add(given(opposite, "OFF"));
    }
    effects.add(given(name, value));
  }

  private static Effect given(String name, String value) {
    return new Effect(Effect.Type.SET_VARIABLE, name, -1, -1, new GivenValue(value));
  }

  /** ON or OFF; null for anything else. */
  private String state() {
    if (batch.token() != Lexer.WORD) {
      return null;
    }
    String state = batch.spelled().toUpperCase(Locale.ROOT);
    if (!state.equals("ON") && !state.equals("OFF")) {
      return null;
    }
    batch.advance();
    return state;
  }

  /** A number, a word or a literal; null for what has to be computed. */
  private String value() {
    String sign = "";
    if (batch.token() == '-') {
      sign = "-";
      batch.advance();
    }
    boolean plain =
        switch (batch.token()) {
          case Lexer.NUMBER, Lexer.STRING, Lexer.QUOTED -> true;
          case Lexer.WORD -> !batch.begins() && !batch.spelled().startsWith("@");
          default -> false;
        };
    String value = plain ? sign + batch.written() : null;
    if (plain || batch.token() == Lexer.WORD && !batch.begins()) {
      batch.advance();
    }
    return value;
  }

  private String level() {
    return word("ISOLATION") != null && word("LEVEL") != null
        ? switch (String.valueOf(word("READ", "REPEATABLE", "SNAPSHOT", "SERIALIZABLE"))) {
          case "READ" -> behind("READ ", word("UNCOMMITTED", "COMMITTED"));
          case "REPEATABLE" -> behind("REPEATABLE ", word("READ"));
          case "SNAPSHOT" -> "SNAPSHOT";
          case "SERIALIZABLE" -> "SERIALIZABLE";
          default -> null;
        }
        : null;
  }

  private static String behind(String first, String second) {
    return second == null ? null : first + second;
  }

  /** Takes the current word if it is one of these; else null. */
  private String word(String... expected) {
    if (batch.token() == Lexer.WORD) {
      String spelled = batch.spelled().toUpperCase(Locale.ROOT);
      for (String each : expected) {
        if (each.equals(spelled)) {
          batch.advance();
          return each;
        }
      }
    }
    return null;
  }
}
