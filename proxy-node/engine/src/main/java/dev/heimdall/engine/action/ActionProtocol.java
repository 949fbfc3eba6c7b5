package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.ActionParameters;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Differences between the node's own connections to servers of one engine, where JDBC does not hide
 * them.
 */
public interface ActionProtocol {
  /** Dialect in which texts are read. */
  SqlDialect reading();

  /** Returns the reason that the driver cannot have a session's variables; null when it can. */
  String refusal(Map<String, String> ofSource, Map<String, String> ofSession);

  /**
   * All variables with which a session's statements mean the same on a connection of the node's, by
   * name.
   *
   * @param ofSource what the data source sets for everybody
   * @param ofSession what the session has that differs from a fresh connection
   */
  Map<String, String> settings(
      Map<String, String> ofSource, Map<String, String> ofSession, LexerMode lexerMode);

  /**
   * Sets them on a connection.
   *
   * @param local only until the transaction ends, where there is such a thing
   */
  void apply(Connection connection, Map<String, String> settings, boolean local)
      throws SQLException;

  /**
   * Brings a connection back to what it was before; says whether that can be done: where it cannot,
   * a connection is used once.
   *
   * @param local whether only what ends with the transaction was set, by {@link #apply}
   */
  default boolean clean(Connection connection, boolean local) throws SQLException {
    return false;
  }

  /** First words of statements that can be deferred, and go by themselves. */
  Set<String> goingAlone();

  /** Functions that are about the session that calls them, in small letters. */
  Set<String> ofSession();

  /** Empty where clients' texts have all values in them. */
  default Optional<ParameterFormat> parameters() {
    return Optional.empty();
  }

  /**
   * Begins a transaction on a connection in which nothing but a plan is asked for.
   *
   * @param reads whether it is that of a statement that changes nothing
   */
  void beginPlan(Connection connection, Map<String, String> settings, boolean reads)
      throws SQLException;

  /** The form in which plans come where this one is wanted. */
  default ActionParameters.PlanFormat planFormat(ActionParameters.PlanFormat wanted) {
    return wanted;
  }

  /** The tables that a plan uses, each by its last name; none for engines whose plans name none. */
  default Set<String> tablesOf(String plan) {
    return Set.of();
  }

  /**
   * Asks for a plan, which carries nothing out. Parameters of the text have no values.
   *
   * @param types what the server calls the types that the client gave to parameters, in their
   *     order; those behind the last of them have none
   * @param longest how many characters of it are wanted at most, about
   */
  String explain(
      Connection connection,
      ActionParameters.ExtractPlan how,
      String text,
      List<String> types,
      int longest)
      throws SQLException;
}
