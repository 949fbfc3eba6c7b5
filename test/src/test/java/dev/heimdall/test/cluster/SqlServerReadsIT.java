package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Reads of an availability group's secondaries. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it delays secondaries of a group")
class SqlServerReadsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final String READS =
      "heimdall_replica_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}";

  private final AvailabilityGroup group = AvailabilityGroup.start(3);
  private SqlServerGroupNode node;

  private void start(String consistency) throws Exception {
    start(
        c ->
            c.source("cluster.reads", "marked")
                .source("cluster.consistency", consistency)
                .rules("all", TestConfiguration.rule("(?i)^select", "reader-eligible", ""))
                .vdb("rules", List.of("all")));
  }

  private void start(Consumer<TestConfiguration> wishes) throws Exception {
    node = SqlServerGroupNode.start(group, wishes);
    try (Connection client = node.connect()) {
      run(client, "CREATE TABLE t (i INT PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    }
  }

  @AfterEach
  void end() {
    node.close();
    group.close();
  }

  private static void run(Connection client, String... statements) throws SQLException {
    try (Statement statement = client.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static int count(Connection client) throws SQLException {
    try (Statement statement = client.createStatement();
        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM t")) {
      row.next();
      return row.getInt(1);
    }
  }

  private double onReplicas() {
    return node.metricOrZero(READS);
  }

  private interface Read {
    void run() throws Exception;
  }

  private void untilOnReplica(Read read) {
    double before = onReplicas();
    Await.until(
        "a replica answers",
        PATIENCE,
        () -> {
          read.run();
          return onReplicas() > before;
        },
        () -> node.admin("SHOW CLUSTER").toString());
  }

  @Test
  void readsGoToSecondariesThatHaveWhatTheSessionWrote() throws Exception {
    start("session");
    try (Connection client = node.connect();
        PreparedStatement prepared =
            client.prepareStatement("SELECT COUNT(*) FROM t WHERE i > ?")) {
      untilOnReplica(() -> count(client));
      prepared.setInt(1, 0);
      untilOnReplica(() -> prepared.executeQuery().close());
      assertThat(Stream.of(1, 2).flatMap(i -> group.server(i).log().stream()).map(TdsMessage::text))
          .anyMatch(text -> text.contains("SELECT COUNT(*) FROM t"));
      for (int i = 2; i < 40; i++) {
        run(client, "INSERT INTO t VALUES (" + i + ")");
        assertThat(count(client)).isEqualTo(i);
      }
      group.delay(group.server(1), Duration.ofSeconds(2));
      group.delay(group.server(2), Duration.ofSeconds(2));
      for (int i = 40; i < 60; i++) {
        run(client, "INSERT INTO t VALUES (" + i + ")");
        assertThat(count(client)).isEqualTo(i);
      }
    }
  }

  @Test
  void readsOfClientsWithReadOnlyIntentGoThereWhereOthersNeedARule() throws Exception {
    start(c -> c.source("cluster.reads", "marked").source("cluster.consistency", "session"));
    try (Connection reader = node.connect("applicationIntent", "ReadOnly");
        Connection other = node.connect()) {
      untilOnReplica(() -> count(reader));
      double before = onReplicas();
      assertThat(count(other)).isOne();
      assertThat(onReplicas()).isEqualTo(before);
      run(reader, "INSERT INTO t VALUES (2)");
      assertThat(count(reader)).isEqualTo(2);
    }
  }

  @Test
  void allReadsGoThereWhereTheCatalogueKnowsThem() throws Exception {
    start(c -> c.source("cluster.reads", "all"));
    try (Connection client = node.connect()) {
      untilOnReplica(() -> count(client));
      for (int i = 2; i < 20; i++) {
        run(client, "INSERT INTO t VALUES (" + i + ")");
        assertThat(count(client)).isEqualTo(i);
      }
    }
  }

  @Test
  void aSecondaryThatTakesNoLogInsIsLeftOut() throws Exception {
    start("fleet");
    try (Connection client = node.connect()) {
      untilOnReplica(() -> count(client));
      group.refuse(group.server(1), 978);
      group.refuse(group.server(2), 983);
      group.server(1).killAll();
      group.server(2).killAll();
      for (int i = 0; i < 20; i++) {
        assertThat(count(client)).isEqualTo(1);
      }
    }
  }

  @Test
  void readsGoOnWhileSecondariesAreKilled() throws Exception {
    start("fleet");
    try (Connection client = node.connect()) {
      untilOnReplica(() -> count(client));
      for (int victim = 1; victim < 3; victim++) {
        group.server(victim).crash();
        for (int i = 0; i < 20; i++) {
          assertThat(count(client)).isEqualTo(1);
        }
        group.server(victim).restart();
        untilOnReplica(() -> count(client));
      }
    }
  }
}
