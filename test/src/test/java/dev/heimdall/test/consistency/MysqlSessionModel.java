package dev.heimdall.test.consistency;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What one session of MySQL's must find, whatever server connection it is on. Variables know no
 * transactions there; rows of its own do.
 */
final class MysqlSessionModel {
  private final Map<String, String> variables;
  private final Map<Integer, String> prepared = new HashMap<>();
  private final Deque<Integer> savepoints = new ArrayDeque<>();
  private boolean begun;
  private int committed;
  private int pending;

  /** The name of the default database. */
  String database = "app";

  /** The id that was generated last. */
  long lastId;

  /** The value of its user variable; null for none. */
  String own;

  /** What its temporary table has; null for no such table. */
  String table;

  boolean locked;

  /**
   * @param variables of a session that has set nothing
   * @param committed rows of sessions before it
   */
  MysqlSessionModel(Map<String, String> variables, int committed) {
    this.variables = new HashMap<>(variables);
    this.committed = committed;
  }

  String value(String variable) {
    return variables.get(variable);
  }

  void set(String variable, String value) {
    String before = variables.put(variable, value);
    if (variable.equals("autocommit") && value.equals("1") && before.equals("0")) {
      commit(); // also of a transaction that was begun explicitly
    }
  }

  /** Statements that the client has prepared, by number, each with what it answers. */
  Map<Integer, String> prepared() {
    return prepared;
  }

  /** Everything is as in a new session, but for the default database. */
  void reset(Map<String, String> to) {
    rollback();
    variables.putAll(to);
    prepared.clear();
    lastId = 0;
    own = null;
    table = null;
    locked = false;
  }

  /** Rows of its own that it sees. */
  int rows() {
    return committed + pending;
  }

  /** Those that stay if it goes now. */
  int committed() {
    return committed;
  }

  void inserted(int rows) {
    if (inTransaction()) {
      pending += rows;
    } else {
      committed += rows;
    }
  }

  /** Whether it has begun one, or has each statement begin one. */
  boolean inTransaction() {
    return begun || "0".equals(variables.get("autocommit"));
  }

  /** Whether there may be savepoints. */
  boolean begun() {
    return begun;
  }

  void begin() {
    commit();
    begun = true;
  }

  void commit() {
    committed += pending;
    end();
  }

  void rollback() {
    end();
  }

  private void end() {
    pending = 0;
    begun = false;
    savepoints.clear();
  }

  int savepoints() {
    return savepoints.size();
  }

  void savepoint() {
    savepoints.push(pending);
  }

  void rollbackToSavepoint() {
    pending = savepoints.element();
  }

  void releaseSavepoint() {
    savepoints.pop();
  }
}
