package dev.heimdall.engine.dialect.postgres.console;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.ConstantSelect;
import dev.heimdall.engine.console.ConstantSelect.Constant;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens.Kind;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.dialect.postgres.console.SessionCommand.Effect;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.Column.Type;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Statements that PostgreSQL's drivers and tools send by habit: settings, transaction control,
 * {@code SELECT 1}, {@code SELECT version()}.
 */
final class DriverQueries implements DriverStatements, ConstantSelect.Constants {
  /** Version that the console claims; drivers choose their ways by it. */
  private static final String SERVER_VERSION = "18.0";

  private static final String CATALOGUE = "pg_catalog.";

  private static final Map<String, String> TAGS =
      Map.ofEntries(
          Map.entry("set", "SET"),
          Map.entry("reset", "RESET"),
          Map.entry("begin", "BEGIN"),
          Map.entry("start", "START TRANSACTION"),
          Map.entry("commit", "COMMIT"),
          Map.entry("end", "COMMIT"),
          Map.entry("rollback", "ROLLBACK"),
          Map.entry("abort", "ROLLBACK"),
          Map.entry("savepoint", "SAVEPOINT"),
          Map.entry("release", "RELEASE"),
          Map.entry("deallocate", "DEALLOCATE"),
          Map.entry("close", "CLOSE CURSOR ALL"),
          Map.entry("unlisten", "UNLISTEN"));

  private final String version;
  private final String user;
  private final String database;

  /**
   * @param version the node's
   */
  DriverQueries(String version, Operator operator) {
    this.version = version;
    this.user = operator.user();
    this.database = operator.database();
  }

  @Override
  public Optional<ConsoleCommand> command(List<Token> statement) {
    Answer answer = answer(statement);
    return answer == null
        ? ConstantSelect.command(statement, this)
        : Optional.of(
            new SessionCommand(new KnownCommand(answer), effect(statement), forgotten(statement)));
  }

  private static Effect effect(List<Token> statement) {
    return switch (statement.get(0).lower()) {
      case "begin", "start" -> Effect.BEGINS_TRANSACTION;
      case "commit", "end" -> Effect.COMMITS;
      case "rollback", "abort" ->
          statement.stream().anyMatch(token -> token.is("TO")) ? Effect.RETURNS : Effect.ROLLS_BACK;
      case "deallocate" -> Effect.FORGETS_STATEMENTS;
      case "discard" -> statement.get(1).is("ALL") ? Effect.FORGETS_STATEMENTS : Effect.NONE;
      default -> Effect.NONE;
    };
  }

  /** The prepared statement that DEALLOCATE names, null for all. */
  private static String forgotten(List<Token> statement) {
    Token last = statement.get(statement.size() - 1);
    if (!statement.get(0).is("DEALLOCATE") || statement.size() < 2 || last.is("ALL")) {
      return null;
    }
    return last.kind() == Kind.QUOTED ? last.text() : last.lower();
  }

  /** Null for what has no tag and shows nothing. */
  private Answer answer(List<Token> statement) {
    Token verb = statement.get(0);
    if (verb.kind() != Kind.WORD) {
      return null;
    }
    String tag = TAGS.get(verb.lower());
    if (tag != null) {
      return new Answer.Done(tag);
    }
    if (verb.is("DISCARD") && statement.size() == 2) {
      String what = statement.get(1).text().toUpperCase(Locale.ROOT);
      return new Answer.Done("DISCARD " + what);
    }
    return verb.is("SHOW") ? show(statement.subList(1, statement.size())) : null;
  }

  /** Parameters of the server that the console pretends to be. */
  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("application_name", "");
    parameters.put("bytea_output", "hex");
    parameters.put("client_encoding", "UTF8");
    parameters.put("datestyle", "ISO, MDY");
    parameters.put("default_transaction_isolation", "read committed");
    parameters.put("default_transaction_read_only", "off");
    parameters.put("extra_float_digits", "1");
    parameters.put("in_hot_standby", "off");
    parameters.put("integer_datetimes", "on");
    parameters.put("intervalstyle", "postgres");
    parameters.put("is_superuser", "off");
    parameters.put("max_identifier_length", "63");
    parameters.put("search_path", "public");
    parameters.put("server_encoding", "UTF8");
    parameters.put("server_version", SERVER_VERSION);
    parameters.put("server_version_num", "180000");
    parameters.put("session_authorization", user);
    parameters.put("standard_conforming_strings", "on");
    parameters.put("statement_timeout", "0");
    parameters.put("timezone", "UTC");
    parameters.put("transaction_isolation", "read committed");
    parameters.put("transaction_read_only", "off");
    return parameters;
  }

  private Answer show(List<Token> words) {
    StringBuilder name = new StringBuilder();
    for (Token word : words) {
      name.append(name.isEmpty() ? "" : " ").append(word.lower());
    }
    String parameter =
        switch (name.toString()) {
          case "transaction isolation level" -> "transaction_isolation";
          case "time zone" -> "timezone";
          default -> name.toString();
        };
    String value = parameters().get(parameter);
    return value == null
        ? null
        : new Answer.Rows(List.of(Column.text(parameter)), List.of(List.of(value)), "SHOW");
  }

  @Override
  public String heading(String literal) {
    return "?column?";
  }

  @Override
  public Constant named(String name, String argument) {
    String bare = name.startsWith(CATALOGUE) ? name.substring(CATALOGUE.length()) : name;
    return argument == null ? variable(bare) : function(bare, argument);
  }

  private Constant variable(String name) {
    return switch (name) {
      case "current_catalog" -> Constant.text(name, database);
      case "current_schema" -> Constant.text(name, "public");
      case "current_user", "session_user", "user" -> Constant.text(name, user);
      case "true" -> new Constant("bool", Type.BOOL, "t");
      case "false" -> new Constant("bool", Type.BOOL, "f");
      default -> null;
    };
  }

  private Constant function(String name, String argument) {
    return switch (name) {
      case "version" ->
          Constant.text(
              name, "PostgreSQL " + SERVER_VERSION + " (Heimdall admin console " + version + ")");
      case "current_database" -> Constant.text(name, database);
      case "current_schema" -> Constant.text(name, "public");
      case "current_setting" ->
          Constant.text(name, parameters().get(argument.toLowerCase(Locale.ROOT)));
      case "pg_is_in_recovery" -> new Constant(name, Type.BOOL, "f");
      case "pg_backend_pid" -> new Constant(name, Type.INT4, "0");
      default -> null;
    };
  }
}
