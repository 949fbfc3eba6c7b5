package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.freshness.Operation.Span;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/**
 * A client of one node that reads and writes counters and lists in many ways until all work is
 * done. When its connection is lost it goes on as another session.
 */
final class Client implements Runnable, Redefinitions.Steps {
  /** The first so many counters are written more often than others. */
  static final int HOT = 4;

  /**
   * After so many steps, on average, a client that changes definitions begins another session: its
   * blocks tie a session to a connection of the writer, where no read is tested.
   */
  private static final int STEPS_OF_SESSION = 100;

  private final Fleet fleet;
  private final Work work;
  private final int index;
  private final RunningNode node;
  private final boolean simple;
  private final boolean obscure;
  private final Redefinitions redefinitions;
  private final Random random;
  private final List<Operation> history = new ArrayList<>();
  private Servers.ClientOfNode client;
  private Connection connection;
  private int session;
  private String mine;

  /**
   * @param index the node's
   * @param simple whether it speaks the simple protocol
   * @param obscure whether it also calls a function of which nobody can say what it writes; from
   *     then on its session is tied to a server connection
   * @param redefinitions what it changes and uses besides; null for nothing
   */
  Client(
      Fleet fleet,
      Work work,
      int index,
      boolean simple,
      boolean obscure,
      Redefinitions redefinitions,
      long seed) {
    this.fleet = fleet;
    this.work = work;
    this.index = index;
    this.node = fleet.node(index);
    this.simple = simple;
    this.obscure = obscure;
    this.redefinitions = redefinitions;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try {
      while (work.take()) {
        try {
          if (connection == null || connection.isClosed()) {
            connect();
          }
          step();
        } catch (SQLException e) {
          work.failed("connect", e.getSQLState());
        }
      }
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      work.failed("disconnect", e.getSQLState());
    } finally {
      work.add(history);
    }
  }

  private void connect() throws SQLException {
    client = fleet.servers().client(node, simple);
    connection = client.connection();
    session = work.newSession();
    mine = null;
  }

  private void step() throws SQLException {
    if (redefinitions != null && random.nextInt(STEPS_OF_SESSION) == 0) {
      connection.close();
      connect();
    }
    if (redefinitions != null && random.nextInt(4) == 0) {
      redefinitions.step(this, random);
      return;
    }
    int dice = random.nextInt(1000);
    if (dice < 27) {
      raise(counterToWrite());
    } else if (dice < 28) {
      raise(Fleet.WITH_FUNCTION, "SELECT raise_known_counter()");
    } else if (dice < 30 && obscure) {
      String counter = counterToWrite();
      raise(counter, client.raisingAny(counter));
    } else if (dice < 36) {
      raiseTwo();
    } else if (dice < 46) {
      append();
    } else if (dice < 110) {
      readTransaction();
    } else if (dice < 250) {
      readList();
    } else {
      read();
    }
  }

  private void raise(String counter) {
    int way = random.nextInt();
    raise(counter, () -> client.raise(counter, way));
  }

  private void raise(String counter, String sql) {
    raise(counter, () -> Long.parseLong(ask(sql)[0]));
  }

  private interface Raising {
    long value() throws SQLException;
  }

  private void raise(String counter, Raising raising) {
    long began = System.nanoTime();
    try {
      raised(counter, raising.value(), Span.since(began));
    } catch (SQLException e) {
      failed("write", e);
      unknown(counter, Span.since(began));
    }
  }

  /** Two counters in one transaction, in one order for all. */
  private void raiseTwo() throws SQLException {
    TreeSet<String> counters = new TreeSet<>(List.of(counterToWrite()));
    counters.add(counterToWrite());
    List<Long> values = new ArrayList<>();
    long began = System.nanoTime();
    try {
      connection.setAutoCommit(false);
      for (String counter : counters) {
        values.add(client.raise(counter, 1));
      }
      connection.commit();
      Span span = Span.since(began);
      int i = 0;
      for (String counter : counters) {
        raised(counter, values.get(i++), span);
      }
    } catch (SQLException e) {
      failed("transaction", e);
      counters.forEach(counter -> unknown(counter, Span.since(began)));
    } finally {
      endTransaction();
    }
  }

  private void append() throws SQLException {
    String list = "l" + random.nextInt(Fleet.LISTS);
    long element = work.newElement();
    long began = System.nanoTime();
    try {
      execute("UPDATE %s SET e = concat_ws(',', nullif(e, ''), '%d')".formatted(list, element));
      history.add(Operation.appended(session, index, list, element, Span.since(began)));
      wrote(list);
    } catch (SQLException e) {
      failed("write", e);
      history.add(Operation.appended(session, index, list, element, Span.since(began)).unknown());
    }
  }

  private void read() throws SQLException {
    String counter = counterToRead();
    long began = System.nanoTime();
    try {
      found(counter, ask(reading(counter)), began);
    } catch (SQLException e) {
      failed("read", e);
    }
  }

  /** One of several ways to read a counter, some of which rest on the moment as well. */
  private String reading(String counter) {
    if (counter.equals(Fleet.WITH_FUNCTION) && random.nextBoolean()) {
      return "SELECT read_known_counter()";
    }
    String from = random.nextInt(8) == 0 ? "v" + counter : counter;
    return switch (random.nextInt(8)) {
      case 0 -> "SELECT v FROM " + from + " WHERE now() IS NOT NULL";
      case 1 -> "SELECT v, " + client.ofTheMoment() + " FROM " + from;
      default -> "SELECT v FROM " + from;
    };
  }

  /** What it reads may be as old as its beginning. */
  private void readTransaction() throws SQLException {
    if (random.nextBoolean()) {
      readTransactionByStatements();
      return;
    }
    long began = System.nanoTime();
    try {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      readTwo(began);
      connection.commit();
    } catch (SQLException e) {
      failed("read transaction", e);
    } finally {
      endTransaction();
      if (!connection.isClosed()) {
        connection.setReadOnly(false);
      }
    }
  }

  private void readTransactionByStatements() throws SQLException {
    long began = System.nanoTime();
    try {
      execute("START TRANSACTION READ ONLY");
      readTwo(began);
      execute("COMMIT");
    } catch (SQLException e) {
      failed("read transaction", e);
      if (!connection.isClosed()) {
        try {
          execute("ROLLBACK");
        } catch (SQLException lost) {
          connection.close();
        }
      }
    }
  }

  private void readTwo(long began) throws SQLException {
    for (int i = 0; i < 2; i++) {
      String counter = counterToRead();
      found(counter, ask("SELECT v FROM " + counter), began);
    }
  }

  private void found(String counter, String[] row, long began) {
    history.add(Operation.read(session, index, counter, Long.parseLong(row[0]), Span.since(began)));
  }

  private void readList() throws SQLException {
    String list =
        mine != null && mine.startsWith("l") && random.nextInt(3) == 0
            ? mine
            : "l" + random.nextInt(Fleet.LISTS);
    long began = System.nanoTime();
    try {
      String[] row = ask("SELECT e FROM " + list);
      history.add(
          Operation.readList(session, index, list, Fleet.elements(row[0]), Span.since(began)));
    } catch (SQLException e) {
      failed("read", e);
    }
  }

  private String counterToWrite() {
    // Not the last: that is the trigger's.
    return "c" + random.nextInt(random.nextInt(5) == 0 ? HOT : Fleet.COUNTERS - 1);
  }

  private String counterToRead() {
    int dice = random.nextInt(10);
    String wanted = dice < 2 ? mine : dice < 5 ? work.writtenLately(random) : null;
    return wanted != null && wanted.startsWith("c") ? wanted : "c" + random.nextInt(Fleet.COUNTERS);
  }

  @Override
  public void raised(String counter, long value, Span span) {
    history.add(Operation.raised(session, index, counter, value, span));
    wrote(counter);
    if (counter.equals(Fleet.WITH_TRIGGER)) {
      history.add(Operation.raised(session, index, Fleet.WRITTEN_BY_TRIGGER, value, span));
      wrote(Fleet.WRITTEN_BY_TRIGGER);
    }
  }

  @Override
  public void raisedPastNodes(String object, long value, Span span) {
    history.add(Operation.raised(Operation.NO_SESSION, Operation.PAST_NODES, object, value, span));
  }

  @Override
  public void found(String object, long value, Span span) {
    history.add(Operation.read(session, index, object, value, span));
  }

  @Override
  public void unknown(String counter, Span span) {
    history.add(Operation.raised(session, index, counter, 0, span).unknown());
    if (counter.equals(Fleet.WITH_TRIGGER)) {
      history.add(Operation.raised(session, index, Fleet.WRITTEN_BY_TRIGGER, 0, span).unknown());
    }
  }

  private void wrote(String object) {
    mine = object;
    work.written(object);
  }

  private void endTransaction() throws SQLException {
    if (!connection.isClosed() && !connection.getAutoCommit()) {
      try {
        connection.rollback();
        connection.setAutoCommit(true);
      } catch (SQLException e) {
        connection.close();
      }
    }
  }

  @Override
  public void failed(String what, SQLException e) {
    work.failed(
        obscure ? "obscure " + what : what,
        e.getSQLState() + " " + e.getMessage().lines().findFirst().orElse(""));
  }

  @Override
  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first row, as texts. */
  @Override
  public String[] ask(String sql) throws SQLException {
    return client.ask(sql);
  }
}
