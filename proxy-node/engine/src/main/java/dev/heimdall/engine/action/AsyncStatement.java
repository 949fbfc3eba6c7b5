package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A statement that is to be carried out later.
 *
 * @param origin whose it is
 * @param sql the text
 * @param lexerMode how its session has texts cut into tokens
 * @param parameters the values of {@code $1} and so on
 * @param facts what it does; its tables keep it in order with other statements
 */
public record AsyncStatement(
    StatementOrigin origin,
    String sql,
    LexerMode lexerMode,
    List<Parameter> parameters,
    Statement facts) {
  /** Memory that the statement takes while it waits, without its text and parameters. */
  private static final long OF_STATEMENT = 1_000;

  public AsyncStatement {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(sql, "sql");
    parameters = List.copyOf(parameters);
    Objects.requireNonNull(facts, "facts");
  }

  /** All tables read and written. */
  Set<String> tables() {
    return tables(facts);
  }

  static Set<String> tables(Statement facts) {
    Set<String> tables = new TreeSet<>(facts.tablesRead());
    tables.addAll(facts.tablesWritten());
    return tables;
  }

  /** Approximate memory that it takes. */
  long size() {
    long size = OF_STATEMENT + sql.length();
    for (Parameter parameter : parameters) {
      size += parameter.length();
    }
    return size;
  }

  @Override
  public String toString() {
    return "a statement of " + origin;
  }
}
