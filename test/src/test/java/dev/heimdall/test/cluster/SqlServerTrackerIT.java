package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.sqlserver.cluster.SqlServerInterview;
import dev.heimdall.engine.dialect.sqlserver.jdbc.SqlServerDriver;
import dev.heimdall.engine.jdbc.JdbcDriver;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsOptions;
import dev.heimdall.test.tds.TdsServer;
import dev.heimdall.test.tds.TdsTarget;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An availability group of stand-ins, watched while things happen to it. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it fails servers of a group")
class SqlServerTrackerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final AvailabilityGroup group = AvailabilityGroup.start(3);

  @AfterEach
  void end() {
    group.close();
  }

  private ServerAddress at(int server) {
    return new ServerAddress("127.0.0.1", group.server(server).port());
  }

  private Watched watch(ClusterKind kind, String database, Integer... servers) {
    String hosts =
        List.of(servers).stream().map(i -> at(i).toString()).collect(Collectors.joining(","));
    return new Watched(
        Watched.source(
            kind, hosts + database, TdsOptions.USER, TdsOptions.PASSWORD, Optional.empty()));
  }

  private Watched watched() {
    Watched watched = watch(ClusterKind.AVAILABILITY_GROUP, ";databaseName=app", 0);
    watched.untilWriterIs(at(0));
    watched.until(at(1), NodeRole.REPLICA, NodeState.UP);
    watched.until(at(2), NodeRole.REPLICA, NodeState.UP);
    return watched;
  }

  private void write(String... statements) throws Exception {
    try (Connection writer = TdsTarget.of(group.primary()).jdbc(";databaseName=app");
        Statement statement = writer.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static void untilCovered(Watched watched, ServerAddress server, Position written) {
    Await.until(
        server + " is known to have " + written,
        PATIENCE,
        () -> watched.node(server).position().covers(written),
        watched::toString);
  }

  @Test
  void membersRolesPositionsAndLagAreFoundFromOneServer() throws Exception {
    try (Watched watched = watched()) {
      assertThat(watched.node(at(1)).name()).isEqualTo("SQL2");
      write("CREATE TABLE t (i INT)", "INSERT INTO t VALUES (1)");
      Position written = watched.tracker().writtenByNow().get(9, TimeUnit.SECONDS);
      assertThat(written).isNotEqualTo(Position.NONE);
      for (int i = 0; i < 3; i++) {
        untilCovered(watched, at(i), written);
      }
      Await.until("it has all", () -> watched.node(at(1)).lagMillis() == 0);

      group.delay(group.server(1), Duration.ofMinutes(1));
      write("INSERT INTO t VALUES (2)");
      Position more = watched.tracker().writtenByNow().get(9, TimeUnit.SECONDS);
      untilCovered(watched, at(2), more);
      assertThat(watched.node(at(1)).position().covers(more)).isFalse();
      Await.until(
          "its lag grows",
          PATIENCE,
          () -> watched.node(at(1)).lagMillis() > 300,
          watched::toString);
    }
  }

  @Test
  void aPromotedSecondaryIsTheWriter() throws Exception {
    try (Watched watched = watched()) {
      group.server(0).crash();
      Await.until("there is no writer", () -> watched.tracker().topology().writer().isEmpty());
      group.promote(group.server(1));
      watched.untilWriterIs(at(1));
      group.server(0).restart();
      watched.until(at(0), NodeRole.REPLICA, NodeState.UP);
      group.promote(group.server(0));
      watched.untilWriterIs(at(0));
      watched.until(at(1), NodeRole.REPLICA, NodeState.UP);
      assertThat(watched.events(TopologyEvent.Kind.CONFLICT)).isEmpty();
    }
  }

  @Test
  void statesThatTakeNoReadsAreSaid() {
    try (Watched watched = watched()) {
      group.suspend(group.server(1), true);
      untilSaid(watched, at(1), "the data movement of app is suspended (SUSPEND_FROM_USER)");
      group.allow(group.server(2), 0);
      untilSaid(watched, at(2), "lets no clients in");
      group.refuse(group.server(2), 922);
      group.allow(group.server(2), 1);
      untilSaid(watched, at(2), "its database app is in state 2");
      group.readOnly(group.server(0), true);
      watched.until(at(0), NodeRole.WRITER, NodeState.READ_ONLY);
      group.readOnly(group.server(0), false);
      group.demote(group.server(0));
      untilSaid(watched, at(0), "neither primary nor secondary");
      assertThat(watched.tracker().topology().writer()).isEmpty();
    }
  }

  private static void untilSaid(Watched watched, ServerAddress server, String why) {
    Await.until(
        "it is said that " + why,
        PATIENCE,
        () -> watched.node(server).why().contains(why),
        watched::toString);
  }

  @Test
  void withoutTheRightTheDatabaseSaysWhoTakesWritesAndTheRightIsNamed() {
    group.deny(TdsOptions.USER);
    try (Watched watched = watch(ClusterKind.AVAILABILITY_GROUP, ";databaseName=app", 0, 1, 2)) {
      watched.untilWriterIs(at(0));
      untilSaid(watched, at(1), "the user of the probes lacks VIEW SERVER STATE");
      assertThat(watched.node(at(1)).position()).isEqualTo(Position.NONE);
      assertThat(watched.node(at(1)).lagMillis()).isEqualTo(TopologyNode.UNKNOWN);
      group.promote(group.server(2));
      watched.untilWriterIs(at(2));
    }
    try (Watched watched = watch(ClusterKind.AVAILABILITY_GROUP, "", 0)) {
      untilSaid(watched, at(0), "lacks VIEW SERVER STATE, and url names no database");
    }
  }

  @Test
  void theDoctorNamesTheRightThatIsMissing() throws Exception {
    try (Connection connection = TdsTarget.of(group.primary()).jdbc("")) {
      assertThat(new SqlServerInterview().right(connection))
          .contains(new ServerInterview.Right("VIEW ANY DEFINITION", true));
      group.deny(TdsOptions.USER);
      assertThat(new SqlServerInterview().right(connection))
          .contains(new ServerInterview.Right("VIEW SERVER STATE", false));
    }
  }

  @Test
  void whatTheNodeOnlyReadsItMayReadAtASecondary() throws Exception {
    DataSource source =
        Watched.source(
            ClusterKind.SQLSERVER,
            at(1) + "," + at(2) + ";databaseName=app",
            TdsOptions.USER,
            TdsOptions.PASSWORD,
            Optional.empty());
    Use reading = new Use("catalogue", "test", 1, true, true, Duration.ofSeconds(5));
    List<JdbcDriver.Way> ways = new SqlServerDriver().ways(source, reading, "app", true);
    try (Connection connection =
        ways.get(ways.size() - 1).driver().getConnection(TdsOptions.USER, TdsOptions.PASSWORD)) {
      assertThat(connection.isValid(1)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ClusterKind.class,
      names = {"SQLSERVER", "AVAILABILITY_GROUP"})
  void serversWithoutAGroupAreToldByWhatTheirDatabaseTakes(ClusterKind kind) {
    try (TdsServer alone = TdsServer.start();
        Watched watched =
            new Watched(
                Watched.source(
                    kind,
                    "127.0.0.1:" + alone.port() + ";databaseName=app",
                    TdsOptions.USER,
                    TdsOptions.PASSWORD,
                    Optional.empty()))) {
      watched.untilWriterIs(new ServerAddress("127.0.0.1", alone.port()));
    }
  }

  @Test
  void aListOfServersIsNotDiscovered() {
    try (Watched watched = watch(ClusterKind.SQLSERVER, ";databaseName=app", 0, 1)) {
      watched.untilWriterIs(at(0));
      watched.until(at(1), NodeRole.REPLICA, NodeState.UP);
      assertThat(watched.tracker().topology().nodes()).hasSize(2);
    }
  }
}
