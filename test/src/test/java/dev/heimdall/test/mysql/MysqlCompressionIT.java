package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import com.mysql.cj.jdbc.JdbcConnection;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.SocketRelay;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.Toolchain;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that have what is sent compressed; their servers are reached without. */
@Timeout(120)
class MysqlCompressionIT {
  private static final int LARGE = 3_000_000;

  /** A way to a node, and how many bytes go over it in both directions. */
  private static final class CountingLink extends SocketRelay {
    private final AtomicLong bytes = new AtomicLong();

    CountingLink(int node) throws IOException {
      super(node);
      start();
    }

    @Override
    protected void forth(InputStream client, OutputStream server) throws IOException {
      copy(client, server);
    }

    @Override
    protected void back(InputStream server, OutputStream client) throws IOException {
      copy(server, client);
    }

    private void copy(InputStream in, OutputStream out) throws IOException {
      byte[] buffer = new byte[64 * 1024];
      int read;
      while ((read = in.read(buffer)) > 0) {
        bytes.addAndGet(read);
        out.write(buffer, 0, read);
      }
    }

    MysqlTarget target(MysqlTarget node) {
      return new MysqlTarget(
          "127.0.0.1", port(), node.database(), node.user(), node.password(), node.tls());
    }
  }

  private static void largeValueComesBack(Connection client) throws SQLException {
    try (PreparedStatement statement =
        client.prepareStatement("SELECT ?, LENGTH(?), CONCAT('it ', 'works')")) {
      String large = "some text that repeats ".repeat(LARGE / 23);
      statement.setString(1, large);
      statement.setString(2, large);
      for (int i = 0; i < 2; i++) {
        try (ResultSet rows = statement.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getString(1)).isEqualTo(large);
          assertThat(rows.getInt(2)).isEqualTo(large.length());
          assertThat(rows.getString(3)).isEqualTo("it works");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bothDriversOfJavaSendAndGetFarFewerBytes(boolean tls) throws Exception {
    try (MysqlNode node =
        MysqlNode.start(
            MysqlRelease.MARIADB, c -> c.clientTls("allow", TestCertificate.localhost()))) {
      MysqlTarget target = node.target().tls(tls);
      try (CountingLink link = new CountingLink(target.port());
          Connection client =
              link.target(target).jdbc("useCompression", "true", "useServerPrepStmts", "true")) {
        largeValueComesBack(client);
        assertThat(link.bytes.get()).isPositive().isLessThan(LARGE);
        client.unwrap(JdbcConnection.class).changeUser(MysqlRelease.OTHER, MysqlRelease.PASSWORD);
        largeValueComesBack(client);
        assertThat(link.bytes.get()).as("behind another log-in").isLessThan(2L * LARGE);
      }
      try (CountingLink link = new CountingLink(target.port());
          Connection client = link.target(target).mariaJdbc("useCompression", "true")) {
        largeValueComesBack(client);
        assertThat(link.bytes.get()).isPositive().isLessThan(LARGE);
        try (Statement statement = client.createStatement()) {
          assertThat(statement.executeUpdate("DO 1")).isZero();
          statement.setFetchSize(1000);
          try (ResultSet rows = statement.executeQuery("SELECT seq FROM seq_1_to_100000")) {
            int count = 0;
            while (rows.next()) {
              assertThat(rows.getInt(1)).isEqualTo(++count);
            }
            assertThat(count).isEqualTo(100_000);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zlib", "zstd"})
  @Needs("mysql-server")
  void theCommandLineOfMysqlHasTheAlgorithmThatItInsistsOn(String algorithm) throws Exception {
    try (MysqlNode node = MysqlNode.start(MysqlRelease.MARIADB, c -> {})) {
      MysqlTarget target = node.target();
      ProcessBuilder command =
          new ProcessBuilder(
                  Toolchain.built("mysql-server").resolve("run").toString(),
                  "bin/mysql",
                  "--no-defaults",
                  "--protocol=tcp",
                  "--host=127.0.0.1",
                  "--port=" + target.port(),
                  "--user=" + target.user(),
                  "--ssl-mode=DISABLED",
                  "--get-server-public-key",
                  "--compression-algorithms=" + algorithm,
                  "--batch",
                  "--skip-column-names",
                  "--execute=SELECT LENGTH(REPEAT('abc', 100000)), REPEAT('x', 200); SELECT 2",
                  "app")
              .redirectErrorStream(true);
      command.environment().put("MYSQL_PWD", target.password());
      Process client = command.start();
      client.getOutputStream().close();
      String printed;
      try {
        printed = new String(client.getInputStream().readAllBytes());
        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
      } finally {
        Toolchain.end(client);
      }
      assertThat(printed).isEqualTo("300000\t" + "x".repeat(200) + "\n2\n");
    }
  }

  @Test
  void compressionIsNotOfferedWhereItIsSwitchedOff() throws Exception {
    for (boolean on : List.of(true, false)) {
      try (MysqlNode node =
              MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("clients.compression", on));
          RawMysqlClient client = RawMysqlClient.connect(node.target())) {
        long offered = Handshake.read(Unpooled.wrappedBuffer(client.receive())).capabilities();
        assertThat((offered & Capability.COMPRESS) != 0).isEqualTo(on);
        assertThat((offered & Capability.ZSTD_COMPRESSION) != 0).isEqualTo(on);
      }
    }
  }
}
