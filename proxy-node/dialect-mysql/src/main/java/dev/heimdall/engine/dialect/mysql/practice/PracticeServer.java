package dev.heimdall.engine.dialect.mysql.practice;

import dev.heimdall.engine.practice.PracticeEnd;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A server that lets everyone in and has one row for each read. */
final class PracticeServer {
  private static final int UTF8MB4 = 255;
  private static final long OFFERED =
      Capability.LONG_PASSWORD
          | Capability.FOUND_ROWS
          | Capability.LONG_FLAG
          | Capability.CONNECT_WITH_DB
          | Capability.PROTOCOL_41
          | Capability.TRANSACTIONS
          | Capability.SECURE_CONNECTION
          | Capability.MULTI_STATEMENTS
          | Capability.MULTI_RESULTS
          | Capability.PS_MULTI_RESULTS
          | Capability.PLUGIN_AUTH
          | Capability.CONNECT_ATTRS
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.SESSION_TRACK
          | Capability.DEPRECATE_EOF;

  /** How sessions begin. */
  private static final Map<String, String> INITIAL =
      Map.of(
          "autocommit", "ON",
          "sql_mode", "STRICT_TRANS_TABLES",
          "time_zone", "SYSTEM",
          "transaction_isolation", "REPEATABLE-READ",
          "collation_connection", "utf8mb4_0900_ai_ci",
          "character_set_client", "utf8mb4",
          "character_set_connection", "utf8mb4",
          "character_set_results", "utf8mb4");

  private final PracticeEnd end;
  private final int number;
  private final List<String> statements = new ArrayList<>();
  private boolean deprecatesEof;
  private int sequence;
  private int status = StatusFlag.AUTOCOMMIT;

  PracticeServer(PracticeEnd end, int number) {
    this.end = end;
    this.number = number;
  }

  void run() throws IOException {
    byte[] challenge = new byte[Handshake.CHALLENGE];
    Arrays.fill(challenge, (byte) 'c');
    new Handshake("8.4.0", number, challenge, OFFERED, UTF8MB4, status, "mysql_native_password")
        .write(end.out());
    end.flush();
    ByteBuf terms = packet();
    deprecatesEof = (terms.readUnsignedIntLE() & Capability.DEPRECATE_EOF) != 0;
    ok(new byte[0]);
    end.flush();
    try {
      while (answer(packet())) {
        end.flushIfIdle();
      }
    } catch (EOFException e) {
      // the node has closed it without a goodbye
    }
  }

  private ByteBuf packet() throws IOException {
    ByteBuf header = end.read(Packet.HEADER);
    sequence = Packet.sequence(header, 0) + 1;
    return end.read(Packet.payload(header, 0));
  }

  /** Whether there may be another one. */
  private boolean answer(ByteBuf command) {
    switch (command.readByte()) {
      case Command.QUIT -> {
        return false;
      }
      case Command.QUERY -> query(command.toString(StandardCharsets.UTF_8));
      case Command.STMT_PREPARE -> prepare(command.toString(StandardCharsets.UTF_8));
      case Command.STMT_EXECUTE ->
          carryOut(statements.get((int) command.readUnsignedIntLE() - 1), true);
      case Command.STMT_CLOSE, Command.STMT_SEND_LONG_DATA -> {
        // neither has an answer
      }
      default -> ok(new byte[0]);
    }
    return true;
  }

  private void query(String text) {
    if (text.contains("session_track_system_variables")) {
      ok(initial());
    } else {
      carryOut(text, false);
    }
  }

  private void carryOut(String text, boolean binary) {
    switch (firstWord(text)) {
      case "SELECT" -> {
        if (text.endsWith("missing")) {
          ErrPacket.write(end.out(), sequence++, 1146, "42S02", "Table 'missing' doesn't exist");
        } else {
          rows(binary);
        }
      }
      case "BEGIN", "START" -> {
        status |= StatusFlag.IN_TRANSACTION;
        ok(new byte[0]);
      }
      case "COMMIT", "ROLLBACK" -> {
        status &= ~StatusFlag.IN_TRANSACTION;
        ok(new byte[0]);
      }
      default -> ok(new byte[0]);
    }
  }

  private void rows(boolean binary) {
    ByteBuf out = end.out();
    int at = Packet.begin(out, sequence++);
    out.writeByte(2);
    Packet.end(out, at);
    columns();
    at = Packet.begin(out, sequence++);
    if (binary) {
      out.writeZero(2).writeLongLE(7);
    } else {
      LengthEncoded.write(out, "7");
    }
    LengthEncoded.write(out, "one");
    Packet.end(out, at);
    if (deprecatesEof) {
      OkPacket.of(0, status).write(out, sequence++, OkPacket.END_OF_ROWS, true);
    } else {
      EofPacket.write(out, sequence++, 0, status);
    }
  }

  private void columns() {
    ColumnDefinition.write(
        end.out(), sequence++, "id", ColumnDefinition.BINARY, ColumnDefinition.TYPE_LONGLONG, 20);
    ColumnDefinition.write(
        end.out(), sequence++, "name", UTF8MB4, ColumnDefinition.TYPE_VAR_STRING, 80);
    endOfColumns();
  }

  private void endOfColumns() {
    if (!deprecatesEof) {
      EofPacket.write(end.out(), sequence++, 0, status);
    }
  }

  private void prepare(String text) {
    statements.add(text);
    ByteBuf out = end.out();
    boolean read = firstWord(text).equals("SELECT");
    int parameters = (int) text.chars().filter(c -> c == '?').count();
    int at = Packet.begin(out, sequence++);
    out.writeByte(0).writeIntLE(statements.size()).writeShortLE(read ? 2 : 0);
    out.writeShortLE(parameters).writeByte(0).writeShortLE(0);
    Packet.end(out, at);
    for (int i = 0; i < parameters; i++) {
      ColumnDefinition.write(
          out, sequence++, "?", ColumnDefinition.BINARY, ColumnDefinition.TYPE_LONGLONG, 20);
    }
    if (parameters > 0) {
      endOfColumns();
    }
    if (read) {
      columns();
    }
  }

  private void ok(byte[] changes) {
    OkPacket.of(0, status).withState(changes).write(end.out(), sequence++, OkPacket.OK, true);
  }

  private static byte[] initial() {
    ByteBuf state = Unpooled.buffer();
    INITIAL.forEach(
        (name, value) -> {
          ByteBuf entry = Unpooled.buffer();
          LengthEncoded.write(entry, name);
          LengthEncoded.write(entry, value);
          state.writeByte(StateChanges.SYSTEM_VARIABLES);
          LengthEncoded.write(state, entry.readableBytes());
          state.writeBytes(entry);
        });
    return ByteBufUtil.getBytes(state);
  }

  private static String firstWord(String text) {
    String stripped = text.strip();
    int space = stripped.indexOf(' ');
    return (space < 0 ? stripped : stripped.substring(0, space)).toUpperCase(Locale.ROOT);
  }
}
