package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.StatementParser;
import dev.heimdall.engine.sql.ConstantRules;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;

/** SQL Server's SQL. */
public final class SqlServerSql implements SqlDialect {
  public static final SqlServerSql DIALECT = new SqlServerSql();

  /** Name that stands for taking a value from a sequence, which no function of the server has. */
  public static final FunctionName NEXT_VALUE = new FunctionName(null, "next value for");

  /** Name that stands for reading rows that may be rolled back, or leaving out some. */
  public static final FunctionName UNSETTLED = new FunctionName(null, "rows in doubt");

  /** Name that stands for reading what is in no catalogue. */
  public static final FunctionName UNKNOWN_SOURCE =
      new FunctionName(null, "rows of unknown tables");

  /** Name that stands for changing what a reset of the session may leave. */
  public static final FunctionName LASTING = new FunctionName(null, "state beyond a reset");

  /** Name that stands for beginning a transaction, or having statements do so. */
  public static final FunctionName BEGIN = new FunctionName(null, "begin transaction");

  /** Left out where tables are spelled in full. */
  public static final String USUAL_SCHEMA = "dbo";

  /** Types of a parameter, as far as its value is compared by them: integers of any width. */
  public static final int INTEGER = 1;

  /** Characters, of Unicode or not. */
  public static final int CHARACTERS = 2;

  public static final int UNIQUEIDENTIFIER = 3;

  /** Types as TDS has them, by which no value is compared. */
  public static final int VARBINARY = 0xA5;

  public static final int BINARY = 0xAD;

  private static final ConstantRules CONSTANTS = new SqlServerConstants();

  private final StatementParser parser = new StatementParser(this, SqlServerReader::new);

  private SqlServerSql() {}

  /** As OpenTelemetry has it. */
  @Override
  public String name() {
    return "microsoft.sql_server";
  }

  @Override
  public Lexer lexer(boolean reportsHints) {
    return new SqlServerLexer(reportsHints);
  }

  @Override
  public LexerMode usualMode() {
    return LexerMode.STANDARD;
  }

  /** The database's collation says. */
  @Override
  public boolean foldsNames() {
    return false;
  }

  @Override
  public String foldedSchema() {
    return USUAL_SCHEMA;
  }

  @Override
  public boolean runsLiterals() {
    return true;
  }

  @Override
  public boolean hasQuestionMarks() {
    return true;
  }

  @Override
  public boolean hasNamedParameters() {
    return true;
  }

  /**
   * Characters are converted to what they are compared with; a column of characters is, where it is
   * compared with anything else.
   */
  @Override
  public boolean comparesAs(KeyType column, int type) {
    return switch (type) {
      case INTEGER -> column == KeyType.INTEGER;
      case CHARACTERS -> true;
      case UNIQUEIDENTIFIER -> column == KeyType.UUID;
      default -> false;
    };
  }

  @Override
  public ConstantRules constants() {
    return CONSTANTS;
  }

  @Override
  public char openingQuote() {
    return '[';
  }

  @Override
  public char closingQuote() {
    return ']';
  }

  @Override
  public StatementClassifier classifier(boolean knowsBlocks) {
    return new SqlServerClassifier();
  }

  @Override
  public String otherReading(byte[] sql, int offset, int length, LexerMode lexerMode) {
    return OtherReading.of(sql, offset, length, lexerMode);
  }

  @Override
  public ParsedStatement parse(String sql, LexerMode lexerMode) {
    return parser.parse(sql, lexerMode);
  }
}
