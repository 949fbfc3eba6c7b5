package dev.heimdall.engine.toy;

import dev.heimdall.engine.parse.StatementParser;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;

/** The toy's SQL. */
public final class ToySql implements SqlDialect {
  public static final ToySql DIALECT = new ToySql();

  private final StatementParser parser = new StatementParser(this, ToyReader::new);

  private ToySql() {}

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public Lexer lexer(boolean reportsHints) {
    return new ToyLexer();
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
    return parser.parse(sql, lexerMode);
  }
}
