package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsPacketWalker;
import dev.heimdall.engine.wire.sqlserver.TdsReplyListener;
import dev.heimdall.engine.wire.sqlserver.TdsReplyScanner;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A client that speaks TDS 7.4. */
final class SqlServerKitClient extends KitClient implements TdsReplyListener {
  /** Rules on words of statements: one is rejected, one changed, one answered. */
  static final String RULES =
      "{\"match\": \"secret\", \"action\": \"drop\"},"
          + " {\"match\": \"old\", \"action\": \"transform\","
          + " \"parameters\": {\"target\": \"new\"}},"
          + " {\"match\": \"none\", \"action\": \"result\"}";

  private static final TdsVersion VERSION = TdsVersion.V7_4;
  private static final int NO_CURSOR = -1;

  private final TdsPacketWalker walker = new TdsPacketWalker();
  private final TdsReplyScanner scanner = new TdsReplyScanner(this, VERSION);

  /** Statements by the handles that the node has given. */
  private final Map<Integer, Integer> handles = new HashMap<>();

  private int preparing;

  /** The cursors that it has opened last, and which value of a reply returns the handle of one. */
  private final List<Integer> opened = new ArrayList<>();

  private int cursorAt = NO_CURSOR;
  private ByteBuf message = Unpooled.buffer();
  private TdsMessage lastError;
  private boolean loggedIn;
  private boolean failed;
  private int acknowledged;
  private boolean open;
  private boolean attention;
  private boolean ended;

  /** Number of statements that the last message has answered. */
  private int answered;

  SqlServerKitClient(KitNode<?> node) {
    super(node);
  }

  @Override
  protected void read(ByteBuf in) {
    while (in.isReadable()) {
      in.readerIndex(walker.walk(in, in.readerIndex(), in.writerIndex()));
      message.writeBytes(in, walker.from(), walker.to() - walker.from());
      if (walker.ended()) {
        message();
        message.clear();
      }
    }
  }

  private void message() {
    attention = false;
    answered = 0;
    scanner.on(message, 0, message.writerIndex());
    scanner.end();
    cursorAt = NO_CURSOR;
    rows();
    if (attention) {
      failed = false;
      hears("attention");
    } else if (!failed) {
      hears(open ? "open" : "idle");
    }
    failed = false;
  }

  /** Rows of one nvarchar column, behind metadata of a fixed length. */
  private void rows() {
    int at = find(0);
    while (at >= 0) {
      int bytes = message.getUnsignedShortLE(at + 1);
      hears("row " + message.toString(at + 3, bytes, StandardCharsets.UTF_16LE));
      at = find(at + 3 + bytes);
    }
  }

  private int find(int from) {
    int columns = message.indexOf(from, message.writerIndex(), (byte) TdsToken.COL_METADATA);
    return columns < 0 ? -1 : message.indexOf(columns, message.writerIndex(), (byte) TdsToken.ROW);
  }

  @Override
  public void done(int token, int status, int command, long count) {
    answered++;
    open = (status & TdsToken.DONE_IN_TRANSACTION) != 0;
    attention |= (status & TdsToken.DONE_ATTENTION) != 0;
    ended |= (status & TdsToken.DONE_SERVER_ERROR) != 0;
  }

  @Override
  public void error(ByteBuf in, int at, int length) {
    failed = true;
    lastError = TdsMessage.read(in, at, length, VERSION);
    hears("error " + lastError.number());
  }

  int answered() {
    return answered;
  }

  /** The last error with all its parts. */
  TdsMessage lastError() {
    return lastError;
  }

  @Override
  protected void logIn(String user, String password) {
    Login7 login =
        new Login7(
            Login7.Client.of(VERSION, 0),
            Login7.Flags.ODBC,
            Login7.Credentials.of(user, password),
            new Login7.Names("host", "kit", "node", "kit", "", "app", ""),
            List.of());
    send(
        out -> {
          ByteBuf payload = Unpooled.buffer();
          login.write(payload);
          TdsPacket.write(out, TdsPacket.LOGIN7, 0, 0, TdsPacket.INITIAL_SIZE, payload);
        });
  }

  @Override
  protected void write(ByteBuf out, String sql) {
    ByteBuf payload = Unpooled.buffer();
    AllHeaders.write(payload, 0);
    payload.writeCharSequence(spelled(sql), StandardCharsets.UTF_16LE);
    TdsPacket.write(out, TdsPacket.SQL_BATCH, 0, 0, TdsPacket.INITIAL_SIZE, payload);
  }

  private static String spelled(String sql) {
    return switch (sql) {
      case "BEGIN" -> "BEGIN TRAN";
      case "SAVEPOINT s" -> "SAVE TRAN s";
      default -> sql;
    };
  }

  @Override
  protected void prepare(int number, String sql) {
    preparing = number;
    send(
        out ->
            call(
                out,
                RpcProcedure.PREPARE,
                payload -> {
                  integer(payload, 1, null);
                  text(payload, "");
                  text(payload, sql);
                  integer(payload, 0, 1);
                }));
  }

  @Override
  protected void execute(int number) {
    send(out -> call(out, RpcProcedure.EXECUTE, payload -> integer(payload, 0, handle(number))));
  }

  /** Sends a batch that has the session reset before. */
  List<String> asksResetting(String sql) {
    send(
        out -> {
          int at = out.writerIndex();
          write(out, sql);
          reset(out, at);
        });
    return told();
  }

  private static void reset(ByteBuf out, int at) {
    reset(out, at, TdsPacket.RESET);
  }

  private static void reset(ByteBuf out, int at, int bit) {
    out.setByte(at + 1, out.getByte(at + 1) | bit);
  }

  /** Sends a batch that has the session reset before, but for its transaction. */
  List<String> asksResettingButTransaction(String sql) {
    send(
        out -> {
          int at = out.writerIndex();
          write(out, sql);
          reset(out, at, TdsPacket.RESET_KEEPING_TRANSACTION);
        });
    return told();
  }

  /** Runs a statement with no parameters, and has the session reset before. */
  List<String> executeSqlResetting(String sql) {
    send(
        out -> {
          int at = out.writerIndex();
          call(out, RpcProcedure.EXECUTE_SQL, payload -> text(payload, sql));
          reset(out, at);
        });
    return told();
  }

  /** Resets that were acknowledged. */
  int acknowledged() {
    return acknowledged;
  }

  @Override
  public void environment(int type, ByteBuf in, int at, int length) {
    acknowledged += type == EnvChange.RESET_ACKNOWLEDGED ? 1 : 0;
  }

  /** Unprepares a statement, and has the session reset before. */
  void unprepareResetting(int number) {
    send(
        out -> {
          int at = out.writerIndex();
          call(out, RpcProcedure.UNPREPARE, payload -> integer(payload, 0, handle(number)));
          reset(out, at);
        });
  }

  /** Calls two procedures in one request, each about a prepared statement. */
  void callTwice(int first, int number, int second, int other) {
    send(
        out ->
            call(
                out,
                first,
                payload -> {
                  integer(payload, 0, handle(number));
                  payload.writeByte(0xFF).writeShortLE(0xFFFF).writeShortLE(second);
                  payload.writeShortLE(0);
                  integer(payload, 0, handle(other));
                }));
  }

  /** The handle that the node has given for a statement. */
  int handle(int number) {
    return handles.getOrDefault(number, 999);
  }

  /** Runs a statement with no parameters. */
  void executeSql(String sql) {
    send(out -> call(out, RpcProcedure.EXECUTE_SQL, payload -> text(payload, sql)));
  }

  /** Runs two statements with no parameters in one request. */
  void executeSqlTwice(String sql, String other) {
    send(
        out ->
            call(
                out,
                RpcProcedure.EXECUTE_SQL,
                payload -> {
                  text(payload, sql);
                  payload.writeByte(0xFF).writeShortLE(0xFFFF);
                  payload.writeShortLE(RpcProcedure.EXECUTE_SQL).writeShortLE(0);
                  text(payload, other);
                }));
  }

  /** Runs a prepared statement, and another one that it prepares in its place. */
  void executeAndPrepareInstead(int number, int other, String sql) {
    int handle = handle(other);
    preparing = number;
    send(
        out ->
            call(
                out,
                RpcProcedure.EXECUTE,
                payload -> {
                  integer(payload, 0, handle);
                  payload.writeByte(0xFF).writeShortLE(0xFFFF);
                  payload.writeShortLE(RpcProcedure.PREPARE_EXECUTE).writeShortLE(0);
                  integer(payload, 1, handle);
                  text(payload, "");
                  text(payload, sql);
                }));
  }

  /** Prepares a procedure's call and runs it. */
  void prepareCall(int number, String call) {
    preparing = number;
    send(
        out ->
            call(
                out,
                RpcProcedure.PREPARE_EXECUTE_RPC,
                payload -> {
                  integer(payload, 1, null);
                  text(payload, call);
                }));
  }

  /** Prepares a statement and runs it. */
  void prepareAndExecute(int number, String sql) {
    preparing = number;
    send(
        out ->
            call(
                out,
                RpcProcedure.PREPARE_EXECUTE,
                payload -> {
                  integer(payload, 1, null);
                  text(payload, "");
                  longText(payload, sql);
                }));
  }

  /** Prepares a statement in the place of another one, and runs it. */
  void prepareInstead(int number, int other, String sql) {
    int handle = handle(other);
    preparing = number;
    send(
        out ->
            call(
                out,
                RpcProcedure.PREPARE_EXECUTE,
                payload -> {
                  integer(payload, 1, handle);
                  text(payload, "");
                  text(payload, sql);
                }));
  }

  /** Opens cursors in one request; the last one that it has opened is the one that it uses. */
  void openCursors(String... statements) {
    opens(0);
    send(
        out -> {
          ByteBuf payload = Unpooled.buffer();
          AllHeaders.write(payload, 0);
          for (int i = 0; i < statements.length; i++) {
            begin(payload, i, RpcProcedure.CURSOR_OPEN, 0);
            integer(payload, 1, null);
            text(payload, statements[i]);
          }
          TdsPacket.write(out, TdsPacket.RPC, 0, 0, TdsPacket.INITIAL_SIZE, payload);
        });
  }

  private void opens(int ordinal) {
    opened.clear();
    cursorAt = ordinal;
  }

  private static void begin(ByteBuf payload, int call, int procedure, int options) {
    if (call > 0) {
      payload.writeByte(0xFF);
    }
    payload.writeShortLE(0xFFFF).writeShortLE(procedure).writeShortLE(options);
  }

  /** True if an answer has said that no other one follows. */
  boolean ended() {
    return ended;
  }

  /** The cursors that it has opened last. */
  List<Integer> opened() {
    return List.copyOf(opened);
  }

  /** Prepares a statement for cursors, and opens one. */
  void prepareCursor(int number, String sql, int scroll, int locking) {
    preparing = number;
    opens(1);
    send(
        out ->
            call(
                out,
                RpcProcedure.CURSOR_PREPARE_EXECUTE,
                payload -> {
                  integer(payload, 1, null);
                  integer(payload, 1, null);
                  text(payload, "");
                  text(payload, sql);
                  integer(payload, 0, scroll);
                  integer(payload, 0, locking);
                }));
  }

  /** Opens a cursor of a prepared statement. */
  void executeCursor(int number) {
    opens(1);
    send(
        out ->
            call(
                out,
                RpcProcedure.CURSOR_EXECUTE,
                payload -> {
                  integer(payload, 0, handle(number));
                  integer(payload, 1, null);
                }));
  }

  /** Calls a procedure about the cursor that it uses. */
  void cursor(int procedure) {
    cursors(procedure);
  }

  /** Calls several procedures for the cursor that was opened last, in one request. */
  void cursors(int... procedures) {
    int cursor = opened.isEmpty() ? 0 : opened.get(opened.size() - 1);
    cursors(0, Collections.nCopies(procedures.length, cursor), procedures);
  }

  /** Calls several procedures in one request, each for its cursor. */
  void cursors(int options, List<Integer> cursors, int... procedures) {
    send(
        out -> {
          ByteBuf payload = Unpooled.buffer();
          AllHeaders.write(payload, 0);
          for (int i = 0; i < procedures.length; i++) {
            begin(payload, i, procedures[i], options);
            integer(payload, 0, cursors.get(i));
          }
          TdsPacket.write(out, TdsPacket.RPC, 0, 0, TdsPacket.INITIAL_SIZE, payload);
        });
  }

  /** Calls a procedure by its name. */
  void callByName(String procedure) {
    callByName(procedure, payload -> {});
  }

  /** Calls a procedure by its name, with texts for parameters. */
  void callByName(String procedure, String... texts) {
    callByName(
        procedure,
        payload -> {
          for (String text : texts) {
            text(payload, text);
          }
        });
  }

  /** Calls a procedure by its name, with its parameters as they are written. */
  void callByName(String procedure, Consumer<ByteBuf> parameters) {
    send(
        out -> {
          ByteBuf payload = Unpooled.buffer();
          AllHeaders.write(payload, 0);
          payload.writeShortLE(procedure.length());
          utf16(payload, procedure);
          payload.writeShortLE(0);
          parameters.accept(payload);
          TdsPacket.write(out, TdsPacket.RPC, 0, 0, TdsPacket.INITIAL_SIZE, payload);
        });
  }

  /** Sends rows, which an INSERT BULK has announced. */
  void load() {
    send(
        out ->
            TdsPacket.write(
                out,
                TdsPacket.BULK_LOAD,
                0,
                0,
                TdsPacket.INITIAL_SIZE,
                Unpooled.buffer().writeZero(3 * TdsPacket.INITIAL_SIZE)));
  }

  /** Packets of a message that is sent in parts. */
  ByteBuf packets(int type, ByteBuf payload) {
    ByteBuf packets = Unpooled.buffer();
    TdsPacket.write(packets, type, 0, 0, TdsPacket.INITIAL_SIZE, payload);
    return packets;
  }

  /** Packets of rows that an INSERT BULK has announced. */
  ByteBuf rows(int bytes) {
    return packets(TdsPacket.BULK_LOAD, Unpooled.buffer(bytes).writeZero(bytes));
  }

  /** Packets of a statement with a long value. */
  ByteBuf longCall(String sql, int bytes) {
    return packets(TdsPacket.RPC, longCall(RpcProcedure.EXECUTE_SQL, sql, 0, bytes));
  }

  /** Packets of two calls, of which the first one has a long value. */
  ByteBuf longCalls(int procedure, int handle, String sql, int bytes, int other, String otherSql) {
    ByteBuf payload = longCall(procedure, sql, handle, bytes);
    payload.writeByte(0xFF);
    begin(payload, procedure, otherSql, other);
    return packets(TdsPacket.RPC, payload);
  }

  private static ByteBuf longCall(int procedure, String sql, int handle, int bytes) {
    ByteBuf payload = Unpooled.buffer(bytes + 1024);
    AllHeaders.write(payload, 0);
    begin(payload, procedure, sql, handle);
    payload.writeByte(0).writeByte(0).writeByte(0xA5).writeShortLE(0xFFFF);
    payload.writeLongLE(bytes).writeIntLE(bytes).writeZero(bytes).writeIntLE(0);
    return payload;
  }

  private static void begin(ByteBuf payload, int procedure, String sql, int handle) {
    payload.writeShortLE(0xFFFF).writeShortLE(procedure).writeShortLE(0);
    if (procedure == RpcProcedure.EXECUTE) {
      integer(payload, 0, handle);
    } else {
      text(payload, sql);
      text(payload, "@v varbinary(max)");
    }
  }

  /** Sends the next bytes of a message that is sent in parts. */
  void sendPart(ByteBuf message, int bytes) {
    send(out -> out.writeBytes(message, Math.min(bytes, message.readableBytes())));
  }

  /** Takes back a message of which a part was sent. */
  void sendIgnored(int type) {
    send(
        out -> {
          int at = TdsPacket.begin(out, type, TdsPacket.EOM | TdsPacket.IGNORE, 0, 9);
          TdsPacket.end(out, at);
        });
  }

  /** Begins or ends a transaction without a text. */
  void transaction(int type) {
    transaction(type, 0);
  }

  /** The same with an isolation level, as {@link TransactionRequest} has them. */
  void transaction(int type, int isolation) {
    send(
        out -> {
          ByteBuf payload = Unpooled.buffer();
          new TransactionRequest(type, isolation, "", false, "").write(payload, 0);
          TdsPacket.write(out, TdsPacket.TRANSACTION, 0, 0, TdsPacket.INITIAL_SIZE, payload);
        });
  }

  /** As nvarchar(max), in chunks of a few characters. */
  private static void longText(ByteBuf out, String value) {
    out.writeByte(0).writeByte(0).writeByte(0xE7).writeShortLE(0xFFFF).writeZero(5);
    out.writeLongLE(2L * value.length());
    for (int at = 0; at < value.length(); at += 3) {
      String chunk = value.substring(at, Math.min(at + 3, value.length()));
      out.writeIntLE(2 * chunk.length());
      out.writeCharSequence(chunk, StandardCharsets.UTF_16LE);
    }
    out.writeIntLE(0);
  }

  private static void call(ByteBuf out, int procedure, Consumer<ByteBuf> parameters) {
    ByteBuf payload = Unpooled.buffer();
    AllHeaders.write(payload, 0);
    payload.writeShortLE(0xFFFF).writeShortLE(procedure).writeShortLE(0);
    parameters.accept(payload);
    TdsPacket.write(out, TdsPacket.RPC, 0, 0, TdsPacket.INITIAL_SIZE, payload);
  }

  private static void integer(ByteBuf out, int status, Integer value) {
    out.writeByte(0).writeByte(status).writeByte(0x26).writeByte(4);
    if (value == null) {
      out.writeByte(0);
    } else {
      out.writeByte(4).writeIntLE(value);
    }
  }

  /** Half of a surrogate pair is written as it is. */
  private static void utf16(ByteBuf out, String text) {
    for (char c : text.toCharArray()) {
      out.writeShortLE(c);
    }
  }

  /** A parameter of this name, as nvarchar. */
  static void named(ByteBuf out, String name, String value) {
    out.writeByte(name.length());
    utf16(out, name);
    out.writeByte(0).writeByte(0xE7).writeShortLE(8000).writeZero(5);
    out.writeShortLE(2 * value.length());
    utf16(out, value);
  }

  /** A parameter without a name, of a type whose values have two bytes of length. */
  static void bytes(ByteBuf out, int type, byte[] value) {
    out.writeByte(0).writeByte(0).writeByte(type).writeShortLE(8000);
    out.writeZero(type == 0xA7 ? 5 : 0).writeShortLE(value.length).writeBytes(value);
  }

  private static void text(ByteBuf out, String value) {
    out.writeByte(0).writeByte(0).writeByte(0x63).writeIntLE(1 << 20).writeZero(5);
    out.writeIntLE(2 * value.length());
    out.writeCharSequence(value, StandardCharsets.UTF_16LE);
  }

  @Override
  public void returnInteger(int ordinal, int value) {
    if (ordinal == cursorAt) {
      opened.add(value);
    } else if (ordinal == 0) {
      handles.put(preparing, value);
    }
  }

  @Override
  protected void writeNonsense(ByteBuf out) {
    TdsPacket.write(out, 99, 0, 0, TdsPacket.INITIAL_SIZE, Unpooled.buffer().writeZero(4));
  }

  @Override
  protected void cancel() {
    send(TdsPacket::writeAttention);
  }
}
