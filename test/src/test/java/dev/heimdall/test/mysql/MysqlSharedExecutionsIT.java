package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.RenumberingRelay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Executions of prepared statements over one server connection that all share. */
@Timeout(60)
@Tag("ci")
class MysqlSharedExecutionsIT {
  private static final int CLIENTS = 4;

  /** One text parameter; an execution has as many rows as the table has up to 2. */
  private static final String READ =
      "SELECT CONCAT(?, ' has ', name) FROM pipe_rows WHERE id < 3 ORDER BY id /* shared */";

  private static final String READ_ONE = "SELECT name FROM pipe_rows WHERE id = ? - 8 /* shared */";

  private static final byte LONG_TYPE = 3;

  private static final Map<MysqlRelease, MysqlSharing> NODES = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void close() {
    NODES.values().forEach(MysqlSharing::close);
  }

  private static MysqlSharing node(MysqlRelease release) {
    return NODES.computeIfAbsent(release, each -> MysqlSharing.start(each, 1));
  }

  /** Clients with a statement that the server connection has, and the number that each knows. */
  private static Map<RawMysqlClient, Integer> prepared(MysqlSharing node) throws Exception {
    Map<RawMysqlClient, Integer> clients = new LinkedHashMap<>();
    for (int i = 0; i < CLIENTS; i++) {
      RawMysqlClient client = node.logIn();
      for (int other = 0; other < i; other++) {
        client.prepare("SELECT " + other + " /* so that numbers differ */");
      }
      clients.put(client, client.prepare(READ));
    }
    for (Map.Entry<RawMysqlClient, Integer> each : clients.entrySet()) {
      awaitShares(node, each.getKey(), each.getValue());
    }
    return clients;
  }

  private static void awaitShares(MysqlSharing node, RawMysqlClient client, int number) {
    Await.until(
        "an execution is shared",
        () -> {
          long before = node.pipelined();
          client.send(RawMysqlClient.execute(number, "nobody"));
          assertThat(texts(client)).containsExactly("nobody has row 1", "nobody has row 2");
          return node.pipelined() > before;
        });
  }

  /** The only column, a text, of the rows that an execution gives. */
  private static List<String> texts(RawMysqlClient client) throws IOException {
    List<String> texts = new ArrayList<>();
    byte[] first = client.receive();
    if ((first[0] & 0xFF) == 0xFF) {
      throw new IOException(RawMysqlClient.error(first));
    }
    assertThat(first).containsExactly(1);
    client.receive();
    for (byte[] row = client.receive(); (row[0] & 0xFF) != 0xFE; row = client.receive()) {
      texts.add(new String(row, 3, row.length - 3, StandardCharsets.UTF_8));
    }
    return texts;
  }

  private static List<String> rowsFor(String who) {
    return List.of(who + " has row 1", who + " has row 2");
  }

  private static void close(Map<RawMysqlClient, Integer> clients) throws IOException {
    for (RawMysqlClient client : clients.keySet()) {
      client.close();
    }
  }

  /** A number in the place of the text. */
  private static byte[] ofNumber(int number, int value) {
    byte[] more = {0, 1, 0, 0, 0, 0, 1, LONG_TYPE, 0, (byte) value, 0, 0, 0};
    return RawMysqlClient.ofStatement(Command.STMT_EXECUTE, number, more);
  }

  /** The same with the type of the execution before it. */
  private static byte[] ofSameType(int number, int value) {
    byte[] more = {0, 1, 0, 0, 0, 0, 0, (byte) value, 0, 0, 0};
    return RawMysqlClient.ofStatement(Command.STMT_EXECUTE, number, more);
  }

  @MariadbAndMysql
  void executionsAndTextsBehindASlowReadAreAnsweredToTheirOwners(MysqlRelease release)
      throws Exception {
    MysqlSharing node = node(release);
    Map<RawMysqlClient, Integer> clients = prepared(node);
    try (RawMysqlClient first = node.logIn();
        RawMysqlClient text = node.logIn()) {
      long queued = node.queued();
      List<RawMysqlClient> order = List.copyOf(clients.keySet());
      order.get(1).send(ofNumber(clients.get(order.get(1)), 40));
      assertThat(texts(order.get(1))).isEqualTo(rowsFor("40"));
      awaitShares(node, order.get(0), clients.get(order.get(0)));
      // Behind a number MySQL prepares the statement anew for a text, which shares nothing then.
      List<Integer> turns =
          release == MysqlRelease.MYSQL ? List.of(0, 2, 3, 1) : List.of(0, 1, 2, 3);
      try (Connection gate = node.shut()) {
        node.occupy(first);
        for (int i : turns) {
          RawMysqlClient client = order.get(i);
          int number = clients.get(client);
          // The types that this client has given last are others than those of the one before it.
          client.send(
              i == 1 ? ofSameType(number, 41) : RawMysqlClient.execute(number, "client " + i));
        }
        text.send(RawMysqlClient.query("SELECT name FROM pipe_rows WHERE id = 3 /* shared */"));
        node.awaitDepth(2 + CLIENTS);
      }
      assertThat(first.rows()).containsExactly(List.of("first"));
      assertThat(text.rows()).containsExactly(List.of("3x"));
      for (int i = CLIENTS - 1; i >= 0; i--) {
        assertThat(texts(order.get(i))).isEqualTo(rowsFor(i == 1 ? "41" : "client " + i));
        assertThat(order.get(i).hasInput()).isFalse();
      }
      assertThat(node.queued() - queued).isGreaterThanOrEqualTo(1 + CLIENTS);
    } finally {
      close(clients);
    }
  }

  /** What each leaves for the statement behind it, as over a connection of its own. */
  @MariadbAndMysql
  void errorsWarningsAndCountsAreTheirOwners(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    String fails =
        "SELECT 1 FROM pipe_rows WHERE id = (SELECT id FROM pipe_rows WHERE id < ?) /* shared */";
    for (String question : List.of("SHOW WARNINGS", "SELECT ROW_COUNT()", "SELECT FOUND_ROWS()")) {
      // What MariaDB finds until it fails is in no answer, with sharing or without.
      String[] reads = {
        question.contains("FOUND_ROWS") ? READ_ONE : fails,
        "SELECT id FROM pipe_rows WHERE id < ? /* shared */",
        "SELECT id + name FROM pipe_rows WHERE id < ? /* shared */",
        "SELECT id FROM pipe_rows WHERE id < ? LIMIT 1 /* shared */",
      };
      List<String> direct = new ArrayList<>();
      List<String> through = new ArrayList<>();
      for (String read : reads) {
        try (Connection client = node.server().jdbc("useServerPrepStmts", "true");
            PreparedStatement statement = client.prepareStatement(read)) {
          said(statement, 0);
          direct.add(said(statement, 9) + RandomClient.run(client, question));
        }
      }
      List<Connection> clients = new ArrayList<>();
      List<PreparedStatement> statements = new ArrayList<>();
      List<CompletableFuture<String>> said = new ArrayList<>();
      try (Connection first = node.node().target().jdbc()) {
        node.awaitShares(first);
        for (String read : reads) {
          Connection client = node.node().target().jdbc("useServerPrepStmts", "true");
          clients.add(client);
          statements.add(client.prepareStatement(read));
          said(statements.get(statements.size() - 1), 0); // the connection has it from here on
        }
        CompletableFuture<String> opened;
        try (Connection gate = node.shut()) {
          opened = later(() -> RandomClient.run(first, MysqlSharing.FIRST));
          node.awaitDepth(1);
          for (int i = 0; i < reads.length; i++) {
            Connection client = clients.get(i);
            PreparedStatement statement = statements.get(i);
            said.add(
                later(
                    () -> {
                      String came = said(statement, 9) + RandomClient.run(client, question);
                      client.close();
                      return came;
                    }));
          }
          node.awaitDepth(1 + reads.length);
        }
        assertThat(opened.get()).contains("(first,); ");
        for (CompletableFuture<String> one : said) {
          through.add(one.get());
        }
      } finally {
        for (Connection client : clients) {
          client.close();
        }
      }
      assertThat(through).isEqualTo(direct);
    }
  }

  /** The rows of an execution, or its error. */
  private static String said(PreparedStatement statement, int value) {
    StringBuilder said = new StringBuilder();
    try {
      statement.setInt(1, value);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          said.append(rows.getString(1)).append(", ");
        }
      }
    } catch (SQLException e) {
      said.append(e.getErrorCode()).append(e.getMessage());
    }
    return said.toString();
  }

  private interface Work {
    String run() throws SQLException;
  }

  private static CompletableFuture<String> later(Work work) {
    CompletableFuture<String> said = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                said.complete(work.run());
              } catch (SQLException | RuntimeException e) {
                said.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return said;
  }

  @MariadbAndMysql
  void whatNeedsMoreThanItselfHasItsOwnConnection(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    Map<RawMysqlClient, Integer> clients = prepared(node);
    RawMysqlClient client = clients.keySet().iterator().next();
    int number = clients.get(client);
    try {
      long pipelined = node.pipelined();
      client.send(
          RawMysqlClient.ofStatement(
              Command.STMT_SEND_LONG_DATA, number, (byte) 0, (byte) 0, (byte) 'l'));
      client.send(RawMysqlClient.execute(number, ""));
      assertThat(texts(client)).isEqualTo(rowsFor("l"));
      assertThat(node.pipelined()).as("a value that was sent ahead").isEqualTo(pipelined);

      byte[] withCursor = RawMysqlClient.execute(number, "c");
      withCursor[9] = 1;
      client.send(withCursor);
      client.receive();
      client.receive();
      client.receive();
      client.send(RawMysqlClient.ofStatement(Command.STMT_RESET, number));
      client.receive();
      assertThat(node.pipelined()).as("rows that are fetched").isEqualTo(pipelined);

      client.value("SELECT name FROM pipe_rows FOR UPDATE");
      int locks = client.prepare("SELECT name FROM pipe_rows WHERE id = 3 FOR UPDATE");
      int writes = client.prepare("UPDATE pipe_rows SET name = '3x' WHERE id = 3");
      pipelined = node.pipelined();
      for (int i = 0; i < 3; i++) {
        client.send(plain(locks));
        assertThat(texts(client)).containsExactly("3x");
        client.send(plain(writes));
        assertThat(client.receive()).startsWith(0);
      }
      client.value("SELECT @own := 1");
      client.query(RawMysqlClient.query("BEGIN"));
      client.send(RawMysqlClient.execute(number, "t"));
      assertThat(texts(client)).isEqualTo(rowsFor("t"));
      client.query(RawMysqlClient.query("COMMIT"));
      client.query(RawMysqlClient.query("SET autocommit = 0"));
      client.send(RawMysqlClient.execute(number, "a"));
      assertThat(texts(client)).isEqualTo(rowsFor("a"));
      assertThat(node.pipelined()).isEqualTo(pipelined);
    } finally {
      close(clients);
    }
  }

  /** An execution without parameters. */
  private static byte[] plain(int number) {
    byte[] more = {0, 1, 0, 0, 0};
    return RawMysqlClient.ofStatement(Command.STMT_EXECUTE, number, more);
  }

  /** Malformed ones are their clients' own trouble. */
  @MariadbAndMysql
  void oneThatIsCutShortCostsNobodyTheConnection(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    Map<RawMysqlClient, Integer> clients = prepared(node);
    RawMysqlClient client = clients.keySet().iterator().next();
    int number = clients.get(client);
    try (RawMysqlClient untyped = node.logIn()) {
      String server = node.node().servers().get(0).get("remote_pid");
      client.send(
          RawMysqlClient.ofStatement(
              Command.STMT_EXECUTE, number, new byte[] {0, 1, 0, 0, 0, 0, 1}));
      assertThat(RawMysqlClient.error(client.receive())).startsWith("1835");
      int never = untyped.prepare(READ);
      untyped.send(ofSameType(never, 1));
      assertThat(RawMysqlClient.error(untyped.receive())).startsWith("1210");
      awaitShares(node, client, number);
      assertThat(node.node().servers().get(0)).containsEntry("remote_pid", server);
    } finally {
      close(clients);
    }
  }

  @MariadbAndMysql
  void aKillHitsItsOwnExecution(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    Map<RawMysqlClient, Integer> clients = prepared(node);
    List<RawMysqlClient> order = List.copyOf(clients.keySet());
    try (RawMysqlClient first = node.logIn();
        Connection killer = node.node().target().jdbc();
        Statement kills = killer.createStatement()) {
      int slow = first.prepare(MysqlSharing.FIRST);
      first.send(plain(slow));
      assertThat(texts(first)).containsExactly("first");
      String killed = order.get(1).value("SELECT CONNECTION_ID()");
      String running = first.value("SELECT CONNECTION_ID()");
      node.awaitShares(first);
      try (Connection gate = node.shut()) {
        first.send(plain(slow));
        node.awaitDepth(1);
        for (int i = 0; i < CLIENTS; i++) {
          order.get(i).send(RawMysqlClient.execute(clients.get(order.get(i)), "client " + i));
        }
        node.awaitDepth(1 + CLIENTS);
        kills.execute("KILL QUERY " + killed);
        assertThatThrownBy(() -> texts(order.get(1))).hasMessageContaining("1317");
        kills.execute("KILL QUERY " + running);
        assertThatThrownBy(() -> texts(first)).hasMessageContaining("1317");
        for (int i : new int[] {0, 2, 3}) {
          assertThat(texts(order.get(i))).isEqualTo(rowsFor("client " + i));
        }
        order.get(1).send(RawMysqlClient.execute(clients.get(order.get(1)), "again"));
        assertThat(texts(order.get(1))).isEqualTo(rowsFor("again"));
      }
    } finally {
      close(clients);
    }
  }

  /** The next connection has to prepare first what the lost one had. */
  @MariadbAndMysql
  void aLostConnectionCostsNobodyAnAnswer(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    Map<RawMysqlClient, Integer> clients = prepared(node);
    List<RawMysqlClient> order = List.copyOf(clients.keySet());
    long repeated = node.repeated();
    try (RawMysqlClient first = node.logIn();
        Connection operator = node.server().jdbc();
        Statement statement = operator.createStatement()) {
      try (Connection gate = node.shut()) {
        node.occupy(first);
        for (int i = 0; i < CLIENTS; i++) {
          order.get(i).send(RawMysqlClient.execute(clients.get(order.get(i)), "client " + i));
        }
        node.awaitDepth(1 + CLIENTS);
        String process =
            node.node().servers().stream()
                .filter(row -> row.get("state").equals("shared"))
                .map(row -> row.get("remote_pid"))
                .findFirst()
                .orElseThrow();
        statement.execute("KILL " + process);
        Await.until("all run again", () -> node.repeated() >= repeated + 1 + CLIENTS);
      }
      assertThat(first.rows()).containsExactly(List.of("first"));
      for (int i = 0; i < CLIENTS; i++) {
        assertThat(texts(order.get(i))).isEqualTo(rowsFor("client " + i));
      }
    } finally {
      close(clients);
    }
  }

  /** It may carry out one command at a time, and lose those that come before it has answered. */
  @MariadbAndMysql
  void nothingIsSentAheadThroughAProxyThatGreetsForItself(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    try (RenumberingRelay relay = new RenumberingRelay(server.port());
        MysqlSharing behind =
            MysqlSharing.startUnshared(
                release,
                c ->
                    c.source("url", "jdbc:mysql://127.0.0.1:" + relay.port() + "/app")
                        .user("app", "admin", true));
        RawMysqlClient client = behind.logIn()) {
      String read = "SELECT name FROM pipe_rows WHERE id = 1 /* shared */";
      Await.until(
          "the catalogue is read, so that this alone is in the way",
          () -> {
            client.value(read);
            Map<String, String> info = client.queryInfo();
            return "tables".equals(info.get("rests on"))
                && "confirmed".equals(info.get("catalog now"));
          });
      for (int i = 0; i < 20; i++) {
        assertThat(client.value(read)).isEqualTo("row 1");
      }
      assertThat(behind.unshared()).contains("shape");
      assertThat(behind.pipelined()).isZero();
    }
  }
}
