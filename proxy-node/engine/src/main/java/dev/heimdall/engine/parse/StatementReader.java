package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.Token;
import dev.heimdall.engine.sql.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the statements of one dialect, one after the other. */
public abstract class StatementReader {
  protected final Findings findings;
  private final QuerySyntax syntax;

  protected StatementReader(QuerySyntax syntax, Findings findings) {
    this.syntax = syntax;
    this.findings = findings;
  }

  void read(List<Token> all) {
    List<Token> tokens = new ArrayList<>(all.size());
    boolean opaque = false;
    int doubts = findings.doubts();
    Token before = null;
    for (Token token : all) {
      if (syntax.isOperator(token) && !isAllColumns(before, token)) {
        findings.operator(token.text());
      }
      before = token;
      switch (token.type()) {
        case HINT -> findings.hint(token.text());
        case OPAQUE -> opaque = true;
        default -> tokens.add(token);
      }
    }
    attributes(tokens);
    names(tokens);
    conversions(tokens);
    if (opaque) {
      findings.uncertain(StatementClass.UNKNOWN, "has a name or comment that cannot be read");
    } else {
      statement(new TokenCursor(tokens));
    }
    if (findings.doubts() > doubts && !namesNoTables(tokens)) {
      NamedTables.note(tokens, findings);
    }
  }

  /** Notes what a statement converts to times. */
  protected void conversions(List<Token> statement) {}

  /** Notes what tokens say of a statement that was not understood. */
  protected void notUnderstood(List<Token> statement) {}

  /** True if the words of a statement that was not understood may tell what it computes. */
  protected boolean computes(List<Token> statement) {
    return false;
  }

  /**
   * Returns the information in the words of a statement that was not understood.
   *
   * @param lexerMode how its session has texts cut into tokens
   */
  protected RoutineBody words(String statement, LexerMode lexerMode) {
    return RoutineBody.UNREADABLE;
  }

  /** True if words before names in this statement, which was not understood, are before others. */
  protected boolean namesNoTables(List<Token> statement) {
    return false;
  }

  /** Reads a statement that is no query and no change of rows. */
  protected abstract void other(TokenCursor cursor);

  /** True if a star stands for columns, and is no operator. */
  private static boolean isAllColumns(Token before, Token token) {
    return token.isSign("*")
        && before != null
        && (before.isSign(",")
            || before.isSign(".")
            || before.isSign("(")
            || before.is("select")
            || before.is("distinct")
            || before.is("all")
            || before.is("returning"));
  }

  private void names(List<Token> tokens) {
    Token before = null;
    for (Token token : tokens) {
      boolean converts =
          before != null
              && (token.isSign(":") && before.isSign(":")
                  || token.type() == Token.Type.STRING && before.isName());
      if (converts) {
        findings.name("::");
      }
      if (token.isName()) {
        findings.name(token.text());
      }
      before = token;
    }
  }

  private void attributes(List<Token> tokens) {
    for (int i = 1; i < tokens.size(); i++) {
      boolean called = i + 1 < tokens.size() && tokens.get(i + 1).isSign("(");
      if (tokens.get(i).isName() && tokens.get(i - 1).isSign(".") && !called) {
        findings.attribute(tokens.get(i).text());
      }
    }
  }

  /** Finds names of tables in a text that a statement runs. */
  protected final void recognise(String text, SqlDialect dialect, LexerMode lexerMode) {
    byte[] sql = text.getBytes(StandardCharsets.UTF_8);
    NamedTables.note(new Tokenizer(dialect).readable(sql, 0, sql.length, lexerMode), findings);
  }

  /** Reads the statement that begins at the cursor. */
  public final void statement(TokenCursor cursor) {
    if (cursor.token().isSign("(")) {
      query(cursor);
      return;
    }
    switch (cursor.keyword()) {
      case "select", "values", "table", "with" -> query(cursor);
      case "insert", "update", "delete", "merge", "replace" -> {
        findings.kind(StatementClass.WRITE);
        query(cursor);
      }
      case "" -> findings.uncertain(StatementClass.UNKNOWN);
      default -> other(cursor);
    }
  }

  /**
   * Reads a statement that is nothing but expressions behind its first word, as CALL is, for what
   * they call. What queries in them do is not known.
   */
  protected final void calls(TokenCursor cursor, StatementClass kind) {
    cursor.advance();
    findings.kind(kind);
    boolean query = cursor.rest().stream().anyMatch(t -> t.is("select") || t.is("from"));
    if (query || cursor.atEnd()) {
      findings.uncertain(StatementClass.CALL);
    } else {
      expressions(cursor);
    }
  }

  public final void query(TokenCursor cursor) {
    new QueryReader(syntax, cursor.rest(), findings).read();
  }

  /** Reads expressions, for what they call. */
  public final void expressions(TokenCursor cursor) {
    new QueryReader(syntax, cursor.rest(), findings).readExpressions();
  }
}
