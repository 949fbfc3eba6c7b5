package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.heimdall.engine.auth.NativePassword;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestConfiguration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** COM_CHANGE_USER: clients log in again over their connections, with one server connection. */
@Tag("ci")
class MysqlChangeUserIT {
  private static final Map<MysqlRelease, MysqlNode> NODES = new EnumMap<>(MysqlRelease.class);

  private static MysqlNode node(MysqlRelease release) {
    return NODES.computeIfAbsent(release, r -> MysqlNode.start(r, MysqlChangeUserIT::configure));
  }

  private static void configure(TestConfiguration c) {
    c.clientTls("allow", TestCertificate.localhost());
    c.vdb("pool.size", 1);
    for (String vdb : List.of("narrow", "passed")) {
      c.vdb(vdb, "address", "127.0.0.1");
      c.vdb(vdb, "ports", List.of(0));
      c.vdb(vdb, "source", "main");
      c.vdb(vdb, "tls.certificateFile", "client-side.pem");
      c.vdb(vdb, "tls.keyFile", "client-side.key");
      c.vdb(vdb, "tls.mode", "allow");
    }
    c.vdb("narrow", "databases", Map.of("app", "app"));
    c.vdb("narrow", "clients.max", 1);
    c.vdb("passed", "credentials", "passthrough");
  }

  @AfterAll
  static void stop() {
    NODES.values().forEach(MysqlNode::close);
  }

  private static void change(Connection connection, String user, String password)
      throws SQLException {
    connection.unwrap(JdbcConnection.class).changeUser(user, password);
  }

  @MariadbAndMysql
  void nothingIsLeftOfTheSessionBefore(MysqlRelease release) throws Exception {
    MysqlTarget target = node(release).target();
    try (Connection client = target.jdbc("useServerPrepStmts", "true");
        Connection other = target.jdbc()) {
      execute(other, "CREATE TABLE IF NOT EXISTS app.again (a INT)", "DELETE FROM app.again");
      for (int round = 0; round < 3; round++) {
        execute(
            client,
            "SET @mine = 1",
            "SET group_concat_max_len = 77",
            "CREATE TEMPORARY TABLE gone (a INT)");
        client.setAutoCommit(false);
        execute(client, "INSERT INTO app.again VALUES (1)");
        PreparedStatement prepared = client.prepareStatement("SELECT ? + 1");
        prepared.setInt(1, 1);
        prepared.executeQuery().close();

        change(client, MysqlRelease.USER, MysqlRelease.PASSWORD);
        client.setAutoCommit(true);

        assertThat(value(other, "SELECT 1 FROM app.again UNION ALL SELECT 0")).isEqualTo("0");
        try (Connection third = target.jdbc()) {
          assertThat(value(third, "SELECT @mine IS NULL")).isEqualTo("1");
        }
        assertThat(value(client, "SELECT @mine IS NULL")).isEqualTo("1");
        assertThat(value(client, "SELECT @@group_concat_max_len = 77")).isEqualTo("0");
        assertThat(value(client, "SELECT DATABASE()")).isEqualTo(MysqlRelease.DATABASE);
        SQLException gone =
            catchThrowableOfType(SQLException.class, () -> value(client, "SELECT * FROM gone"));
        assertThat(gone.getErrorCode()).isEqualTo(1146);
        SQLException unknown = catchThrowableOfType(SQLException.class, prepared::executeQuery);
        assertThat(unknown.getErrorCode()).as(unknown.getMessage()).isEqualTo(1243);
      }
    }
  }

  @MariadbAndMysql
  void aClientBecomesAnotherUserUnderTheSameNumber(MysqlRelease release) throws Exception {
    MysqlNode node = node(release);
    for (boolean tls : new boolean[] {false, true}) {
      try (Connection client = node.target().tls(tls).jdbc()) {
        Map<String, String> before = only(node, MysqlRelease.USER);
        change(client, MysqlRelease.OTHER, MysqlRelease.PASSWORD);
        Map<String, String> after = only(node, MysqlRelease.OTHER);
        assertThat(after.get("id")).isNotNull().isEqualTo(before.get("id"));
        assertThat(after.get("tls")).isEqualTo(before.get("tls"));
        assertThat(value(client, "SELECT 1")).isEqualTo("1");
      }
      Await.until("the clients have gone", () -> node.clients().isEmpty());
    }
  }

  private static Map<String, String> only(MysqlNode node, String user) {
    List<Map<String, String>> clients = node.clients();
    assertThat(clients).hasSize(1);
    assertThat(clients.get(0)).containsEntry("user", user);
    return clients.get(0);
  }

  @MariadbAndMysql
  void aWrongPasswordEndsTheConnection(MysqlRelease release) throws Exception {
    try (Connection client = node(release).target().jdbc()) {
      execute(client, "SET @mine = 1");
      SQLException wrong =
          catchThrowableOfType(
              SQLException.class, () -> change(client, MysqlRelease.USER, "guess"));
      assertThat(wrong.getErrorCode()).as(wrong.getMessage()).isEqualTo(1045);
      SQLException ended =
          catchThrowableOfType(SQLException.class, () -> value(client, "SELECT 1"));
      assertThat(ended.getSQLState()).startsWith("08");
    }
    try (Connection next = node(release).target().jdbc()) {
      assertThat(value(next, "SELECT @mine IS NULL")).isEqualTo("1");
    }
  }

  @MariadbAndMysql
  void passwordsThatArePassedThroughAreThoseOfTheNewUser(MysqlRelease release) throws Exception {
    MysqlTarget target = node(release).target("passed");
    for (boolean tls : new boolean[] {false, true}) {
      try (Connection client = target.tls(tls).jdbc()) {
        assertThat(value(client, "SELECT CURRENT_USER()")).isEqualTo(MysqlRelease.USER + "@%");
        change(client, MysqlRelease.OTHER, MysqlRelease.PASSWORD);
        assertThat(value(client, "SELECT CURRENT_USER()")).isEqualTo(MysqlRelease.OTHER + "@%");
        SQLException wrong =
            catchThrowableOfType(
                SQLException.class, () -> change(client, MysqlRelease.USER, "guess"));
        assertThat(wrong.getErrorCode()).isEqualTo(1045);
      }
    }
  }

  /** The place under the limits is the session's, and free for the one that follows. */
  @Test
  void databasesAndLimitsHoldAsAtLogIn() throws Exception {
    MysqlNode node = node(MysqlRelease.MARIADB);
    for (String vdb : List.of("narrow", "app")) {
      try (Raw client = new Raw(node.target(vdb), Raw.WANTED)) {
        for (String database : List.of("app", "app")) {
          client.change(database, Raw.PLUGIN);
          client.proveNew();
          assertThat(client.packet().getUnsignedByte(0)).as("an OK packet").isZero();
          assertThat(client.database()).isEqualTo(database);
        }
        client.change("missing", Raw.PLUGIN);
        client.proveNew();
        assertThat(client.error()).isIn(1044, 1049);
        assertThat(client.ended()).isTrue();
      }
    }
  }

  /** Of latin1, of utf8mb4 and utf8mb3, above 255, of MySQL or MariaDB alone, and of none. */
  private static final int[] COLLATIONS = {8, 45, 224, 256, 305, 576, 999, 1032, 1069, 2048, 2309};

  private static List<String> characters(MysqlTarget target) throws IOException {
    List<String> all = new ArrayList<>();
    for (int collation : COLLATIONS) {
      try (RawMysqlClient client = RawMysqlClient.logInWith(target, 33)) {
        client.changeUser(collation);
        all.add(
            client.value(
                "SELECT CONCAT_WS(' ', "
                    + collation
                    + ", @@character_set_client, @@character_set_results,"
                    + " @@collation_connection, 'a' = 'ä', 'a' = 'a ')"));
      }
    }
    return all;
  }

  @MariadbAndMysql
  void theCollationIsAsDirectly(MysqlRelease release) throws Exception {
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    server.jdbc().close(); // it remembers the user
    assertThat(characters(node(release).target())).isEqualTo(characters(server));
  }

  @Test
  void aClientThatKnowsNoMethodsIsToldSo() throws Exception {
    try (Raw client =
        new Raw(node(MysqlRelease.MARIADB).target(), Raw.WANTED & ~Capability.PLUGIN_AUTH)) {
      client.change("app", "");
      assertThat(client.error()).isEqualTo(1251);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void noRequestIsTooStrange() throws Exception {
    Random random = new Random(17);
    MysqlNode node = node(MysqlRelease.MARIADB);
    for (int i = 0; i < 40; i++) {
      try (Raw client = new Raw(node.target(), Raw.WANTED)) {
        byte[] junk = new byte[random.nextInt(300)];
        random.nextBytes(junk);
        client.send(0, out -> out.writeByte(Command.CHANGE_USER).writeBytes(junk));
        client.send(random.nextInt(3), out -> out.writeBytes(junk));
        client.finish();
      }
    }
    try (Connection next = node.target().jdbc()) {
      assertThat(value(next, "SELECT 1")).isEqualTo("1");
    }
    Await.until("the clients have gone", () -> node.clients().isEmpty());
  }

  /** A client packet by packet, which logs in as {@code app} by mysql_native_password. */
  private static final class Raw implements AutoCloseable {
    static final String PLUGIN = "mysql_native_password";
    static final long WANTED =
        Capability.PROTOCOL_41
            | Capability.SECURE_CONNECTION
            | Capability.PLUGIN_AUTH
            | Capability.CONNECT_WITH_DB
            | Capability.CONNECT_ATTRS
            | Capability.DEPRECATE_EOF;
    private static final byte[] SECRET = MysqlRelease.PASSWORD.getBytes(StandardCharsets.UTF_8);

    private final Socket socket;
    private int sequence;

    Raw(MysqlTarget target, long capabilities) throws IOException {
      socket = new Socket(target.host(), target.port());
      socket.setSoTimeout(20_000);
      Handshake greeting = Handshake.read(packet());
      byte[] proof = NativePassword.response(SECRET, greeting.challenge());
      send(
          1,
          out -> {
            out.writeIntLE((int) capabilities).writeIntLE(1 << 24).writeByte(45).writeZero(23);
            text(out, MysqlRelease.USER);
            out.writeByte(proof.length).writeBytes(proof);
            text(out, target.database());
            if ((capabilities & Capability.PLUGIN_AUTH) != 0) {
              text(out, PLUGIN);
            }
          });
      assertThat(packet().getUnsignedByte(0)).as("an OK packet").isZero();
    }

    void change(String database, String plugin) throws IOException {
      send(
          0,
          out -> {
            out.writeByte(Command.CHANGE_USER);
            text(out, MysqlRelease.USER);
            out.writeByte(0);
            text(out, database);
            out.writeShortLE(45);
            if (!plugin.isEmpty()) {
              text(out, plugin);
              out.writeByte(0);
            }
          });
    }

    /** Proves its password by the challenge that comes. */
    void proveNew() throws IOException {
      ByteBuf asked = packet();
      assertThat(asked.readUnsignedByte()).isEqualTo((short) 0xFE);
      assertThat(asked.readCharSequence(PLUGIN.length(), StandardCharsets.US_ASCII))
          .hasToString(PLUGIN);
      byte[] challenge = new byte[20];
      asked.skipBytes(1).readBytes(challenge);
      send(sequence, out -> out.writeBytes(NativePassword.response(SECRET, challenge)));
    }

    String database() throws IOException {
      return value("SELECT DATABASE()");
    }

    String value(String sql) throws IOException {
      send(
          0,
          out -> {
            out.writeByte(Command.QUERY);
            out.writeCharSequence(sql, StandardCharsets.US_ASCII);
          });
      packet();
      packet();
      ByteBuf row = packet();
      packet();
      return row.readCharSequence(row.readUnsignedByte(), StandardCharsets.US_ASCII).toString();
    }

    int error() throws IOException {
      ByteBuf packet = packet();
      assertThat(packet.getUnsignedByte(0)).isEqualTo((short) ErrPacket.FIRST);
      return ErrPacket.read(packet, StandardCharsets.UTF_8).number();
    }

    boolean ended() throws IOException {
      return socket.getInputStream().read() < 0;
    }

    /** Says nothing more, and hears what there is to hear. */
    void finish() throws IOException {
      try {
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (SocketException e) {
        // the node has closed with something unread, which is as good
      }
    }

    ByteBuf packet() throws IOException {
      InputStream in = socket.getInputStream();
      ByteBuf head = Unpooled.wrappedBuffer(in.readNBytes(Packet.HEADER));
      assertThat(head.readableBytes()).as("a packet").isEqualTo(Packet.HEADER);
      sequence = Packet.sequence(head, 0) + 1;
      return Unpooled.wrappedBuffer(in.readNBytes(Packet.payload(head, 0)));
    }

    void send(int number, Consumer<ByteBuf> payload) throws IOException {
      ByteBuf out = Unpooled.buffer();
      int at = Packet.begin(out, number);
      payload.accept(out);
      Packet.end(out, at);
      try {
        socket.getOutputStream().write(out.array(), 0, out.readableBytes());
      } catch (SocketException e) {
        // the node has closed: what it has said is still to be read
      }
    }

    private static void text(ByteBuf out, String text) {
      out.writeCharSequence(text, StandardCharsets.UTF_8);
      out.writeByte(0);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
