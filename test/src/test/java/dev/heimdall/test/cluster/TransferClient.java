package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RunningNode;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Moves money between accounts, and writes down what it has moved in the same transaction. */
final class TransferClient implements Runnable {
  static final int ACCOUNTS = 20;

  /** No key in the last one: what was done twice would be there twice. */
  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE account (id int PRIMARY KEY, balance int)",
          "INSERT INTO account VALUES (0, 1000)"
              + ", (1, 1000), (2, 1000), (3, 1000), (4, 1000), (5, 1000), (6, 1000), (7, 1000)"
              + ", (8, 1000), (9, 1000), (10, 1000), (11, 1000), (12, 1000), (13, 1000)"
              + ", (14, 1000), (15, 1000), (16, 1000), (17, 1000), (18, 1000), (19, 1000)",
          "CREATE TABLE moved (id int)");

  /** The message where nothing came. */
  static final String NOTHING = "no answer";

  final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  final Set<Integer> unknown = ConcurrentHashMap.newKeySet();
  final Set<Integer> refused = ConcurrentHashMap.newKeySet();

  /** What it was told, each with whether that was of a COMMIT. */
  final List<Complaint> complaints = new CopyOnWriteArrayList<>();

  /** Sessions that ended. */
  final AtomicInteger ended = new AtomicInteger();

  /**
   * What a client was told.
   *
   * @param commits whether it was the answer to a COMMIT
   */
  record Complaint(String state, boolean commits, String message) {}

  private final RunningNode node;
  private final int number;
  private final AtomicBoolean stop;
  private final Set<String> unknownStates;
  private final String[] properties;

  /**
   * @param unknownStates what a COMMIT whose outcome is not known may say
   * @param properties of the driver
   */
  TransferClient(
      RunningNode node,
      int number,
      AtomicBoolean stop,
      Set<String> unknownStates,
      String... properties) {
    this.node = node;
    this.number = number;
    this.stop = stop;
    this.unknownStates = unknownStates;
    this.properties = properties.clone();
  }

  @Override
  public void run() {
    Random random = new Random(number);
    int id = number * 1_000_000;
    while (!stop.get()) {
      try (Connection client = node.connect(properties)) {
        client.setAutoCommit(false);
        while (!stop.get() && !client.isClosed()) {
          attempt(client, id++, random);
        }
      } catch (SQLException e) {
        complaints.add(new Complaint(e.getSQLState(), false, e.getMessage()));
      }
      ended.addAndGet(stop.get() ? 0 : 1);
    }
  }

  private void attempt(Connection client, int id, Random random) throws SQLException {
    boolean commits = false;
    try {
      int from = random.nextInt(ACCOUNTS);
      int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
      move(client, id, Math.min(from, to), Math.max(from, to));
      commits = true;
      client.commit();
      acknowledged.add(id);
    } catch (SQLException e) {
      (commits && unknownStates.contains(e.getSQLState()) ? unknown : refused).add(id);
      String message = timedOut(e) ? NOTHING : e.getMessage();
      complaints.add(new Complaint(e.getSQLState(), commits, message));
      rollBack(client);
    }
  }

  private static boolean timedOut(Throwable e) {
    return e != null && (e instanceof SocketTimeoutException || timedOut(e.getCause()));
  }

  /** Its session goes on, or it has another one. */
  private static void rollBack(Connection client) throws SQLException {
    try {
      client.rollback();
    } catch (SQLException e) {
      client.close();
    }
  }

  private static void move(Connection client, int id, int from, int to) throws SQLException {
    change(client, "UPDATE account SET balance = balance - 1 WHERE id = ?", from);
    change(client, "UPDATE account SET balance = balance + 1 WHERE id = ?", to);
    change(client, "INSERT INTO moved VALUES (?)", id);
    try (Statement statement = client.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM account")) {
      rows.next();
      assertThat(rows.getInt(1)).isEqualTo(ACCOUNTS);
    }
  }

  private static void change(Connection client, String sql, int value) throws SQLException {
    try (PreparedStatement update = client.prepareStatement(sql)) {
      update.setInt(1, value);
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
  }
}
