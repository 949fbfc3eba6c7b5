package dev.heimdall.test.drivers;

import static dev.heimdall.test.fixture.Await.until;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.fails;
import static dev.heimdall.test.fixture.Jdbc.one;
import static dev.heimdall.test.fixture.Jdbc.table;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;
import org.postgresql.util.ServerErrorMessage;

/** pgjdbc: COPY, cursors by fetch size, large values, large objects, cancel. */
@ExtendWith(DriverEndpointExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("long")
class PgjdbcTransfersIT {
  private static final int BIG = 20_000_000;

  private final DriverEndpoint endpoint;

  PgjdbcTransfersIT(DriverEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  private static CopyManager copies(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  private static String numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> n + "\n").collect(Collectors.joining());
  }

  @Test
  void copiesInAndOut() throws Exception {
    try (Connection c = endpoint.connect()) {
      table(c, "hd_jdbc_copy", "a int");
      byte[] data = numbers(0, 100_000).getBytes(StandardCharsets.UTF_8);
      long copied =
          copies(c).copyIn("COPY hd_jdbc_copy FROM STDIN", new ByteArrayInputStream(data));
      assertThat(copied).isEqualTo(100_000);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      copies(c).copyOut("COPY (SELECT a FROM hd_jdbc_copy ORDER BY a) TO STDOUT", out);
      assertThat(out.toByteArray()).isEqualTo(data);
      assertThat(one(c, "SELECT count(*) FROM hd_jdbc_copy")).isEqualTo("100000");
    }
  }

  @Test
  void copiesInWithMessagesOfEverySize() throws Exception {
    try (Connection c = endpoint.connect()) {
      table(c, "hd_jdbc_copy_sizes", "a text");
      CopyIn copy = copies(c).copyIn("COPY hd_jdbc_copy_sizes FROM STDIN");
      long total = 0;
      for (int size : new int[] {1, 100, 8_000, 64_000, 66_000, 130_000, 600_000, 5_000_000}) {
        byte[] line = ("x".repeat(size) + "\n").getBytes(StandardCharsets.UTF_8);
        for (int n = 0; n < 3; n++) {
          copy.writeToCopy(line, 0, line.length);
          total += size;
        }
      }
      assertThat(copy.endCopy()).isEqualTo(24);
      assertThat(one(c, "SELECT sum(length(a)) FROM hd_jdbc_copy_sizes"))
          .isEqualTo(Long.toString(total));
    }
  }

  @Test
  void copyInThatFailsMidwayLeavesTheConnectionUsable() throws Exception {
    try (Connection c = endpoint.connect()) {
      table(c, "hd_jdbc_copy_bad", "a int");
      String data = numbers(0, 1000) + "not a number\n" + numbers(0, 300_000);
      for (int round = 0; round < 3; round++) {
        ServerErrorMessage error =
            fails(
                "22P02",
                () ->
                    copies(c)
                        .copyIn(
                            "COPY hd_jdbc_copy_bad FROM STDIN",
                            new ByteArrayInputStream(data.getBytes(StandardCharsets.UTF_8))));
        assertThat(error.getWhere()).contains("line 1001");
        assertThat(one(c, "SELECT count(*) FROM hd_jdbc_copy_bad")).isEqualTo("0");
      }
    }
  }

  @Test
  void copyInIsCancelledByTheClient() throws Exception {
    try (Connection c = endpoint.connect()) {
      table(c, "hd_jdbc_copy_cancel", "a int");
      for (int round = 0; round < 3; round++) {
        CopyIn copy = copies(c).copyIn("COPY hd_jdbc_copy_cancel FROM STDIN");
        byte[] data = numbers(0, 5000).getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(data, 0, data.length);
        copy.cancelCopy();
        assertThat(one(c, "SELECT count(*) FROM hd_jdbc_copy_cancel")).isEqualTo("0");
      }
    }
  }

  @Test
  void copyOutIsCancelledByTheClient() throws Exception {
    try (Connection c = endpoint.connect()) {
      CopyOut copy =
          copies(c)
              .copyOut("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 300000)) TO STDOUT");
      for (int n = 0; n < 10; n++) {
        assertThat(copy.readFromCopy()).hasSize(1001);
      }
      copy.cancelCopy();
      goesOn(c);
    }
  }

  @Test
  void fetchSizeReadsThroughAPortalWithOtherStatementsBetween() throws Exception {
    try (Connection c = endpoint.connect()) {
      c.setAutoCommit(false);
      try (PreparedStatement s = c.prepareStatement("SELECT n FROM generate_series(1, ?) n")) {
        s.setFetchSize(77);
        s.setInt(1, 20_000);
        long sum = 0;
        try (ResultSet rows = s.executeQuery()) {
          while (rows.next()) {
            sum += rows.getInt(1);
            if (rows.getInt(1) % 1000 == 0) {
              assertThat(one(c, "SELECT ?::int", 5)).isEqualTo("5");
            }
          }
        }
        assertThat(sum).isEqualTo(200_010_000);
        try (ResultSet rows = s.executeQuery()) {
          assertThat(rows.next()).isTrue();
        }
      }
      c.commit();
      assertThat(one(c, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void errorWhileFetchingEndsThePortalOnly() throws Exception {
    try (Connection c = endpoint.connect()) {
      c.setAutoCommit(false);
      try (Statement s = c.createStatement()) {
        s.setFetchSize(10);
        ResultSet rows = s.executeQuery("SELECT 10 / (50 - n) FROM generate_series(1, 100) n");
        fails(
            "22012",
            () -> {
              while (rows.next()) {
                assertThat(rows.getRow()).isLessThan(50);
              }
            });
      }
      c.rollback();
      assertThat(one(c, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void heldCursorOutlivesItsTransaction() throws Exception {
    try (Connection c = endpoint.connect();
        Connection other = endpoint.connect()) {
      c.setAutoCommit(false);
      execute(c, "DECLARE hd_hold CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 10) n");
      c.commit();
      c.setAutoCommit(true);
      for (int n = 1; n <= 10; n++) {
        assertThat(one(c, "FETCH 1 FROM hd_hold")).isEqualTo(Integer.toString(n));
        fails("34000", () -> one(other, "FETCH 1 FROM hd_hold"));
      }
      execute(c, "CLOSE hd_hold");
    }
  }

  @Test
  void bigResult() throws Exception {
    try (Connection c = endpoint.connect();
        Statement s = c.createStatement();
        ResultSet rows =
            s.executeQuery("SELECT n, md5(n::text) FROM generate_series(1, 200000) n")) {
      int count = 0;
      while (rows.next()) {
        count++;
        assertThat(rows.getInt(1)).isEqualTo(count);
      }
      assertThat(count).isEqualTo(200_000);
    }
  }

  @Test
  void bigValuesBothWays() throws Exception {
    byte[] data = new byte[BIG];
    new Random(1).nextBytes(data);
    try (Connection c = endpoint.connect();
        PreparedStatement s = c.prepareStatement("SELECT ?::bytea, length(?::bytea)")) {
      s.setBytes(1, data);
      s.setBytes(2, data);
      try (ResultSet row = s.executeQuery()) {
        row.next();
        assertThat(row.getBytes(1)).isEqualTo(data);
        assertThat(row.getInt(2)).isEqualTo(BIG);
      }
      assertThat(one(c, "SELECT repeat('0123456789', 2000000)").length()).isEqualTo(BIG);
    }
  }

  @Test
  void largeObjectsWorkByFunctionCall() throws Exception {
    byte[] data = new byte[3_000_000];
    new Random(2).nextBytes(data);
    try (Connection c = endpoint.connect()) {
      c.setAutoCommit(false);
      LargeObjectManager objects = c.unwrap(PGConnection.class).getLargeObjectAPI();
      long oid = objects.createLO(LargeObjectManager.READWRITE);
      try (LargeObject object = objects.open(oid, LargeObjectManager.WRITE)) {
        object.write(data);
      }
      try (LargeObject object = objects.open(oid, LargeObjectManager.READ)) {
        assertThat(object.size()).isEqualTo(data.length);
        assertThat(object.read(data.length)).isEqualTo(data);
      }
      objects.delete(oid);
      fails("42704", () -> objects.open(oid, LargeObjectManager.READ));
      c.rollback();
      assertThat(one(c, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void runningStatementIsCancelled() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Connection d = endpoint.connect()) {
      for (int round = 0; round < 3; round++) {
        try (Connection c = endpoint.connect();
            Statement s = c.createStatement()) {
          Future<Boolean> asleep = thread.submit(() -> s.execute("SELECT pg_sleep(22)"));
          until(
              "sleeping",
              () ->
                  one(
                          d,
                          "SELECT count(*) FROM pg_stat_activity"
                              + " WHERE state = 'active' AND query = 'SELECT pg_sleep(22)'")
                      .equals("1"));
          s.cancel();
          Assertions.assertThatThrownBy(asleep::get)
              .isInstanceOf(ExecutionException.class)
              .cause()
              .hasMessage("ERROR: canceling statement due to user request");
          goesOn(c);
        }
      }
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void queryTimeoutCancels() throws Exception {
    try (Connection c = endpoint.connect();
        Statement s = c.createStatement()) {
      s.setQueryTimeout(1);
      fails("57014", () -> s.execute("SELECT pg_sleep(21)"));
      goesOn(c);
    }
  }

  /**
   * PostgreSQL signals a process and its group: the second signal may hit the connection's own next
   * statement.
   */
  private static void goesOn(Connection c) throws SQLException {
    try {
      execute(c, "SELECT 1");
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("57014");
    }
    assertThat(one(c, "SELECT 1")).isEqualTo("1");
  }
}
