package dev.heimdall.engine.dialect.sqlserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.RecordedServer;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.sqlserver.BabelfishLsn;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Servers of Babelfish by rows as they answer, and as Aurora's would. */
class BabelfishProberTest {
  private static final DataSource SOURCE =
      PoolSources.source("cluster", "jdbc:sqlserver://db.example", ClusterSettings.defaults());

  private final BabelfishProber prober =
      new BabelfishProber(SOURCE, new GroupProber(Optional.of("app"), false, false, 1433));

  private static RecordedServer server(boolean replica, String port, boolean aurora) {
    return new RecordedServer("12.0.2000.8")
        .answer("SERVERPROPERTY('Babelfish')", "", 1)
        .answer(
            "inet_server_addr",
            "replica",
            replica ? 1 : 0,
            "address",
            "10.0.0.1 " + port,
            "started",
            "2026-12-01 03:38:06.498334+00",
            "aurora",
            aurora ? 1 : 0);
  }

  private static RecordedServer primary() {
    return server(false, "1433", false)
        .answer(
            "pg_current_wal_insert_lsn",
            "replica",
            0,
            "system",
            "7713909140816872614",
            "position",
            100663392,
            "kept",
            100663300,
            "wal",
            "0000000A0000000000000006",
            "receivers",
            0,
            "received",
            null,
            "reached",
            0,
            "paused",
            0,
            "age",
            null);
  }

  /** Without pg_monitor its user does not see what timeline it receives. */
  private static RecordedServer standby(long replayed, long received, int receivers, int paused) {
    return server(true, "1434", false)
        .answer(
            "pg_current_wal_insert_lsn",
            "replica",
            1,
            "system",
            "7713909140816872614",
            "position",
            replayed,
            "kept",
            received,
            "wal",
            null,
            "receivers",
            receivers,
            "received",
            null,
            "reached",
            10,
            "paused",
            paused,
            "age",
            1200);
  }

  private NodeReport ask(RecordedServer server) throws SQLException {
    return prober.ask(server.connection(), false, JdbcServer.UNHEARD);
  }

  @Test
  void primaryAndStandbyAreToldApartThoughTheyHaveOneName() throws SQLException {
    NodeReport writer = ask(primary());
    NodeReport reader = ask(standby(100663392, 100663392, 1, 0));
    assertThat(writer.writer()).isTrue();
    assertThat(reader.writer()).isFalse();
    assertThat(writer.identity()).isNotEqualTo(reader.identity());
    assertThat(writer.system()).isEqualTo(reader.system());
    assertThat(writer.position()).isEqualTo(new BabelfishLsn(10, 100663392));
    assertThat(writer.kept()).isEqualTo(new BabelfishLsn(10, 100663300));
    assertThat(prober.written(primary().connection())).isEqualTo(writer.position());
    assertThat(reader.position().covers(writer.position())).isTrue();
    assertThat(reader.lagMillis()).isZero();
    assertThat(reader.halt()).isEmpty();
  }

  @Test
  void aStandbyThatIsBehindSaysHowFarAndWhy() throws SQLException {
    NodeReport late = ask(standby(100663300, 100663392, 1, 0));
    assertThat(late.position().covers(ask(primary()).position())).isFalse();
    assertThat(late.lagMillis()).isEqualTo(1200);
    assertThat(ask(standby(1, 2, 1, 1)).halt()).isEqualTo("its replay is paused");
    assertThat(ask(standby(2, 2, 0, 0)).halt()).contains("receiver does not run");
    assertThat(ask(standby(2, 2, 0, 0)).lagMillis()).isEqualTo(1200);
    assertThatThrownBy(() -> prober.written(standby(2, 2, 1, 0).connection()))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void noStandbyHasWhatAPrimaryWroteThatDoesNotSayHowFarItIs() throws SQLException {
    NodeReport writer = ask(server(false, "1433", false));
    NodeReport reader = ask(server(true, "1434", false));
    assertThat(writer.writer()).isTrue();
    assertThat(ask(standby(2, 2, 1, 0)).position().covers(writer.position())).isFalse();
    assertThat(reader.position()).isEqualTo(Position.NONE);
    assertThat(reader.lagMillis()).isEqualTo(TopologyNode.UNKNOWN);
    assertThat(reader.halt()).startsWith("it does not say how far it is: was not recorded");
    assertThatThrownBy(() -> prober.written(server(false, "1433", false).connection()))
        .hasMessageContaining("how far");
  }

  private static RecordedServer aurora(boolean replica, String name) {
    return server(replica, replica ? "1434" : "1433", true)
        .answer("AS name", "name", name)
        .answer("aurora_replica_status", status("one", "MASTER_SESSION_ID", 700, 650, 0))
        .answer("aurora_replica_status", status("two", "abc", 0, 680, 17));
  }

  private static Object[] status(String server, String session, int durable, int read, int lag) {
    return new Object[] {
      "server_id",
      server,
      "session_id",
      session,
      "durable",
      durable,
      "readable",
      read,
      "lag",
      lag,
      "age",
      3,
      "updated",
      1_790_000_000_000L
    };
  }

  @Test
  void auroraHasThePositionsOfItsStorage() throws SQLException {
    NodeReport writer = ask(aurora(false, "one"));
    NodeReport reader = ask(aurora(true, "two"));
    assertThat(writer.writer()).isTrue();
    assertThat(writer.position()).isEqualTo(new Lsn(700));
    assertThat(writer.kept()).isEqualTo(Position.NONE);
    assertThat(reader.writer()).isFalse();
    assertThat(reader.name()).isEqualTo("two");
    assertThat(reader.position()).isEqualTo(new Lsn(680));
    assertThat(reader.lagMillis()).isEqualTo(17);
    assertThat(prober.written(aurora(false, "one").connection())).isEqualTo(new Lsn(700));
  }
}
