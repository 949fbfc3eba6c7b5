package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.Token;
import dev.heimdall.engine.sql.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Test for statements that can be deferred: those that have no result but a number of rows, and
 * that mean the same in another session with the same variables.
 */
final class Deferrable {
  private static final int MOST_TOKENS = 20_000;
  private static final Set<String> CHANGING_ROWS =
      Set.of("insert", "update", "delete", "merge", "replace");
  private static final Set<String> AFTER_WITH =
      Set.of("select", "values", "table", "insert", "update", "delete", "merge");
  private static final Set<StatementClass> KINDS =
      EnumSet.of(
          StatementClass.WRITE, StatementClass.CALL, StatementClass.DDL, StatementClass.UTILITY);

  /** Verdict on a statement for a queue. */
  enum Verdict {
    /** Changes rows and nothing else: goes together with others in one transaction. */
    BATCHED,
    /** Goes by itself, outside of a transaction. */
    ALONE,
    /** Cannot be deferred. */
    NO
  }

  private Deferrable() {}

  static Verdict of(AsyncStatement statement, ActionProtocol protocol) {
    ParsedStatement parsed = statement.facts().parsed();
    if (!parsed.understood()
        || parsed.statements() != 1
        || !KINDS.contains(parsed.kind())
        || statement.facts().changesSession() != null
        || parsed.functions().stream()
            .anyMatch(f -> protocol.ofSession().contains(f.name().toLowerCase(Locale.ROOT)))) {
      return Verdict.NO;
    }
    byte[] text = statement.sql().getBytes(StandardCharsets.UTF_8);
    List<Token> tokens =
        new Tokenizer(protocol.reading())
            .read(text, 0, text.length, statement.lexerMode(), MOST_TOKENS);
    if (tokens == null || tokens.stream().anyMatch(token -> token.is("returning"))) {
      return Verdict.NO;
    }
    String verb = verb(tokens);
    if (CHANGING_ROWS.contains(verb)) {
      return parsed.kind() == StatementClass.WRITE ? Verdict.BATCHED : Verdict.NO;
    }
    return protocol.goingAlone().contains(verb) ? Verdict.ALONE : Verdict.NO;
  }

  private static String verb(List<Token> tokens) {
    Token first = tokens.stream().filter(t -> t.type() != Token.Type.HINT).findFirst().orElse(null);
    if (first == null || first.type() != Token.Type.WORD) {
      return "";
    }
    String word = first.text().toLowerCase(Locale.ROOT);
    return word.equals("with") ? afterWith(tokens) : word;
  }

  /** Returns the word that follows the last of the queries in brackets. */
  private static String afterWith(List<Token> tokens) {
    int depth = 0;
    boolean closed = false;
    for (Token token : tokens) {
      if (token.isSign("(")) {
        depth++;
        closed = false;
      } else if (token.isSign(")")) {
        depth--;
        closed = depth == 0;
      } else if (depth == 0) {
        String word = token.text().toLowerCase(Locale.ROOT);
        if (closed && token.type() == Token.Type.WORD && AFTER_WITH.contains(word)) {
          return word;
        }
        closed = false;
      }
    }
    return "";
  }
}
