package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.catalog.DefinitionKinds;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A change of definitions of any kind through one node, with strict consistency: no read of the
 * other node is answered by a replica that has not replayed it, from the moment on that its client
 * has the reply.
 */
@Tag("long")
class DefinitionKindsIT {
  private static final Duration REPLAY = Duration.ofSeconds(20);

  private static RedisProcess store;
  private static RoutedCluster routed;
  private static TestNode other;
  private Connection here;
  private Connection there;

  @BeforeAll
  static void start() {
    store = RedisProcess.running();
    Consumer<TestConfiguration> wishes =
        c ->
            c.node("store.servers", List.of(store.address()))
                .source("cluster.reads", "all")
                .source("cluster.consistency", "strict")
                .source("cluster.lag.maxStaleness", "10s")
                .user("app", "admin", true);
    routed =
        new RoutedCluster(
            wishes.andThen(c -> c.node("id", 1)),
            primary -> {
              primary.execute(
                  "CREATE ROLE other",
                  "GRANT other TO app WITH ADMIN OPTION",
                  "ALTER ROLE app CREATEROLE");
              asOwner(primary, "CREATE TABLE untouched (i int)", "CREATE TABLE another (i int)");
            });
    other = routed.another(wishes.andThen(c -> c.node("id", 2)));
  }

  @AfterAll
  static void stop() {
    other.close();
    routed.close();
    store.close();
  }

  @BeforeEach
  void connect() throws Exception {
    here = routed.connect("preferQueryMode", "simple");
    there = other.target().jdbc("preferQueryMode", "simple");
    throughANode("DROP SCHEMA IF EXISTS kinds CASCADE", "CREATE SCHEMA kinds");
  }

  @AfterEach
  void goOn() throws Exception {
    routed.pauseReplay(false);
    here.close();
    there.close();
  }

  /** So that both nodes know of it at once, and find nothing of it later. */
  private static void throughANode(String... statements) throws SQLException {
    try (Connection client = routed.connect("preferQueryMode", "simple")) {
      for (String sql : statements) {
        execute(client, sql);
      }
    }
  }

  private void standStill() {
    routed.cluster().awaitReplay(REPLAY);
    for (Connection client : List.of(here, there)) {
      awaitCatalogue(client, "untouched");
      routed.awaitReplicas(() -> answeredByReplica(client));
    }
    routed.pauseReplay(true);
  }

  private static boolean answeredByReplica(Connection client) throws SQLException {
    value(client, "SELECT count(*) FROM untouched");
    return queryInfo(client).get("answered by").startsWith("replica");
  }

  static List<DefinitionKinds.Kind> kinds() {
    return DefinitionKinds.ALL;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void noReadOfTheOtherNodeMissesIt(DefinitionKinds.Kind kind) throws Exception {
    throughANode(DefinitionKinds.statements(kind.before()));
    try {
      standStill();
      throughANode(DefinitionKinds.statements(kind.change()));
      assertThat(answeredByReplica(there)).isFalse();
      assertThat(answeredByReplica(here)).isFalse();
      // Nor once the catalogue was read again.
      for (Connection client : List.of(there, here)) {
        awaitCatalogue(client, "untouched");
        assertThat(answeredByReplica(client)).isFalse();
      }
    } finally {
      routed.pauseReplay(false);
      throughANode(DefinitionKinds.statements(kind.after()));
    }
  }

  @Test
  void whatChangesNoDefinitionLeavesOtherTablesToReplicas() throws Exception {
    standStill();
    execute(here, "INSERT INTO another VALUES (1)");
    assertThat(answeredByReplica(there)).isTrue();
    assertThat(answeredByReplica(here)).isTrue();
  }
}
