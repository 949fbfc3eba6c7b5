package dev.heimdall.test.tds;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Definitions of databases besides the tables that the engine has. */
final class Modules {
  /**
   * An object.
   *
   * @param type as {@code sys.objects} has it
   * @param text null for one that is encrypted
   * @param parent of a trigger, or what a synonym stands for; else null
   * @param events of a trigger
   */
  record Module(
      String database,
      String name,
      String type,
      String text,
      String parent,
      List<String> events,
      boolean insteadOf,
      int modified) {}

  /** A table of a graph, of edges or of nodes. */
  record GraphTable(String database, String name, boolean edge, boolean constraint) {}

  /** A row of a view that nothing else gives, as a query. */
  record Row(String database, String view, String query) {}

  private final Map<String, Module> all = new ConcurrentHashMap<>();
  private final List<Row> rows = new CopyOnWriteArrayList<>();
  private final List<GraphTable> graph = new CopyOnWriteArrayList<>();
  private final AtomicInteger changes = new AtomicInteger();
  private volatile boolean definitionsHidden;
  private volatile boolean babelfish;

  private static String key(String database, String name) {
    return (database + "." + last(name)).toLowerCase(Locale.ROOT);
  }

  static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  void put(String database, String type, String name, String text) {
    put(database, type, name, text, null, List.of(), false);
  }

  void put(
      String database,
      String type,
      String name,
      String text,
      String parent,
      List<String> events,
      boolean insteadOf) {
    boolean encrypted = text.toLowerCase(Locale.ROOT).contains("with encryption");
    all.put(
        key(database, name),
        new Module(
            database,
            last(name),
            type,
            encrypted ? null : text,
            parent,
            events,
            insteadOf,
            changes.incrementAndGet()));
  }

  Module remove(String database, String name) {
    changes.incrementAndGet();
    return all.remove(key(database, name));
  }

  List<Module> of(String database) {
    return all.values().stream().filter(each -> each.database().equals(database)).toList();
  }

  /**
   * Notes a table AS NODE or AS EDGE with its constraint.
   *
   * @return what the engine knows of its words
   */
  List<TsqlToken> graph(String database, List<TsqlToken> create) {
    int size = create.size();
    if (size < 5 || !create.get(size - 2).is("AS") || !create.get(size - 1).isAny("NODE", "EDGE")) {
      return create;
    }
    List<TsqlToken> words = new ArrayList<>(create.subList(0, size - 2));
    int constraint = -1;
    for (int i = 0; i < words.size(); i++) {
      constraint = words.get(i).is("CONSTRAINT") ? i : constraint;
    }
    boolean edge = create.get(size - 1).is("EDGE");
    graph.add(new GraphTable(database, create.get(2).lower(), edge, constraint > 0));
    if (constraint > 0) {
      words.subList(constraint - 1, words.size() - 1).clear();
    }
    return words;
  }

  List<GraphTable> graph(String database) {
    return graph.stream().filter(each -> each.database().equals(database)).toList();
  }

  /** Adds a row to a view of a database. */
  void row(String database, String view, String query) {
    rows.add(new Row(database, view, query));
  }

  /** Takes out the rows that were added to a view. */
  void noRows(String view) {
    rows.removeIf(row -> row.view().equals(view));
  }

  List<Row> rows(String database, String view) {
    return rows.stream()
        .filter(row -> row.database().equals(database) && row.view().equals(view))
        .toList();
  }

  /** Has nobody VIEW DEFINITION from now on, or everybody. */
  void hideDefinitions(boolean hides) {
    definitionsHidden = hides;
  }

  boolean definitionsHidden() {
    return definitionsHidden;
  }

  /** Answers from now on as Babelfish does where it differs, or as SQL Server. */
  void asBabelfish(boolean is) {
    babelfish = is;
  }

  boolean babelfish() {
    return babelfish;
  }
}
