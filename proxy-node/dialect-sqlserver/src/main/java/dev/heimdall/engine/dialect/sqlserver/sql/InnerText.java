package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.EffectList;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text that stands as a literal in the text that runs it: mssql-jdbc reads the columns of a table
 * like this ahead of a bulk load.
 */
final class InnerText {
  private final SqlServerClassifier outer;

  InnerText(SqlServerClassifier outer) {
    this.outer = outer;
  }

  /**
   * Reads the text that is run from the current token on, if it is a literal.
   *
   * @param procedure that runs it; null for EXEC with brackets, or a computed name
   * @param effects gets what the text leaves in its session
   * @return false if that is not known
   */
  boolean read(String procedure, EffectList effects) {
    boolean brackets = procedure == null && outer.token() == '(';
    if (brackets) {
      outer.advance();
    } else if ("sp_executesql".equalsIgnoreCase(procedure)) {
      passName();
    } else {
      return false;
    }
    if (outer.token() != Lexer.STRING) {
      return false;
    }
    String literal = outer.written();
    outer.advance();
    List<Effect> left = isAll(brackets) ? left(content(literal)) : null;
    if (left == null) {
      return false;
    }
    left.forEach(effects::add);
    effects.addOnce(new Effect(SqlServerEffect.RUNS_TEXT, "", -1, -1));
    return true;
  }

  /** Passes over the name of the parameter that is the text. */
  private void passName() {
    if (outer.token() == Lexer.WORD && outer.written().equalsIgnoreCase("@stmt")) {
      outer.advance();
      if (outer.token() == '=') {
        outer.advance();
      }
    }
  }

  /**
   * True if nothing goes on behind the literal that makes it another text, or runs it elsewhere.
   */
  private boolean isAll(boolean brackets) {
    if (!brackets) {
      return outer.token() != '+';
    }
    if (outer.token() != ')') {
      return false;
    }
    outer.advance();
    return outer.token() != Lexer.WORD || !outer.written().matches("(?i)at|as");
  }

  /** The text that a literal stands for, as it is written. */
  static String content(String literal) {
    return literal.substring(literal.indexOf('\'') + 1, literal.length() - 1).replace("''", "'");
  }

  /** Null if it is not known. */
  private static List<Effect> left(String text) {
    byte[] sql = text.getBytes(StandardCharsets.UTF_8);
    SqlServerClassifier classifier = new SqlServerClassifier();
    StatementFacts facts = classifier.classify(sql, 0, sql.length, LexerMode.STANDARD);
    if (facts == StatementFacts.UNREADABLE || classifier.controlsTransaction()) {
      return null;
    }
    List<Effect> left = new ArrayList<>();
    for (Effect effect : facts.effects()) {
      switch (effect.type()) {
        case SET_VARIABLE -> {
          // Ends with the text, but on Babelfish in a transaction, and no reset takes it back
          // there.
          if (effect.name().equals(SessionOptions.ISOLATION)) {
            left.add(new Effect(Effect.Type.LAST_USE, ""));
          }
        }
        case LAST_USE -> left.add(effect);
        case MAY_UNPIN, END_OBJECT -> {} // it may be about what the text itself has made
        case PIN, OBJECT -> {
          if (!SqlServerPins.endsWithCall(effect)) {
            left.add(effect);
          }
        }
        case OWN -> {
          if (!outlives((SqlServerEffect) effect.detail())) {
            return null;
          }
          left.add(effect);
        }
        default -> {
          return null;
        }
      }
    }
    return left;
  }

  /** True for what an effect of a text means to who runs it as well. */
  private static boolean outlives(SqlServerEffect effect) {
    return switch (effect) {
      case BRANCHES,
          CALLS_UNSEEN,
          GENERATES_IDENTITY,
          KILLS_CONNECTION,
          READS_SPID,
          RUNS_ELSEWHERE,
          RUNS_TEXT,
          SETS_CONTEXT_INFO,
          SETS_SESSION_CONTEXT ->
          true;
      case AWAITS_ROWS,
          NAMES_TRANSACTION,
          READS_IDENTITY,
          READS_LAST_RESULT,
          ROLLS_BACK_TO_NAME,
          USES_DATABASE ->
          false;
    };
  }
}
