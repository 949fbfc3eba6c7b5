package dev.heimdall.test.foreign;

import static dev.heimdall.test.fixture.Frontend.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Simple queries that rules forward to MariaDB. */
@Tag("ci")
class ForeignQueriesIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    MariaServer.shared()
        .execute(
            "CREATE OR REPLACE TABLE kinds (a tinyint, b tinyint unsigned, c smallint, d mediumint"
                + " unsigned, e int, f int unsigned, g bigint, h bigint unsigned, i float,"
                + " j double, k decimal(12,3), l bit(1), m bit(12), n boolean, o year, p date,"
                + " q time(3), r datetime(6), s timestamp null, t char(3), u varchar(20),"
                + " v longtext, w varbinary(10), x longblob, y enum('x','y'), z set('p','q'))"
                + " CHARACTER SET utf8mb4",
            "INSERT INTO kinds VALUES (-5, 255, -30000, 16777215, -2000000000, 4000000000,"
                + " -9000000000000000000, 18000000000000000000, 1.5, 2.25, -123456.789, b'1',"
                + " b'100000000011', true, 1999, '2026-11-20', '12:34:56.789',"
                + " '2026-11-20 12:34:56.123456', '2026-11-20 01:02:03', 'abc', 'grün \\\\ €',"
                + " 'long', x'00ff10', x'', 'y', 'p,q')",
            "INSERT INTO kinds VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
                + " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
                + " NULL, NULL, NULL)",
            "CREATE OR REPLACE TABLE items (id int PRIMARY KEY, name varchar(40) NOT NULL)",
            "CREATE OR REPLACE TABLE parts (item int, FOREIGN KEY (item) REFERENCES items (id))",
            "CREATE OR REPLACE TABLE zero (d datetime)",
            "SET sql_mode = ''",
            "CREATE OR REPLACE PROCEDURE twice() BEGIN SELECT 1; SELECT 2; END");
    node = ForeignNode.start(MariaServer.shared(), c -> {});
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<Message> ask(RawClient client, String sql) throws IOException {
    return client.query("/* on_crm */ " + sql);
  }

  private static String types(List<Message> messages) {
    return messages.stream().map(m -> String.valueOf(m.type())).collect(Collectors.joining());
  }

  private static String tag(List<Message> messages) {
    return messages.stream().filter(m -> m.type() == 'C').findFirst().orElseThrow().text();
  }

  private static Message error(List<Message> messages) {
    return messages.stream().filter(m -> m.type() == 'E').findFirst().orElseThrow();
  }

  /** The type of each column in a RowDescription. */
  private static List<Integer> columnTypes(Message description) {
    ByteBuffer body = ByteBuffer.wrap(description.body());
    List<Integer> types = new ArrayList<>();
    for (int left = body.getShort(); left > 0; left--) {
      while (body.get() != 0) {}
      body.getInt();
      body.getShort();
      types.add(body.getInt());
      body.getShort();
      body.getInt();
      body.getShort();
    }
    return types;
  }

  @Test
  void theStatementGoesToMariaDbAndTheNextOneDoesNot() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.value("SELECT version() /* on_crm */")).contains("MariaDB");
        assertThat(client.value("SELECT version()")).startsWith("PostgreSQL");
      }
    }
  }

  @Test
  void everyTypeHasItsCounterpart() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> messages = ask(client, "SELECT * FROM kinds ORDER BY a IS NULL");

      assertThat(types(messages)).isEqualTo("TDDCZ");
      assertThat(columnTypes(messages.get(0)))
          .containsExactly(
              21, 21, 21, 20, 23, 20, 20, 1700, 700, 701, 1700, 16, 1562, 21, 23, 1082, 1083, 1114,
              1114, 25, 25, 25, 17, 17, 25, 25);
      assertThat(messages.get(1).columns())
          .containsExactly(
              "-5",
              "255",
              "-30000",
              "16777215",
              "-2000000000",
              "4000000000",
              "-9000000000000000000",
              "18000000000000000000",
              "1.5",
              "2.25",
              "-123456.789",
              "t",
              "100000000011",
              "1",
              "1999",
              "2026-11-20",
              "12:34:56.789",
              "2026-11-20 12:34:56.123456",
              "2026-11-20 01:02:03",
              "abc",
              "grün \\ €",
              "long",
              "\\x00ff10",
              "\\x",
              "y",
              "p,q");
      assertThat(messages.get(2).columns()).containsOnlyNulls().hasSize(26);
      assertThat(tag(messages)).isEqualTo("SELECT 2");
    }
  }

  @Test
  void changesAreCountedAndPermanent() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(tag(ask(client, "INSERT INTO items VALUES (1, 'a'), (2, 'b'), (3, 'c')")))
          .isEqualTo("INSERT 0 3");
      assertThat(tag(ask(client, "UPDATE items SET name = 'same' WHERE id < 3")))
          .isEqualTo("UPDATE 2");
      assertThat(tag(ask(client, "REPLACE INTO items VALUES (3, 'd')"))).isEqualTo("INSERT 0 2");
      assertThat(MariaServer.shared().value("SELECT count(*) FROM items")).isEqualTo("3");
      assertThat(tag(ask(client, "DELETE FROM items"))).isEqualTo("DELETE 3");
      assertThat(tag(ask(client, "CREATE TABLE IF NOT EXISTS made (a int)")))
          .isEqualTo("CREATE TABLE");
      assertThat(tag(ask(client, "DROP TABLE made"))).isEqualTo("DROP TABLE");
      assertThat(tag(ask(client, "SHOW TABLES LIKE 'items'"))).isEqualTo("SELECT 1");
    }
  }

  @Test
  void quotesAndBarsMeanWhatTheyMeanToPostgresql() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.value("SELECT \"u\" || '-' || 'a\\b' FROM kinds /* on_crm */"))
          .isEqualTo("grün \\ €-a\\b");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELEC 1 | 42601 | 1064",
        "SELECT * FROM nowhere | 42P01 | 1146",
        "SELECT nothing FROM items | 42703 | 1054",
        "INSERT INTO items VALUES (9, NULL) | 23502 | 1048",
        "INSERT INTO parts VALUES (99) | 23503 | 1452",
        "SELECT 1 FROM elsewhere.items | 42P01 | 1146",
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own' | 45000 | 1644",
      })
  void errorsHaveTheSqlstateOfPostgresqlAndTheNumberOfMariaDb(
      String sql, String state, String number) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Message error = error(ask(client, sql));

      assertThat(error.sqlState()).isEqualTo(state);
      assertThat(error.fields().get('D'))
          .startsWith("The data source \"crm\" says error " + number + ", SQLSTATE ");
      assertThat(client.value("SELECT 1 /* on_crm */")).isEqualTo("1");
    }
  }

  @Test
  void whatPostgresqlCannotHoldIsAnError() throws IOException {
    MariaServer.shared()
        .execute("SET sql_mode = ''", "DELETE FROM zero", "INSERT INTO zero VALUES ('0000-00-00')");
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> messages =
          ask(client, "SELECT * FROM (SELECT now() d UNION ALL SELECT d FROM zero) q");

      assertThat(types(messages)).endsWith("EZ");
      assertThat(error(messages).sqlState()).isEqualTo("22007");
      assertThat(error(ask(client, "SELECT time'100:00:00'")).sqlState()).isEqualTo("22008");
      assertThat(error(ask(client, "SELECT char(0 USING utf8mb4)")).sqlState()).isEqualTo("22P05");
      assertThat(client.value("SELECT 1 /* on_crm */")).isEqualTo("1");
    }
  }

  @Test
  void warningsComeAsNotices() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> messages = ask(client, "SELECT 1 + '1x'");

      assertThat(types(messages)).isEqualTo("TDNCZ");
      Message warning = messages.get(2);
      assertThat(warning.fields().get('S')).isEqualTo("WARNING");
      assertThat(warning.fields().get('M')).contains("Truncated incorrect");
    }
  }

  @Test
  void whatCannotBeForwardedIsRefusedClearly() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      Message several = error(ask(client, "SELECT 1; SELECT 2"));
      assertThat(several.sqlState()).isEqualTo("0A000");
      assertThat(several.fields().get('M'))
          .isEqualTo("several statements in one cannot be forwarded to the data source \"crm\"");
      assertThat(error(ask(client, "COPY items FROM stdin")).sqlState()).isEqualTo("0A000");
      Message results = error(ask(client, "CALL twice()"));
      assertThat(results.fields().get('M'))
          .isEqualTo("a statement with more than one result was forwarded");
    }
  }

  @Test
  void whatIsAboutTheSessionStaysInPostgresql() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(tag(client.query("SET work_mem = '1MB' /* on_crm */"))).isEqualTo("SET");
      assertThat(client.value("SHOW work_mem")).isEqualTo("1MB");
      assertThat(tag(client.query("BEGIN /* on_crm */"))).isEqualTo("BEGIN");
      assertThat(client.value("SELECT version() /* on_crm */")).startsWith("PostgreSQL");
      assertThat(tag(client.query("COMMIT /* on_crm */"))).isEqualTo("COMMIT");
      assertThat(client.value("SELECT version() /* on_crm */")).contains("MariaDB");
    }
  }

  @Test
  void aSessionThatIsTiedToItsConnectionIsNotForwarded() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE foreign_pins (a int)");
      assertThat(client.value("SELECT version() /* on_crm */")).startsWith("PostgreSQL");
      client.query("DISCARD ALL");
      assertThat(client.value("SELECT version() /* on_crm */")).contains("MariaDB");
    }
  }

  @Test
  void statementsThatFollowEachOtherWithoutWaitingAreAnsweredInOrder() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      String where = "SELECT left(version(), 4)";
      for (int i = 0; i < 5; i++) {
        client.send(
            query(where),
            query(where + " /* on_crm */"),
            query(where),
            query(where + "/*on_crm*/"));
        List<String> answers = new ArrayList<>();
        for (int j = 0; j < 4; j++) {
          answers.add(
              client.untilReady().stream()
                  .filter(m -> m.type() == 'D')
                  .findFirst()
                  .orElseThrow()
                  .columns()
                  .get(0));
        }
        assertThat(answers).containsExactly("Post", "11.4", "Post", "11.4");
      }
    }
  }

  @Test
  void setcatalogSaysWhichDatabaseItIsAbout() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.value("SELECT database() /* in_app */")).isEqualTo("app");
        assertThat(client.value("SELECT database() /* on_crm */")).isEqualTo("crm");
      }
    }
  }

  @Test
  void nothingIsLeftOnAConnectionForOthers() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      for (int i = 0; i < 4; i++) {
        ask(client, "SELECT @mine := 1");
        ask(client, "CREATE TEMPORARY TABLE hidden (a int)");
        ask(client, "SELECT get_lock('mine', 0)");
        assertThat(other.value("SELECT @mine /* on_crm */")).isNull();
        assertThat(error(ask(other, "SELECT * FROM hidden")).sqlState()).isEqualTo("42P01");
        assertThat(other.value("SELECT is_free_lock('mine') /* on_crm */")).isEqualTo("1");
      }
    }
  }

  @Test
  void aLargeResultStreamsThroughBoundedMemory() throws IOException {
    // 720 MB, through a JVM that has room for less and a client that is slower than the server.
    String row = "repeat('x', 60000)";
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(query("SELECT " + row + " FROM seq_1_to_12000 /* on_crm */"));
      long rows = 0;
      byte[] body = new byte[100_000];
      while (true) {
        char type = (char) client.stream().readUnsignedByte();
        int length = client.stream().readInt() - 4;
        client.stream().readFully(body, 0, length);
        if (type == 'D') {
          rows++;
        } else if (type == 'C') {
          assertThat(new String(Arrays.copyOf(body, length - 1), StandardCharsets.UTF_8))
              .isEqualTo("SELECT 12000");
        } else if (type == 'Z') {
          break;
        }
      }
      assertThat(rows).isEqualTo(12_000);
      assertThat(client.value("SELECT 1 /* on_crm */")).isEqualTo("1");
    }
  }
}
