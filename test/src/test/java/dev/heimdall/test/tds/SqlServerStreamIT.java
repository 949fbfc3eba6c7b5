package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import dev.heimdall.test.fixture.SocketRelay;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that are longer than a node may hold, by mssql-jdbc. */
@AlsoOnBabelfish
class SqlServerStreamIT {
  private static final int LONG = 48 << 20;

  /** More than what both sockets and the node's own buffers take. */
  private static final long FAR_AHEAD = 20L << 20;

  private static final String LIMITS =
      ", \"limits\": {\"maxStatementSize\": \"64KiB\", \"maxMessageSize\": \"1MiB\"}";

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong furthest = new AtomicLong();
  private TdsTarget server;
  private SlowRelay relay;
  private SqlServerNode node;

  /** A way to the server that is slower than the one to the node. */
  private final class SlowRelay extends SocketRelay {
    SlowRelay(int port) throws IOException {
      super(port);
      start();
    }

    @Override
    protected void forth(InputStream client, OutputStream to) throws IOException {
      byte[] piece = new byte[64 * 1024];
      long passed = 0;
      for (int read = client.read(piece); read >= 0; read = client.read(piece)) {
        to.write(piece, 0, read);
        passed += read;
        long ahead = sent.get() - passed;
        furthest.accumulateAndGet(ahead, Math::max);
        try {
          Thread.sleep(3);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** Bytes that are made while they are read. */
  private final class Zeros extends InputStream {
    private final LongConsumer told;

    Zeros(LongConsumer told) {
      this.told = told;
    }

    @Override
    public int read() {
      return sent.getAndIncrement() < LONG ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int at, int length) {
      int more = (int) Math.min(length, LONG - sent.get());
      told.accept(sent.addAndGet(more));
      return more == 0 ? -1 : more;
    }
  }

  @BeforeEach
  void listen() throws IOException {
    server = TdsTarget.start("app");
    assumeThat(server.host()).as("relays lead to this machine").isEqualTo("127.0.0.1");
    relay = new SlowRelay(server.port());
    node = SqlServerNode.start(relay.port(), server.user(), server.password(), LIMITS, "");
  }

  @AfterEach
  void end() throws Exception {
    node.close();
    relay.close();
    server.close();
  }

  @Test
  void aValueIsReadNoFasterThanItsServerTakesIt() throws SQLException {
    try (Connection ann = node.jdbc(";encrypt=false");
        PreparedStatement query = ann.prepareStatement("select datalength(?)")) {
      query.setBinaryStream(1, new Zeros(bytes -> {}), LONG);

      try (ResultSet result = query.executeQuery()) {
        assertThat(result.next()).isTrue();
        assertThat(result.getLong(1)).isEqualTo(LONG);
      }
      assertThat(furthest).hasValueLessThan(FAR_AHEAD);
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
    }
  }

  @Test
  void aStatementIsCancelledWhileItIsSent() throws SQLException {
    try (Connection ann = node.jdbc(";encrypt=false");
        Connection bob = node.jdbc(";encrypt=false");
        PreparedStatement query = ann.prepareStatement("select datalength(?)")) {
      query.setBinaryStream(1, new Zeros(bytes -> cancel(query, bytes)), LONG);

      assertThatThrownBy(query::executeQuery).isInstanceOf(SQLException.class);

      assertThat(sent).hasValueLessThan(LONG);
      assertThat(all(bob, "select 2")).isEqualTo("[2;]");
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(server.connections()).isOne();
    }
  }

  private static void cancel(PreparedStatement query, long bytes) {
    if (bytes > LONG / 4) {
      try {
        query.cancel();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
