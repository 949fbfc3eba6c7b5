package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mysql.cj.jdbc.JdbcStatement;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that clients send (LOAD DATA LOCAL INFILE). */
@Timeout(60)
@Tag("ci")
class MysqlLocalInfileIT {
  private static final String LOAD = "LOAD DATA LOCAL INFILE 'a.csv' INTO TABLE app.loaded";
  private static final int MIB = 1 << 20;

  private static final Map<MysqlRelease, MysqlNode> NODES = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void stop() {
    NODES.values().forEach(MysqlNode::close);
  }

  /** Clients of the VDB "files" may send them, those of "app" may not. */
  private static MysqlNode node(MysqlRelease release) {
    MysqlNode node =
        NODES.computeIfAbsent(release, r -> MysqlNode.start(r, MysqlLocalInfileIT::configure));
    server(release)
        .executeIn(
            "app",
            "SET GLOBAL local_infile = 1",
            "DROP TABLE IF EXISTS loaded",
            "CREATE TABLE loaded (a INT PRIMARY KEY, b LONGTEXT)");
    return node;
  }

  private static void configure(TestConfiguration c) {
    c.vdb("pool.size", 1);
    c.vdb("files", "address", "127.0.0.1");
    c.vdb("files", "ports", List.of(0));
    c.vdb("files", "source", "main");
    c.vdb("files", "pool.size", 1);
    c.vdb("files", "rules", List.of("told"));
    c.rules(
        "told",
        "{\"match\": \"INFILE .*loaded\", \"action\": \"trigger\", \"parameters\":"
            + " {\"timing\": \"after\", \"command\": \"SELECT 1\"}}");
    c.vdb("files", "clients.localInfile", true);
    c.vdb("files", "transactionReplay.enabled", true);
  }

  private static MysqlServer server(MysqlRelease release) {
    return release.shared().primary();
  }

  private static Connection client(MysqlTarget target) throws SQLException {
    return target.jdbc("allowLoadLocalInfile", "true", "allowMultiQueries", "true");
  }

  private static int load(Connection client, InputStream file) throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.unwrap(JdbcStatement.class).setLocalInfileInputStream(file);
      return statement.executeUpdate(LOAD);
    }
  }

  private static InputStream rows(int from, int to) {
    return new Rows(from, to, 20);
  }

  private static String loaded(MysqlRelease release) {
    return server(release)
        .queryValue("app", "SELECT CONCAT(COUNT(*), ' ', IFNULL(SUM(LENGTH(b)), 0)) FROM loaded");
  }

  @MariadbAndMysql
  void itIsRefusedUnlessAllowed(MysqlRelease release) throws Exception {
    MysqlNode node = node(release);
    try (Connection client = client(node.target());
        Connection direct = MysqlTarget.of(server(release)).jdbc()) {
      SQLException expected =
          catchThrowableOfType(SQLException.class, () -> load(direct, rows(0, 1)));
      SQLException refused =
          catchThrowableOfType(SQLException.class, () -> load(client, rows(0, 1)));
      assertThat(refused.getErrorCode())
          .as(refused.getMessage())
          .isEqualTo(expected.getErrorCode());
      assertThat(refused.getSQLState()).isEqualTo(expected.getSQLState());
      assertThat(value(client, "SELECT 1")).isEqualTo("1");
    }
    try (Connection client = node.target("files").jdbc()) {
      SQLException refused =
          catchThrowableOfType(SQLException.class, () -> load(client, rows(0, 1)));
      assertThat(refused.getErrorCode()).as("the client does not offer it").isPositive();
    }
    assertThat(loaded(release)).isEqualTo("0 0");
  }

  /** Alone and ahead of what asks in one query, while another client uses the connection. */
  @MariadbAndMysql
  void theRowsOfAFileAreCountedAsDirectly(MysqlRelease release) throws Exception {
    MysqlNode node = node(release);
    for (MysqlTarget target : List.of(MysqlTarget.of(server(release)), node.target("files"))) {
      server(release).executeIn("app", "TRUNCATE loaded");
      try (Connection client = client(target);
          Connection other = client(target)) {
        load(client, rows(0, 7));
        load(other, rows(20, 22));
        assertThat(value(client, "SELECT ROW_COUNT()")).as("to %s", target).isEqualTo("7");
        try (Statement text = client.createStatement()) {
          text.unwrap(JdbcStatement.class).setLocalInfileInputStream(rows(10, 15));
          text.execute("DELETE FROM loaded WHERE a < 2; " + LOAD + "; SELECT ROW_COUNT()");
          assertThat(text.getUpdateCount()).isEqualTo(2);
          text.getMoreResults();
          assertThat(text.getUpdateCount()).isEqualTo(5);
          assertThat(text.getMoreResults()).isTrue();
          try (ResultSet counted = text.getResultSet()) {
            counted.next();
            assertThat(counted.getInt(1)).as("to %s", target).isEqualTo(5);
          }
        }
      }
    }
  }

  /** In more packets than there are numbers for them. */
  @MariadbAndMysql
  void filesComeWhole(MysqlRelease release, @TempDir Path directory) throws Exception {
    MysqlNode node = node(release);
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    Files.write(first, new Rows(0, 24, MIB / 4).readAllBytes());
    Files.write(second, rows(100, 103).readAllBytes());
    String both =
        LOAD.replace("a.csv", first.toString()) + ";" + LOAD.replace("a.csv", second.toString());
    for (boolean prepared : new boolean[] {false, true}) {
      server(release).executeIn("app", "TRUNCATE loaded");
      try (Connection maria =
          node.target("files")
              .mariaJdbc(
                  "allowLocalInfile",
                  "true",
                  "allowMultiQueries",
                  "true",
                  "maxAllowedPacket",
                  "16384",
                  "useServerPrepStmts",
                  Boolean.toString(prepared))) {
        try (Statement statement = maria.createStatement()) {
          statement.execute(both);
          assertThat(statement.getUpdateCount()).isEqualTo(24);
          assertThat(statement.getMoreResults()).isFalse();
          assertThat(statement.getUpdateCount()).isEqualTo(3);
        }
        assertThat(loaded(release)).isEqualTo("27 " + (24 * (MIB / 4) + 60));
        assertThat(value(maria, "SELECT 1")).isEqualTo("1");
      }
    }
    try (Connection client = client(node.target("files"));
        Statement statement = client.createStatement()) {
      statement.execute("TRUNCATE app.loaded");
      assertThat(load(client, rows(0, 3))).isEqualTo(3);
      assertThat(load(client, InputStream.nullInputStream())).isZero();
      client.setAutoCommit(false);
      assertThat(load(client, rows(10, 12))).isEqualTo(2);
      client.rollback();
      client.setAutoCommit(true);
      assertThat(value(client, "SELECT SUM(a) FROM app.loaded")).isEqualTo("3");
      try (Connection next = client(node.target("files"))) {
        assertThat(load(next, rows(20, 21))).as("by the next client").isEqualTo(1);
      }
    }
  }

  @MariadbAndMysql
  void anErrorOfTheServersIsTheStatements(MysqlRelease release) throws Exception {
    MysqlNode node = node(release);
    server(release)
        .executeIn(
            "app",
            "CREATE TRIGGER loaded_wrongly BEFORE INSERT ON loaded FOR EACH ROW"
                + " IF NEW.a = 1 THEN SIGNAL SQLSTATE '45000'; END IF");
    try (Connection client = client(node.target("files"))) {
      SQLException wrong = catchThrowableOfType(SQLException.class, () -> load(client, big(0, 20)));
      assertThat(wrong.getSQLState()).as(wrong.getMessage()).isEqualTo("45000");
      assertThat(value(client, "SELECT COUNT(*) FROM app.loaded")).isEqualTo("0");
      SQLException killed =
          catchThrowableOfType(
              SQLException.class,
              () ->
                  load(
                      client,
                      new Cut(
                          big(2, 20),
                          () -> server(release).execute("KILL QUERY " + loading(release)))));
      assertThat(killed.getErrorCode()).as(killed.getMessage()).isEqualTo(1317);
      assertThat(value(client, "SELECT COUNT(*) FROM app.loaded")).isEqualTo("0");
    }
  }

  @MariadbAndMysql
  void aServerThatTakesNoMoreSlowsItsClientDown(MysqlRelease release) throws Exception {
    MysqlNode node = node(release);
    Rows file = big(0, 64);
    try (Connection lock = server(release).connect("app");
        Connection client = client(node.target("files"))) {
      execute(lock, "DROP TRIGGER IF EXISTS loaded_slowly");
      execute(
          lock,
          "CREATE TRIGGER loaded_slowly BEFORE INSERT ON loaded FOR EACH ROW"
              + " SET NEW.b = IF(NEW.a = 2, CONCAT(NEW.b, GET_LOCK('infile', 50)), NEW.b)");
      assertThat(value(lock, "SELECT GET_LOCK('infile', 5)")).isEqualTo("1");
      CompletableFuture<Integer> count =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return load(client, file);
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      long[] before = {-1};
      Await.until(
          "the client cannot go on",
          () -> {
            long now = file.given();
            boolean stands = now > 2 * MIB && now == before[0];
            before[0] = now;
            return stands;
          });
      assertThat(file.given()).isLessThan(48L * MIB);
      execute(lock, "DO RELEASE_LOCK('infile')");
      assertThat(count.get()).isEqualTo(64);
    }
    assertThat(loaded(release)).isEqualTo("64 " + (64L * MIB + 1));
  }

  /**
   * The server has a part of the file, and keeps nothing of it; nor does the node send it again.
   */
  @MariadbAndMysql
  void nothingIsKeptOfAFileThatWasCut(MysqlRelease release) throws Exception {
    MysqlNode node = node(release);
    Connection leaving = client(node.target("files"));
    CountDownLatch gone = new CountDownLatch(1);
    SQLException cut =
        catchThrowableOfType(
            SQLException.class,
            () ->
                load(
                    leaving,
                    new Cut(
                        big(0, 8),
                        () -> {
                          leaving.abort(Runnable::run);
                          gone.countDown();
                        })));
    assertThat(cut.getMessage()).isNotEmpty();
    gone.await();
    try (Connection next = client(node.target("files"))) {
      assertThat(value(next, "SELECT 1")).isEqualTo("1");
    }
    Await.until("the server has noticed", () -> !loads(release));
    assertThat(loaded(release)).isEqualTo("0 0");

    Connection client = client(node.target("files"));
    client.setAutoCommit(false);
    execute(client, "INSERT INTO app.loaded VALUES (100, '')");
    SQLException lost =
        catchThrowableOfType(
            SQLException.class,
            () ->
                load(
                    client,
                    new Cut(big(0, 8), () -> server(release).execute("KILL " + loading(release)))));
    assertThat(lost.getSQLState()).as(lost.getMessage()).matches("08.*|70100|HY000");
    client.abort(Runnable::run);
    Await.until("the server has noticed", () -> !loads(release));
    assertThat(loaded(release)).isEqualTo("0 0");
    try (Connection next = client(node.target("files"))) {
      assertThat(load(next, rows(0, 2))).isEqualTo(2);
    }
  }

  private static boolean loads(MysqlRelease release) {
    return loading(release) != null;
  }

  private static String loading(MysqlRelease release) {
    return server(release)
        .queryValue(
            "",
            "SELECT id FROM information_schema.processlist WHERE info LIKE 'LOAD DATA LOCAL%'"
                + " LIMIT 1");
  }

  /** Rows of 1 MiB. */
  private static Rows big(int from, int to) {
    return new Rows(from, to, MIB);
  }

  /** Does something when it is half read, and goes on. */
  private static final class Cut extends InputStream {
    private final InputStream file;
    private final Action action;
    private long left = 4L * MIB;

    interface Action {
      void run() throws SQLException;
    }

    Cut(InputStream file, Action action) {
      this.file = file;
      this.action = action;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
      int read = file.read(to, at, length);
      if (left > 0 && left <= read) {
        try {
          action.run();
        } catch (SQLException e) {
          throw new IOException(e);
        }
      }
      left -= read;
      return read;
    }
  }

  /** Rows of a number and as many letters as one wishes. */
  private static final class Rows extends InputStream {
    private final int to;
    private final int width;
    private int row;
    private byte[] line = {};
    private int at;
    private volatile long given;

    Rows(int from, int to, int width) {
      this.row = from;
      this.to = to;
      this.width = width;
    }

    /** Bytes that were read of it. */
    long given() {
      return given;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (at == line.length) {
        if (row == to) {
          return -1;
        }
        String text = row + "\t" + "x".repeat(width) + "\n";
        line = text.getBytes(StandardCharsets.US_ASCII);
        at = 0;
        row++;
      }
      int some = Math.min(length, line.length - at);
      System.arraycopy(line, at, into, from, some);
      at += some;
      synchronized (this) {
        given += some;
      }
      return some;
    }
  }
}
