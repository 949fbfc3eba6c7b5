package dev.heimdall.test.freshness;

import dev.heimdall.test.freshness.Operation.Span;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Views that show one of the hot counters, and triggers that raise one of them, which clients
 * change while others read and write through them. A view says how often it was changed, so that it
 * is a counter itself; what it shows of a counter is a read of that.
 */
final class Redefinitions {
  private static final int THROUGH_NODES = 3;
  private static final int EACH = THROUGH_NODES + 1;

  /**
   * The longest time from one change to the next. Nodes read what there is at most five times a
   * second, and let replicas answer little until they have: were it changed all the time, hardly a
   * read would be tested on a replica.
   */
  private static final long PAUSE_NANOS = 1_000_000_000L;

  private final Fleet fleet;
  private final List<Redefinable> views = made("w");
  private final List<Redefinable> triggers = made("t");
  private final AtomicLong next = new AtomicLong(System.nanoTime());

  /** What a client does of it. */
  interface Steps {
    String[] ask(String sql) throws SQLException;

    void execute(String sql) throws SQLException;

    void raised(String object, long value, Span span);

    void unknown(String object, Span span);

    void found(String object, long value, Span span);

    /** Something was raised by whom no node has noticed. */
    void raisedPastNodes(String object, long value, Span span);

    void failed(String what, SQLException e);
  }

  Redefinitions(Fleet fleet) {
    this.fleet = fleet;
  }

  private static List<Redefinable> made(String prefix) {
    List<Redefinable> made = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      made.add(new Redefinable(prefix + i, i >= THROUGH_NODES));
    }
    return made;
  }

  /** What is there at first. */
  static List<String> schema() {
    List<String> sql = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      sql.add(view("w" + i, 0, "c" + i));
      sql.add("CREATE TABLE t%d (v bigint NOT NULL, told text)".formatted(i));
      sql.add("INSERT INTO t%d VALUES (0)".formatted(i));
      sql.add(trigger("t" + i, "c" + i));
      sql.add(
          "CREATE TRIGGER raises BEFORE UPDATE ON t%1$d FOR EACH ROW EXECUTE FUNCTION raise_t%1$d()"
              .formatted(i));
    }
    return sql;
  }

  private static String view(String name, long generation, String counter) {
    return "CREATE OR REPLACE VIEW %s AS SELECT '%s'::text AS counter, %d::bigint AS generation, v FROM %s"
        .formatted(name, counter, generation, counter);
  }

  private static String trigger(String name, String counter) {
    return """
        CREATE OR REPLACE FUNCTION raise_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE made bigint; BEGIN
          UPDATE %2$s SET v = v + 1 RETURNING v INTO made; NEW.told := '%2$s ' || made; RETURN NEW;
        END $$"""
        .formatted(name, counter);
  }

  /** The same view as a new one, or under a name that the former one had. */
  private static String viewAnew(String name, long generation, String counter, boolean renamed) {
    String next = view(name, generation, counter).replace("CREATE OR REPLACE", "CREATE");
    return renamed
        ? "ALTER VIEW %1$s RENAME TO %1$s_before; %2$s; DROP VIEW %1$s_before".formatted(name, next)
        : "DROP VIEW %s; %s".formatted(name, next);
  }

  /** The same trigger, made anew or switched off and on around the change of its function. */
  private static String triggerAnew(String name, String counter, boolean switched) {
    String next = trigger(name, counter);
    return switched
        ? "ALTER TABLE %1$s DISABLE TRIGGER raises; %2$s; ALTER TABLE %1$s ENABLE TRIGGER raises"
            .formatted(name, next)
        : """
          ALTER FUNCTION raise_%1$s() RENAME TO raise_%1$s_before; %2$s; DROP TRIGGER raises ON %1$s;
          CREATE TRIGGER raises BEFORE UPDATE ON %1$s FOR EACH ROW EXECUTE FUNCTION raise_%1$s();
          DROP FUNCTION raise_%1$s_before()"""
            .formatted(name, next);
  }

  private static String definition(
      Random random, String name, long generation, boolean view, String counter) {
    int form = random.nextInt(4);
    if (form > 1) {
      return view ? view(name, generation, counter) : trigger(name, counter);
    }
    String several =
        view
            ? viewAnew(name, generation, counter, form == 1)
            : triggerAnew(name, counter, form == 1);
    return "DO $all$ BEGIN " + several + "; END $all$";
  }

  /** The counters that there are besides the others, each with the query that tells its value. */
  static Stream<String[]> counters() {
    return Stream.iterate(0, i -> i < EACH, i -> i + 1)
        .flatMap(
            i ->
                Stream.of(
                    new String[] {"w" + i, "SELECT generation FROM w" + i},
                    new String[] {"t" + i, "SELECT v FROM t" + i}));
  }

  private static String hot(Random random) {
    return "c" + random.nextInt(Client.HOT);
  }

  /** One of several things. */
  void step(Steps client, Random random) {
    int dice = random.nextInt(1000);
    if (dice < 40 && isTime(random)) {
      boolean view = random.nextBoolean();
      redefine(client, random, (view ? views : triggers).get(random.nextInt(EACH)), view);
    } else if (dice < 150) {
      fire(client, triggers.get(random.nextInt(EACH)));
    } else if (dice < 300) {
      raise(client, hot(random));
      read(client, views.get(random.nextInt(EACH)));
    } else {
      read(client, views.get(random.nextInt(EACH)));
    }
  }

  /** Whether to change something now; for one client at a time. */
  private boolean isTime(Random random) {
    long due = next.get();
    long now = System.nanoTime();
    return now - due >= 0 && next.compareAndSet(due, now + random.nextLong(PAUSE_NANOS));
  }

  private void redefine(Steps client, Random random, Redefinable what, boolean view) {
    long generation = what.begin();
    if (generation == 0) {
      return;
    }
    String sql = definition(random, what.name(), generation, view, hot(random));
    long began = System.nanoTime();
    try {
      if (what.pastNodes()) {
        directly(sql);
      } else if (random.nextInt(4) == 0) {
        client.execute("DO $do$ BEGIN EXECUTE $sql$" + sql + "$sql$; END $do$");
      } else {
        client.execute(sql);
      }
      if (view && what.pastNodes()) {
        client.raisedPastNodes(what.name(), generation, Span.since(began));
      } else if (view) {
        client.raised(what.name(), generation, Span.since(began));
      }
    } catch (SQLException e) {
      client.failed("definition", e);
      if (view) {
        client.unknown(what.name(), Span.since(began));
      }
    } finally {
      what.end();
    }
  }

  private void directly(String sql) throws SQLException {
    try (Connection connection = fleet.servers().toWriter();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void raise(Steps client, String counter) {
    long began = System.nanoTime();
    try {
      String[] row = client.ask("UPDATE " + counter + " SET v = v + 1 RETURNING v");
      client.raised(counter, Long.parseLong(row[0]), Span.since(began));
    } catch (SQLException e) {
      client.failed("write", e);
      client.unknown(counter, Span.since(began));
    }
  }

  /** The trigger says which counter it has raised; whoever did it reads that at once. */
  private static void fire(Steps client, Redefinable trigger) {
    long began = System.nanoTime();
    String counter;
    try {
      String[] row = client.ask("UPDATE " + trigger.name() + " SET v = v + 1 RETURNING v, told");
      Span span = Span.since(began);
      client.raised(trigger.name(), Long.parseLong(row[0]), span);
      String[] told = row[1].split(" ");
      counter = told[0];
      if (trigger.mayBeUnknown(began)) {
        client.unknown(counter, span);
      } else {
        client.raised(counter, Long.parseLong(told[1]), span);
      }
    } catch (SQLException e) {
      client.failed("write", e);
      client.unknown(trigger.name(), Span.since(began));
      for (int i = 0; i < Client.HOT; i++) {
        client.unknown("c" + i, Span.since(began));
      }
      return;
    }
    began = System.nanoTime();
    try {
      String[] row = client.ask("SELECT v FROM " + counter);
      client.found(counter, Long.parseLong(row[0]), Span.since(began));
    } catch (SQLException e) {
      client.failed("read", e);
    }
  }

  private static void read(Steps client, Redefinable view) {
    long began = System.nanoTime();
    try {
      String[] row = client.ask("SELECT counter, generation, v FROM " + view.name());
      Span span = Span.since(began);
      client.found(view.name(), Long.parseLong(row[1]), span);
      if (!view.mayBeUnknown(began)) {
        client.found(row[0], Long.parseLong(row[2]), span);
      }
    } catch (SQLException e) {
      client.failed("read", e);
    }
  }
}
