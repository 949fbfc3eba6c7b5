package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A table or what can stand in its place, and what reading or writing it brings with it directly.
 * Changes only while the objects of a database are put together.
 */
final class Relation {
  /**
   * Further effect of a write.
   *
   * @param when the changes that bring it, as bits
   * @param relation what is written too; null where only functions are called
   * @param then how it is changed; 0 for the changes of the write itself
   * @param calls functions that may be called
   * @param through what brings it, in words: {@code trigger "audit"}
   */
  record Consequence(int when, Relation relation, int then, List<Routine> calls, String through) {}

  private final String schema;
  private final String name;
  private final RelationKind kind;
  private final boolean system;

  private boolean sessionDependent;
  private boolean locksRows;
  private boolean standsForOthers;
  private List<String> times = List.of();
  private List<String> dates = List.of();
  private List<Relation> children = List.of();
  private List<Relation> parents = List.of();
  private List<Relation> reads = List.of();
  private List<Routine> readCalls = List.of();
  private List<Routine> computes = List.of();
  private List<Consequence> consequences = List.of();
  private Map<String, KeyColumn> keys = Map.of();
  private int columns;

  /**
   * @param system whether it is the server's own
   * @param sessionDependent whether two sessions may see different rows in it
   */
  Relation(
      String schema, String name, RelationKind kind, boolean system, boolean sessionDependent) {
    this.schema = schema;
    this.name = name;
    this.kind = kind;
    this.sessionDependent = sessionDependent;
    this.system = system;
  }

  String schema() {
    return schema;
  }

  String name() {
    return name;
  }

  boolean system() {
    return system;
  }

  boolean view() {
    return kind == RelationKind.VIEW;
  }

  boolean materializedView() {
    return kind == RelationKind.MATERIALIZED_VIEW;
  }

  boolean partitioned() {
    return kind == RelationKind.PARTITIONED;
  }

  /** True if what was written may stay there when the transaction is rolled back. */
  boolean lasting() {
    return kind == RelationKind.LASTING || kind == RelationKind.FOREIGN;
  }

  /** Basis of its rows; nothing else if they only change by writes that name it. */
  Basis basis() {
    if (system || kind == RelationKind.SEQUENCE) {
      return Basis.SERVER; // a replica's sequences are ahead of what was drawn
    }
    if (kind == RelationKind.FOREIGN) {
      return Basis.ANYTHING;
    }
    return sessionDependent ? Basis.MOMENT : Basis.TABLES;
  }

  List<Relation> children() {
    return children;
  }

  List<Relation> parents() {
    return parents;
  }

  /** Relations that a view reads. */
  List<Relation> reads() {
    return reads;
  }

  /** True if reading it locks rows: a view with FOR UPDATE in it. */
  boolean locksRows() {
    return locksRows;
  }

  /** True if changes of its rows bring more with them, here or in its partitions and parents. */
  boolean fires() {
    return !consequences.isEmpty() || !children.isEmpty() || !parents.isEmpty();
  }

  /** True if a policy decides which of its rows are seen. */
  boolean restricted() {
    return !view() && !readCalls.isEmpty();
  }

  /** Functions that reading it may call, in a view or in a policy. */
  List<Routine> readCalls() {
    return readCalls;
  }

  /** Functions in its indexes, checks, defaults and partition keys. */
  List<Routine> computes() {
    return computes;
  }

  List<Consequence> consequences() {
    return consequences;
  }

  /** Columns by whose values its rows can be told apart. */
  Map<String, KeyColumn> keys() {
    return keys;
  }

  /** Number of its columns, where that was read. */
  int columns() {
    return columns;
  }

  void countColumns(int all) {
    columns = all;
  }

  void addKey(String column, KeyColumn key) {
    if (keys.isEmpty()) {
      keys = new HashMap<>(4);
    }
    keys.put(column, key);
  }

  /** About how many bytes it takes in memory, without what it refers to. */
  long weight() {
    int referred = children.size() + parents.size() + reads.size() + readCalls.size();
    long sum = 80 + Weight.of(name) + 16L * referred + Weight.of(times) + Weight.of(dates);
    sum += 48L * keys.size();
    for (Consequence consequence : consequences) {
      sum += 120 + 8L * consequence.calls().size() + Weight.of(consequence.through());
    }
    return sum;
  }

  /**
   * A column with times that have no date, or with dates, in small letters: to be known where the
   * one may become the other by the clock.
   */
  void addColumn(String column, boolean date) {
    if (date) {
      dates = with(dates, column);
    } else {
      times = with(times, column);
    }
  }

  /** Its columns with times that have no date. */
  List<String> times() {
    return times;
  }

  /** Its columns with dates. */
  List<String> dates() {
    return dates;
  }

  void dependOnSession() {
    sessionDependent = true;
  }

  /** True if rows that are written by its name may be in tables that are unknown. */
  boolean standsForOthers() {
    return standsForOthers;
  }

  void standForOthers() {
    standsForOthers = true;
  }

  void lockWhenRead() {
    locksRows = true;
  }

  void addChild(Relation child) {
    children = with(children, child);
    child.parents = with(child.parents, this);
  }

  void addRead(Relation relation) {
    reads = with(reads, relation);
  }

  void addReadCall(Routine routine) {
    readCalls = with(readCalls, routine);
  }

  void addComputed(Routine routine) {
    computes = with(computes, routine);
  }

  void add(Consequence consequence) {
    consequences = with(consequences, consequence);
  }

  /** Most relations have nothing of the sort: a list is made when it gets its first. */
  private static <T> List<T> with(List<T> list, T another) {
    List<T> grown = list.isEmpty() ? new ArrayList<>(2) : list;
    grown.add(another);
    return grown;
  }

  @Override
  public String toString() {
    return schema + '.' + name;
  }
}
