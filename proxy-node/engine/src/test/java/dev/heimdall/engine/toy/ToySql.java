package dev.heimdall.engine.toy;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;

/** The toy's SQL: for what a statement reads and writes, like PostgreSQL's. */
final class ToySql implements SqlDialect {
  static final ToySql DIALECT = new ToySql();

  private ToySql() {}

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public Lexer lexer(boolean reportsHints) {
    return PostgresSql.DIALECT.lexer(reportsHints);
  }

  @Override
  public LexerMode usualMode() {
    return LexerMode.STANDARD;
  }

  @Override
  public boolean foldsNames() {
    return true;
  }

  @Override
  public char openingQuote() {
    return '"';
  }

  @Override
  public char closingQuote() {
    return '"';
  }

  @Override
  public StatementClassifier classifier(boolean knowsBlocks) {
    return new ToyClassifier();
  }

  @Override
  public ParsedStatement parse(String sql, LexerMode lexerMode) {
    return PostgresSql.DIALECT.parse(sql, lexerMode);
  }
}
