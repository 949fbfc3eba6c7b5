package dev.heimdall.engine.dialect.mysql.console;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.ConstantSelect;
import dev.heimdall.engine.console.ConstantSelect.Constant;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Statements that MySQL's drivers and command lines send by habit: variables of the server that the
 * console pretends to be, settings, transaction control.
 */
final class DriverVariables implements DriverStatements, ConstantSelect.Constants {
  /** First words of statements without an effect here. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "set",
          "use",
          "begin",
          "start",
          "commit",
          "rollback",
          "savepoint",
          "release",
          "deallocate");

  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern SELECT =
      Pattern.compile(
          "\\s*select\\s+(.+?)(?:\\s+limit\\s+1)?\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern ITEM =
      Pattern.compile(
          "\\s*(@@(?:session\\.|global\\.)?\\w+|\\w+\\(\\))(?:\\s+(?:as\\s+)?`?(\\w+)`?)?\\s*",
          Pattern.CASE_INSENSITIVE);

  /** MySQL version that the console reports; drivers depend on it. */
  static final String SERVER_VERSION = "8.4.0 (Heimdall console)";

  /** Values of variables that most drivers query, and that are of no importance here. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("auto_increment_increment", "1"),
          Map.entry("autocommit", "1"),
          Map.entry("character_set_client", "utf8mb4"),
          Map.entry("character_set_connection", "utf8mb4"),
          Map.entry("character_set_results", "utf8mb4"),
          Map.entry("character_set_server", "utf8mb4"),
          Map.entry("collation_connection", "utf8mb4_general_ci"),
          Map.entry("collation_server", "utf8mb4_general_ci"),
          Map.entry("init_connect", ""),
          Map.entry("interactive_timeout", "28800"),
          Map.entry("license", "GPL"),
          Map.entry("lower_case_table_names", "0"),
          Map.entry("max_allowed_packet", "16777216"),
          Map.entry("net_buffer_length", "16384"),
          Map.entry("net_write_timeout", "60"),
          Map.entry("performance_schema", "0"),
          Map.entry("query_cache_size", "0"),
          Map.entry("query_cache_type", "OFF"),
          Map.entry("sql_mode", "STRICT_TRANS_TABLES"),
          Map.entry("system_time_zone", "UTC"),
          Map.entry("time_zone", "+00:00"),
          Map.entry("transaction_isolation", "READ-COMMITTED"),
          Map.entry("transaction_read_only", "0"),
          Map.entry("tx_isolation", "READ-COMMITTED"),
          Map.entry("tx_read_only", "0"),
          Map.entry("version", SERVER_VERSION),
          Map.entry("version_comment", "Heimdall console"),
          Map.entry("wait_timeout", "28800"));

  private final String user;
  private final String database;

  DriverVariables(Operator operator) {
    this.user = operator.user();
    this.database = operator.database();
  }

  /** The answer to a whole text with system variables, or empty for any other text. */
  Optional<Answer> answer(String sql) {
    String text = COMMENT.matcher(sql).replaceAll(" ");
    if (text.strip().equalsIgnoreCase("show warnings")) {
      return Optional.of(
          new Answer.Rows(
              List.of(
                  Column.text("Level"),
                  new Column("Code", Column.Type.INT4),
                  Column.text("Message")),
              List.of(),
              "SHOW"));
    }
    Matcher select = SELECT.matcher(text);
    if (!select.matches()) {
      return Optional.empty();
    }
    List<Column> columns = new ArrayList<>();
    List<String> row = new ArrayList<>();
    for (String item : select.group(1).split(",")) {
      Matcher parts = ITEM.matcher(item);
      String value = parts.matches() ? value(parts.group(1).toLowerCase(Locale.ROOT)) : null;
      if (value == null) {
        return Optional.empty();
      }
      columns.add(Column.text(parts.group(2) == null ? parts.group(1) : parts.group(2)));
      row.add(value);
    }
    return Optional.of(new Answer.Rows(columns, List.of(row), "SELECT 1"));
  }

  /** Null for what is not known here. */
  private String value(String item) {
    return switch (item) {
      case "version()" -> VALUES.get("version");
      case "user()", "current_user()", "session_user()", "system_user()" -> user + "@%";
      case "database()", "schema()" -> database;
      case "connection_id()" -> "0";
      default -> VALUES.get(item.substring(item.lastIndexOf(item.contains(".") ? '.' : '@') + 1));
    };
  }

  @Override
  public Optional<ConsoleCommand> command(List<Token> statement) {
    return WITHOUT_EFFECT.contains(statement.get(0).lower())
        ? Optional.of(new KnownCommand(new Answer.Done("OK")))
        : ConstantSelect.command(statement, this);
  }

  @Override
  public String heading(String literal) {
    return literal;
  }

  @Override
  public Constant named(String name, String argument) {
    if (argument != null) {
      String call = name + "()";
      return argument.isEmpty() ? Constant.text(call, value(call)) : null;
    }
    return switch (name) {
      case "current_user" -> Constant.text(name, value("current_user()"));
      case "true" -> new Constant("TRUE", Column.Type.INT4, "1");
      case "false" -> new Constant("FALSE", Column.Type.INT4, "0");
      default -> null;
    };
  }
}
