package dev.heimdall.engine.dialect.mysql.practice;

import dev.heimdall.engine.auth.NativePassword;
import dev.heimdall.engine.auth.Sha2Password;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A client that does what drivers do. */
final class PracticeClient implements Practice.Client {
  private static final long WANTED =
      Capability.LONG_FLAG
          | Capability.CONNECT_WITH_DB
          | Capability.PROTOCOL_41
          | Capability.TRANSACTIONS
          | Capability.SECURE_CONNECTION
          | Capability.MULTI_RESULTS
          | Capability.PS_MULTI_RESULTS
          | Capability.PLUGIN_AUTH
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.DEPRECATE_EOF;
  private static final int UTF8MB4 = 45;
  private static final int RESERVED = 23;

  /** First bytes of answers during a log-in. */
  private static final int SWITCH = 0xFE;

  private static final int MORE = 0x01;

  private static final String SHA2 = "caching_sha2_password";
  private static final String READ = "SELECT id, name FROM practice WHERE id = ";
  private static final String READ_PARAMETER = READ + "?";

  /** As programs write it that make their statements themselves. */
  private static final String MADE =
      "SELECT /* practice */ p.`id`, count(*) AS n FROM `practice` AS p"
          + " WHERE p.`name` IN ('one', \"two\") AND p.`id` >= -%d.5 GROUP BY 1 ORDER BY 2 LIMIT 10;";

  private static final String WRITE_PARAMETER = "UPDATE practice SET name = 'two' WHERE id = ?";

  /** As drivers and tools write them when they have logged in; one in each turn. */
  private static final List<String> BEGINNINGS =
      List.of(
          "SELECT @@max_allowed_packet",
          "SELECT @@version_comment LIMIT 1",
          "SELECT DATABASE(), VERSION()",
          "SELECT table_name FROM information_schema.tables WHERE table_schema = 'practice';",
          "SELECT 1",
          "SELECT now(), coalesce(NULL, 1)");

  private static final String FAILING = "SELECT 1 FROM missing";

  private final PracticeEnd end;
  private boolean fails;
  private int sequence;
  private int read;
  private int write;

  PracticeClient(PracticeEnd end) {
    this.end = end;
  }

  void logIn(Practice.Account account) throws IOException {
    Handshake greeting = Handshake.read(packet());
    byte[] password = account.password().getBytes(StandardCharsets.UTF_8);
    int at = Packet.begin(end.out(), sequence);
    end.out().writeIntLE((int) WANTED).writeIntLE(1 << 24).writeByte(UTF8MB4).writeZero(RESERVED);
    text(account.user());
    LengthEncoded.write(end.out(), proof(greeting.plugin(), password, greeting.challenge()));
    text(account.database());
    text(greeting.plugin());
    Packet.end(end.out(), at);
    end.flush();
    for (ByteBuf said = packet(); said.getUnsignedByte(0) != OkPacket.OK; said = packet()) {
      switch (said.readUnsignedByte()) {
        case SWITCH -> {
          String plugin =
              said.readCharSequence(said.bytesBefore((byte) 0), StandardCharsets.US_ASCII)
                  .toString();
          byte[] challenge = new byte[Handshake.CHALLENGE];
          said.skipBytes(1).readBytes(challenge);
          int next = Packet.begin(end.out(), sequence);
          end.out().writeBytes(proof(plugin, password, challenge));
          Packet.end(end.out(), next);
          end.flush();
        }
        case MORE -> {
          // the proof was right, which the next packet says
        }
        default -> throw new IOException("the node refused a log-in");
      }
    }
    read = prepare(READ_PARAMETER);
    write = prepare(WRITE_PARAMETER);
  }

  private static byte[] proof(String plugin, byte[] password, byte[] challenge) {
    return plugin.equals(SHA2)
        ? Sha2Password.response(password, challenge)
        : NativePassword.response(password, challenge);
  }

  private void text(String text) {
    end.out().writeCharSequence(text, StandardCharsets.UTF_8);
    end.out().writeByte(0);
  }

  private ByteBuf packet() throws IOException {
    ByteBuf header = end.read(Packet.HEADER);
    sequence = Packet.sequence(header, 0) + 1;
    ByteBuf payload = end.read(Packet.payload(header, 0));
    if (!fails && payload.getUnsignedByte(0) == ErrPacket.FIRST) {
      throw new IOException(
          "the node answered an error: "
              + ErrPacket.read(payload, StandardCharsets.UTF_8).message());
    }
    return payload;
  }

  @Override
  public int requests() {
    return 12;
  }

  @Override
  public void send(int request, int number) throws IOException {
    fails = request == 10;
    switch (request) {
      case 0 -> query(READ + number);
      case 1, 2, 5 -> execute(read, number);
      case 3 -> query("UPDATE practice SET name = 'one' WHERE id = " + number);
      case 4 -> query("BEGIN");
      case 6 -> execute(write, number);
      case 7 -> query("COMMIT");
      case 8 -> query(MADE.formatted(number));
      case 9 -> query(BEGINNINGS.get(number % BEGINNINGS.size()));
      case 10 -> query(FAILING);
      default -> query("SELECT id AS n%d FROM practice".formatted(number)); // a new pattern
    }
    end.flush();
  }

  private void query(String sql) {
    int at = Packet.begin(end.out(), 0);
    end.out().writeByte(Command.QUERY);
    end.out().writeCharSequence(sql, StandardCharsets.UTF_8);
    Packet.end(end.out(), at);
  }

  /** Prepares a statement with one parameter; its number. */
  private int prepare(String sql) throws IOException {
    int at = Packet.begin(end.out(), 0);
    end.out().writeByte(Command.STMT_PREPARE);
    end.out().writeCharSequence(sql, StandardCharsets.UTF_8);
    Packet.end(end.out(), at);
    end.flush();
    ByteBuf prepared = packet().skipBytes(1);
    int number = prepared.readIntLE();
    int definitions = prepared.readUnsignedShortLE() + prepared.readUnsignedShortLE();
    for (int i = 0; i < definitions; i++) {
      packet();
    }
    return number;
  }

  private void execute(int statement, int value) {
    ByteBuf out = end.out();
    int at = Packet.begin(out, 0);
    out.writeByte(Command.STMT_EXECUTE).writeIntLE(statement).writeByte(0).writeIntLE(1);
    // No value is null; types come with it.
    out.writeByte(0).writeByte(1).writeByte(ColumnDefinition.TYPE_LONGLONG).writeByte(0);
    out.writeLongLE(value);
    Packet.end(out, at);
  }

  @Override
  public void receive() throws IOException {
    ByteBuf first = packet();
    int type = first.getUnsignedByte(0);
    if (type == OkPacket.OK || type == ErrPacket.FIRST) {
      return;
    }
    long columns = LengthEncoded.read(first);
    for (long i = 0; i < columns; i++) {
      packet();
    }
    while (packet().getUnsignedByte(0) != OkPacket.END_OF_ROWS) {
      // a row
    }
  }

  @Override
  public void leave() throws IOException {
    int at = Packet.begin(end.out(), 0);
    end.out().writeByte(Command.QUIT);
    Packet.end(end.out(), at);
    end.flush();
  }
}
