package dev.heimdall.test.foreign;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closePortal;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.message;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Prepared statements that rules forward to MariaDB, raw and by a driver. */
class ForeignPreparedIT {
  private static final String VERSION = "SELECT left(version(), 4) /* on_crm */";
  private static TestNode node;

  @BeforeAll
  static void start() {
    MariaServer.shared()
        .execute(
            "CREATE OR REPLACE TABLE wares (id int PRIMARY KEY, price decimal(20,5), made date,"
                + " seen datetime(6), picture varbinary(20), weight double, sold bigint,"
                + " name varchar(50)) CHARACTER SET utf8mb4");
    node = ForeignNode.start(MariaServer.shared(), c -> {});
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String types(List<Message> messages) {
    return messages.stream().map(m -> String.valueOf(m.type())).collect(Collectors.joining());
  }

  private static String value(List<Message> messages) {
    return messages.stream()
        .filter(m -> m.type() == 'D')
        .findFirst()
        .orElseThrow(() -> new AssertionError(messages.toString()))
        .columns()
        .get(0);
  }

  private static List<Message> ask(RawClient client, byte[]... messages) throws IOException {
    client.send(messages);
    return client.untilReady();
  }

  @Test
  void aBatchIsAnsweredMessageByMessage() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> answer =
          ask(client, statement("SELECT $2 || $1 /* on_crm */", "a", "b"), sync());

      assertThat(types(answer)).isEqualTo("12TDCZ");
      assertThat(value(answer)).isEqualTo("ba");
      assertThat(types(ask(client, statement("SELECT 1"), sync()))).isEqualTo("12TDCZ");
    }
  }

  @Test
  void onlyParametersAreParameters() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      String text =
          "SELECT '$1 ?' || \"$1\" || $1 -- $2 ?\n /* $3 ? on_crm */ FROM (SELECT 'q' \"$1\") s";

      assertThat(value(ask(client, statement(text, "!"), sync()))).isEqualTo("$1 ?q!");
    }
  }

  @Test
  void aStatementCanBePreparedDescribedAndRunInBatchesOfTheirOwn() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(types(ask(client, parse("named", "SELECT $1 + 1 /* on_crm */", 23), sync())))
          .isEqualTo("1Z");
      List<Message> description = ask(client, describeStatement("named"), sync());
      assertThat(types(description)).isEqualTo("tTZ");
      assertThat(description.get(0).body()).containsExactly(0, 1, 0, 0, 0, 23);
      for (int i = 0; i < 3; i++) {
        List<Message> answer = ask(client, bind("", "named", "" + i), execute("", 0), sync());
        assertThat(types(answer)).isEqualTo("2DCZ");
        assertThat(value(answer)).isEqualTo("" + (i + 1));
        assertThat(value(ask(client, statement("SELECT 7"), sync()))).isEqualTo("7");
      }
      assertThat(types(ask(client, parse("named", VERSION), sync()))).isEqualTo("EZ");
      assertThat(types(ask(client, closeStatement("named"), sync()))).isEqualTo("3Z");
      List<Message> gone = ask(client, bind("", "named", "1"), execute("", 0), sync());
      assertThat(gone.get(0).sqlState()).isEqualTo("26000");
    }
  }

  @Test
  void preparedThereAndRunInATransactionItRunsAtHome() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      ask(client, parse("where", VERSION), sync());
      client.query("BEGIN");
      assertThat(value(ask(client, bind("", "where"), execute("", 0), sync()))).isEqualTo("Post");
      client.query("COMMIT");
      assertThat(value(ask(client, bind("", "where"), execute("", 0), sync()))).isEqualTo("11.4");
    }
  }

  @Test
  void describeIsAnsweredBeforeAFlush() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(
          all(
              parse("", "SELECT 1 AS one /* on_crm */"),
              bind("", ""),
              describePortal(""),
              flush()));
      assertThat(types(client.until('T'))).isEqualTo("12T");
      List<Message> rest = ask(client, execute("", 0), sync());
      assertThat(types(rest)).isEqualTo("DCZ");
    }
  }

  @Test
  void severalStatementsOfABatchRunInOrderAndTheFirstErrorEndsIt() throws IOException {
    MariaServer.shared().execute("DELETE FROM wares");
    String insert = "INSERT INTO wares (id) VALUES ($1) /* on_crm */";
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> answer =
          ask(
              client,
              all(parse("", insert, 23), bind("", "", "1"), describePortal(""), execute("", 0)),
              all(bind("", "", "2"), execute("", 0)),
              all(bind("", "", "2"), execute("", 0)),
              all(bind("", "", "3"), execute("", 0)),
              sync());

      assertThat(types(answer)).isEqualTo("12nC2C2EZ");
      assertThat(answer.get(7).sqlState()).isEqualTo("23505");
      assertThat(MariaServer.shared().value("SELECT count(*) FROM wares")).isEqualTo("2");
      assertThat(value(ask(client, statement(VERSION), sync()))).isEqualTo("11.4");
    }
  }

  @Test
  void aLimitOfRowsIsKept() throws IOException {
    String three = "SELECT seq FROM seq_1_to_3 /* on_crm */";
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> answer =
          ask(client, parse("", three), bind("", ""), execute("", 2), execute("", 2), sync());

      assertThat(types(answer)).isEqualTo("12DDsEZ");
      assertThat(answer.get(5).sqlState()).isEqualTo("34000");
      assertThat(types(ask(client, parse("", three), bind("", ""), execute("", 0), sync())))
          .isEqualTo("12DDDCZ");
    }
  }

  /** As PostgreSQL says it. */
  @Test
  void whatIsCutOrTooLongIsAnsweredAnError() throws IOException {
    List<byte[]> bodies =
        List.of(execute("", 0), describePortal(""), describeStatement("named"), closePortal(""));
    try (RawClient client = RawClient.logIn(node.target())) {
      ask(client, parse("named", VERSION), sync());
      for (byte[] whole : bodies) {
        byte[] body = Arrays.copyOfRange(whole, 5, whole.length);
        for (int length = 0; length <= body.length + 1; length++) {
          byte[] wrong = message((char) whole[0], Arrays.copyOf(body, length));
          List<Message> answer = ask(client, parse("", VERSION), bind("", ""), wrong, sync());
          if (length == body.length) {
            assertThat(types(answer)).doesNotContain("E");
          } else {
            assertThat(types(answer))
                .as("%d bytes of %s", length, (char) whole[0])
                .isEqualTo("12EZ");
            assertThat(answer.get(2).sqlState()).isEqualTo("08P01");
          }
        }
      }
      assertThat(value(ask(client, statement(VERSION), sync()))).isEqualTo("11.4");
    }
  }

  @Test
  void whatCannotBeForwardedIsRefusedInItsPlace() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      List<Message> answer =
          ask(client, statement(VERSION), parse("", "COPY wares TO stdout"), bind("", ""), sync());
      assertThat(types(answer)).isEqualTo("12TDC1EZ");
      assertThat(answer.get(6).sqlState()).isEqualTo("0A000");
      List<Message> many = ask(client, statement("SELECT $3 /* on_crm */", "a"), sync());
      assertThat(many.get(many.size() - 2).sqlState()).isEqualTo("08P01");
    }
  }

  @Test
  void batchesThatFollowEachOtherWithoutWaitingAreAnsweredInOrder() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      String here = "SELECT left(version(), 4)";
      for (int i = 0; i < 5; i++) {
        client.send(
            all(statement(here), sync()),
            all(statement(VERSION), sync()),
            all(statement(VERSION), sync()),
            all(statement(here), sync()));
        for (String where : List.of("Post", "11.4", "11.4", "Post")) {
          assertThat(value(client.untilReady())).isEqualTo(where);
        }
      }
    }
  }

  /** With binary formats from the second run on. */
  @Test
  void aDriverSendsAndGetsEveryType() throws Exception {
    MariaServer.shared().execute("DELETE FROM wares");
    LocalDateTime seen = LocalDateTime.of(2026, 11, 20, 12, 34, 56, 123_456_000);
    try (Connection connection =
            node.target().jdbc("prepareThreshold", "1", "binaryTransfer", "true");
        PreparedStatement insert =
            connection.prepareStatement(
                "/* on_crm */ INSERT INTO wares VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        PreparedStatement select =
            connection.prepareStatement("/* on_crm */ SELECT * FROM wares WHERE id = ?")) {
      for (int i = 1; i <= 4; i++) {
        insert.setInt(1, i);
        insert.setBigDecimal(2, new BigDecimal("-1234567.00" + i + "00"));
        insert.setObject(3, LocalDate.of(2026, 2, i));
        insert.setObject(4, seen);
        insert.setBytes(5, new byte[] {0, (byte) 0xff, (byte) i});
        insert.setDouble(6, i / 3.0);
        insert.setLong(7, Long.MIN_VALUE + i);
        insert.setString(8, "it's \\ € " + i);
        assertThat(insert.executeUpdate()).isEqualTo(1);
        select.setInt(1, i);
        try (ResultSet row = select.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(i);
          assertThat(row.getBigDecimal(2)).isEqualTo(new BigDecimal("-1234567.00" + i + "00"));
          assertThat(row.getObject(3, LocalDate.class)).isEqualTo(LocalDate.of(2026, 2, i));
          assertThat(row.getObject(4, LocalDateTime.class)).isEqualTo(seen);
          assertThat(row.getBytes(5)).containsExactly(0, 0xff, i);
          assertThat(row.getDouble(6)).isEqualTo(i / 3.0);
          assertThat(row.getLong(7)).isEqualTo(Long.MIN_VALUE + i);
          assertThat(row.getString(8)).isEqualTo("it's \\ € " + i);
        }
      }
      insert.setInt(1, 9);
      for (int column = 2; column <= 8; column++) {
        insert.setNull(column, java.sql.Types.VARCHAR);
      }
      insert.executeUpdate();
      select.setInt(1, 9);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        for (int column = 2; column <= 8; column++) {
          assertThat(row.getObject(column)).isNull();
        }
      }
      insert.setInt(1, 9);
      assertThatThrownBy(insert::executeUpdate)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
    }
  }
}
