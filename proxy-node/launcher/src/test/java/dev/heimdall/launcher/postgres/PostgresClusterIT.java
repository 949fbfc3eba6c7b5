package dev.heimdall.launcher.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.embedded.ServerAccount;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresClusterIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static PostgresCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(2)
            .setting("max_connections", "42")
            .hba("host all trusted 127.0.0.1/32 trust")
            .start();
  }

  @AfterAll
  static void close() {
    cluster.close();
  }

  @Test
  void theServersAreOfRelease18() {
    assertThat(cluster.primary().queryValue("postgres", "SHOW server_version")).startsWith("18.");
  }

  @Test
  void settingsReachEveryServer() {
    for (PostgresServer server : cluster.servers()) {
      assertThat(server.queryValue("postgres", "SHOW max_connections")).isEqualTo("42");
      assertThat(server.queryValue("postgres", "SHOW fsync")).isEqualTo("off");
    }
  }

  @Test
  void whatThePrimaryWritesIsReadOnEachReplica() {
    cluster.primary().execute("CREATE TABLE written AS SELECT 7 AS n");
    cluster.awaitReplay(SOON);

    assertThat(cluster.replicas()).hasSize(2);
    for (PostgresServer replica : cluster.replicas()) {
      assertThat(replica.queryValue("postgres", "SELECT n FROM written")).isEqualTo("7");
      assertThat(replica.queryValue("postgres", "SELECT pg_is_in_recovery()")).isEqualTo("t");
    }
  }

  @Test
  void replicasAreAwaitedThatHaveOnlyTheBeginningOfWhatIsWritten() throws Exception {
    PostgresServer primary = cluster.primary();
    try (Connection connection = primary.connect("postgres");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      // Whole pages are flushed as they fill, the rest with the end of a transaction.
      statement.execute(
          "DO $$ BEGIN"
              + " PERFORM pg_logical_emit_message(false, 'large', repeat('x', 20000));"
              + " WHILE pg_current_wal_flush_lsn() <= pg_current_wal_insert_lsn() - 20000"
              + " LOOP PERFORM pg_sleep(0.01); END LOOP; END $$");

      cluster.awaitReplay(Duration.ofSeconds(5));
    }
  }

  @Test
  void aReplicaRefusesWrites() {
    assertThatThrownBy(() -> cluster.replicas().get(0).execute("CREATE TABLE refused (n int)"))
        .isInstanceOf(PostgresException.class)
        .hasMessageContaining("replica1")
        .hasMessageContaining("read-only transaction");
  }

  @Test
  void theSuperuserNeedsThePassword() {
    String url = cluster.primary().jdbcUrl("postgres");

    assertThatThrownBy(() -> DriverManager.getConnection(url, cluster.superuser(), "wrong").close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("password authentication failed");
    assertThat(cluster.password()).hasSizeGreaterThan(20);
  }

  @Test
  void accessRulesOfTheCallerComeBeforeTheDefault() throws SQLException {
    cluster.primary().execute("CREATE ROLE trusted LOGIN");

    try (var connection =
        DriverManager.getConnection(cluster.primary().jdbcUrl("postgres"), "trusted", "any")) {
      assertThat(connection.isValid(5)).isTrue();
    }
  }

  @Test
  void aKilledServerComesBackWithItsData() {
    PostgresServer primary = cluster.primary();
    primary.execute("CREATE TABLE survivor AS SELECT 'here' AS word");
    List<ProcessHandle> processes = processesOf(primary);

    primary.kill();

    assertThat(primary.isRunning()).isFalse();
    assertThat(processes).noneMatch(ServerProcess::isAlive);
    assertThatThrownBy(() -> primary.queryValue("postgres", "SELECT 1"))
        .isInstanceOf(PostgresException.class);
    primary.start();
    assertThat(primary.queryValue("postgres", "SELECT word FROM survivor")).isEqualTo("here");
    cluster.awaitReplay(SOON);
  }

  @Test
  void aFrozenServerAnswersNothingUntilThawed() throws SQLException {
    PostgresServer replica = cluster.replicas().get(1);
    try (var connection = replica.connect("postgres");
        var statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, 200);
      replica.freeze();
      try {
        assertThat(replica.isRunning()).isTrue();
        assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
            .isInstanceOf(SQLException.class);
      } finally {
        replica.thaw();
      }
    }
    assertThat(replica.queryValue("postgres", "SELECT 1")).isEqualTo("1");
  }

  @Test
  void aRestartKeepsThePort() {
    PostgresServer replica = cluster.replicas().get(0);
    int port = replica.port();
    long pid = replica.pid();

    replica.restart();

    assertThat(replica.pid()).isNotEqualTo(pid);
    assertThat(replica.port()).isEqualTo(port);
    assertThat(replica.queryValue("postgres", "SHOW port")).isEqualTo(Integer.toString(port));
  }

  @Test
  void aPromotedReplicaTakesWrites() {
    try (PostgresCluster two = PostgresCluster.builder().replicas(1).start()) {
      PostgresServer replica = two.replicas().get(0);
      two.primary().kill();

      replica.promote();

      replica.execute("CREATE TABLE taken (n int)");
      assertThat(replica.queryValue("postgres", "SELECT pg_is_in_recovery()")).isEqualTo("f");
    }
  }

  @Test
  void clustersOfOneTemplateAreNotTheSameCluster() {
    String question = "SELECT system_identifier FROM pg_control_system()";
    try (PostgresCluster one = PostgresCluster.builder().start();
        PostgresCluster two = PostgresCluster.builder().replicas(1).start()) {
      assertThat(two.password()).isEqualTo(one.password());
      String identifier = two.primary().queryValue("postgres", question);
      assertThat(identifier).isNotEqualTo(one.primary().queryValue("postgres", question));
      assertThat(two.replicas().get(0).queryValue("postgres", question)).isEqualTo(identifier);
    }
  }

  @Test
  void aClusterWithoutTemplateStartsAndLeavesOne(@TempDir Path cache) throws IOException {
    letOthersThrough(cache);
    PostgresCluster.builder().cacheDirectory(cache).start().close();
    try (PostgresCluster again = PostgresCluster.builder().cacheDirectory(cache).start();
        Stream<Path> left = Files.list(cache)) {
      assertThat(again.primary().queryValue("postgres", "SELECT 1")).isEqualTo("1");
      assertThat(left)
          .hasSize(2)
          .allMatch(
              path ->
                  path.getFileName().toString().contains("-x86_64")
                      || path.getFileName().toString().contains("-arm_64"));
    }
  }

  /** Under root the server may have to run as another account. */
  private static void letOthersThrough(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @Test
  void closingLeavesNoProcessAndNoData() {
    PostgresCluster two = PostgresCluster.builder().replicas(1).start();
    List<ProcessHandle> processes =
        two.servers().stream().flatMap(server -> processesOf(server).stream()).toList();
    Path data = two.primary().dataDirectory();
    assertThat(processes).hasSizeGreaterThan(4).anyMatch(ProcessHandle::isAlive);

    two.close();
    two.close();

    assertThat(processes).noneMatch(ServerProcess::isAlive);
    assertThat(data.getParent()).doesNotExist();
  }

  @Test
  void aBusyPortIsNamedAndNothingIsLeftBehind(@TempDir Path temporary) throws IOException {
    letOthersThrough(temporary);
    Path data = temporary.resolve("data");
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(
              () ->
                  PostgresCluster.builder().ports(other.getLocalPort()).dataDirectory(data).start())
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("primary on 127.0.0.1:" + other.getLocalPort())
          .hasMessageContaining("Address already in use");
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void aDirectoryWithFilesOfOthersIsRefused(@TempDir Path temporary) throws IOException {
    Path precious = Files.writeString(temporary.resolve("precious"), "mine");

    assertThatThrownBy(() -> PostgresCluster.builder().dataDirectory(temporary).start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not empty");
    assertThat(precious).exists();
  }

  @Test
  void theServersEndWithAJvmThatIsKilled() throws Exception {
    assumeTrue(
        ServerAccount.notRoot(StopMode.IMMEDIATE.signal()).prefix().contains("--pdeathsig"),
        "no setpriv on this machine");
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HeldCluster.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
      String[] words = out.readLine().split(" ");
      Path data = Path.of(words[0]);
      List<ProcessHandle> postmasters =
          Arrays.stream(words).skip(1).map(Long::valueOf).map(PostgresClusterIT::handle).toList();
      assertThat(postmasters).hasSize(2).allMatch(ProcessHandle::isAlive);

      jvm.destroyForcibly().waitFor();

      await(() -> postmasters.stream().noneMatch(ServerProcess::isAlive));
      Directories.delete(data);
    } finally {
      jvm.destroyForcibly();
    }
  }

  /** Starts a cluster, says where it is and waits to be killed. */
  static final class HeldCluster {
    private HeldCluster() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
      PostgresCluster held = PostgresCluster.builder().replicas(1).start();
      System.out.println(
          held.primary().dataDirectory().getParent()
              + " "
              + held.primary().pid()
              + " "
              + held.replicas().get(0).pid());
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static ProcessHandle handle(long pid) {
    return ProcessHandle.of(pid).orElseThrow();
  }

  private static List<ProcessHandle> processesOf(PostgresServer server) {
    ProcessHandle postmaster = handle(server.pid());
    return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time left").isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
