package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests of recorded conversations, cut short and with other lengths, through a node: a server
 * gets none that it could not read, as its own codec judges, and other clients are served.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlServerFormIT {
  private static final Path CONVERSATIONS =
      Path.of(
              "../proxy-node/dialect-sqlserver/src/test/resources/dev/heimdall/engine/wire/sqlserver")
          .toAbsolutePath()
          .normalize();

  /** Cuts and changed bytes of one message. */
  private static final int FEW = 6;

  private static final int MANY = 60;

  private static final int MALFORMED = 4002;

  /** Beginning of a batch that waits, whose other texts would, too. */
  private static final String WAITFOR = "770061006900740066006f007200";

  private TdsServer server;
  private SqlServerNode node;

  @BeforeAll
  void listen() {
    server = TdsServer.start();
    node = SqlServerNode.pooled(TdsTarget.of(server), 2, "");
  }

  @AfterAll
  void end() {
    node.close();
    server.close();
  }

  /** A client below TLS that sends packets as they are. */
  private final class Raw implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    Raw(TdsVersion version) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
      socket.setSoTimeout(60_000);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
      ByteBuf payload = Unpooled.buffer();
      new Login7(
              Login7.Client.of(version, 0),
              Login7.Flags.ODBC,
              Login7.Credentials.of("app", "app"),
              new Login7.Names("", "raw", "", "raw", "", "app", ""),
              List.of())
          .write(payload);
      assertThat(answer(TdsPacket.LOGIN7, ByteBufUtil.getBytes(payload))).isNotEmpty();
    }

    /** Sends a message; returns what answers it, empty where the connection has ended. */
    byte[] answer(int type, byte[] payload) throws IOException {
      ByteBuf out = Unpooled.buffer();
      TdsPacket.write(out, type, 0, 0, TdsPacket.INITIAL_SIZE, Unpooled.wrappedBuffer(payload));
      ByteBuf answer = Unpooled.buffer();
      try {
        socket.getOutputStream().write(ByteBufUtil.getBytes(out));
        int status;
        do {
          byte[] header = in.readNBytes(TdsPacket.HEADER);
          if (header.length < TdsPacket.HEADER) {
            return new byte[0];
          }
          status = header[1];
          int length = (header[2] & 0xFF) << 8 | header[3] & 0xFF;
          answer.writeBytes(in.readNBytes(length - TdsPacket.HEADER));
        } while ((status & TdsPacket.EOM) == 0);
      } catch (IOException e) {
        return new byte[0];
      }
      return ByteBufUtil.getBytes(answer);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Numbers of the malformed, and of those that were answered otherwise. */
  private record Counts(int malformed, int others) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "go-mssqldb",
        "jtds",
        "mssql-jdbc",
        "mssql-jdbc-cursor",
        "pymssql",
        "pytds",
        "tedious"
      })
  void whatIsCutOrHasOtherLengthsReachesNoServer(String name) throws Exception {
    reachesNoServer(name, FEW);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "go-mssqldb",
        "jtds",
        "mssql-jdbc",
        "mssql-jdbc-cursor",
        "pymssql",
        "pytds",
        "tedious"
      })
  void norDoesAnyOfManyChanges(String name) throws Exception {
    reachesNoServer(name, MANY);
  }

  private void reachesNoServer(String name, int changes) throws Exception {
    TdsVersion version = name.equals("jtds") ? TdsVersion.V7_1 : TdsVersion.V7_4;
    int malformed = 0;
    int others = 0;
    Raw client = new Raw(version);
    try (Connection bob = node.jdbc(";encrypt=false")) {
      for (byte[] message : requests(name)) {
        byte[] payload = Arrays.copyOfRange(message, TdsPacket.HEADER, message.length);
        for (byte[] changed : changed(payload, changes)) {
          byte[] answer = client.answer(message[0], changed);
          boolean ended = answer.length == 0 || isMalformed(answer);
          malformed += ended ? 1 : 0;
          others += ended ? 0 : 1;
          if (ended) {
            client.close();
            client = new Raw(version);
          }
        }
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
        assertThat(server.malformed()).as("%s", HexFormat.of().formatHex(message)).isNull();
      }
    } finally {
      client.close();
    }
    assertThat(new Counts(malformed, others)).matches(c -> c.malformed() > 10 && c.others() > 10);
  }

  /** Batches, calls and requests to the transaction manager of one packet. */
  private static List<byte[]> requests(String name) throws IOException {
    List<byte[]> requests = new ArrayList<>();
    for (String line : Files.readString(CONVERSATIONS.resolve(name + ".hex")).lines().toList()) {
      String[] part = line.split(" ");
      byte[] message = HexFormat.of().parseHex(part[2]);
      boolean request =
          message[0] == TdsPacket.SQL_BATCH
              || message[0] == TdsPacket.RPC
              || message[0] == TdsPacket.TRANSACTION;
      int length = (message[2] & 0xFF) << 8 | message[3] & 0xFF;
      boolean waits = part[2].contains(WAITFOR);
      if (part[1].equals("C") && request && !waits && length == message.length) {
        requests.add(message);
      }
    }
    return requests;
  }

  private static List<byte[]> changed(byte[] payload, int changes) {
    List<byte[]> all = new ArrayList<>();
    int most = Math.min(changes, payload.length);
    for (int less = 1; less <= most; less++) {
      all.add(Arrays.copyOf(payload, payload.length - less));
    }
    for (int at = 0; at < payload.length; at += Math.max(1, payload.length / changes)) {
      byte[] other = payload.clone();
      other[at] = (byte) (other[at] == 0 ? 1 : 2 * other[at] + 1);
      all.add(other);
    }
    return all;
  }

  private static boolean isMalformed(byte[] answer) {
    return answer[0] == (byte) 0xAA && ((answer[3] & 0xFF) | (answer[4] & 0xFF) << 8) == MALFORMED;
  }
}
