package dev.heimdall.engine.dialect.mysql.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cluster.GlobalView;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.RecordedServer;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Servers of AWS, of groups, and without GTIDs, by rows as such servers answer. */
class MysqlProbersTest {
  private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String OTHER = "4e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String THIRD = "5e11fa47-71ca-11e1-9e33-c80aa9429562";

  private static RecordedServer recorded(String version) {
    return new RecordedServer(version).answer("global_status", "started", 1_700_000_000L);
  }

  private static RecordedServer aurora(String name, boolean replica) {
    return recorded("8.0.39")
        .answer(
            "aurora_server_id AS name", "name", name, "replica", replica ? 1 : 0, "read_only", 0)
        .answer("replica_host_status", status("one", "MASTER_SESSION_ID", 0))
        .answer("replica_host_status", status("two", UUID, 21))
        .answer("replica_host_status", status("three", OTHER, null));
  }

  private static Object[] status(String server, String session, Integer lag) {
    return new Object[] {
      "server_id",
      server,
      "session_id",
      session,
      "lag",
      lag,
      "age",
      0,
      "updated",
      1_790_000_000_000L
    };
  }

  private NodeReport askAurora(RecordedServer server) throws SQLException {
    return askAurora(server, false, "db.example");
  }

  private NodeReport askAurora(RecordedServer server, boolean global, String host)
      throws SQLException {
    DataSource source =
        PoolSources.source("cluster", "jdbc:mysql://" + host, ClusterSettings.defaults());
    return new AuroraProber(source, global).ask(server.connection(), false, JdbcServer.UNHEARD);
  }

  @Test
  void auroraTellsNamesRolesAndMeasuredLag() throws SQLException {
    NodeReport writer = askAurora(aurora("one", false));
    assertThat(writer.writer()).isTrue();
    assertThat(writer.name()).isEqualTo("one");
    assertThat(writer.confirmed()).isEqualTo(Map.of("one", 1_790_000_000_000L));
    assertThat(writer.position()).isSameAs(Position.NONE);
    assertThat(writer.members())
        .extracting(NodeReport.Member::name)
        .containsExactly("one", "two", "three");

    NodeReport replica = askAurora(aurora("two", true));
    assertThat(replica.writer()).isFalse();
    assertThat(replica.lagMillis()).isEqualTo(21);
    assertThat(askAurora(aurora("three", true)).lagMillis()).isEqualTo(TopologyNode.UNKNOWN);
  }

  @Test
  void anAuroraServerIsTheWriterOnlyIfBothOfItsSignsSaySo() throws SQLException {
    assertThat(askAurora(aurora("one", true)).writer()).as("its storage is read-only").isFalse();
    assertThat(askAurora(aurora("two", false)).writer()).as("another has the session").isFalse();
    assertThat(askAurora(aurora("four", false)).writer()).as("not in the table").isFalse();
  }

  /** Rows as AWS's documentation has them for PostgreSQL, with MySQL's columns. */
  private static RecordedServer globally(RecordedServer server) {
    return server
        .answer("aurora_global_db", instance("one", "MASTER_SESSION_ID", "eu-west-1", null))
        .answer("aurora_global_db", instance("two", UUID, "eu-west-1", 6))
        .answer("aurora_global_db", instance("far", OTHER, "us-east-1", 14))
        .answer("aurora_global_db", instance("far", THIRD, "eu-central-1", null))
        .answer("aurora_global_db", region("eu-west-1", 0, null))
        .answer("aurora_global_db", region("us-east-1", 219, 400))
        .answer("aurora_global_db", region("eu-central-1", 219, 400));
  }

  private static Object[] instance(String name, String session, String region, Integer lag) {
    return new Object[] {
      "server", name, "session", session, "region", region, "lag", lag, "rpo", null, "ago", null
    };
  }

  private static Object[] region(String region, int lag, Integer ago) {
    return new Object[] {
      "server", null, "session", null, "region", region, "lag", lag, "rpo", lag, "ago", ago
    };
  }

  @Test
  void aServerOfAGlobalClusterShowsAllRegions() throws SQLException {
    NodeReport writer = askAurora(globally(aurora("one", false)), true, "db.example");

    assertThat(writer.writer()).isTrue();
    assertThat(writer.region()).contains("eu-west-1");
    GlobalView view = writer.global().orElseThrow();
    assertThat(view.primary()).contains("eu-west-1");
    assertThat(view.regions()).contains(new RegionLag("us-east-1", false, 219, 219, 400));
    assertThat(view.instances()).hasSize(4);
    assertThat(writer.members())
        .extracting(NodeReport.Member::region)
        .containsOnly(Optional.of("eu-west-1"));
    assertThat(askAurora(globally(aurora("one", false)), false, "db.example").global())
        .as("only what the settings call global is asked for it")
        .isEmpty();
  }

  @Test
  void aReaderOfARegionThatFollowsIsBehindItsStorageAndThatBehindTheWriters() throws SQLException {
    RecordedServer far =
        globally(
            recorded("8.0.39")
                .answer("aurora_server_id AS name", "name", "far", "replica", 1, "read_only", 0)
                .answer("replica_host_status", status("far", "MASTER_SESSION_ID", 0)));
    NodeReport report = askAurora(far, true, "far.abc123.us-east-1.rds.amazonaws.com");

    assertThat(report.writer()).as("it writes nothing there").isFalse();
    assertThat(report.region()).as("by its address: two have its name").contains("us-east-1");
    assertThat(report.lagMillis()).isEqualTo(14 + 219 + 400);
    assertThat(report.identity()).isEqualTo("us-east-1 far");

    assertThat(askAurora(far, true, "far.abc123.eu-central-1.rds.amazonaws.com").lagMillis())
        .as("its lag is not told")
        .isEqualTo(TopologyNode.UNKNOWN);
  }

  /** Taken for one of just now, it would let reads pass that may miss any amount. */
  @Test
  void aLagOfARegionThatWasMeasuredAtAnUnknownTimeIsNone() throws SQLException {
    RecordedServer far =
        recorded("8.0.39")
            .answer("aurora_server_id AS name", "name", "far", "replica", 1, "read_only", 0)
            .answer("replica_host_status", status("far", "MASTER_SESSION_ID", 0))
            .answer("aurora_global_db", instance("one", "MASTER_SESSION_ID", "eu-west-1", null))
            .answer("aurora_global_db", instance("far", OTHER, "us-east-1", 14))
            .answer("aurora_global_db", region("eu-west-1", 0, null))
            .answer("aurora_global_db", region("us-east-1", 219, null));
    NodeReport report = askAurora(far, true, "db.example");

    assertThat(report.region()).contains("us-east-1");
    assertThat(report.lagMillis()).isEqualTo(TopologyNode.UNKNOWN);
  }

  @Test
  void withoutStatusOfAGlobalClusterItIsALocalOne() throws SQLException {
    RecordedServer denied = aurora("one", false);
    NodeReport report = askAurora(denied, true, "db.example");
    assertThat(report.writer()).isTrue();
    assertThat(report.global()).as("no such table").isEmpty();

    RecordedServer alone =
        aurora("two", true)
            .answer("aurora_global_db", instance("two", UUID, "eu-west-1", 6))
            .answer("aurora_global_db", region("eu-west-1", 0, null));
    NodeReport replica = askAurora(alone, true, "db.example");
    assertThat(replica.global()).as("one region").isEmpty();
    assertThat(replica.lagMillis()).isEqualTo(21);
  }

  private static RecordedServer mysql(String version, int id, String gtidMode, String executed) {
    return recorded(version)
        .answer(
            "@@global.server_id AS id",
            "identity",
            UUID + " host 3306",
            "id",
            id,
            "read_only",
            1,
            "logs",
            1,
            "gtids",
            gtidMode,
            "written",
            executed,
            "executed",
            executed);
  }

  private static Object[] status(String words, long behind, String state, String received) {
    boolean old = words.equals("old");
    String source = old ? "Master" : "Source";
    String replica = old ? "Slave" : "Replica";
    return new Object[] {
      source + "_Server_Id",
      7,
      source + "_Host",
      "10.0.0.7",
      source + "_Port",
      3306,
      replica + "_IO_Running",
      "Yes",
      replica + "_SQL_Running",
      "Yes",
      "Seconds_Behind_" + source,
      behind < 0 ? null : behind,
      replica + "_SQL_Running_State",
      state,
      "Retrieved_Gtid_Set",
      received,
      "Relay_" + source + "_Log_File",
      "mysql-bin-changelog.000123",
      "Exec_" + source + "_Log_Pos",
      4711
    };
  }

  private static final String WAITS = "Replica has read all relay log; waiting for more updates";

  @Test
  void theServersOfAMultiAzClusterNameEachOther() throws SQLException {
    RecordedServer server =
        mysql("8.0.39", 8, "ON", UUID + ":1-9")
            .answer("SHOW REPLICA STATUS", status("new", 0, WAITS, UUID + ":5-9"))
            .answer("rds_topology", "id", "7", "endpoint", "a.rds.amazonaws.com", "port", 3306)
            .answer("rds_topology", "id", "8", "endpoint", "b.rds.amazonaws.com", "port", 0);
    NodeReport replica =
        new ReplicationProber(MemberList.ofRds(3307))
            .ask(server.connection(), true, JdbcServer.UNHEARD);

    assertThat(replica.writer()).isFalse();
    assertThat(replica.follows()).containsExactly("7");
    assertThat(replica.position()).isEqualTo(GtidSet.parse(UUID + ":1-9"));
    assertThat(replica.lagMillis()).isZero();
    assertThat(replica.members())
        .extracting(member -> member.address().orElseThrow())
        .containsExactly(
            new ServerAddress("a.rds.amazonaws.com", 3306),
            new ServerAddress("b.rds.amazonaws.com", 3307));

    server.forget("SHOW REPLICA STATUS").answer("SHOW REPLICA STATUS");
    NodeReport writer =
        new ReplicationProber(MemberList.ofRds(3307))
            .ask(server.connection(), false, JdbcServer.UNHEARD);
    assertThat(writer.writer()).isTrue();
    assertThat(writer.readOnly()).as("about to be replaced").isTrue();
  }

  @Test
  void whatIsReceivedAndNotCarriedOutIsLagInFullSecondsAndOneMore() throws SQLException {
    RecordedServer server =
        mysql("5.7.44-log", 8, "ON", UUID + ":1-9")
            .answer("SHOW SLAVE STATUS", status("old", 3, "Reading event", UUID + ":5-11"))
            .answer("SHOW SLAVE HOSTS");
    ReplicationProber prober = new ReplicationProber(MemberList.ofReplication(3306));

    NodeReport behind = prober.ask(server.connection(), true, JdbcServer.UNHEARD);
    assertThat(behind.lagMillis()).isEqualTo(4000);
    assertThat(behind.members())
        .as("whom it replicates from")
        .extracting(member -> member.address().orElseThrow())
        .containsExactly(new ServerAddress("10.0.0.7", 3306));

    server
        .forget("SHOW SLAVE STATUS")
        .answer("SHOW SLAVE STATUS", status("old", -1, "Reading event", UUID + ":5-11"));
    assertThat(prober.ask(server.connection(), false, JdbcServer.UNHEARD).lagMillis())
        .isEqualTo(TopologyNode.UNKNOWN);
  }

  /** The place in the log moves on before the transaction is committed. */
  @Test
  void withoutGtidsAReplicaIsAsFarAsItWasWhenItHadNothingLeftToDo() throws SQLException {
    ReplicationProber prober = new ReplicationProber(MemberList.ofReplication(3306));
    RecordedServer server =
        mysql("8.0.39", 8, "OFF_PERMISSIVE", "")
            .answer("SHOW REPLICA STATUS", status("new", 0, "Applying batch of row changes", ""));
    NodeReport busy = prober.ask(server.connection(), false, JdbcServer.UNHEARD);
    assertThat(busy.position()).isSameAs(Position.NONE);
    assertThat(busy.lagMillis()).isEqualTo(1000);

    server.forget("SHOW REPLICA STATUS").answer("SHOW REPLICA STATUS", status("new", 0, WAITS, ""));
    NodeReport idle = prober.ask(server.connection(), false, JdbcServer.UNHEARD);
    BinlogPosition there = new BinlogPosition("7", "mysql-bin-changelog", 123, 4711);
    assertThat(idle.position()).isEqualTo(there);
    assertThat(idle.lagMillis()).isZero();

    RecordedServer writer =
        mysql("8.4.3", 7, "OFF_PERMISSIVE", "")
            .answer("SHOW REPLICA STATUS")
            .answer(
                "SHOW BINARY LOG STATUS", "File", "mysql-bin-changelog.000123", "Position", 4711);
    assertThat(prober.ask(writer.connection(), false, JdbcServer.UNHEARD).position())
        .isEqualTo(there);
    assertThat(prober.written(writer.connection())).isEqualTo(there);
  }

  private static RecordedServer member(String id, String[]... members) {
    RecordedServer server =
        recorded("8.4.3")
            .answer(
                "group_replication_group_name",
                "id",
                id,
                "host",
                "a",
                "port",
                3306,
                "read_only",
                0,
                "executed",
                UUID + ":1-9",
                "name",
                "group")
            .answer("replication_group_member_stats", "waiting", 0, "age", 99);
    for (String[] row : members) {
      server.answer(
          "FROM performance_schema.replication_group_members",
          "member_id",
          row[0],
          "member_host",
          "host",
          "member_port",
          3306,
          "member_state",
          row[1],
          "member_role",
          row[2]);
    }
    return server;
  }

  private static String[] row(String id, String state, String role) {
    return new String[] {id, state, role};
  }

  private boolean writer(RecordedServer server) throws SQLException {
    return new GroupProber().ask(server.connection(), true, JdbcServer.UNHEARD).writer();
  }

  @Test
  void thePrimaryOfTheGreaterPartOfAGroupIsTheWriter() throws SQLException {
    String[] primary = row(UUID, "ONLINE", "PRIMARY");
    String[] second = row(OTHER, "ONLINE", "SECONDARY");
    assertThat(writer(member(UUID, primary, second))).isTrue();
    assertThat(writer(member(OTHER, primary, second))).isFalse();
    assertThat(
            writer(
                member(
                    UUID,
                    primary,
                    row(OTHER, "UNREACHABLE", "SECONDARY"),
                    row(THIRD, "UNREACHABLE", "SECONDARY"))))
        .as("cut off with the lesser part")
        .isFalse();
    assertThat(writer(member(UUID, row(UUID, "ERROR", "")))).isFalse();
    assertThat(writer(member(UUID, primary, row(OTHER, "ONLINE", "PRIMARY"))))
        .as("of many primaries one is chosen by all alike")
        .isTrue();
    assertThat(writer(member(OTHER, primary, row(OTHER, "ONLINE", "PRIMARY")))).isFalse();
    NodeReport replica =
        new GroupProber()
            .ask(member(OTHER, primary, second).connection(), true, JdbcServer.UNHEARD);
    assertThat(replica.system()).isEqualTo("group");
    assertThat(replica.lagMillis()).isZero();
    assertThat(replica.members()).hasSize(2);
  }

  @Test
  void versionsSayHowServersAreAsked() {
    assertThat(Flavour.of("5.5.5-10.6.12-MariaDB-log")).isEqualTo(new Flavour(true, 100612));
    assertThat(Flavour.of("11.4.5-MariaDB").replicaStatus()).isEqualTo("SHOW ALL SLAVES STATUS");
    assertThat(Flavour.of("8.0.21").replicaStatus()).isEqualTo("SHOW SLAVE STATUS");
    assertThat(Flavour.of("8.0.22").replicaStatus()).isEqualTo("SHOW REPLICA STATUS");
    assertThat(Flavour.of("8.0.39").logStatus()).isEqualTo("SHOW MASTER STATUS");
    assertThat(Flavour.of("9.7.4-2").logStatus()).isEqualTo("SHOW BINARY LOG STATUS");
    assertThat(Flavour.of("8.0.22").replicas()).isEqualTo("SHOW REPLICAS");
  }
}
