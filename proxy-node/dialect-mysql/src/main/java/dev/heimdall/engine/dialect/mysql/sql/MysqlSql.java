package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.parse.StatementParser;
import dev.heimdall.engine.sql.ConstantRules;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import java.util.Map;

/** The SQL of MySQL and MariaDB. */
public final class MysqlSql implements SqlDialect {
  /** Of a session that has set no mode: backslashes escape, double quotes are those of literals. */
  public static final LexerMode USUAL_MODE = new LexerMode(true, false, false);

  /** As the protocol numbers types: of whole numbers, and of texts. */
  static final int LONGLONG = 0x08;

  static final int VAR_STRING = 0xFD;

  private static final ConstantRules CONSTANTS = new MysqlConstants();

  public static final MysqlSql DIALECT = new MysqlSql();

  private final StatementParser parser = new StatementParser(this, MysqlReader::new);

  private MysqlSql() {}

  @Override
  public String name() {
    return "mysql";
  }

  @Override
  public String name(Map<String, String> reported) {
    return reported.values().stream().anyMatch(value -> value.contains("MariaDB"))
        ? "mariadb"
        : name();
  }

  @Override
  public Lexer lexer(boolean reportsHints) {
    return new MysqlLexer(reportsHints);
  }

  @Override
  public LexerMode usualMode() {
    return USUAL_MODE;
  }

  /** Names of tables may depend on it: a setting of the server's says. */
  @Override
  public boolean foldsNames() {
    return false;
  }

  @Override
  public boolean hasQuestionMarks() {
    return true;
  }

  @Override
  public boolean comparesAs(KeyType column, int type) {
    return switch (type) {
      case LONGLONG -> column == KeyType.INTEGER;
      case VAR_STRING -> true;
      default -> false;
    };
  }

  @Override
  public ConstantRules constants() {
    return CONSTANTS;
  }

  @Override
  public boolean comparesTextAsFloat() {
    return true;
  }

  @Override
  public char openingQuote() {
    return '`';
  }

  @Override
  public char closingQuote() {
    return '`';
  }

  @Override
  public StatementClassifier classifier(boolean knowsBlocks) {
    return new MysqlClassifier();
  }

  @Override
  public ParsedStatement parse(String sql, LexerMode lexerMode) {
    return parser.parse(sql, lexerMode);
  }
}
