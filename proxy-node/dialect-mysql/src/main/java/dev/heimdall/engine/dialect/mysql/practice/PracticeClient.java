package dev.heimdall.engine.dialect.mysql.practice;

import dev.heimdall.engine.auth.NativePassword;
import dev.heimdall.engine.auth.Sha2Password;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import dev.heimdall.engine.practice.PracticeRun;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A client that does what drivers do. */
final class PracticeClient implements Practice.Client {
  /** Capabilities that all drivers request. */
  private static final long WANTED =
      Capability.LONG_FLAG
          | Capability.CONNECT_WITH_DB
          | Capability.PROTOCOL_41
          | Capability.TRANSACTIONS
          | Capability.SECURE_CONNECTION
          | Capability.MULTI_RESULTS
          | Capability.PS_MULTI_RESULTS
          | Capability.PLUGIN_AUTH
          | Capability.PLUGIN_AUTH_LENENC_DATA;

  /** Additional capabilities that some drivers request. */
  private static final List<Long> MORE_WANTED =
      List.of(
          Capability.DEPRECATE_EOF,
          0L,
          Capability.DEPRECATE_EOF | Capability.QUERY_ATTRIBUTES | Capability.SESSION_TRACK);

  /** Number of successive clients that use one driver. */
  private static final int OF_ONE_DRIVER = 2 * PracticeRun.CLIENTS;

  /** In an execution: it says how many parameters it has. */
  private static final int COUNTED = 0x08;

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
      "SELECT /* practice */ p.`id`, count(*) AS n FROM `practice` AS p WHERE p.`name` IN ('one',"
          + " \"two\") AND p.`id` >= -%d.5 GROUP BY 1 ORDER BY 2 LIMIT 10;";

  private static final String WRITE_PARAMETER = "UPDATE practice SET name = 'two' WHERE id = ?";

  /** As drivers and tools write them now and then; one in each turn. */
  private static final List<String> OCCASIONAL =
      List.of(
          "/* driver */SELECT  @@session.wait_timeout AS wait_timeout, @@sql_mode AS sql_mode",
          "select @@version_comment limit 1",
          "SELECT DATABASE(), VERSION()",
          "SELECT table_name FROM information_schema.tables WHERE table_schema = 'practice';",
          "SELECT 1",
          "SELECT now(), coalesce(NULL, 1)",
          "SET character_set_results = NULL",
          "SELECT id, name FROM practice ORDER BY id",
          "SET NAMES utf8mb4",
          "USE `practice`",
          "set sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES')"
              + ",session_track_system_variables = CONCAT(@@global.session_track_system_variables"
              + ",',transaction_isolation'),NAMES utf8mb4",
          "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
          "set autocommit=1",
          "SET SESSION TRANSACTION READ WRITE",
          "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");

  /** Those and two commands. */
  private static final int OCCASIONS = OCCASIONAL.size() + 2;

  /** One of so many transactions begins as those of JDBC do. */
  private static final int BEGUN_BY_SET = 3;

  private static final String NO_ATTRIBUTES = "\0\1";
  private static final String FAILING = "SELECT 1 FROM missing";

  private final PracticeEnd end;
  private final int number;
  private final long wanted;

  /** Statements that have been given types. */
  private final Set<Integer> typed = new HashSet<>();

  private boolean commitsEach = true;
  private boolean fails;
  private int sequence;
  private int read;
  private int write;

  /**
   * @param number of the client among all that there were
   */
  PracticeClient(PracticeEnd end, int number) {
    this.end = end;
    this.number = number;
    wanted = WANTED | MORE_WANTED.get(number / OF_ONE_DRIVER % MORE_WANTED.size());
  }

  private boolean wants(long capability) {
    return (wanted & capability) != 0;
  }

  void logIn(Practice.Account account) throws IOException {
    Handshake greeting = Handshake.read(packet());
    byte[] password = account.password().getBytes(StandardCharsets.UTF_8);
    int at = Packet.begin(end.out(), sequence);
    end.out().writeIntLE((int) wanted).writeIntLE(1 << 24).writeByte(UTF8MB4).writeZero(RESERVED);
    Handshake.writeZeroEnded(end.out(), account.user());
    LengthEncoded.write(end.out(), proof(greeting.plugin(), password, greeting.challenge()));
    Handshake.writeZeroEnded(end.out(), account.database());
    Handshake.writeZeroEnded(end.out(), greeting.plugin());
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
    return 13;
  }

  @Override
  public void send(int request, int turn) throws IOException {
    fails = request == 11;
    switch (request) {
      case 0 -> query(READ + turn);
      case 1, 2, 5 -> execute(read, turn);
      case 3 -> query("UPDATE practice SET n = n + 1 WHERE id = " + turn);
      case 4 -> {
        commitsEach = turn % BEGUN_BY_SET != 0;
        query(commitsEach ? "BEGIN" : "SET autocommit=0");
      }
      case 6 -> execute(write, turn);
      case 7 -> query("COMMIT");
      case 8 -> query(commitsEach ? READ + turn : "SET autocommit=1");
      case 9 -> query(MADE.formatted(turn));
      case 10 -> occasional((turn + number) % OCCASIONS);
      case 11 -> query(FAILING);
      default -> query("SELECT id AS n%d FROM practice".formatted(turn)); // a new pattern
    }
    end.flush();
  }

  private void occasional(int which) {
    if (which < OCCASIONAL.size()) {
      query(OCCASIONAL.get(which));
    } else if (which == OCCASIONAL.size()) {
      command(Command.PING, "");
    } else {
      command(Command.INIT_DB, "practice");
    }
  }

  private void query(String sql) {
    command(Command.QUERY, wants(Capability.QUERY_ATTRIBUTES) ? NO_ATTRIBUTES + sql : sql);
  }

  private void command(byte type, String text) {
    int at = Packet.begin(end.out(), 0);
    end.out().writeByte(type);
    end.out().writeCharSequence(text, StandardCharsets.UTF_8);
    Packet.end(end.out(), at);
  }

  /** Prepares a statement with one parameter; its number. */
  private int prepare(String sql) throws IOException {
    command(Command.STMT_PREPARE, sql);
    end.flush();
    ByteBuf prepared = packet().skipBytes(1);
    int statement = prepared.readIntLE();
    definitions(prepared.readUnsignedShortLE());
    definitions(prepared.readUnsignedShortLE());
    return statement;
  }

  private void definitions(long count) throws IOException {
    for (long i = 0; i < count; i++) {
      packet();
    }
    if (count > 0 && !wants(Capability.DEPRECATE_EOF)) {
      packet();
    }
  }

  /** No value is null. Types come with the first one, of some drivers with each. */
  private void execute(int statement, int value) {
    ByteBuf out = end.out();
    boolean attributes = wants(Capability.QUERY_ATTRIBUTES);
    int at = Packet.begin(out, 0);
    out.writeByte(Command.STMT_EXECUTE).writeIntLE(statement);
    out.writeByte(attributes ? COUNTED : 0).writeIntLE(1);
    if (attributes) {
      out.writeByte(1);
    }
    boolean types = typed.add(statement) || attributes;
    out.writeByte(0).writeBoolean(types);
    if (types) {
      out.writeByte(ColumnDefinition.TYPE_LONGLONG).writeByte(0);
      if (attributes) {
        out.writeByte(0); // without a name
      }
    }
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
    definitions(LengthEncoded.read(first));
    while (packet().getUnsignedByte(0) != OkPacket.END_OF_ROWS) {
      // a row
    }
  }

  @Override
  public void leave() throws IOException {
    for (int statement : List.of(read, write)) {
      int at = Packet.begin(end.out(), 0);
      end.out().writeByte(Command.STMT_CLOSE).writeIntLE(statement);
      Packet.end(end.out(), at);
    }
    command(Command.QUIT, "");
    end.flush();
  }
}
