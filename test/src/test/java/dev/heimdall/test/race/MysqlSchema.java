package dev.heimdall.test.race;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Schemas of MySQL and MariaDB. */
final class MysqlSchema extends DrawnSchema {
  private final boolean mariaDb;

  MysqlSchema(Connection server, Dice dice, int number, boolean mariaDb) {
    super(server, dice, "sj" + number + "_", ColumnKind.ofMysql(mariaDb));
    this.mariaDb = mariaDb;
  }

  /** Drops whatever a judge before has left. */
  static void drop(Connection server) throws SQLException {
    List<String> all = new ArrayList<>(List.of("SET foreign_key_checks = 0"));
    try (Statement statement = server.createStatement()) {
      for (String query :
          List.of(
              "SELECT CONCAT('DROP ', IF(table_type = 'VIEW', 'VIEW ', 'TABLE '), table_name)"
                  + " FROM information_schema.tables"
                  + " WHERE table_schema = 'app' AND table_name REGEXP '^sj[0-9_]'",
              "SELECT CONCAT('DROP ', routine_type, ' ', routine_name)"
                  + " FROM information_schema.routines"
                  + " WHERE routine_schema = 'app' AND routine_name REGEXP '^sj[0-9_]'")) {
        try (ResultSet rows = statement.executeQuery(query)) {
          while (rows.next()) {
            all.add(rows.getString(1));
          }
        }
      }
      all.add("SET foreign_key_checks = 1");
      for (String sql : all) {
        statement.execute(sql);
      }
    }
  }

  @Override
  void draw() {
    for (int i = 2 + dice.below(3); i > 0; i--) {
      plain();
    }
    if (tables.isEmpty()) {
      plain();
    }
    for (int i = dice.below(5); i > 0; i--) {
      reference();
    }
    for (int i = dice.below(3); i > 0; i--) {
      function();
    }
    for (int i = dice.below(4); i > 0; i--) {
      switch (dice.below(4)) {
        case 0 -> joined("");
        case 1 -> summed();
        default -> view(dice.any("ALGORITHM = TEMPTABLE ", "ALGORITHM = MERGE "), true);
      }
      view("", true);
    }
    if (!dice.oneIn(3)) {
      for (int i = dice.below(5); i > 0; i--) {
        trigger();
      }
    }
    for (int i = dice.below(4); i > 0; i--) {
      function();
    }
    probe();
  }

  private List<Column> columns(ColumnKind id) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("id", id, true));
    columns.add(new Column("a", dice.pick(kinds), true));
    columns.add(new Column("b", dice.pick(kinds), true));
    if (dice.oneIn(2)) {
      columns.add(new Column("c", dice.pick(kinds), true));
    }
    columns.add(new Column(COUNTER, kinds.get(0), true));
    if (!dice.oneIn(3)) {
      ColumnKind kind = tables.isEmpty() || dice.oneIn(3) ? id : table().columns().get(0).kind();
      columns.add(new Column(REFERENCE, kind, true));
    }
    return columns;
  }

  private String defined(List<Column> columns, String ofId) {
    StringBuilder all = new StringBuilder();
    for (Column column : columns) {
      all.append(all.isEmpty() ? "" : ", ").append(column.name()).append(' ');
      all.append(column.kind().type());
      if (column.name().equals("id")) {
        all.append(ofId);
      } else if (column.name().equals(COUNTER)) {
        all.append(" DEFAULT ")
            .append(dice.any("0", "0", "0", mariaDb ? "(1 + 1)" : "(LENGTH('a'))"));
      } else if (dice.oneIn(4)) {
        all.append(" DEFAULT ").append(column.kind().plain(dice));
      } else if (dice.oneIn(12)) {
        all.append(" NOT NULL");
      }
    }
    return all.toString();
  }

  /**
   * @param from a column of them; null for none
   */
  private String generated(List<Column> columns, Column from) {
    if (from == null) {
      return "";
    }
    boolean number = from.kind().isNumber();
    columns.add(new Column("g", number ? kinds.get(0) : from.kind(), false));
    String type = number ? "INT" : from.kind().type();
    String expression = computed(from);
    String unique = dice.oneIn(8) ? " UNIQUE" : "";
    return ", g %s GENERATED ALWAYS AS (%s) %s%s"
        .formatted(type, expression, dice.any("STORED", "VIRTUAL"), unique);
  }

  private void plain() {
    String name = named("t");
    ColumnKind kind = dice.oneIn(2) ? number() : dice.pick(kinds);
    List<Column> columns = columns(kind);
    List<String> unique = new ArrayList<>();
    String key = dice.any(" PRIMARY KEY", " PRIMARY KEY", " UNIQUE", "");
    if (!key.isEmpty() && kind.isNumber() && dice.oneIn(3)) {
      key = " AUTO_INCREMENT" + key;
    }
    if (!key.isEmpty()) {
      unique.add("id");
    }
    Column from = computedFrom(columns);
    String all = defined(columns, key) + generated(columns, from);
    String parts = "";
    if (dice.oneIn(4)) {
      List<List<String>> values = kind.values();
      parts =
          switch (dice.below(kind.isNumber() ? 4 : 1)) {
            case 1 ->
                " PARTITION BY LIST (id) (PARTITION p0 VALUES IN (0, 1), PARTITION p1 VALUES IN (2, 3, 4, 5, 6, 7, 8, 9))";
            case 2 ->
                " PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (2), PARTITION p1 VALUES LESS THAN MAXVALUE)";
            case 3 -> " PARTITION BY HASH (id) PARTITIONS 3";
            default -> " PARTITION BY KEY (id) PARTITIONS " + Math.min(3, values.size());
          };
    }
    String engine = dice.oneIn(12) ? " ENGINE = " + dice.any("MyISAM", "MEMORY") : "";
    if (define("CREATE TABLE " + name + " (" + all + ")" + engine + parts)) {
      index(name, columns, unique);
      Sort sort = parts.isEmpty() ? Sort.PLAIN : Sort.PARTITIONED;
      tables.add(new Source(name, sort, List.copyOf(columns), List.copyOf(unique)));
      if (from != null) {
        computing(name, from);
      }
      if (!parts.isEmpty() && !parts.contains("HASH")) {
        String part = name + " PARTITION (p" + dice.below(2) + ")";
        others.add(new Source(part, Sort.PARTITION, List.copyOf(columns), List.copyOf(unique)));
        sharing(PART, name, part);
      }
    }
  }

  private void index(String table, List<Column> columns, List<String> unique) {
    if (dice.oneIn(3)) {
      Column on = dice.pick(columns);
      String beginning = on.kind().isText() && dice.oneIn(2) ? "(1)" : "";
      String with = dice.oneIn(3) ? ", " + dice.pick(columns).name() : "";
      String index = "CREATE UNIQUE INDEX %s ON %s (%s%s%s)";
      if (define(index.formatted(named("i"), table, on.name(), beginning, with))) {
        unique.add(on.name() + with);
      }
    }
    if (dice.oneIn(3)) {
      define(
          "CREATE INDEX " + named("i") + " ON " + table + " (" + dice.pick(columns).name() + ")");
    }
  }

  private void reference() {
    List<Source> referring = referring();
    if (referring.isEmpty()) {
      return;
    }
    Source from = dice.pick(referring);
    Source to = referred(from);
    List<String> actions = List.of("CASCADE", "CASCADE", "SET NULL", "NO ACTION");
    String sql = "ALTER TABLE %s ADD FOREIGN KEY (p) REFERENCES %s (id) ON DELETE %s ON UPDATE %s";
    if (define(sql.formatted(from.name(), to.name(), dice.pick(actions), dice.pick(actions)))) {
      referring(from, to);
    }
  }

  @Override
  String insert(Source to, String row, List<Column> columnsOfRow) {
    List<Column> columns = to.written();
    return "%s INTO %s (%s) VALUES (%s)"
        .formatted(
            dice.any("INSERT IGNORE", "REPLACE"),
            to.name(),
            names(columns),
            values(columns, row, columnsOfRow));
  }

  private void function() {
    Source of = source();
    Column by = dice.pick(of.columns());
    String name = named("f");
    List<Column> row = List.of(new Column("given", by.kind(), false));
    String given = "(given " + by.kind().type() + ")";
    String count = "(SELECT COUNT(*) FROM " + of.name() + " WHERE " + by.name() + " = given)";
    switch (dice.below(4)) {
      case 0 ->
          reading(
              new Call(name, by.kind(), Use.VALUE),
              of,
              "CREATE FUNCTION %s%s RETURNS BIGINT DETERMINISTIC READS SQL DATA RETURN %s"
                  .formatted(name, given, count));
      case 1 ->
          called(
              new Call(name, by.kind(), Use.WRITES),
              "CREATE FUNCTION %s%s RETURNS BIGINT DETERMINISTIC MODIFIES SQL DATA BEGIN %s; RETURN 1; END"
                  .formatted(name, given, write("", row)));
      default ->
          called(
              new Call(name, by.kind(), Use.PROCEDURE),
              "CREATE PROCEDURE %s%s BEGIN %s; %s; END"
                  .formatted(name, given, write("", row), write("", row)));
    }
  }

  private void trigger() {
    Source of = table();
    boolean before = dice.oneIn(2);
    String event = dice.any("INSERT", "UPDATE", "DELETE");
    String row = event.equals("DELETE") ? "OLD." : "NEW.";
    Source into = table();
    String body = write(into, row, of.columns()) + ";";
    if (before && !event.equals("DELETE") && !dice.oneIn(3)) {
      Column column = dice.pick(of.written());
      body = "SET NEW.%s = %s; ".formatted(column.name(), column.kind().plain(dice));
    } else if (!calls.isEmpty() && dice.oneIn(3)) {
      Call call = dice.pick(calls);
      String argument = call.argument().plain(dice);
      body =
          call.use() == Use.PROCEDURE
              ? "CALL %s(%s);".formatted(call.name(), argument)
              : "DO %s(%s);".formatted(call.name(), argument);
    }
    String condition = dice.oneIn(3) ? "IF " + row + "n % 2 = 0 THEN " + body + " END IF;" : body;
    if (define(
        "CREATE TRIGGER %s %s %s ON %s FOR EACH ROW BEGIN %s END"
            .formatted(named("g"), before ? "BEFORE" : "AFTER", event, of.name(), condition))) {
      turn(of, Sort.FIRING);
      firing(TRIGGER, event, of, body.startsWith("SET") ? of : into);
    }
  }
}
