package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.prepared.StatementName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** State that executions, of any client, have left of prepared statements on a server. */
public final class ExecutedStatements {
  private final Set<StatementName> hadCursor = new HashSet<>(0);

  private final Map<StatementName, Bound> bound = new HashMap<>(4);

  /**
   * Types of parameters.
   *
   * @param last those of the last execution, as its client has sent them
   */
  private record Bound(byte[] last, ResolvedParameters resolved) {}

  /** Of what parts of values were sent ahead of its next execution; null for nothing. */
  private StatementName longDataOf;

  void cursor(StatementName statement) {
    hadCursor.add(statement);
  }

  boolean hadCursor(StatementName statement) {
    return hadCursor.contains(statement);
  }

  /**
   * It is being executed with parameters of these types; null for none.
   *
   * @param parameters how many it has
   */
  public void binds(StatementName statement, byte[] types, int parameters) {
    Bound before = bound.get(statement);
    if (types == null || (before != null && Arrays.equals(before.last(), types))) {
      return;
    }
    ResolvedParameters now = ResolvedParameters.of(types, parameters);
    bound.put(statement, new Bound(types, before == null ? now : before.resolved().behind(now)));
  }

  /**
   * True if MySQL takes values of these types as they are. Behind an execution with others it may
   * convert them to those: a text becomes a number.
   *
   * @param parameters how many the statement has
   */
  public boolean takes(StatementName statement, byte[] types, int parameters) {
    Bound before = bound.get(statement);
    return before == null
        || Arrays.equals(before.last(), types)
        || before.resolved().takes(ResolvedParameters.of(types, parameters));
  }

  /**
   * True if parts of values can be sent ahead of an execution with these types. Behind one with
   * others servers read them as values of those: a text is a number then.
   */
  public boolean takesLongData(StatementName statement, byte[] types) {
    Bound before = bound.get(statement);
    return before == null || Arrays.equals(before.last(), types);
  }

  /** Parts of values are being sent ahead of the execution that comes next. */
  public void longData(StatementName statement) {
    longDataOf = statement;
  }

  /** The statement whose execution is being sent behind parts of values; null for none. */
  StatementName takeLongData() {
    StatementName taken = longDataOf;
    longDataOf = null;
    return taken;
  }

  void forget(StatementName statement) {
    hadCursor.remove(statement);
    bound.remove(statement);
  }

  void forgetAll() {
    hadCursor.clear();
    bound.clear();
  }
}
