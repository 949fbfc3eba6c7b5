package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * Reads PostgreSQL's COPY, with its options as they are written today and as they were before
 * version 7.3 and 9.0. STDIN and STDOUT both are the client, whichever way the rows go.
 */
final class CopyReader {
  /** Options without brackets that stand alone. */
  private static final Set<String> FLAGS = Set.of("binary", "freeze", "csv", "header");

  /** Options without brackets that are followed by a literal. */
  private static final Set<String> WITH_LITERAL =
      Set.of("delimiter", "null", "quote", "escape", "encoding");

  private final Findings findings;
  private final StatementReader statements;

  /** A reader that gives the query whose rows are copied to {@code statements}. */
  CopyReader(Findings findings, StatementReader statements) {
    this.findings = findings;
    this.statements = statements;
  }

  void read(TokenCursor cursor) {
    cursor.advance();
    if (cursor.token().isSign("(")) {
      List<Token> rows = cursor.bracketed();
      if (cursor.accept("to") && acceptClient(cursor) && options(cursor) && cursor.atEnd()) {
        statements.statement(new TokenCursor(rows));
      } else {
        findings.uncertain(StatementClass.UNKNOWN);
      }
      return;
    }
    if (cursor.token().is("binary") && !cursor.ahead(1).isSign(".") && cursor.ahead(1).isName()) {
      // Before FROM and TO it is the table's name.
      if (!cursor.ahead(1).is("from") && !cursor.ahead(1).is("to")) {
        cursor.advance();
      }
    }
    TableName table = cursor.tableName();
    if (table != null && cursor.token().isSign("(")) {
      cursor.skipBrackets();
    }
    if (table == null) {
      findings.uncertain(StatementClass.UNKNOWN);
    } else if (cursor.accept("to")) {
      rows(cursor, table, false);
    } else if (cursor.accept("from")) {
      rows(cursor, table, true);
    } else {
      findings.writes(table);
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private void rows(TokenCursor cursor, TableName table, boolean in) {
    if (in) {
      findings.changes(RowChange.INSERT);
    }
    if (!acceptClient(cursor)) {
      // Files and programs of the server.
      findings.writes(table);
      findings.uncertain(StatementClass.UNKNOWN);
      return;
    }
    findings.kind(in ? StatementClass.WRITE : StatementClass.READ);
    if (in) {
      findings.writes(table);
    } else {
      findings.reads(table);
    }
    boolean understood = options(cursor);
    if (in && understood && cursor.accept("where")) {
      statements.expressions(cursor);
    } else if (!understood || !cursor.atEnd()) {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  private static boolean acceptClient(TokenCursor cursor) {
    return cursor.accept("stdin") || cursor.accept("stdout");
  }

  /** Moves past the options; says whether they were understood. */
  private static boolean options(TokenCursor cursor) {
    if (cursor.token().is("delimiters")
        || (cursor.token().is("using") && cursor.ahead(1).is("delimiters"))) {
      cursor.accept("using");
      cursor.advance();
      if (!acceptLiteral(cursor)) {
        return false;
      }
    }
    cursor.accept("with");
    if (cursor.token().isSign("(")) {
      cursor.skipBrackets();
      return true;
    }
    while (!cursor.atEnd() && !cursor.token().is("where")) {
      if (!option(cursor)) {
        return false;
      }
    }
    return true;
  }

  private static boolean option(TokenCursor cursor) {
    String word = cursor.token().type() == Token.Type.WORD ? cursor.token().text() : "";
    cursor.advance();
    if (FLAGS.contains(word)) {
      return true;
    }
    if (WITH_LITERAL.contains(word)) {
      if (!word.equals("encoding")) {
        cursor.accept("as");
      }
      return acceptLiteral(cursor);
    }
    return word.equals("force") && force(cursor);
  }

  /** {@code FORCE QUOTE}, {@code FORCE NULL} or {@code FORCE NOT NULL} of columns. */
  private static boolean force(TokenCursor cursor) {
    if (cursor.accept("not")) {
      if (!cursor.accept("null")) {
        return false;
      }
    } else if (!cursor.accept("quote") && !cursor.accept("null")) {
      return false;
    }
    if (cursor.acceptSign("*")) {
      return true;
    }
    do {
      if (!cursor.token().isName()) {
        return false;
      }
      cursor.advance();
    } while (cursor.acceptSign(","));
    return true;
  }

  private static boolean acceptLiteral(TokenCursor cursor) {
    boolean literal = cursor.token().type() == Token.Type.STRING;
    if (literal) {
      cursor.advance();
    }
    return literal;
  }
}
