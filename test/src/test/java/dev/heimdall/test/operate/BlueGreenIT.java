package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A blue/green switchover as RDS does it, seen by a node that knows its server by name: the old
 * server lets nobody write, all connections to both are cut and refused for a while, the new one is
 * promoted, and the name leads to it in the end, which the DNS says some time after the old server
 * can be reached again.
 */
@Tag("ci")
class BlueGreenIT {
  private static final String NAME = "shop.blue-green.test";
  private static final String BLUE = "127.0.0.21";
  private static final String GREEN = "127.0.0.22";

  @TempDir private Path directory;
  private final List<Client> clients = new ArrayList<>();
  private PostgresCluster cluster;
  private TcpFaults blueHost;
  private TcpFaults greenHost;
  private ProxyProcess node;

  @BeforeEach
  void start() throws IOException {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start();
    blue().execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    blue().executeIn("app", "SET ROLE app", "CREATE TABLE written (client int, i int)");
    cluster.awaitReplay(Duration.ofSeconds(20));
    int port = FreePort.any();
    blueHost = host(BLUE, port, blue());
    greenHost = host(GREEN, port, green());
    leadsTo(BLUE);
    node = ProxyProcess.configured(Files.createDirectory(directory.resolve("node")), Map.of());
    Files.writeString(
        node.directory().resolve("sources/main.json"),
        new ObjectMapper()
            .writeValueAsString(
                Map.of(
                    "url",
                    "jdbc:postgresql://" + NAME + ":" + port + "/app",
                    "user",
                    "app",
                    "password",
                    "app",
                    "tls",
                    Map.of("mode", "disable"),
                    "cluster",
                    Map.of(
                        "kind",
                        "rds",
                        "failover",
                        Map.of("queueTimeout", "2m"),
                        "probe",
                        Map.of(
                            "user",
                            cluster.superuser(),
                            "password",
                            cluster.password(),
                            "discover",
                            false)))));
    node.start(
        Map.of("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + names()),
        "--config=" + node.directory());
  }

  @AfterEach
  void stop() throws Exception {
    clients.forEach(Client::end);
    node.close();
    blueHost.close();
    greenHost.close();
    cluster.close();
  }

  private PostgresServer blue() {
    return cluster.primary();
  }

  private PostgresServer green() {
    return cluster.replicas().get(0);
  }

  private static TcpFaults host(String address, int port, PostgresServer server)
      throws IOException {
    return new TcpFaults(InetAddress.getByName(address), port, server.host(), server.port());
  }

  private Path names() {
    return directory.resolve("hosts");
  }

  /** What the DNS says from now on to those who ask it. */
  private void leadsTo(String address) throws IOException {
    Path next = Files.writeString(directory.resolve("hosts.next"), address + " " + NAME + "\n");
    Files.move(
        next,
        names(),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private List<Map<String, String>> admin(String command) throws SQLException {
    List<Map<String, String>> rows = new ArrayList<>();
    try (Connection console = node.console().jdbc("preferQueryMode", "simple");
        Statement statement = console.createStatement();
        ResultSet result = statement.executeQuery(command)) {
      while (result.next()) {
        Map<String, String> row = new HashMap<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.put(result.getMetaData().getColumnName(i), result.getString(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private void awaitState(String state) {
    Await.until(
        "the server is " + state,
        Duration.ofSeconds(60),
        () -> admin("SHOW NODES").stream().allMatch(row -> state.equals(row.get("state"))),
        node::output);
  }

  @Test
  void nobodyIsToldOfASwitchoverWhoseNameComesToLeadElsewhere() throws Exception {
    awaitState("up");
    for (int i = 0; i < 6; i++) {
      clients.add(new Client(i, i % 2 == 0 ? "simple" : "extended"));
    }
    awaitProgress();

    blue()
        .execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
    awaitState("read-only");
    Await.until("all who write wait", () -> clients.stream().allMatch(Client::waits));
    blueHost.refuse(true);
    greenHost.refuse(true);
    blueHost.cutAll(true);
    awaitState("down");
    cluster.awaitReplay(Duration.ofSeconds(20));
    green().promote();
    greenHost.refuse(false);
    blueHost.refuse(false);
    // The name still leads to the old server, which takes connections again and says that it is
    // the writer.
    awaitState("read-only");
    int waiting = written();

    leadsTo(GREEN);
    awaitState("up");
    awaitProgress();

    clients.forEach(Client::end);
    assertThat(clients).allSatisfy(client -> assertThat(client.failures).isEmpty());
    assertThat(written()).isGreaterThan(waiting);
    assertThat(green().queryValue("app", "SELECT count(*) FROM written"))
        .as("each row that was acknowledged, once")
        .isEqualTo("" + written());
    assertThat(
            blue()
                .queryValue(
                    "postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'"))
        .as("nobody is left on the old server")
        .isEqualTo("0");
    assertThat(admin("SHOW EVENTS"))
        .extracting(row -> row.get("event"))
        .contains("read-only", "replaced");
    assertThat(
            node.door()
                .metric("heimdall_cluster_events_total{event=\"read-only\",source=\"main\"}"))
        .isGreaterThanOrEqualTo(2);
    assertThat(
            node.door().metric("heimdall_cluster_events_total{event=\"conflict\",source=\"main\"}"))
        .isZero();
    assertThat(node.output())
        .containsPattern("WARN +heimdall.cluster: .*cluster read-only source=main server=" + NAME);
  }

  private int written() {
    return clients.stream().mapToInt(client -> client.written.get()).sum();
  }

  private void awaitProgress() {
    List<Integer> before = clients.stream().map(client -> client.written.get()).toList();
    Await.until(
        "all clients go on",
        Duration.ofSeconds(60),
        () -> {
          for (int i = 0; i < before.size(); i++) {
            if (clients.get(i).written.get() < before.get(i) + 5
                && clients.get(i).failures.isEmpty()) {
              return false;
            }
          }
          return true;
        },
        node::output);
  }

  /** Writes one row after the other, outside transactions, and reads in between. */
  private final class Client implements Runnable {
    private final int number;
    private final String mode;
    private final AtomicInteger written = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean ending;
    private volatile long writingSince;

    Client(int number, String mode) {
      this.number = number;
      this.mode = mode;
      thread = new Thread(this, "client-" + number);
      thread.start();
    }

    @Override
    public void run() {
      try (Connection connection = node.target().jdbc("preferQueryMode", mode);
          Statement statement = connection.createStatement()) {
        while (!ending) {
          writingSince = System.nanoTime();
          statement.execute("INSERT INTO written VALUES (" + number + ", " + written.get() + ")");
          writingSince = 0;
          written.incrementAndGet();
          statement.executeQuery("SELECT count(*) FROM written").close();
        }
      } catch (SQLException e) {
        failures.add(e.getSQLState() + " " + e.getMessage());
      }
    }

    /** Whether its statement has been under way for longer than any takes that is carried out. */
    boolean waits() {
      long since = writingSince;
      return since != 0 && System.nanoTime() - since > Duration.ofSeconds(2).toNanos();
    }

    void end() {
      ending = true;
      try {
        thread.join(30_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
