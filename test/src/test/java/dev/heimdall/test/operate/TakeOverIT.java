package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code heimdall proxy --take-over}: a process takes the place of another under load. */
@Needs({"psql", "psycopg", "asyncpg"})
@Timeout(180)
@Tag("ci")
class TakeOverIT {
  private static final String[] DRIVERS = {"psql", "psycopg", "asyncpg"};

  @TempDir private Path directory;
  private TakeOvers processes;

  @BeforeEach
  void makeState() throws IOException {
    processes = new TakeOvers(directory);
  }

  @AfterEach
  void end() throws InterruptedException {
    processes.close();
  }

  private ProxyProcess first(Map<String, Object> settings) throws IOException {
    return processes.first(ProxyProcess.configured(directory, settings));
  }

  // ---- under load

  /**
   * @param mode of pgjdbc's queries: in extended ones an SQL PREPARE pins
   */
  private static Connection jdbc(Target target, String mode) throws SQLException {
    return target.jdbc("prepareThreshold", "1", "preferQueryMode", mode);
  }

  private static void numbered(Connection client, int round) throws SQLException {
    try (PreparedStatement select = client.prepareStatement("SELECT ?::int + 1")) {
      select.setInt(1, round);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        if (rows.getInt(1) != round + 1) {
          throw new SQLException("got " + rows.getInt(1) + " for " + round);
        }
      }
    }
  }

  private static void inTransaction(Connection client, int round) throws SQLException {
    client.setAutoCommit(false);
    numbered(client, round);
    numbered(client, round + 1);
    client.commit();
  }

  private static void withSetting(Connection client, int round) throws SQLException {
    try (Statement statement = client.createStatement()) {
      if (round == 0) {
        statement.execute("SET work_mem = '3MB'");
        statement.execute("PREPARE twice (int) AS SELECT $1 * 2");
      }
      try (ResultSet rows = statement.executeQuery("SHOW work_mem")) {
        rows.next();
        if (!rows.getString(1).equals("3MB")) {
          throw new SQLException("work_mem is " + rows.getString(1));
        }
      }
      try (ResultSet rows = statement.executeQuery("EXECUTE twice (" + round + ")")) {
        rows.next();
        if (rows.getInt(1) != 2 * round) {
          throw new SQLException("twice " + round + " is " + rows.getInt(1));
        }
      }
    }
  }

  /**
   * @param drivers of other languages, whose clients are there, too
   */
  private void underLoad(int times, String... drivers) throws Exception {
    ProxyProcess node = first(Map.of("drainTimeout", "30s", "loops", 2));
    try (SteadyLoad load = new SteadyLoad();
        RawClient idle = RawClient.logIn(node.target(), "application_name", "idle")) {
      Target target = node.target();
      idle.value("SET statement_timeout = '7s'");
      idle.send(Frontend.parse("mine", "SELECT 'kept ' || $1"), Frontend.sync());
      idle.untilReady();
      load.client(() -> jdbc(target, "extended"), TakeOverIT::numbered);
      load.client(() -> jdbc(target, "extended"), TakeOverIT::numbered);
      load.client(() -> jdbc(target, "extended"), TakeOverIT::inTransaction);
      load.client(() -> jdbc(target, "simple"), TakeOverIT::withSetting);
      load.client(
          () -> jdbc(target, "extended"),
          (client, round) -> {
            try (Connection another = target.jdbc()) {
              numbered(another, round);
            }
          });
      for (String driver : drivers) {
        load.driver(new SteadyDriver(driver, target, directory.resolve(driver)));
      }
      load.goesOn();
      for (int i = 0; i < times; i++) {
        ProxyProcess after = processes.next(node);
        TakeOvers.ended(node);
        assertThat(node.output()).contains("left=0");
        TakeOvers.took(after);
        node = after;
        load.goesOn();
      }
      assertThat(idle.value("SHOW statement_timeout")).isEqualTo("7s");
      assertThat(idle.value("SHOW application_name")).isEqualTo("idle");
      idle.send(Frontend.bind("", "mine", "to the end"), Frontend.execute("", 0), Frontend.sync());
      assertThat(idle.untilReady())
          .extracting(Message::toString)
          .anyMatch(message -> message.contains("kept to the end"));
      idle.query("SET statement_timeout = 0");
      cancels(idle);
    }
  }

  private static void cancels(RawClient client) throws IOException {
    client.send(Frontend.query("SELECT pg_sleep(60)"));
    CompletableFuture<List<Message>> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.untilReady();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Await.until(
        "the statement is cancelled",
        () -> {
          client.cancel();
          return answer.isDone();
        });
    assertThat(answer.join())
        .extracting(Message::toString)
        .anyMatch(message -> message.contains("57014"));
  }

  @Test
  void nobodyUnderLoadNoticesIt() throws Exception {
    underLoad(2, DRIVERS);
  }

  @Test
  @Tag("long")
  @Timeout(1200)
  void nobodyUnderLoadNoticesItManyTimes() throws Exception {
    underLoad(25, DRIVERS);
  }

  // ---- who moves when, and who does not

  @Test
  void aTransactionEndsWhereItBeganAndItsClientMovesThen() throws Exception {
    // Nobody has to know of the end of a process whose place another one has taken.
    ProxyProcess before = first(Map.of("drainTimeout", "60s", "drainNotice", "1h"));
    try (RawClient client = RawClient.logIn(before.target())) {
      client.query("CREATE TABLE IF NOT EXISTS taken_over (n int)");
      client.query("BEGIN");
      client.query("INSERT INTO taken_over VALUES (1)");
      ProxyProcess after = processes.next(before);
      try (RawClient second = RawClient.logIn(after.target())) {
        assertThat(second.value("SELECT count(*) FROM taken_over")).isEqualTo("0");
        cancels(second);
        cancels(client); // its request comes to the process of which it is no client
      }
      assertThat(before.isAlive()).isTrue();
      assertThat(client.query("ROLLBACK")).first().hasToString("CommandComplete ROLLBACK");
      TakeOvers.ended(before);
      TakeOvers.took(after);
      assertThat(client.value("SELECT count(*) FROM taken_over")).isEqualTo("0");
      client.query("DROP TABLE taken_over");
    }
  }

  /** Both processes follow the same documents. */
  @Test
  @Tag("long")
  void aChangedConfigurationLetsNobodyIntoTheOldProcess() throws Exception {
    ProxyProcess before = first(Map.of("drainTimeout", "60s"));
    try (RawClient client = RawClient.logIn(before.target())) {
      client.query("BEGIN");
      client.value("SELECT 1");
      ProxyProcess after = processes.next(before);
      Await.until(
          "clients move",
          TakeOvers.PATIENCE,
          () -> before.output().contains("clients move"),
          before::output);
      Path vdb = before.directory().resolve("vdbs/app.json");
      Files.writeString(
          vdb, Files.readString(vdb).replaceFirst("\\{", "{\"limits\": {\"maxPipeline\": 77},"));
      for (ProxyProcess each : List.of(before, after)) {
        Await.until(
            "the configuration is changed",
            TakeOvers.PATIENCE,
            () -> each.output().contains("configuration reloaded"),
            each::output);
      }
      List<RawClient> others = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        others.add(RawClient.logIn(after.target()));
      }
      client.query("COMMIT");
      TakeOvers.ended(before);
      TakeOvers.took(after);
      assertThat(before.output()).contains("left=0");
      for (RawClient each : others) {
        assertThat(each.value("SELECT 5")).isEqualTo("5");
        each.close();
      }
    }
  }

  @Test
  @Tag("long")
  void aSecondTakeOverIsRefusedAndTheFirstGoesOn() throws Exception {
    ProxyProcess before = first(Map.of("drainTimeout", "60s"));
    try (RawClient client = RawClient.logIn(before.target())) {
      client.query("BEGIN");
      client.value("SELECT 1");
      ProxyProcess after = processes.next(before);
      ProxyProcess third = processes.next(before);
      assertThat(third.exitCode()).isNotZero();
      assertThat(third.output())
          .contains("process " + after.pid() + " is taking its place already");
      client.query("COMMIT");
      TakeOvers.ended(before);
      TakeOvers.took(after);
      assertThat(client.value("SELECT 2")).isEqualTo("2");
    }
  }

  private static void signal(String name, ProxyProcess to) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(to.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** What it has sent is read to the end by one process, and answered as at any other time. */
  @Test
  @Tag("long")
  void aClientThatShutsDownItsSideWhileItIsOfferedIsAnswered() throws Exception {
    byte[] answered = Frontend.query("SHOW QUERYINFO"); // by the node itself, and so before the end
    ProxyProcess before = first(Map.of("drainTimeout", "60s"));
    Target target = before.target();
    try (Socket socket = new Socket(target.host(), target.port());
        RawClient client = RawClient.over(target, socket)) {
      client.logIn(0);
      client.query("BEGIN");
      ProxyProcess after = processes.next(before);
      Await.until(
          "clients move",
          TakeOvers.PATIENCE,
          () -> before.output().contains("clients move"),
          before::output);
      signal("STOP", after);
      client.query("COMMIT"); // behind the answer it is offered, and nobody takes it
      client.send(answered);
      socket.shutdownOutput();
      signal("CONT", after);
      assertThat(client.untilClosed()).last().hasToString("ReadyForQuery I");
      TakeOvers.ended(before);
      assertThat(before.output()).contains("left=0");
      TakeOvers.took(after);
    }
  }

  @Test
  @Tag("long")
  void theOldProcessAcceptsNobodyAnyMore() throws Exception {
    ProxyProcess before = first(Map.of("drainTimeout", "60s", "loops", 1));
    try (RawClient client = RawClient.logIn(before.target())) {
      client.query("BEGIN");
      ProxyProcess after = processes.next(before);
      Await.until(
          "clients move",
          TakeOvers.PATIENCE,
          () -> before.output().contains("clients move"),
          before::output);
      client.value("SELECT 1");
      signal("STOP", after);
      try (RawClient late = RawClient.connect(before.target())) {
        late.startup(0);
        for (int i = 0; i < 200; i++) {
          client.value("SELECT 1"); // by the loop that would accept it
          assertThat(late.hasInput()).isFalse();
        }
        signal("CONT", after);
        late.authenticate();
        client.query("COMMIT");
        TakeOvers.ended(before);
        TakeOvers.took(after);
        assertThat(late.value("SELECT 2")).isEqualTo("2");
      }
    }
  }

  @Test
  void whenTheNewProcessIsKilledTheOldOneGoesOn() throws Exception {
    ProxyProcess before = first(Map.of("drainTimeout", "60s"));
    try (RawClient client = RawClient.logIn(before.target())) {
      client.query("BEGIN");
      client.value("SELECT 1");
      ProxyProcess after = processes.next(before);
      after.kill();
      Await.until(
          "the old process goes on",
          TakeOvers.PATIENCE,
          () -> before.output().contains("take-over failed"),
          before::output);
      assertThat(client.query("COMMIT")).first().hasToString("CommandComplete COMMIT");
      assertThat(client.value("SELECT 2")).isEqualTo("2");
      try (RawClient another = RawClient.logIn(before.target())) {
        assertThat(another.value("SELECT 3")).isEqualTo("3");
      }
      Await.until("the HTTP endpoint is there again", () -> before.door().isReady());
      ProxyProcess next = processes.next(before);
      TakeOvers.ended(before);
      TakeOvers.took(next);
      assertThat(client.value("SELECT 4")).isEqualTo("4");
    }
  }

  @Test
  void aPinnedClientStaysToTheEndOfTheDrain() throws Exception {
    ProxyProcess before = first(Map.of("drainTimeout", "6s"));
    try (RawClient pinned = RawClient.logIn(before.target());
        RawClient listens = RawClient.logIn(before.target());
        RawClient free = RawClient.logIn(before.target())) {
      pinned.query("CREATE TEMP TABLE mine (n int)");
      listens.query("LISTEN news");
      ProxyProcess after = processes.next(before);
      assertThat(pinned.value("SELECT count(*) FROM mine")).isEqualTo("0");
      Await.until(
          "the new process knows who has not moved, and why",
          () -> {
            try (RawClient console = RawClient.logIn(after.console())) {
              return console.query("SHOW TAKE OVER").stream()
                  .map(Message::toString)
                  .toList()
                  .containsAll(
                      List.of("DataRow [1, pinned: temporary table]", "DataRow [1, LISTEN]"));
            }
          });
      assertThat(after.door().metric("heimdall_take_over_clients{reason=\"pinned\"}")).isEqualTo(1);
      assertThat(after.door().metric("heimdall_take_over_clients{reason=\"listen\"}")).isEqualTo(1);
      assertThat(after.door().metric("heimdall_take_over_clients{reason=\"tls\"}")).isZero();
      assertThat(pinned.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(listens.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      TakeOvers.ended(before);
      TakeOvers.took(after);
      assertThat(before.output())
          .containsPattern("clients remain .*number=2 why=.*pinned: temporary table 1")
          .containsPattern("clients moved .*left=2 why=.*LISTEN 1");
      assertThat(after.door().metric("heimdall_take_over_clients{reason=\"pinned\"}")).isZero();
      assertThat(free.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  @Tag("long")
  void aNodeWithPausedPoolsIsNotTakenOver() throws Exception {
    ProxyProcess before = first(Map.of());
    try (RawClient console = RawClient.logIn(before.console());
        RawClient client = RawClient.logIn(before.target())) {
      console.query("PAUSE");
      ProxyProcess after = processes.next(before);
      assertThat(after.exitCode()).isNotZero();
      assertThat(after.output()).contains("its pools are paused");
      console.query("RESUME");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void clientsMoveOnceTheNewProcessIsWarm() throws Exception {
    ProxyProcess before = first(Map.of("warmUp", "2s"));
    try (RawClient client = RawClient.logIn(before.target())) {
      ProxyProcess after = processes.next(before);
      TakeOvers.took(after);
      assertThat(after.output()).containsSubsequence("warmed up", "took over", "take-over ended");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  @Tag("long")
  void withoutARunningNodeTheMessageSaysSo() throws Exception {
    ProxyProcess node = ProxyProcess.configured(directory, Map.of());
    processes.takesOver(node);
    assertThat(node.exitCode()).isNotZero();
    assertThat(node.output()).contains("no running process hands over at");
  }

  @Test
  @Tag("long")
  void aClientWithTlsStaysToTheEndOfTheDrain() throws Exception {
    ProxyProcess before = ProxyProcess.configured(directory, Map.of("drainTimeout", "3s"));
    TestCertificate certificate = TestCertificate.localhost();
    Files.writeString(before.directory().resolve("client-side.pem"), certificate.certificate());
    Files.writeString(before.directory().resolve("client-side.key"), certificate.key());
    before.changeVdb(
        "tls",
        Map.of(
            "mode", "allow", "certificateFile", "client-side.pem", "keyFile", "client-side.key"));
    processes.first(before);
    Target plain = before.target();
    Target tls =
        new Target(
            plain.host(), plain.port(), plain.database(), plain.user(), plain.password(), true);
    try (RawClient encrypted = RawClient.logIn(tls);
        RawClient client = RawClient.logIn(plain)) {
      ProxyProcess after = processes.next(before);
      assertThat(encrypted.value("SELECT 1")).isEqualTo("1");
      assertThat(encrypted.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      TakeOvers.ended(before);
      TakeOvers.took(after);
      assertThat(client.value("SELECT 2")).isEqualTo("2");
      try (RawClient again = RawClient.logIn(tls)) {
        assertThat(again.value("SELECT 3")).isEqualTo("3");
      }
    }
  }

  /** Even one who could open the socket's file. */
  @Test
  void anotherUserIsRefused() throws Exception {
    ProxyProcess node = first(Map.of());
    Path socket = processes.state().resolve("take-over-1.sock");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    Process nobody =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--clear-groups",
                "perl",
                "-MSocket",
                "-e",
                "socket(S, PF_UNIX, SOCK_STREAM, 0) or die; connect(S, sockaddr_un($ARGV[0]))"
                    + " or die $!; local $/; print <S>",
                socket.toString())
            .redirectErrorStream(true)
            .start();
    String answer = new String(nobody.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(answer).contains("the running process belongs to another user (0)");
    assertThat(node.output()).contains("a take-over is refused: user 65534");
  }

  // ---- what is read

  /** A replica that stands still has nothing of what was written since. */
  @Test
  void nobodyReadsLessThanWasWrittenThroughTheProcessBefore() throws Exception {
    try (PostgresCluster servers = PostgresCluster.builder().ephemeralPorts().replicas(1).start()) {
      PostgresServer replica = servers.replicas().get(0);
      servers
          .primary()
          .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
      ProxyProcess before = ProxyProcess.configured(directory, Map.of("drainTimeout", "60s"));
      before.before(
          "%s:%d,%s:%d"
              .formatted(
                  servers.primary().host(),
                  servers.primary().port(),
                  replica.host(),
                  replica.port()),
          Map.of(
              "kind",
              "postgres",
              "reads",
              "all",
              "probe",
              Map.of("user", servers.superuser(), "password", servers.password())));
      processes.first(before);
      String where = "SELECT current_setting('port') FROM taken";
      try (RawClient writer = RawClient.logIn(before.target());
          RawClient stays = RawClient.logIn(before.target())) {
        writer.query("CREATE TABLE taken (n int)");
        writer.query("INSERT INTO taken VALUES (1)");
        String there = Integer.toString(replica.port());
        Await.until("the replica is read from", () -> there.equals(writer.value(where)));
        stays.query("BEGIN");
        replica.execute("SELECT pg_wal_replay_pause()");
        writer.query("UPDATE taken SET n = 2");
        ProxyProcess after = processes.next(before);
        Await.until(
            "the writer has moved",
            TakeOvers.PATIENCE,
            () -> before.output().contains("another process goes on with the client"),
            before::output);
        try (RawClient another = RawClient.logIn(after.target())) {
          for (int i = 0; i < 20; i++) {
            assertThat(writer.value("SELECT n FROM taken")).isEqualTo("2");
            assertThat(another.value("SELECT n FROM taken")).isEqualTo("2");
          }
          stays.query("UPDATE taken SET n = 3"); // through the process before
          stays.query("COMMIT");
          for (int i = 0; i < 20; i++) {
            assertThat(writer.value("SELECT n FROM taken")).isEqualTo("3");
            assertThat(another.value("SELECT n FROM taken")).isEqualTo("3");
          }
          TakeOvers.ended(before);
          TakeOvers.took(after);
          for (int i = 0; i < 20; i++) {
            assertThat(writer.value("SELECT n FROM taken")).isEqualTo("3");
            assertThat(another.value("SELECT n FROM taken")).isEqualTo("3");
            assertThat(stays.value("SELECT n FROM taken")).isEqualTo("3");
          }
          replica.execute("SELECT pg_wal_replay_resume()");
          Await.until("the replica is read from again", () -> there.equals(writer.value(where)));
        }
      }
    }
  }
}
