package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.StatementParser;
import dev.heimdall.engine.sql.ConstantRules;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Operators;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import java.util.List;

/** PostgreSQL's SQL. */
public final class PostgresSql implements SqlDialect {
  public static final PostgresSql DIALECT = new PostgresSql();

  private final StatementParser parser = new StatementParser(this, PostgresReader::new);

  private static final ConstantRules CONSTANTS = new PostgresConstants();

  private PostgresSql() {}

  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public Lexer lexer(boolean reportsHints) {
    return new PostgresLexer(reportsHints);
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
  public Operators operators() {
    return PostgresLexer.OPERATORS;
  }

  @Override
  public boolean hasCodeBlocks() {
    return true;
  }

  @Override
  public boolean comparesAs(KeyType column, int type) {
    return switch (type) {
      case 0 -> true;
      case 20, 21, 23 -> column == KeyType.INTEGER;
      case 25, 1043 -> column == KeyType.TEXT;
      case 2950 -> column == KeyType.UUID;
      default -> false;
    };
  }

  @Override
  public ConstantRules constants() {
    return CONSTANTS;
  }

  @Override
  public boolean concatenatesByBars() {
    return true;
  }

  @Override
  public boolean hasArrays() {
    return true;
  }

  @Override
  public boolean comparesAs(KeyType column, String type) {
    return switch (type) {
      case "int", "integer", "bigint", "smallint", "int2", "int4", "int8" ->
          column == KeyType.INTEGER;
      case "text", "varchar" -> column == KeyType.TEXT;
      case "uuid" -> column == KeyType.UUID;
      default -> false;
    };
  }

  @Override
  public List<Parameter> elements(Parameter array, int most) {
    return ArrayElements.of(array, most);
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
  public boolean setsByCall(String normalised) {
    return normalised.contains("set_config");
  }

  @Override
  public boolean movesNames(String normalised) {
    return setsByCall(normalised)
        || normalised.contains("search_path")
        || SqlDialect.begins(normalised, "discard ")
        || SqlDialect.super.movesNames(normalised);
  }

  @Override
  public StatementClassifier classifier(boolean knowsBlocks) {
    return new PostgresClassifier(knowsBlocks);
  }

  @Override
  public ParsedStatement parse(String sql, LexerMode lexerMode) {
    return parser.parse(sql, lexerMode);
  }
}
