package dev.heimdall.test.race;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Schemas of PostgreSQL. */
final class PostgresSchema extends DrawnSchema {
  /** Types and collations of all of them. */
  private static final List<String> SHARED =
      List.of(
          "CREATE COLLATION sj_blind (provider = icu, locale = 'und-u-ks-level2',"
              + " deterministic = false)",
          "CREATE COLLATION sj_plain (provider = icu, locale = 'de')",
          "CREATE TYPE sj_mood AS ENUM ('happy', 'sad', 'Odd')",
          "CREATE DOMAIN sj_small AS int CHECK (VALUE < 1000)",
          "CREATE DOMAIN sj_word AS varchar(5)");

  /** Whatever a judge before has left. */
  private static final String DROP =
      """
      DO $$ DECLARE one text; BEGIN
      LOOP
        SELECT CASE relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW '
                            WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass
        INTO one FROM pg_class WHERE relname ~ '^sj[0-9_]' AND relkind IN ('r', 'v', 'm', 'p', 'S')
        ORDER BY relkind = 'S' LIMIT 1;
        EXIT WHEN one IS NULL;
        EXECUTE 'DROP ' || one || ' CASCADE';
      END LOOP;
      FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE proname ~ '^sj[0-9_]' LOOP
        EXECUTE 'DROP ROUTINE IF EXISTS ' || one || ' CASCADE';
      END LOOP;
      END $$""";

  private static final List<String> TYPES =
      List.of(
          "DROP DOMAIN IF EXISTS sj_small, sj_word",
          "DROP TYPE IF EXISTS sj_mood",
          "DROP COLLATION IF EXISTS sj_blind",
          "DROP COLLATION IF EXISTS sj_plain");

  /** Table that deferred triggers write, and that fires none: such triggers have no depth. */
  private Source calm;

  PostgresSchema(Connection server, Dice dice, int number) {
    super(server, dice, "sj" + number + "_", ColumnKind.ofPostgres());
  }

  static void prepare(Connection server) throws SQLException {
    drop(server);
    for (String sql : SHARED) {
      run(server, sql);
    }
  }

  static void drop(Connection server) throws SQLException {
    run(server, DROP);
    for (String sql : TYPES) {
      run(server, sql);
    }
  }

  private static void run(Connection at, String sql) throws SQLException {
    try (Statement statement = at.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  void draw() {
    for (int i = 2 + dice.below(3); i > 0; i--) {
      switch (dice.below(7)) {
        case 0, 1 -> partitioned();
        case 2 -> parent();
        default -> plain();
      }
    }
    if (tables.isEmpty()) {
      plain();
    }
    for (int i = dice.below(4); i > 0; i--) {
      function();
    }
    for (int i = dice.below(5); i > 0; i--) {
      reference();
    }
    for (int i = dice.below(4); i > 0; i--) {
      switch (dice.below(5)) {
        case 0 -> joined("");
        case 1 -> summed();
        case 2 -> view("MATERIALIZED ", false);
        case 3 -> joined("MATERIALIZED ");
        default -> view("", true);
      }
      view("", true);
    }
    if (!dice.oneIn(3)) {
      for (int i = dice.below(4); i > 0; i--) {
        trigger();
      }
      for (int i = dice.below(3); i > 0; i--) {
        rule();
      }
      if (dice.oneIn(3)) {
        byDefault();
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

  /** Columns in a definition. */
  private String defined(List<Column> columns, String ofId) {
    StringBuilder all = new StringBuilder();
    for (Column column : columns) {
      all.append(all.isEmpty() ? "" : ", ").append(column.name()).append(' ');
      all.append(column.kind().type());
      if (column.name().equals("id")) {
        all.append(ofId);
      } else if (column.name().equals(COUNTER)) {
        all.append(" DEFAULT 0");
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
    String type = number ? "int" : from.kind().type();
    String expression = computed(from);
    return ", g %s GENERATED ALWAYS AS (%s) STORED".formatted(type, expression);
  }

  private void plain() {
    String name = named("t");
    ColumnKind kind = dice.oneIn(2) ? number() : dice.pick(kinds);
    List<Column> columns = columns(kind);
    List<String> unique = new ArrayList<>();
    String key = dice.any(" PRIMARY KEY", " PRIMARY KEY", " UNIQUE", "");
    if (!key.isEmpty()) {
      unique.add("id");
    }
    if (kind.type().equals("int") && dice.oneIn(3)) {
      key = " GENERATED BY DEFAULT AS IDENTITY" + key;
    }
    Column from = computedFrom(columns);
    String all = defined(columns, key) + generated(columns, from);
    String check = dice.oneIn(6) ? ", CHECK (n < 50)" : "";
    String kindOfTable = dice.oneIn(8) ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
    if (define(kindOfTable + name + " (" + all + check + ")")) {
      index(name, columns, unique);
      tables.add(new Source(name, Sort.PLAIN, List.copyOf(columns), List.copyOf(unique)));
      if (from != null) {
        computing(name, from);
      }
    }
  }

  private void index(String table, List<Column> columns, List<String> unique) {
    if (dice.oneIn(3)) {
      String on = dice.pick(columns).name();
      String with = dice.oneIn(3) ? ", " + dice.pick(columns).name() : "";
      String where = dice.oneIn(4) ? ") WHERE (n > 1" : "";
      if (define("CREATE UNIQUE INDEX ON " + table + " (" + on + with + where + ")")) {
        unique.add(on + with + where);
      }
    }
    if (dice.oneIn(3)) {
      define("CREATE INDEX ON " + table + " (" + dice.pick(columns).name() + ")");
    }
  }

  private void partitioned() {
    String name = named("t");
    ColumnKind kind = dice.oneIn(2) ? number() : dice.pick(kinds);
    List<Column> columns = columns(kind);
    List<String> unique = new ArrayList<>();
    Column by = dice.oneIn(2) ? columns.get(0) : dice.pick(columns.subList(0, 3));
    String key = by.name().equals("id") && dice.oneIn(2) ? " PRIMARY KEY" : "";
    if (!key.isEmpty()) {
      unique.add("id");
    }
    String all = defined(columns, key) + generated(columns, computedFrom(columns));
    String how = dice.any("LIST", "RANGE", "HASH");
    String sql = "CREATE TABLE %s (%s) PARTITION BY %s (%s)";
    if (!define(sql.formatted(name, all, how, by.name()))) {
      return;
    }
    List<List<String>> values = by.kind().values();
    String middle = values.get(values.size() / 2).get(0);
    List<String> bounds =
        switch (how) {
          case "LIST" ->
              List.of(
                  "FOR VALUES IN (" + values.get(0).get(0) + ")",
                  "FOR VALUES IN (" + values.get(1).get(0) + ")",
                  "DEFAULT");
          case "RANGE" ->
              List.of(
                  "FOR VALUES FROM (MINVALUE) TO (" + middle + ")",
                  dice.any("DEFAULT", "FOR VALUES FROM (" + middle + ") TO (MAXVALUE)"));
          default ->
              List.of(
                  "FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                  "FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
        };
    List<Source> parts = new ArrayList<>();
    for (String bound : bounds) {
      String part = named("p");
      boolean deeper = key.isEmpty() && dice.oneIn(4);
      String sub = deeper ? " PARTITION BY HASH (" + COUNTER + ")" : "";
      if (define("CREATE TABLE " + part + " PARTITION OF " + name + " " + bound + sub)) {
        parts.add(new Source(part, Sort.PARTITION, List.copyOf(columns), List.copyOf(unique)));
        sharing(PART, name, part);
        for (int i = 0; deeper && i < 2; i++) {
          String leaf = named("p");
          define(
              "CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS 2, REMAINDER %d)"
                  .formatted(leaf, part, i));
          parts.add(new Source(leaf, Sort.PARTITION, List.copyOf(columns), List.copyOf(unique)));
          sharing(PART, name, leaf);
        }
      }
    }
    others.addAll(parts);
    tables.add(new Source(name, Sort.PARTITIONED, List.copyOf(columns), List.copyOf(unique)));
  }

  private void parent() {
    String name = named("t");
    List<Column> columns = columns(number());
    String all = defined(columns, dice.any(" PRIMARY KEY", ""));
    if (!define("CREATE TABLE " + name + " (" + all + ")")) {
      return;
    }
    tables.add(new Source(name, Sort.PARENT, List.copyOf(columns), List.of()));
    String from = name;
    for (int i = 1 + dice.below(2); i > 0; i--) {
      String child = named("t");
      List<Column> more = new ArrayList<>(columns);
      String own = "";
      if (dice.oneIn(2)) {
        more.add(new Column("h", kinds.get(0), true));
        own = "h int DEFAULT 1";
      }
      if (define("CREATE TABLE " + child + " (" + own + ") INHERITS (" + from + ")")) {
        tables.add(new Source(child, Sort.CHILD, List.copyOf(more), List.of()));
        sharing(PART, name, child);
        if (own.isEmpty() && dice.oneIn(2)) {
          from = child;
        }
      }
    }
  }

  private void reference() {
    List<Source> referring = referring();
    if (referring.isEmpty()) {
      return;
    }
    Source from = dice.pick(referring);
    Source to = referred(from);
    List<String> actions =
        List.of("CASCADE", "CASCADE", "CASCADE", "SET NULL", "SET DEFAULT", "NO ACTION");
    String sql =
        "ALTER TABLE %s ADD FOREIGN KEY (p) REFERENCES %s (id) ON DELETE %s ON UPDATE %s%s"
            .formatted(
                from.name(),
                to.name(),
                dice.pick(actions),
                dice.pick(actions),
                dice.any("", "", " DEFERRABLE INITIALLY DEFERRED"));
    if (define(sql)) {
      referring(from, to);
    }
  }

  @Override
  String insert(Source to, String row, List<Column> columnsOfRow) {
    List<Column> columns = to.written();
    return "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING"
        .formatted(to.name(), names(columns), values(columns, row, columnsOfRow));
  }

  private void function() {
    Source of = source();
    Column by = dice.pick(of.columns());
    String name = named("f");
    String argument = by.kind().type().replaceFirst(" COLLATE.*", "");
    List<Column> row = List.of(new Column("given", by.kind(), false));
    String where = " WHERE " + by.name() + " = given";
    String create = "CREATE FUNCTION " + name + "(given " + argument + ") RETURNS ";
    switch (dice.below(7)) {
      case 0 ->
          reading(
              new Call(name, by.kind(), Use.VALUE),
              of,
              create
                  + "bigint STABLE LANGUAGE sql AS $$ SELECT count(*) FROM "
                  + of.name()
                  + where
                  + " $$");
      case 1 ->
          reading(
              new Call(name, by.kind(), Use.VALUE),
              of,
              create
                  + "bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM "
                  + of.name()
                  + where
                  + "); END $$");
      case 2 ->
          reading(
              new Call(name, by.kind(), Use.VALUE),
              of,
              create
                  + "bigint STABLE BEGIN ATOMIC SELECT count(*) FROM "
                  + of.name()
                  + where
                  + "; END");
      case 3 ->
          reading(
              new Call(name, by.kind(), Use.ROWS),
              of,
              create
                  + "SETOF "
                  + of.name()
                  + " STABLE LANGUAGE sql AS $$ SELECT * FROM "
                  + of.name()
                  + where
                  + " $$");
      case 4 ->
          called(
              new Call(name, by.kind(), Use.PROCEDURE),
              "CREATE PROCEDURE "
                  + name
                  + "(given "
                  + argument
                  + ") LANGUAGE plpgsql AS $$ BEGIN "
                  + write("", row)
                  + "; END $$");
      case 5 ->
          called(
              new Call(name, by.kind(), Use.WRITES),
              create
                  + "int LANGUAGE plpgsql AS $$ BEGIN "
                  + write("", row)
                  + "; "
                  + (dice.oneIn(3) ? "EXECUTE '" + write(null, row).replace("'", "''") + "'; " : "")
                  + "RETURN 1; END $$");
      default ->
          called(
              new Call(name, by.kind(), Use.WRITES),
              create + "void LANGUAGE sql AS $$ " + write("", row) + " $$");
    }
  }

  /** A default, or a check, that writes. */
  private void byDefault() {
    Source of = table();
    if (of.equals(calm)) {
      return;
    }
    String name = named("f");
    Source into = table();
    String body = write(into, null, List.of());
    String create =
        "CREATE FUNCTION "
            + name
            + "() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF"
            + " pg_trigger_depth() < 3 THEN "
            + body
            + "; END IF; RETURN 1; END $$";
    if (define(create)) {
      boolean added =
          dice.oneIn(2)
              ? define("ALTER TABLE " + of.name() + " ALTER n SET DEFAULT " + name + "()")
              : define("ALTER TABLE " + of.name() + " ADD CHECK (" + name + "() = n - n + 1)");
      if (added) {
        turn(of, Sort.FIRING);
        firing(DEFAULT, "INSERT", of, into);
      }
    }
  }

  private void trigger() {
    Source of = dice.oneIn(4) ? source() : table();
    if (of.sort() == Sort.STORED_VIEW || of.equals(calm)) {
      return;
    }
    boolean view = of.sort() == Sort.VIEW;
    String name = named("g");
    boolean before = dice.oneIn(2);
    boolean statement = !view && dice.oneIn(4);
    String event = dice.any("INSERT", "UPDATE", "DELETE", "INSERT OR UPDATE", "UPDATE OR DELETE");
    if (statement) {
      event = dice.any("INSERT", "UPDATE", "DELETE");
    }
    boolean news = !event.contains("DELETE");
    String row = news ? "NEW." : "OLD.";
    Source into = table();
    boolean deferred =
        calm == null
            && !view
            && !statement
            && !before
            && into.sort() == Sort.PLAIN
            && !into.equals(of)
            && dice.oneIn(2);
    StringBuilder body = new StringBuilder();
    if (statement && !before && dice.oneIn(2)) {
      Column by = dice.pick(into.columns());
      List<Column> alike =
          of.columns().stream().filter(one -> one.kind().type().equals(by.kind().type())).toList();
      if (!alike.isEmpty()) {
        body.append(
            "UPDATE %s SET n = n + 1 WHERE %s IN (SELECT %s FROM moved); "
                .formatted(into.name(), by.name(), dice.pick(alike).name()));
      }
    } else {
      body.append(write(into, statement ? null : row, statement ? List.of() : of.columns()))
          .append("; ");
    }
    if (!statement && before && news && !view && dice.oneIn(2)) {
      Column column = dice.pick(of.written());
      body.append("NEW.%s := %s; ".formatted(column.name(), column.kind().plain(dice)));
      if (dice.oneIn(2)) {
        body = new StringBuilder(body.substring(body.lastIndexOf("NEW.")));
      }
    }
    String leaves =
        before && !statement && dice.oneIn(4)
            ? "IF OLD IS NOT NULL AND OLD.n % 3 = 0 THEN RETURN NULL; END IF; "
            : "";
    String function =
        "CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF pg_trigger_depth() < 3 THEN %sEND IF; %sRETURN %s; END $$"
            .formatted(name, body, news ? leaves : "", statement ? "NULL" : news ? "NEW" : "OLD");
    if (!define(function)) {
      return;
    }
    String when = view ? "INSTEAD OF " : before ? "BEFORE " : "AFTER ";
    String table =
        !statement || before
            ? ""
            : event.equals("DELETE")
                ? " REFERENCING OLD TABLE AS moved"
                : " REFERENCING NEW TABLE AS moved";
    if (define(
        "CREATE %sTRIGGER %s %s%s ON %s%s%s FOR EACH %s EXECUTE FUNCTION %s()"
            .formatted(
                deferred ? "CONSTRAINT " : "",
                name,
                when,
                event,
                of.name(),
                deferred ? " DEFERRABLE INITIALLY DEFERRED" : "",
                table,
                statement ? "STATEMENT" : "ROW",
                name))) {
      calm = deferred ? into : calm;
      turn(of, Sort.FIRING);
      firing(TRIGGER, event, of, into);
    }
  }

  private void rule() {
    Source of = dice.oneIn(4) ? source() : table();
    if (of.equals(calm)) {
      return;
    }
    String event = dice.any("INSERT", "UPDATE", "DELETE");
    String row = event.equals("DELETE") ? "OLD." : "NEW.";
    String where = dice.oneIn(3) ? " WHERE " + row + by(of, null, List.of()) : "";
    Source into = of.sort().isTable() && dice.oneIn(3) ? of : table();
    String does =
        dice.oneIn(6)
            ? "INSTEAD NOTHING"
            : dice.any("ALSO ", "ALSO ", "INSTEAD ") + write(into, row, of.columns());
    if (define(
        "CREATE RULE %s AS ON %s TO %s%s DO %s"
            .formatted(named("r"), event, of.name(), where, does))) {
      turn(of, Sort.FIRING);
      firing(RULE, event, of, into);
    }
  }
}
