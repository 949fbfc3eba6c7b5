package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.DatabaseSecret;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node whose data source logs in as a secret says, which changes under it. */
@AlsoOnLocalStack
@Tag("ci")
class SecretRotationIT {
  private static final String ROLE = "rotating";
  private static final String NAME = "rds!cluster-1/shop";

  /** A field, as the emulator may first be installed: no time limit runs meanwhile. */
  private final DatabaseSecret secret = new DatabaseSecret(NAME, ROLE, "first");

  @BeforeEach
  void create() {
    for (String role : new String[] {ROLE, ROLE + "_clone"}) {
      SharedPostgres.primary()
          .execute(
              "DROP ROLE IF EXISTS " + role,
              "CREATE ROLE " + role + " LOGIN PASSWORD 'first' IN ROLE pg_monitor");
    }
  }

  @AfterEach
  void close() {
    secret.close();
  }

  private static void password(String password) {
    SharedPostgres.primary().execute("ALTER ROLE " + ROLE + " PASSWORD '" + password + "'");
  }

  /** How many connections of the node's clients the server has. */
  private static int connections(String where) {
    return Integer.parseInt(
        SharedPostgres.value(
            "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE '"
                + ROLE
                + "%' AND application_name NOT LIKE 'heimdall %' AND "
                + where));
  }

  private static boolean nodeItselfIsConnected(String application) {
    return !"0"
        .equals(
            SharedPostgres.value(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                    + ROLE
                    + "' AND application_name = '"
                    + application
                    + "'"));
  }

  @Test
  void noClientNoticesARotationAlsoWhileNoVersionIsRight() {
    try (TestNode node = TestNode.start(c -> secret.use(c));
        BusyClients clients = new BusyClients(node.target(), 8)) {
      clients.awaitProgress();
      for (int i = 1; i <= 3; i++) {
        // As Secrets Manager does it: first the database, then the secret.
        password("next-" + i);
        node.admin("RECONNECT");
        Await.until("the server lets nobody in", () -> connections("true") == 0);
        secret.rotate(ROLE, "next-" + i);
        clients.awaitProgress();
      }
      assertThat(clients.errors()).isEmpty();
      assertThat(node.admin("SHOW POOLS"))
          .as("pools go by the secret's name, not by a user who may change")
          .anyMatch(row -> NAME.equals(row.get("user")));
    }
  }

  @Test
  void aServerThatHasNotHeardOfTheRotationGetsThePreviousPassword() {
    secret.rotate(ROLE, "second");
    try (TestNode node = TestNode.start(c -> secret.use(c));
        BusyClients clients = new BusyClients(node.target(), 8)) {
      clients.awaitProgress();
      String mark = SharedPostgres.value("SELECT now()");
      password("second");
      node.admin("RECONNECT");
      Await.until(
          "all connections were made after it heard of it",
          () ->
              connections("backend_start < '" + mark + "'") == 0
                  && connections("backend_start >= '" + mark + "'") > 0);
      clients.awaitProgress();
      assertThat(clients.errors()).isEmpty();
    }
  }

  @Test
  void theUserMayChangeTooAndTheOldConnectionsStay() {
    try (TestNode node =
            TestNode.start(
                c -> secret.use(c).source("credentials.refresh", "1s").vdb("pool.size", 2));
        BusyClients clients = new BusyClients(node.target(), 4)) {
      clients.awaitProgress();
      secret.rotate(ROLE + "_clone", "first");
      Await.until(
          "connections are made as the other user",
          () -> {
            node.admin("RECONNECT");
            return connections("usename = '" + ROLE + "_clone'") > 0;
          });
      clients.awaitProgress();
      assertThat(clients.errors()).isEmpty();
    }
  }

  @Test
  void theNodesOwnConnectionsFollowToo() throws SQLException {
    try (TestNode node =
            TestNode.start(
                c ->
                    secret
                        .use(c)
                        .source("url", SharedPostgres.primary().jdbcUrl("app"))
                        .source("cluster.kind", "postgres"));
        Connection client = node.target().jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("SELECT * FROM pg_class LIMIT 1");
      Await.until("the catalogue is read", () -> nodeItselfIsConnected("heimdall catalogue"));
      Await.until("servers are asked", () -> nodeItselfIsConnected("heimdall cluster"));

      password("second");
      secret.rotate(ROLE, "second");
      SharedPostgres.primary()
          .execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                  + ROLE
                  + "' AND application_name LIKE 'heimdall %'");
      Await.until("servers are asked again", () -> nodeItselfIsConnected("heimdall cluster"));
      statement.execute("CREATE TEMPORARY TABLE read_anew (i int)");
      Await.until("the catalogue is read again", () -> nodeItselfIsConnected("heimdall catalogue"));
    }
  }

  /** Whether this server has a connection that was made as the role for this. */
  private static boolean isConnected(PostgresServer server, String application) {
    return !"0"
        .equals(
            server.queryValue(
                "postgres",
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                    + ROLE
                    + "' AND application_name = '"
                    + application
                    + "'"));
  }

  @Test
  void eachServerOfAClusterIsLoggedInToAsTheSecretSaysAfterARotationToo() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start()) {
      PostgresServer primary = cluster.primary();
      PostgresServer replica = cluster.replicas().get(0);
      primary.execute(
          "CREATE ROLE " + ROLE + " LOGIN PASSWORD 'first' IN ROLE pg_monitor",
          "CREATE DATABASE app OWNER " + ROLE);
      primary.executeIn("app", "SET ROLE " + ROLE, "CREATE TABLE t (i int)");
      cluster.awaitReplay(Duration.ofSeconds(20));
      try (TestNode node =
              TestNode.start(
                  c ->
                      secret
                          .use(c)
                          // The primary comes last: who looks for it knocks at the replica first.
                          .source(
                              "url",
                              "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app"
                                  .formatted(replica.port(), primary.port()))
                          .source("cluster.kind", "postgres")
                          .source("cluster.reads", "all")
                          .source("cluster.consistency", "session")
                          .source("credentials.patience", "5m"));
          Connection client = node.target().jdbc();
          Statement statement = client.createStatement()) {
        awaitReads(statement, replica);
        for (String use : List.of("heimdall cluster", "heimdall catalogue")) {
          Await.until(use + " is at the primary", () -> isConnected(primary, use));
        }
        Await.until("the replica is asked", () -> isConnected(replica, "heimdall cluster"));

        primary.execute("ALTER ROLE " + ROLE + " PASSWORD 'second'");
        cluster.awaitReplay(Duration.ofSeconds(20));
        secret.rotate(ROLE, "second");
        node.admin("RECONNECT");
        for (PostgresServer server : cluster.servers()) {
          server.execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                  + ROLE
                  + "' AND application_name LIKE 'heimdall %'");
        }

        for (PostgresServer server : cluster.servers()) {
          Await.until(server + " is asked", () -> isConnected(server, "heimdall cluster"));
        }
        statement.execute("CREATE TABLE read_anew (i int)");
        Await.until(
            "the catalogue is read again", () -> isConnected(primary, "heimdall catalogue"));
        awaitReads(statement, replica);
      }
    }
  }

  private static void awaitReads(Statement statement, PostgresServer server) {
    Await.until(
        "reads go to " + server,
        () -> {
          try (ResultSet row =
              statement.executeQuery("SELECT current_setting('port'), count(*) FROM t")) {
            row.next();
            return row.getInt(1) == server.port();
          }
        });
  }

  @Test
  void aListenerWaitsForTheNewPassword() throws SQLException {
    try (TestNode node = TestNode.start(c -> secret.use(c));
        Connection client = node.target().jdbc();
        Statement statement = client.createStatement()) {
      statement.execute("SELECT 1");
      password("second");
      Thread rotation =
          new Thread(
              () -> {
                Await.until(
                    "the node was refused",
                    () -> !node.admin("SHOW POOLS").isEmpty() && connections("true") <= 1);
                secret.rotate(ROLE, "second");
              });
      rotation.start();
      statement.execute("LISTEN news");
      join(rotation);
    }
  }

  @Test
  void aReplicationClientWaitsForTheNewPassword() throws Exception {
    SharedPostgres.primary().execute("ALTER ROLE " + ROLE + " REPLICATION");
    try (TestNode node = TestNode.start(c -> secret.use(c))) {
      password("second");
      Thread rotation =
          new Thread(
              () -> {
                Door door = new Door(node.httpPort());
                Await.until(
                    "the node was refused twice",
                    () -> door.metric("heimdall_server_connect_failures_total") >= 2);
                secret.rotate(ROLE, "second");
              });
      rotation.start();
      try (RawClient replicating = RawClient.logIn(node.target(), "replication", "database")) {
        assertThat(replicating.value("SELECT current_user")).isEqualTo(ROLE);
      }
      join(rotation);
    }
  }

  @Test
  void aReplicationClientIsToldWhenItHasWaitedLongEnough() throws Exception {
    SharedPostgres.primary().execute("ALTER ROLE " + ROLE + " REPLICATION");
    try (TestNode node =
        TestNode.start(c -> secret.use(c).source("credentials.patience", "300ms"))) {
      password("second");
      try (RawClient replicating = RawClient.connect(node.target())) {
        replicating.startup(0, "replication", "database");
        assertThatThrownBy(replicating::authenticate).hasMessageContaining("28P01");
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aSecretThatCannotBeUsedIsNamedToClientsWithoutItsContent() {
    secret.hold("{\"username\": \"canary\", \"passwort\": \"canary\"}");
    try (TestNode node = TestNode.start(c -> secret.use(c))) {
      assertThatThrownBy(() -> node.target().jdbc())
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo("08001");
                assertThat(e.getMessage())
                    .contains("the secret \"" + NAME + "\" cannot be used: it has no \"password\"")
                    .doesNotContain("canary");
              });
    }
  }

  @Test
  void aMissingPermissionIsNamedAtOnce() {
    try (FakeSecrets fake = new FakeSecrets()) {
      fake.fails("AccessDeniedException");
      try (TestNode node =
          TestNode.start(c -> DatabaseSecret.of(c, "prod/shop", fake.endpoint()))) {
        assertThatThrownBy(() -> node.target().jdbc())
            .hasMessageContaining(
                "Secrets Manager in eu-west-1 does not give the secret \"prod/shop\"")
            .hasMessageContaining("it needs secretsmanager:GetSecretValue for this secret");
      }
    }
  }

  @Test
  void whoComesWhileAwsWantsToBeAskedLessWaits() throws SQLException {
    try (FakeSecrets fake = new FakeSecrets()) {
      fake.fails("ThrottlingException");
      try (TestNode node =
          TestNode.start(c -> DatabaseSecret.of(c, "prod/shop", fake.endpoint()))) {
        Thread relief =
            new Thread(
                () -> {
                  Await.until("it was asked", () -> fake.asked() > 2);
                  fake.holds(ROLE, "first");
                });
        relief.start();
        try (Connection client = node.target().jdbc();
            Statement statement = client.createStatement();
            ResultSet result = statement.executeQuery("SELECT current_user")) {
          assertThat(result.next()).isTrue();
          assertThat(result.getString(1)).isEqualTo(ROLE);
        }
        join(relief);
      }
    }
  }

  @Test
  void whatWasReadIsUsedAsLongAsAwsIsAway() {
    try (FakeSecrets fake = new FakeSecrets()) {
      fake.holds(ROLE, "first");
      try (TestNode node =
              TestNode.start(
                  c ->
                      DatabaseSecret.of(c, "prod/shop", fake.endpoint())
                          .source("credentials.refresh", "1s"));
          BusyClients clients = new BusyClients(node.target(), 4)) {
        clients.awaitProgress();
        fake.fails("InternalServiceError");
        int before = fake.asked();
        Await.until(
            "it was asked in vain",
            () -> {
              node.admin("RECONNECT");
              return fake.asked() > before;
            });
        clients.awaitProgress();
        assertThat(clients.errors()).isEmpty();
      }
    }
  }
}
