package dev.heimdall.engine.admin;

import dev.heimdall.engine.admin.Tokens.Kind;
import dev.heimdall.engine.admin.Tokens.Token;
import dev.heimdall.engine.console.ConsoleCommand.Effect;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.Column.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Answers what drivers and tools say by habit before and between the commands: settings,
 * transaction control, {@code SELECT 1}, {@code SELECT version()}. Nothing of it has an effect.
 */
final class DriverQueries {
  /** The PostgreSQL version that the console claims; drivers choose their dialect by it. */
  static final String SERVER_VERSION = "18.0";

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
   * @param database as the client named it
   */
  DriverQueries(String version, String user, String database) {
    this.version = version;
    this.user = user;
    this.database = database;
  }

  /** The answer with its effect on the session, or empty if this is no such talk. */
  Optional<AdminPlan> plan(List<Token> statement) {
    return answer(statement)
        .map(AdminPlan::known)
        .map(plan -> plan.with(effect(statement), forgotten(statement)));
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

  private Optional<Answer> answer(List<Token> statement) {
    Token verb = statement.get(0);
    if (verb.kind() != Kind.WORD) {
      return Optional.empty();
    }
    String tag = TAGS.get(verb.lower());
    if (tag != null) {
      return Optional.of(new Answer.Done(tag));
    }
    if (verb.is("DISCARD") && statement.size() == 2) {
      String what = statement.get(1).text().toUpperCase(Locale.ROOT);
      return Optional.of(new Answer.Done("DISCARD " + what));
    }
    if (verb.is("SHOW")) {
      return show(statement.subList(1, statement.size()));
    }
    return verb.is("SELECT") ? select(statement.subList(1, statement.size())) : Optional.empty();
  }

  /** The parameters of a PostgreSQL server that the console pretends to have. */
  Map<String, String> parameters() {
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

  private Optional<Answer> show(List<Token> words) {
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
        ? Optional.empty()
        : Optional.of(
            new Answer.Rows(
                List.of(new Column(parameter, Type.TEXT)), List.of(List.of(value)), "SHOW"));
  }

  private Optional<Answer> select(List<Token> tokens) {
    List<Column> columns = new ArrayList<>();
    List<String> row = new ArrayList<>();
    int start = 0;
    int depth = 0;
    for (int i = 0; i <= tokens.size(); i++) {
      boolean end = i == tokens.size();
      if (!end && tokens.get(i).symbol('(')) {
        depth++;
      } else if (!end && tokens.get(i).symbol(')')) {
        depth--;
      } else if (end || depth == 0 && tokens.get(i).symbol(',')) {
        if (!item(tokens.subList(start, i), columns, row)) {
          return Optional.empty();
        }
        start = i + 1;
      }
    }
    return Optional.of(new Answer.Rows(columns, List.of(row), "SELECT 1"));
  }

  /** Evaluates one item of a select list: a value, then perhaps a name for it. */
  private boolean item(List<Token> tokens, List<Column> columns, List<String> row) {
    int used = 1;
    if (tokens.isEmpty()) {
      return false;
    }
    Token first = tokens.get(0);
    String argument = null;
    if (first.kind() == Kind.WORD && tokens.size() > 1 && tokens.get(1).symbol('(')) {
      boolean literal = tokens.size() > 2 && tokens.get(2).kind() == Kind.STRING;
      argument = literal ? tokens.get(2).text() : "";
      used = literal ? 4 : 3;
      if (tokens.size() < used || !tokens.get(used - 1).symbol(')')) {
        return false;
      }
    }
    Column column = column(first, argument);
    if (column == null) {
      return false;
    }
    List<Token> rest = tokens.subList(used, tokens.size());
    if (!rest.isEmpty() && rest.get(0).is("AS")) {
      rest = rest.subList(1, rest.size());
      if (rest.isEmpty()) {
        return false;
      }
    }
    if (rest.size() > 1 || !rest.isEmpty() && rest.get(0).kind() == Kind.SYMBOL) {
      return false;
    }
    columns.add(rest.isEmpty() ? column : new Column(rest.get(0).text(), column.type()));
    row.add(value(first, argument));
    return true;
  }

  private Column column(Token value, String argument) {
    switch (value.kind()) {
      case NUMBER:
        return value.text().length() > 9 ? null : new Column("?column?", Type.INT4);
      case STRING:
        return new Column("?column?", Type.TEXT);
      case WORD:
        String name = bare(value);
        if (function(name, argument) == null) {
          return null;
        }
        Type type =
            switch (name) {
              case "pg_is_in_recovery", "true", "false" -> Type.BOOL;
              case "pg_backend_pid" -> Type.INT4;
              default -> Type.TEXT;
            };
        return new Column(type == Type.BOOL && argument == null ? "bool" : name, type);
      default:
        return null;
    }
  }

  private String value(Token value, String argument) {
    return value.kind() == Kind.WORD ? function(bare(value), argument) : value.text();
  }

  private String function(String name, String argument) {
    boolean call = argument != null;
    return switch (name) {
      case "version" ->
          call
              ? "PostgreSQL " + SERVER_VERSION + " (Heimdall admin console " + version + ")"
              : null;
      case "current_database" -> call ? database : null;
      case "current_catalog" -> call ? null : database;
      case "current_schema" -> "public";
      case "current_user", "session_user", "user" -> call ? null : user;
      case "pg_is_in_recovery" -> call ? "f" : null;
      case "pg_backend_pid" -> call ? "0" : null;
      case "true" -> call ? null : "t";
      case "false" -> call ? null : "f";
      case "current_setting" -> call ? parameters().get(argument.toLowerCase(Locale.ROOT)) : null;
      default -> null;
    };
  }

  private static String bare(Token word) {
    String lower = word.lower();
    return lower.startsWith("pg_catalog.") ? lower.substring("pg_catalog.".length()) : lower;
  }
}
