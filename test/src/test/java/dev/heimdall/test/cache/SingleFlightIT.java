package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.Frontend.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Of equal statements that are not in the cache one goes to the database. What it reads is locked
 * past the node, until everybody is where the test wants them.
 */
class SingleFlightIT {
  private static final String READ = "SELECT name FROM sf_rows JOIN sf_gate USING (id)";
  private static final int CLIENTS = 8;

  private static TestNode node;
  private static Connection past;
  private static Connection observer;

  private final List<RawClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException, SQLException {
    node = TestNode.start(SingleFlightIT::configure);
    past = SharedPostgres.target().jdbc();
    observer = SharedPostgres.target().jdbc();
    try (RawClient client = admin()) {
      client.query(
          "DROP TABLE IF EXISTS sf_rows, sf_gate;"
              + " CREATE TABLE sf_rows (id int PRIMARY KEY, name text);"
              + " CREATE TABLE sf_gate (id int PRIMARY KEY);"
              + " INSERT INTO sf_rows VALUES (1, 'one'); INSERT INTO sf_gate VALUES (1)");
      Await.until(
          "the catalogue is read",
          () -> {
            client.query(READ);
            client.query(READ);
            return "yes".equals(client.queryInfo().get("cached"));
          });
    }
  }

  private static void configure(TestConfiguration c) {
    c.node("loops", 2)
        .cluster(SharedPostgres.cluster())
        .vdb("pool.size", 2 * CLIENTS)
        .vdb("cache.enabled", true)
        .vdb("cache.maxResultSize", "8KiB")
        .vdb("cache.singleFlight", "10m") // nothing is over because it takes long
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select\", \"action\": \"cache\"}");
  }

  @AfterAll
  static void stop() throws SQLException, IOException {
    node.close();
    past.createStatement().execute("DROP TABLE sf_rows, sf_gate");
    past.close();
    observer.close();
  }

  @BeforeEach
  void lock() throws SQLException, IOException {
    node.admin("FLUSH CACHE");
    try (RawClient client = admin()) {
      client.query("UPDATE sf_rows SET name = 'one'");
    }
    past.setAutoCommit(false);
    past.createStatement().execute("LOCK TABLE sf_gate IN ACCESS EXCLUSIVE MODE");
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(admin());
    }
  }

  @AfterEach
  void unlock() throws SQLException, IOException {
    past.rollback();
    past.setAutoCommit(true);
    for (RawClient client : clients) {
      client.close();
    }
    Await.until("nobody reads", () -> reading() == 0);
  }

  /** Whoever asks what became of a statement. */
  private static RawClient admin() throws IOException {
    return RawClient.logIn(node.target().as("admin", "admin"));
  }

  private static long figure(String column) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get(column));
  }

  /** Statements that have come as far as the lock. */
  private static long reading() throws SQLException {
    try (ResultSet rows =
        observer
            .createStatement()
            .executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND query LIKE '%JOIN sf_gate%'")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** The first client reads, and the others wait for it. */
  private void allRead(String sql) throws IOException, SQLException {
    clients.get(0).send(query(sql));
    Await.until("one reads", () -> reading() == 1);
    for (RawClient client : clients.subList(1, CLIENTS)) {
      client.send(query(sql));
    }
    Await.until("the others wait", () -> figure("waiting") == CLIENTS - 1);
    assertThat(reading()).isEqualTo(1);
  }

  private static String name(RawClient client) throws IOException {
    return client.untilReady().stream()
        .filter(message -> message.type() == 'D')
        .map(message -> message.columns().get(0))
        .findAny()
        .orElse(null);
  }

  @Test
  void oneReadsForAll() throws IOException, SQLException {
    long waited = figure("waited");
    long misses = figure("misses");
    allRead(READ);
    past.rollback();
    for (RawClient client : clients) {
      assertThat(name(client)).isEqualTo("one");
    }
    assertThat(figure("misses")).isEqualTo(misses + 1);
    assertThat(figure("waited")).isEqualTo(waited + CLIENTS - 1);
    assertThat(figure("waiting")).isZero();
    assertThat(clients.get(0).queryInfo().get("cached")).isEqualTo("no: it was not there");
    assertThat(clients.get(1).queryInfo().get("cached"))
        .isEqualTo("yes: by the answer to an equal statement");
    assertThat(clients.get(1).value(READ)).isEqualTo("one");
    assertThat(clients.get(1).queryInfo().get("cached")).isEqualTo("yes");
  }

  @Test
  void whatWasWrittenMeanwhileIsReadByEachOne() throws IOException, SQLException {
    long waited = figure("waited");
    allRead(READ);
    try (RawClient writer = admin()) {
      writer.query("UPDATE sf_rows SET name = 'two'");
    }
    past.rollback();
    name(clients.get(0)); // it began before
    for (RawClient client : clients.subList(1, CLIENTS)) {
      assertThat(name(client)).isEqualTo("two");
    }
    assertThat(figure("waited")).isLessThan(waited + CLIENTS - 1);
  }

  @Test
  void theOthersGoOnWhenTheClientOfTheFirstIsGone() throws IOException, SQLException {
    allRead(READ);
    clients.get(0).vanish();
    Await.until("they read", () -> reading() >= CLIENTS - 1);
    past.rollback();
    for (RawClient client : clients.subList(1, CLIENTS)) {
      assertThat(name(client)).isEqualTo("one");
    }
  }

  @Test
  void theOthersGoOnWhenTheFirstIsCancelled() throws IOException, SQLException {
    allRead(READ);
    clients.get(0).cancel();
    Await.until("they read", () -> reading() == CLIENTS - 1);
    past.rollback();
    assertThat(clients.get(0).untilReady()).extracting(Message::type).contains('E');
    for (RawClient client : clients.subList(1, CLIENTS)) {
      assertThat(name(client)).isEqualTo("one");
    }
  }

  @Test
  void theOthersGoOnWhenTheFirstOnesAnswerIsTooLarge() throws IOException, SQLException {
    String large = "SELECT repeat(name, 9000) FROM sf_rows JOIN sf_gate USING (id)";
    allRead(large);
    past.rollback();
    for (RawClient client : clients) {
      assertThat(name(client)).hasSize(27_000);
    }
    past.createStatement().execute("LOCK TABLE sf_gate IN ACCESS EXCLUSIVE MODE");
    for (RawClient client : clients) {
      client.send(query(large));
    }
    Await.until("each one reads", () -> reading() == CLIENTS);
    past.rollback();
    for (RawClient client : clients) {
      assertThat(name(client)).hasSize(27_000);
    }
  }

  @Test
  void whoWaitsCanBeCancelled() throws IOException, SQLException {
    allRead(READ);
    clients.get(1).cancel();
    Message error = clients.get(1).untilReady().get(0);
    assertThat(error.type()).isEqualTo('E');
    assertThat(error.sqlState()).isEqualTo("57014");
    assertThat(figure("waiting")).isLessThan(CLIENTS);
    clients.get(2).vanish();
    past.rollback();
    assertThat(name(clients.get(0))).isEqualTo("one");
    for (RawClient client : clients.subList(3, CLIENTS)) {
      assertThat(name(client)).isEqualTo("one");
    }
    assertThat(clients.get(1).value(READ)).isEqualTo("one");
  }

  @Test
  void whoWaitsIsAnsweredByANodeThatDrains() throws IOException, SQLException {
    try (TestNode drained =
            TestNode.start(
                c -> {
                  configure(c);
                  c.node("drainTimeout", "5m");
                });
        RawClient first = RawClient.logIn(drained.target().as("admin", "admin"));
        RawClient second = RawClient.logIn(drained.target().as("admin", "admin"))) {
      Await.until(
          "the catalogue is read",
          () -> {
            first.query("SELECT name FROM sf_rows");
            return "yes".equals(first.queryInfo().get("cached"));
          });
      first.send(query(READ));
      Await.until("one reads", () -> reading() == 1);
      second.send(query(READ));
      Await.until(
          "the other waits", () -> drained.admin("SHOW CACHE").get(0).get("waiting").equals("1"));
      drained.node().beginDrain(Duration.ZERO);
      Await.until("it reads by itself", () -> reading() == 2);
      past.rollback();
      assertThat(name(first)).isEqualTo("one");
      assertThat(name(second)).isEqualTo("one");
      assertThat(second.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
    }
  }
}
