package dev.heimdall.test.consistency;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What one session must find, whatever server connection it is on. */
final class SessionModel {
  /** The temporary table's content goes with the transaction, as settings do. */
  private static final class Frame {
    final Map<String, String> session;
    final Map<String, String> local;
    String table;

    Frame(Map<String, String> session, Map<String, String> local, String table) {
      this.session = new TreeMap<>(session);
      this.local = new TreeMap<>(local);
      this.table = table;
    }

    Frame copy() {
      return new Frame(session, local, table);
    }
  }

  private final Map<String, String> startup;
  private Frame now = new Frame(Map.of(), Map.of(), null);
  private Frame atBegin;
  private final Deque<Frame> savepoints = new ArrayDeque<>();
  private boolean failed;

  /** Prepared statements and locks know no transactions. */
  private final Map<String, String> prepared = new HashMap<>();

  private String unnamed;
  private boolean locked;

  /** The last value taken from each sequence, and which one it was last. */
  private final Map<String, String> taken = new HashMap<>();

  private String lastTaken;
  private final Set<String> takenInTransaction = new HashSet<>();

  /**
   * @param startup the value of every setting when nothing was set
   */
  SessionModel(Map<String, String> startup) {
    this.startup = startup;
  }

  String value(String setting) {
    String local = now.local.get(setting);
    return local != null ? local : now.session.getOrDefault(setting, startup.get(setting));
  }

  void set(String setting, String value) {
    now.local.remove(setting);
    now.session.put(setting, value);
  }

  void setLocal(String setting, String value) {
    now.local.put(setting, value);
  }

  void reset(String setting) {
    set(setting, setting.equals("role") ? "none" : startup.get(setting));
  }

  void resetAll() {
    for (String setting : startup.keySet()) {
      if (!setting.equals("role")) {
        reset(setting);
      }
    }
  }

  void discardAll() {
    now = new Frame(Map.of("role", "none"), Map.of(), null);
    prepared.clear();
    unnamed = null;
    locked = false;
    forgetSequences();
    taken.clear();
    lastTaken = null;
  }

  boolean inTransaction() {
    return atBegin != null;
  }

  boolean failed() {
    return failed;
  }

  /**
   * A statement failed: in a transaction nothing works until it, or a savepoint, is rolled back.
   */
  void statementFailed() {
    failed = inTransaction();
  }

  void begin() {
    forgetSequences();
    atBegin = now.copy();
  }

  void commit() {
    if (failed) {
      rollback();
      return;
    }
    forgetSequences();
    now.local.clear();
    atBegin = null;
    savepoints.clear();
  }

  void rollback() {
    forgetSequences();
    now = atBegin;
    atBegin = null;
    savepoints.clear();
    failed = false;
  }

  int savepoints() {
    return savepoints.size();
  }

  void savepoint() {
    savepoints.push(now.copy());
  }

  void rollbackToSavepoint() {
    now = savepoints.element().copy();
    failed = false;
  }

  void releaseSavepoint() {
    savepoints.pop();
  }

  String table() {
    return now.table;
  }

  void table(String content) {
    now.table = content;
  }

  Map<String, String> prepared() {
    return prepared;
  }

  /** What the unnamed statement answers, or null when that is not known. */
  String unnamed() {
    return unnamed;
  }

  void unnamed(String answer) {
    unnamed = answer;
  }

  boolean locked() {
    return locked;
  }

  void locked(boolean held) {
    locked = held;
  }

  /** A value was taken from this sequence. */
  void took(String sequence, String value) {
    taken.put(sequence, value);
    lastTaken = sequence;
    if (inTransaction()) {
      takenInTransaction.add(sequence);
    }
  }

  /** The last value this session took from this sequence, or from any if that is null. */
  String taken(String sequence) {
    return taken.get(sequence == null ? lastTaken : sequence);
  }

  /** Whether the session must still know that value. */
  boolean mustKnow(String sequence) {
    return sequence == null ? !takenInTransaction.isEmpty() : takenInTransaction.contains(sequence);
  }

  /** The session may have forgotten every value it took. */
  void forgetSequences() {
    takenInTransaction.clear();
  }
}
