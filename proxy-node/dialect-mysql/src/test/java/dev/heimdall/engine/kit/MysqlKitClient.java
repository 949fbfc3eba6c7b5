package dev.heimdall.engine.kit;

import dev.heimdall.engine.auth.Sha2Password;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Cipher;

/** A client of MySQL's protocol. */
final class MysqlKitClient extends KitClient {
  private static final long WANTED =
      Capability.LONG_FLAG
          | Capability.CONNECT_WITH_DB
          | Capability.PROTOCOL_41
          | Capability.TRANSACTIONS
          | Capability.MULTI_STATEMENTS
          | Capability.SECURE_CONNECTION
          | Capability.MULTI_RESULTS
          | Capability.PS_MULTI_RESULTS
          | Capability.PLUGIN_AUTH
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.DEPRECATE_EOF;
  private static final int UTF8MB4 = 45;
  private static final int RESERVED = 19;

  /** Of MariaDB's own, behind those that are reserved. */
  private static final int OF_MARIADB = (int) (Capability.MARIADB_BULK >>> 32);

  /** A flag of an execution in bulk: the types are there. */
  private static final int TYPED = 0x80;

  /** First byte of a packet that goes on with a proof. */
  private static final int MORE = 0x01;

  /** Follows it when the proof is not enough. */
  private static final int PASSWORD_WANTED = 0x04;

  private static final byte ASKS_FOR_KEY = 2;

  private static final int NO_RESULT = -1;

  /** What is answered next. */
  private enum ExpectedReply {
    LOG_IN,
    PREPARED,
    TEXT_ROWS,
    BINARY_ROWS
  }

  private final KitNode<?> node;
  private final Deque<ExpectedReply> awaited = new ArrayDeque<>();
  private final Map<Integer, Integer> statements = new HashMap<>();
  private String user;
  private String password;
  private int sequence;
  private int preparing;
  private Handshake greeting;

  /** Definitions of columns that are to come; without them come rows. */
  private int definitions = NO_RESULT;

  MysqlKitClient(KitNode<?> node) {
    super(node);
    this.node = node;
  }

  @Override
  protected void read(ByteBuf in) {
    while (Packet.whole(in, in.readerIndex(), in.writerIndex())) {
      int length = Packet.payload(in, in.readerIndex());
      sequence = Packet.sequence(in, in.readerIndex());
      packet(in.skipBytes(Packet.HEADER).readSlice(length));
    }
  }

  private void packet(ByteBuf payload) {
    int first = payload.getUnsignedByte(payload.readerIndex());
    if (first == ErrPacket.FIRST) {
      awaited.poll();
      definitions = NO_RESULT;
      ServerError error = ErrPacket.read(payload, StandardCharsets.UTF_8);
      hears("error " + error.sqlState() + " " + error.number());
    } else if (greeting == null) {
      greeting = Handshake.read(payload);
    } else if (definitions > 0) {
      definition();
    } else if (definitions == 0) {
      row(payload, first);
    } else {
      begins(payload, first);
    }
  }

  private void definition() {
    definitions--;
    if (definitions == 0 && awaited.peek() == ExpectedReply.PREPARED) {
      done("idle");
    }
  }

  private void row(ByteBuf payload, int first) {
    if (first == OkPacket.END_OF_ROWS) {
      ends(payload);
      return;
    }
    payload.skipBytes(awaited.peek() == ExpectedReply.BINARY_ROWS ? 2 : 0);
    hears("row " + new String(LengthEncoded.readBytes(payload), StandardCharsets.UTF_8));
  }

  private void begins(ByteBuf payload, int first) {
    switch (awaited.element()) {
      case LOG_IN -> {
        if (first == OkPacket.OK) {
          awaited.poll();
        } else if (first == MORE) {
          gives(payload);
        } else {
          throw new IllegalStateException("a log-in was answered by " + first);
        }
      }
      case PREPARED -> {
        statements.put(preparing, payload.skipBytes(1).readIntLE());
        definitions = payload.readUnsignedShortLE() + payload.readUnsignedShortLE();
        if (definitions == 0) {
          done("idle");
        }
      }
      default -> {
        if (first == OkPacket.OK) {
          ends(payload);
        } else {
          definitions = (int) LengthEncoded.read(payload);
        }
      }
    }
  }

  /** A result has ended, and the answer with it if there are no more. */
  private void ends(ByteBuf payload) {
    int status = OkPacket.read(payload, false).status();
    if ((status & StatusFlag.MORE_RESULTS) == 0) {
      done((status & StatusFlag.IN_TRANSACTION) == 0 ? "idle" : "open");
    } else {
      definitions = NO_RESULT;
    }
  }

  private void done(String state) {
    definitions = NO_RESULT;
    awaited.poll();
    hears(state);
  }

  @Override
  protected void logIn(String as, String known) {
    user = as;
    password = known;
    awaited.add(ExpectedReply.LOG_IN);
    send(
        out -> {
          int at = Packet.begin(out, 1);
          out.writeIntLE((int) WANTED).writeIntLE(1 << 24).writeByte(UTF8MB4).writeZero(RESERVED);
          out.writeIntLE(OF_MARIADB);
          text(out, user);
          LengthEncoded.write(
              out,
              Sha2Password.response(
                  password.getBytes(StandardCharsets.UTF_8), greeting.challenge()));
          text(out, "app");
          text(out, greeting.plugin());
          Packet.end(out, at);
        });
  }

  /** What it has sent is not enough: it asks for a key, under which it sends the password. */
  private void gives(ByteBuf payload) {
    byte[] data = ByteBufUtil.getBytes(payload.skipBytes(1));
    if (data.length > 1) {
      answers(encrypted(new String(data, StandardCharsets.US_ASCII)));
    } else if (data[0] == PASSWORD_WANTED) {
      answers(new byte[] {ASKS_FOR_KEY});
    }
  }

  private void answers(byte[] payload) {
    hears(ASKED);
    int next = sequence + 1;
    sendLater(
        out -> {
          int at = Packet.begin(out, next);
          out.writeBytes(payload);
          Packet.end(out, at);
        });
  }

  private byte[] encrypted(String pem) {
    byte[] mixed = (password + '\0').getBytes(StandardCharsets.UTF_8);
    byte[] challenge = greeting.challenge();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] ^= challenge[i % challenge.length];
    }
    byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(key)));
      return cipher.doFinal(mixed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void text(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.UTF_8);
    out.writeByte(0);
  }

  @Override
  protected void write(ByteBuf out, String sql) {
    awaited.add(ExpectedReply.TEXT_ROWS);
    command(out, Command.QUERY, sql.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a command that is no text, and is answered by an OK or an error. */
  void command(byte command, byte[] body) {
    awaited.add(ExpectedReply.TEXT_ROWS);
    send(out -> command(out, command, body));
  }

  private static void command(ByteBuf out, byte command, byte[] body) {
    int at = Packet.begin(out, 0);
    out.writeByte(command).writeBytes(body);
    Packet.end(out, at);
  }

  @Override
  protected void prepare(int number, String sql) {
    preparing = number;
    awaited.add(ExpectedReply.PREPARED);
    send(out -> command(out, Command.STMT_PREPARE, sql.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  protected void execute(int number) {
    execute(statements.getOrDefault(number, 999), 0);
  }

  /** The same, and the server may keep the rows until they are fetched. */
  void executeWithCursor(int number) {
    execute(statements.getOrDefault(number, 999), 1);
  }

  /** The same of one with one parameter, whose value comes ahead of it. */
  void executeBehindLongData(int number) {
    int statement = statements.getOrDefault(number, 999);
    ByteBuf part = Unpooled.buffer().writeIntLE(statement).writeShortLE(0).writeByte('1');
    ByteBuf body = Unpooled.buffer().writeIntLE(statement).writeByte(0).writeIntLE(1);
    body.writeByte(0).writeByte(1).writeShortLE(ColumnDefinition.TYPE_BLOB);
    awaited.add(ExpectedReply.BINARY_ROWS);
    send(
        out -> {
          command(out, Command.STMT_SEND_LONG_DATA, ByteBufUtil.getBytes(part));
          command(out, Command.STMT_EXECUTE, ByteBufUtil.getBytes(body));
        });
  }

  /** The same of one with one parameter, with one set of values of many that there could be. */
  void executeInBulk(int number) {
    ByteBuf body = Unpooled.buffer().writeIntLE(statements.getOrDefault(number, 999));
    body.writeShortLE(TYPED).writeShortLE(ColumnDefinition.TYPE_BLOB).writeByte(0);
    LengthEncoded.write(body, "1");
    awaited.add(ExpectedReply.BINARY_ROWS);
    send(out -> command(out, Command.STMT_BULK_EXECUTE, ByteBufUtil.getBytes(body)));
  }

  private void execute(int statement, int flags) {
    awaited.add(ExpectedReply.BINARY_ROWS);
    ByteBuf body = Unpooled.buffer();
    body.writeIntLE(statement).writeByte(flags).writeIntLE(1);
    send(out -> command(out, Command.STMT_EXECUTE, ByteBufUtil.getBytes(body)));
  }

  /** A packet in the middle of a conversation that nobody leads. */
  @Override
  protected void writeNonsense(ByteBuf out) {
    int at = Packet.begin(out, 7);
    out.writeByte(Command.PING);
    Packet.end(out, at);
  }

  @Override
  protected void cancel() {
    MysqlKitClient other = new MysqlKitClient(node);
    other.logIn(user, user);
    other.sends("KILL QUERY " + greeting.connectionId());
    other.leave();
  }
}
