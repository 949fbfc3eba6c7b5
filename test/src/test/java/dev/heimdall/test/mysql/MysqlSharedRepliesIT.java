package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Over one server connection that all share, each client gets its own answers and no others. */
@Timeout(60)
@Tag("ci")
class MysqlSharedRepliesIT {
  private static final int CLIENTS = 8;

  private static final Map<MysqlRelease, MysqlSharing> NODES = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void close() {
    NODES.values().forEach(MysqlSharing::close);
  }

  private static MysqlSharing node(MysqlRelease release) {
    return NODES.computeIfAbsent(release, each -> MysqlSharing.start(each, 1));
  }

  private static List<RawMysqlClient> clients(MysqlSharing node, int count) throws IOException {
    List<RawMysqlClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(node.logIn());
    }
    return clients;
  }

  private static void close(List<RawMysqlClient> clients) throws IOException {
    for (RawMysqlClient client : clients) {
      client.close();
    }
  }

  @MariadbAndMysql
  void readsBehindASlowOneAreAnsweredToTheirOwners(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    List<RawMysqlClient> clients = clients(node, CLIENTS);
    try (RawMysqlClient first = node.logIn()) {
      long queued = node.queued();
      try (Connection gate = node.shut()) {
        node.occupy(first);
        for (int i = 0; i < CLIENTS; i++) {
          clients.get(i).send(query("SELECT 'client " + i + "', name FROM pipe_rows /* shared */"));
        }
        node.awaitDepth(1 + CLIENTS);
      }
      assertThat(first.rows()).containsExactly(List.of("first"));
      for (int i = CLIENTS - 1; i >= 0; i--) {
        assertThat(clients.get(i).rows())
            .containsExactly(
                List.of("client " + i, "row 1"),
                List.of("client " + i, "row 2"),
                List.of("client " + i, "3x"));
        assertThat(clients.get(i).hasInput()).isFalse();
      }
      assertThat(node.queued() - queued).isGreaterThanOrEqualTo(CLIENTS);
    } finally {
      close(clients);
    }
  }

  /** What each kind of read leaves for the statement behind it, as over a connection of its own. */
  @MariadbAndMysql
  void errorsWarningsAndCountsAreTheirOwners(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    String[] reads = {
      "SELECT id FROM pipe_rows WHERE id < 3",
      "SELECT id + name FROM pipe_rows",
      "SELECT name FROM pipe_rows WHERE id = (SELECT id FROM pipe_rows)",
      "SELECT id FROM pipe_rows WHERE id < 0",
      "SELECT 1 / id FROM (SELECT 0 AS id UNION SELECT 1) AS t",
      "SELECT missing FROM pipe_rows",
      "SELECT id FROM pipe_rows LIMIT 1",
      "SELECT 1",
    };
    String[] questions = {
      "SHOW WARNINGS",
      "SELECT ROW_COUNT()",
      "SELECT FOUND_ROWS()",
      "SELECT @@warning_count, @@error_count"
    };
    for (String question : questions) {
      List<String> direct = new ArrayList<>();
      List<String> through = new ArrayList<>();
      List<Connection> clients = new ArrayList<>();
      List<CompletableFuture<String>> said = new ArrayList<>();
      try (Connection first = node.node().target().jdbc()) {
        node.awaitShares(first);
        for (int i = 0; i < reads.length; i++) {
          clients.add(node.node().target().jdbc());
        }
        CompletableFuture<String> opened;
        try (Connection gate = node.shut()) {
          opened = run(first, MysqlSharing.FIRST, "DO 0");
          node.awaitDepth(1);
          for (int i = 0; i < reads.length; i++) {
            said.add(run(clients.get(i), reads[i] + " /* shared */", question));
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
      for (String read : reads) {
        try (Connection client = node.server().jdbc()) {
          direct.add(
              RandomClient.run(client, read + " /* shared */")
                  + RandomClient.run(client, question));
        }
      }
      assertThat(through).isEqualTo(direct);
    }
    assertThat(node.repeated()).isPositive();
  }

  /** What both are answered, one after the other; the client leaves then. */
  private static CompletableFuture<String> run(Connection client, String read, String question) {
    return CompletableFuture.supplyAsync(
        () -> {
          String said = RandomClient.run(client, read) + RandomClient.run(client, question);
          try {
            client.close();
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
          return said;
        },
        task -> {
          Thread thread = new Thread(task);
          thread.setDaemon(true);
          thread.start();
        });
  }

  @MariadbAndMysql
  void settingsThatDifferKeepClientsApart(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    String zone = "SELECT FROM_UNIXTIME(0), CONVERT_TZ('2001-01-01', '+00:00', @@time_zone)";
    String now = "SELECT HEX('ä'), 1 / 7, DATE_FORMAT('2001-03-01', '%M') FROM pipe_rows";
    try (Connection client = node.node().target().jdbc();
        Connection direct = node.server().jdbc();
        Statement statement = client.createStatement();
        Statement directly = direct.createStatement();
        RawMysqlClient other = node.logIn()) {
      for (String sets :
          List.of(
              "SET time_zone = '+05:30'",
              "SET NAMES latin1",
              "SET div_precision_increment = 7",
              "SET sql_mode = 'ANSI_QUOTES'",
              "USE information_schema",
              "USE app")) {
        statement.execute(sets);
        directly.execute(sets);
        for (String read : List.of(zone, now.replace("pipe_rows", "app.pipe_rows"))) {
          for (int i = 0; i < 3; i++) {
            node.awaitShares(other);
            assertThat(RandomClient.run(client, read + " /* shared */"))
                .as(sets)
                .isEqualTo(RandomClient.run(direct, read + " /* shared */"));
          }
        }
      }
    }
  }

  @MariadbAndMysql
  void whatMightBeNoticedHasItsOwnConnection(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    List<List<String>> scripts =
        List.of(
            List.of("", "UPDATE pipe_rows SET name = 'row 1' WHERE id = 1"),
            List.of("", "SELECT name FROM pipe_rows FOR UPDATE"),
            List.of("", "SELECT CONNECTION_ID()"),
            List.of("", "SELECT RAND()"),
            List.of("", "SELECT NOW()"),
            List.of("", "SELECT FOUND_ROWS()"),
            List.of("", "SELECT LAST_INSERT_ID()"),
            List.of("", "SELECT GET_LOCK('pipe', 0)"),
            List.of("", "SELECT SLEEP(0)"),
            List.of("", "SELECT @@warning_count"),
            List.of("", "SELECT SQL_CALC_FOUND_ROWS id FROM pipe_rows LIMIT 1"),
            List.of("", "SHOW TABLES"),
            List.of("", "SELECT 1; SELECT 2"),
            List.of("", "SELECT COUNT(*) FROM information_schema.processlist"),
            List.of("BEGIN", "SELECT id FROM pipe_rows"),
            List.of("SET autocommit = 0", "SELECT id FROM pipe_rows"),
            List.of("SET @pipe = 1", "SELECT @pipe"),
            List.of("CREATE TEMPORARY TABLE pipe_mine (a INT)", "SELECT a FROM pipe_mine"),
            List.of("SELECT * FROM pipe_nowhere", "SHOW WARNINGS"));
    for (List<String> script : scripts) {
      try (Connection client = node.node().target().jdbc("allowMultiQueries", "true")) {
        RandomClient.run(client, script.get(0).isEmpty() ? "DO 0" : script.get(0));
        long pipelined = node.pipelined();
        RandomClient.run(client, script.get(1) + " /* shared */");
        assertThat(node.pipelined()).as(script.toString()).isEqualTo(pipelined);
      }
    }
  }

  @MariadbAndMysql
  void aKillHitsItsOwnStatement(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    List<RawMysqlClient> clients = clients(node, 4);
    try (RawMysqlClient first = node.logIn();
        Connection killer = node.node().target().jdbc();
        Statement kills = killer.createStatement()) {
      String[] numbers = new String[5];
      for (int i = 0; i < 4; i++) {
        numbers[i] = clients.get(i).value("SELECT CONNECTION_ID()");
      }
      numbers[4] = first.value("SELECT CONNECTION_ID()");
      try (Connection gate = node.shut()) {
        node.occupy(first);
        for (int i = 0; i < 4; i++) {
          clients.get(i).send(query("SELECT 'client " + i + "' /* shared */"));
        }
        node.awaitDepth(5);
        kills.execute("KILL QUERY " + numbers[2]);
        assertThatThrownBy(() -> clients.get(2).rows()).hasMessageContaining("1317");
        assertThat(clients.get(1).hasInput()).isFalse();

        kills.execute("KILL QUERY " + numbers[4]);
        assertThatThrownBy(first::rows).hasMessageContaining("1317");
        for (int i : new int[] {0, 1, 3}) {
          assertThat(clients.get(i).rows()).containsExactly(List.of("client " + i));
        }
        assertThat(first.value("SELECT 1")).isEqualTo("1");
        assertThat(clients.get(2).value("SELECT 2")).isEqualTo("2");
      }
    } finally {
      close(clients);
    }
  }

  @MariadbAndMysql
  void aLostConnectionCostsNobodyAnAnswer(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    List<RawMysqlClient> clients = clients(node, 4);
    MysqlTarget server = node.server();
    long repeated = node.repeated();
    try (RawMysqlClient first = node.logIn()) {
      try (Connection gate = node.shut()) {
        node.occupy(first);
        for (int i = 0; i < 4; i++) {
          clients.get(i).send(query("SELECT 'client " + i + "' /* shared */"));
        }
        node.awaitDepth(5);
        String process =
            node.node().servers().stream()
                .filter(row -> row.get("state").equals("shared"))
                .map(row -> row.get("remote_pid"))
                .findFirst()
                .orElseThrow();
        kill(server, process);
        Await.until("all run again", () -> node.repeated() >= repeated + 5);
      }
      assertThat(first.rows()).containsExactly(List.of("first"));
      for (int i = 0; i < 4; i++) {
        assertThat(clients.get(i).rows()).containsExactly(List.of("client " + i));
      }
    } finally {
      close(clients);
    }
  }

  private static void kill(MysqlTarget server, String process) throws SQLException {
    try (Connection operator = server.jdbc();
        Statement statement = operator.createStatement()) {
      statement.execute("KILL " + process);
    }
  }

  @MariadbAndMysql
  void aClientThatVanishesLeavesNothingToOthers(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    List<RawMysqlClient> clients = clients(node, 4);
    try (RawMysqlClient first = node.logIn()) {
      try (Connection gate = node.shut()) {
        node.occupy(first);
        for (int i = 0; i < 4; i++) {
          clients.get(i).send(query("SELECT 'client " + i + "' /* shared */"));
        }
        node.awaitDepth(5);
        int connected = node.node().clients().size();
        clients.get(1).vanish();
        Await.until("it is gone", () -> node.node().clients().size() < connected);
      }
      assertThat(first.rows()).containsExactly(List.of("first"));
      for (int i : new int[] {0, 2, 3}) {
        assertThat(clients.get(i).rows()).containsExactly(List.of("client " + i));
      }
    } finally {
      close(clients);
    }
  }

  @MariadbAndMysql
  void aLargeAnswerIsWholeAndMakesItsLikeIneligible(MysqlRelease release) throws Exception {
    MysqlSharing node = node(release);
    String read = "SELECT REPEAT('x', %d), id FROM pipe_rows ORDER BY id /* shared */";
    try (RawMysqlClient client = node.logIn()) {
      for (int size : new int[] {10, 100_000, 1_000_000, 10}) {
        List<List<String>> rows = client.query(query(read.formatted(size)));
        assertThat(rows).hasSize(3);
        assertThat(rows.get(2)).containsExactly("x".repeat(size), "3");
      }
      long pipelined = node.pipelined();
      client.query(query(read.formatted(10)));
      assertThat(node.pipelined()).isEqualTo(pipelined);
    }
  }
}
