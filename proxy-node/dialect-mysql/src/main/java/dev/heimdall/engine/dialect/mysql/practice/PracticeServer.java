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
import dev.heimdall.engine.wire.mysql.QueryAttributes;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A server that lets everyone in, has one row for most reads, and keeps settings. */
final class PracticeServer {
  private static final int UTF8MB4 = 255;
  private static final byte[] NOTHING = {};
  private static final byte[] UPDATED =
      "Rows matched: 1  Changed: 1  Warnings: 0".getBytes(StandardCharsets.US_ASCII);
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
          | Capability.DEPRECATE_EOF
          | Capability.QUERY_ATTRIBUTES;

  /** Rows of a read that gives all of them, in order. */
  private static final int MANY = 300;

  private final PracticeEnd end;
  private final int number;
  private final List<String> statements = new ArrayList<>();
  private final PracticeSettings settings = new PracticeSettings();

  /** True if each answer tells the statement's number, as MySQL's servers do, and not MariaDB's. */
  private final boolean counts;

  private boolean deprecatesEof;
  private boolean attributes;
  private int sequence;
  private int status = StatusFlag.AUTOCOMMIT;

  PracticeServer(PracticeEnd end, int number) {
    this.end = end;
    this.number = number;
    counts = number % 2 == 0;
  }

  void run() throws IOException {
    byte[] challenge = new byte[Handshake.CHALLENGE];
    Arrays.fill(challenge, (byte) 'c');
    new Handshake("8.4.0", number, challenge, OFFERED, UTF8MB4, status, "mysql_native_password")
        .write(end.out());
    end.flush();
    ByteBuf terms = packet();
    long agreed = terms.readUnsignedIntLE();
    deprecatesEof = (agreed & Capability.DEPRECATE_EOF) != 0;
    attributes = (agreed & Capability.QUERY_ATTRIBUTES) != 0;
    ok(NOTHING);
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

  /** True if there may be another one. */
  private boolean answer(ByteBuf command) {
    switch (command.readByte()) {
      case Command.QUIT -> {
        return false;
      }
      case Command.QUERY -> {
        if (attributes) {
          QueryAttributes.skip(command);
        }
        query(command.toString(StandardCharsets.UTF_8));
      }
      case Command.INIT_DB -> ok(StateChanges.schema(command.toString(StandardCharsets.UTF_8)));
      case Command.RESET_CONNECTION -> {
        settings.reset();
        status = StatusFlag.AUTOCOMMIT;
        ok(NOTHING);
      }
      case Command.STMT_PREPARE -> prepare(command.toString(StandardCharsets.UTF_8));
      case Command.STMT_EXECUTE ->
          carryOut(statements.get((int) command.readUnsignedIntLE() - 1), true);
      case Command.STMT_CLOSE, Command.STMT_SEND_LONG_DATA -> {
        // neither has an answer
      }
      default -> ok(NOTHING);
    }
    return true;
  }

  private void query(String text) {
    if (text.contains("session_track_schema")) {
      ok(settings.all());
    } else if (text.contains("@@") && !firstWord(text).equals("SET")) {
      settings(settings.asked(text));
    } else {
      carryOut(text, false);
    }
  }

  private void carryOut(String text, boolean binary) {
    switch (firstWord(text)) {
      case "SELECT" -> {
        begins();
        if (text.endsWith("missing")) {
          ErrPacket.write(end.out(), sequence++, 1146, "42S02", "Table 'missing' doesn't exist");
        } else {
          rows(text.endsWith("ORDER BY id") ? MANY : 1, binary);
        }
      }
      case "SET" -> {
        byte[] changes = settings.set(text);
        if (settings.autocommits()) {
          status = StatusFlag.AUTOCOMMIT | (status & StatusFlag.IN_TRANSACTION);
        } else {
          status &= ~StatusFlag.AUTOCOMMIT;
        }
        ok(changes);
      }
      case "USE" -> ok(StateChanges.schema("practice"));
      case "UPDATE" -> {
        begins();
        ok(new OkPacket(1, 0, status, 0, UPDATED, NOTHING), OkPacket.OK);
      }
      case "BEGIN", "START" -> {
        status |= StatusFlag.IN_TRANSACTION;
        ok(NOTHING);
      }
      case "COMMIT", "ROLLBACK" -> {
        status &= ~StatusFlag.IN_TRANSACTION;
        ok(NOTHING);
      }
      default -> ok(NOTHING);
    }
  }

  /** Begins a transaction with any statement, where a session does not commit each statement. */
  private void begins() {
    if (!settings.autocommits()) {
      status |= StatusFlag.IN_TRANSACTION;
    }
  }

  private void rows(int count, boolean binary) {
    ByteBuf out = end.out();
    int at = Packet.begin(out, sequence++);
    out.writeByte(2);
    Packet.end(out, at);
    columns();
    for (int i = 0; i < count; i++) {
      at = Packet.begin(out, sequence++);
      if (binary) {
        out.writeZero(2).writeLongLE(7);
      } else {
        LengthEncoded.write(out, "7");
      }
      LengthEncoded.write(out, "one");
      Packet.end(out, at);
    }
    endOfRows();
  }

  private void settings(List<String> values) {
    ByteBuf out = end.out();
    int at = Packet.begin(out, sequence++);
    out.writeByte(values.size());
    Packet.end(out, at);
    values.forEach(value -> column("value", UTF8MB4, ColumnDefinition.TYPE_VAR_STRING));
    endOfColumns();
    at = Packet.begin(out, sequence++);
    for (String value : values) {
      LengthEncoded.writeNullable(out, value);
    }
    Packet.end(out, at);
    endOfRows();
  }

  private void endOfRows() {
    if (deprecatesEof) {
      ok(OkPacket.of(0, status), OkPacket.END_OF_ROWS);
    } else {
      EofPacket.write(end.out(), sequence++, 0, status);
    }
  }

  private void column(String name, int collation, int type) {
    ColumnDefinition.write(end.out(), sequence++, name, collation, type, 80);
  }

  private void columns() {
    column("id", ColumnDefinition.BINARY, ColumnDefinition.TYPE_LONGLONG);
    column("name", UTF8MB4, ColumnDefinition.TYPE_VAR_STRING);
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
      column("?", ColumnDefinition.BINARY, ColumnDefinition.TYPE_LONGLONG);
    }
    if (parameters > 0) {
      endOfColumns();
    }
    if (read) {
      columns();
    }
  }

  private void ok(byte[] changes) {
    ok(OkPacket.of(0, status).withState(changes), OkPacket.OK);
  }

  private void ok(OkPacket ok, int first) {
    OkPacket said = counts ? ok.withState(settings.counted(ok.state())) : ok;
    said.write(end.out(), sequence++, first, true);
  }

  private static String firstWord(String text) {
    String stripped = text.strip();
    int space = stripped.indexOf(' ');
    return (space < 0 ? stripped : stripped.substring(0, space)).toUpperCase(Locale.ROOT);
  }
}
