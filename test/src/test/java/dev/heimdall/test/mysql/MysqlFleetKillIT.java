package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.NativeSession;
import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import com.mysql.cj.protocol.a.NativeConstants.IntegerDataType;
import com.mysql.cj.protocol.a.NativePacketPayload;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.TestCertificate;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** KILL of what another node of the fleet has, by a key that the nodes share. */
@Timeout(60)
@Tag("ci")
class MysqlFleetKillIT {
  private static final String SLEEPS =
      "SELECT SLEEP(30) FROM (SELECT 1 AS fleet UNION SELECT 2) AS t";

  private static final String KEY = "a key of the fleet, of tests only, long enough";

  /** The session is at home on one, the KILL comes by way of the other. */
  private record Fleet(MysqlNode home, MysqlNode other) {}

  private static final String FLEET_A = "127.0.40.3";
  private static final String FLEET_B = "127.0.40.4";

  private static final Map<MysqlRelease, Fleet> FLEETS = new EnumMap<>(MysqlRelease.class);

  @AfterAll
  static void close() {
    for (Fleet fleet : FLEETS.values()) {
      fleet.home().close();
      fleet.other().close();
    }
  }

  private static Fleet fleet(MysqlRelease release) {
    return FLEETS.computeIfAbsent(
        release,
        each -> {
          MysqlNode home = node(each, 2, KEY);
          MysqlNode other = node(each, 1, KEY);
          other.change(c -> c.node("peers", List.of(peer(2, home.port("app"), "require"))));
          home.change(c -> c.node("peers", List.of(peer(1, other.port("app"), "require"))));
          return new Fleet(home, other);
        });
  }

  private static MysqlNode node(MysqlRelease release, int id, String key) {
    return MysqlNode.start(
        release,
        c -> {
          c.node("id", id).node("loops", 2).vdb("pool.size", 4);
          c.clientTls("allow", TestCertificate.localhost());
          if (key != null) {
            c.node("fleetKey", key);
          }
        });
  }

  private static Map<String, Object> peer(int id, int port, String tls) {
    return Map.of("id", id, "host", "localhost", "port", port, "tls", Map.of("mode", tls));
  }

  private static long number(Connection connection) throws SQLException {
    return connection.unwrap(MysqlConnection.class).getId();
  }

  private static CompletableFuture<SQLException> sleeping(MysqlRelease release, Connection client) {
    CompletableFuture<SQLException> failed =
        CompletableFuture.supplyAsync(
            () -> catchThrowableOfType(SQLException.class, () -> execute(client, SLEEPS)));
    Await.until("the statement runs", () -> runs(release));
    return failed;
  }

  private static boolean runs(MysqlRelease release) {
    return !release
        .shared()
        .primary()
        .queryValue(
            "",
            "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '" + SLEEPS + "'")
        .equals("0");
  }

  private static SQLException get(CompletableFuture<SQLException> failed) throws Exception {
    return failed.get(40, TimeUnit.SECONDS);
  }

  private static void refused(Connection connection, String sql, int number, String message) {
    assertThatThrownBy(() -> execute(connection, sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).as(sql).isEqualTo(number))
        .hasMessageContaining(message);
  }

  @MariadbAndMysql
  void aStatementOfAnotherNodeIsKilledByItsUserAndByAnOperatorOnly(MysqlRelease release)
      throws Exception {
    Fleet fleet = fleet(release);
    MysqlTarget there = fleet.other().target();
    try (Connection client = fleet.home().target().jdbc();
        Connection same = there.jdbc();
        Connection stranger = there.as(MysqlRelease.OTHER, MysqlRelease.PASSWORD).jdbc();
        Connection operator = there.as("admin", "admin").jdbc()) {
      String kill = "KILL QUERY " + number(client);
      execute(client, "CREATE TEMPORARY TABLE its_own_there (a INT)");
      for (Connection killer : List.of(same, operator)) {
        CompletableFuture<SQLException> failed = sleeping(release, client);
        refused(stranger, kill, 1095, "You are not owner of thread " + number(client));
        refused(stranger, "KILL " + number(client), 1095, "not owner");
        assertThat(failed).isNotDone();
        execute(killer, kill);
        assertThat(get(failed).getErrorCode()).isEqualTo(1317);
      }
      execute(same, kill); // of one that does nothing
      execute(client, "INSERT INTO its_own_there VALUES (1)");
      assertThat(value(client, "SELECT a FROM its_own_there")).isEqualTo("1");
    }
  }

  @MariadbAndMysql
  void aClientOfAnotherNodeIsKilled(MysqlRelease release) throws Exception {
    Fleet fleet = fleet(release);
    try (Connection client = fleet.home().target().jdbc();
        Connection idle = fleet.home().target().jdbc();
        Connection killer = fleet.other().target().jdbc()) {
      CompletableFuture<SQLException> failed = sleeping(release, client);
      execute(killer, "KILL CONNECTION " + number(client));
      assertThat(get(failed).getErrorCode()).isEqualTo(1927);
      assertThat(client.isValid(5)).isFalse();
      Await.until("its statement has ended", () -> !runs(release));
      refused(killer, "KILL " + number(client), 1094, "Unknown thread id: " + number(client));

      NativePacketPayload command = new NativePacketPayload(5);
      command.writeInteger(IntegerDataType.INT1, 12); // COM_PROCESS_KILL
      command.writeInteger(IntegerDataType.INT4, number(idle));
      NativeSession session = (NativeSession) killer.unwrap(MysqlConnection.class).getSession();
      session.getProtocol().sendCommand(command, false, 0);
      Await.until("the idle one is gone, too", () -> !idle.isValid(5));

      long nobody = 9L << 19 | 5;
      refused(killer, "KILL " + nobody, 1094, "Unknown thread id: " + nobody);
      assertThat(value(killer, "SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  /** A load balancer may send the connection that a driver opens to cancel to any node. */
  @MariadbAndMysql
  void driversCancelByWayOfAnotherNode(MysqlRelease release) throws Exception {
    Fleet fleet = fleet(release);
    MysqlTarget home = fleet.home().target();
    try (TurningRelay relay =
            new TurningRelay(fleet.home().port("app"), fleet.other().port("app"));
        Connection warm = home.jdbc()) {
      MysqlTarget behind =
          new MysqlTarget(
              "127.0.0.1", relay.port(), home.database(), home.user(), home.password(), false);
      for (boolean maria : new boolean[] {false, true}) {
        relay.startAnew();
        try (Connection client = maria ? behind.mariaJdbc() : behind.jdbc();
            Statement statement = client.createStatement()) {
          statement.setQueryTimeout(1);
          assertThatThrownBy(() -> statement.execute(SLEEPS))
              .isInstanceOf(SQLTimeoutException.class);
          assertThat(value(client, "SELECT 'goes on'")).isEqualTo("goes on");
        }
        // MariaDB's driver leaves the time limit to a MariaDB server.
        boolean kills = !maria || release == MysqlRelease.MYSQL;
        assertThat(relay.connections()).as("connections").isEqualTo(kills ? 2 : 1);
      }
      assertThat(value(warm, "SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  /** Nodes that share one configuration, as those of an Auto Scaling group do. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nodesFindEachOtherByTheirAddresses(boolean proxied) throws Exception {
    int port = FreePort.any();
    try (MysqlNode home = among(FLEET_A, port, proxied);
        MysqlNode other = among(FLEET_B, port, proxied);
        Connection client = at(FLEET_A, port, proxied);
        Connection killer = at(FLEET_B, port, proxied)) {
      assertThat(number(client) >>> 19).as("the first address is 1").isEqualTo(4);
      assertThat(number(killer) >>> 19).isEqualTo(5);
      CompletableFuture<SQLException> failed = sleeping(MysqlRelease.MARIADB, client);
      execute(killer, "KILL QUERY " + number(client));
      assertThat(get(failed).getErrorCode()).isEqualTo(1317);
      execute(killer, "KILL " + number(client));
      Await.until("the client is gone", () -> !client.isValid(5));
      long nobody = 6L << 19 | 5;
      refused(killer, "KILL " + nobody, 1105, "node 6: cannot connect");
      long outside = 100L << 19 | 5;
      refused(killer, "KILL " + outside, 1094, "Unknown thread id: " + outside);
    }
  }

  private static MysqlNode among(String address, int port, boolean proxied) {
    return MysqlNode.start(
        MysqlRelease.MARIADB,
        c -> {
          c.node("peerNetworks", List.of("127.0.40.0/28")).node("fleetKey", KEY).node("loops", 1);
          c.vdb("address", address).vdb("ports", List.of(port)).vdb("pool.size", 4);
          if (proxied) {
            c.vdb("proxyProtocol.enabled", true)
                .vdb("proxyProtocol.trusted", List.of("127.0.0.0/8"));
          }
        });
  }

  private static Connection at(String address, int port, boolean proxied) throws Exception {
    return new MysqlTarget(
            address, port, MysqlRelease.DATABASE, MysqlRelease.USER, MysqlRelease.PASSWORD, false)
        .jdbc(proxied ? new String[] {"socketFactory", Balanced.class.getName()} : new String[0]);
  }

  /** Connects as a load balancer does that has nothing to say of a client. */
  public static final class Balanced extends StandardSocketFactory {
    @Override
    public <T extends Closeable> T connect(
        String host, int port, PropertySet properties, int timeout) throws IOException {
      T socket = super.connect(host, port, properties, timeout);
      rawSocket
          .getOutputStream()
          .write(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000"));
      return socket;
    }
  }

  @Test
  void aNodeThatCannotBeAskedIsNamedInTheError() throws Exception {
    int closed = FreePort.any();
    try (MysqlNode node = node(MysqlRelease.MARIADB, 1, null);
        Connection client = node.target().jdbc()) {
      long number = 7L << 19 | 5;
      refused(client, "KILL " + number, 1094, "Unknown thread id: " + number);
      node.change(c -> c.node("peers", List.of(peer(7, closed, "disable"))));
      refused(client, "KILL " + number, 1105, "fleetKey in node.json is not set");
      node.change(c -> c.node("fleetKey", KEY));
      refused(client, "KILL QUERY " + number, 1105, "node 7: cannot connect");
      int server = MysqlRelease.MARIADB.shared().primary().port();
      node.change(c -> c.node("peers", List.of(peer(7, server, "disable"))));
      refused(client, "KILL QUERY " + number, 1105, "no node that takes such requests");
      assertThat(value(client, "SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  @Test
  void aNodeWithAnotherKeyIsRefused() throws Exception {
    Fleet fleet = fleet(MysqlRelease.MARIADB);
    try (MysqlNode stranger = node(MysqlRelease.MARIADB, 3, "another" + KEY);
        Connection client = fleet.home().target().jdbc();
        Connection killer = stranger.target().jdbc()) {
      stranger.change(c -> c.node("peers", List.of(peer(2, fleet.home().port("app"), "prefer"))));
      CompletableFuture<SQLException> failed = sleeping(MysqlRelease.MARIADB, client);
      refused(killer, "KILL QUERY " + number(client), 1105, "does not know this node's fleetKey");
      assertThat(failed).isNotDone();
      // Now it takes both.
      fleet.home().change(c -> c.node("fleetKey", KEY + "\nanother" + KEY));
      execute(killer, "KILL QUERY " + number(client));
      assertThat(get(failed).getErrorCode()).isEqualTo(1317);
      fleet.home().change(c -> c.node("fleetKey", KEY));
    }
  }

  @Test
  void whatWasSeenOnItsWayIsOfNoUseAgain() throws Exception {
    Fleet fleet = fleet(MysqlRelease.MARIADB);
    MysqlTarget home = fleet.home().target();
    try (MysqlNode sender = node(MysqlRelease.MARIADB, 4, KEY);
        TurningRelay relay = new TurningRelay(fleet.home().port("app"));
        Connection client = home.jdbc();
        Connection killer = sender.target().jdbc()) {
      sender.change(c -> c.node("peers", List.of(peer(2, relay.port(), "disable"))));
      execute(killer, "KILL QUERY " + number(client));
      byte[] request = relay.sentByClient();
      assertThat(new String(request, StandardCharsets.ISO_8859_1))
          .contains("heimdall_kill", Long.toString(number(client)))
          .doesNotContain(KEY);

      CompletableFuture<SQLException> failed = sleeping(MysqlRelease.MARIADB, client);
      for (byte[] forged : forgeries(request)) {
        try (RawMysqlClient outsider = RawMysqlClient.connect(home)) {
          assertThat(Handshake.read(Unpooled.wrappedBuffer(outsider.receive())).challenge())
              .hasSize(Handshake.CHALLENGE);
          outsider.send(forged);
          assertThat(outsider.untilClosed())
              .singleElement()
              .asString()
              .matches("1045 28000 Access denied .*|1043 08S01 Bad handshake.*");
        }
      }
      assertThat(failed).isNotDone();
      execute(killer, "KILL QUERY " + number(client));
      assertThat(get(failed).getErrorCode()).isEqualTo(1317);
    }
  }

  /** The request as it was, one without a proof, one with another scope. */
  private static List<byte[]> forgeries(byte[] request) {
    List<byte[]> all = new ArrayList<>(List.of(request));
    String text = new String(request, StandardCharsets.ISO_8859_1);
    int proof = text.indexOf("\u0020", text.indexOf("app\0") + 3); // its length, 32
    byte[] empty = request.clone();
    Arrays.fill(empty, proof + 1, proof + 33, (byte) 0);
    all.add(empty);
    all.add(text.replace("false", "maybe").getBytes(StandardCharsets.ISO_8859_1));
    return all;
  }
}
