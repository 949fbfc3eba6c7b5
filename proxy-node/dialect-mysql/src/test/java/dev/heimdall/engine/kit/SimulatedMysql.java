package dev.heimdall.engine.kit;

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
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that speaks MySQL's protocol and knows of SQL what tests need: transactions, variables
 * of sessions, which it reports, prepared statements, inserts, which it counts. Any SELECT is
 * answered by one row with what follows that word, with the value of a variable, or with what was
 * inserted last where it reads from a table.
 */
final class SimulatedMysql extends KitServers<SimulatedMysql.Session> {
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

  private static final Pattern ASSIGNMENT =
      Pattern.compile("(\\w+)\\s*=\\s*('[^']*'|[^,'(]+)(?:,|$)");

  private static final Pattern ISOLATION =
      Pattern.compile("(?i)transaction isolation level (\\w+ \\w+)");

  private final Map<String, String> globals = new HashMap<>(INITIAL);
  private final List<String> written = new ArrayList<>();
  private final boolean mariadb;
  private int cancels;

  /**
   * @param mariadb whether it is a MariaDB, and takes executions in bulk
   */
  SimulatedMysql(EventLoop loop, LocalAddress address, ByteBufAllocator buffers, boolean mariadb) {
    super(loop, address, LocalServerChannel.class, buffers);
    this.mariadb = mariadb;
  }

  @Override
  protected Session session(int process) {
    return new Session(process);
  }

  /** Sessions begin with this value of a variable from now on. */
  void global(String name, String value) {
    globals.put(name, value);
  }

  @Override
  public List<String> written() {
    return written;
  }

  @Override
  public int cancels() {
    return cancels;
  }

  /** One connection. */
  final class Session extends KitSession {
    private final int process;
    private final Map<Integer, String> statements = new HashMap<>();
    private final Map<String, String> named = new HashMap<>();
    private final Map<String, String> variables = new TreeMap<>();
    private boolean loggedIn;
    private boolean setUp;
    private boolean deprecatesEof;
    private int sequence;
    private int status = StatusFlag.AUTOCOMMIT;
    private int numbers;
    private final List<String> uncommitted = new ArrayList<>();

    /** Of the transaction that is open. */
    private String level;

    /** How much was committed when it began to read; -1 where that makes no difference. */
    private int snapshot = -1;

    private Session(int process) {
      this.process = process;
    }

    @Override
    protected void begun() {
      Handshake greeting =
          new Handshake(
              mariadb ? "11.8.2-MariaDB" : "8.4.0",
              process,
              new byte[Handshake.CHALLENGE],
              mariadb ? OFFERED & ~Capability.LONG_PASSWORD | Capability.MARIADB_BULK : OFFERED,
              UTF8MB4,
              status,
              "mysql_native_password");
      send(greeting::write);
    }

    @Override
    protected void read(ByteBuf in) {
      while (Packet.whole(in, in.readerIndex(), in.writerIndex())) {
        int next = Packet.sequence(in, in.readerIndex()) + 1;
        byte[] payload = new byte[Packet.payload(in, in.readerIndex())];
        in.skipBytes(Packet.HEADER).readBytes(payload);
        if (!loggedIn) {
          loggedIn = true;
          long agreed = Unpooled.wrappedBuffer(payload).readUnsignedIntLE();
          deprecatesEof = (agreed & Capability.DEPRECATE_EOF) != 0;
          sequence = next;
          send(out -> ok(out, Map.of()));
        } else if (!setsUp(payload) && !kills(payload)) {
          answered(out -> answer(payload, out));
        }
      }
    }

    /** Whether this is what the node begins with, which is answered in any case. */
    private boolean setsUp(byte[] payload) {
      boolean first = !setUp && text(payload).contains("session_track_system_variables");
      setUp = true;
      if (first) {
        sequence = 1;
        send(out -> ok(out, globals));
      }
      return first;
    }

    private boolean kills(byte[] payload) {
      boolean kill = text(payload).startsWith("KILL QUERY ");
      if (kill) {
        cancels++;
        sequence = 1;
        send(out -> ok(out, Map.of()));
      }
      return kill;
    }

    private static String text(byte[] payload) {
      return new String(payload, 1, payload.length - 1, StandardCharsets.UTF_8);
    }

    private void answer(byte[] payload, ByteBuf out) {
      sequence = 1;
      switch (payload[0]) {
        case Command.QUIT -> kill();
        case Command.QUERY -> query(text(payload), out);
        case Command.STMT_PREPARE -> prepare(text(payload), out);
        case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE -> execute(number(payload), out);
        case Command.STMT_CLOSE -> statements.remove(number(payload));
        case Command.STMT_SEND_LONG_DATA -> {} // which has no answer
        case Command.RESET_CONNECTION -> {
          statements.clear();
          variables.clear();
          rollBack();
          ok(out, Map.of());
        }
        case Command.SET_OPTION -> end(out);
        case Command.PING, Command.INIT_DB, Command.STMT_RESET -> ok(out, Map.of());
        default -> error(1047, "08S01", "the simulated server does not know " + payload[0], out);
      }
    }

    private static int number(byte[] payload) {
      return Unpooled.wrappedBuffer(payload).getIntLE(1);
    }

    private void prepare(String text, ByteBuf out) {
      if (text.startsWith("LOCK ")) {
        error(
            1295, "HY000", "This command is not supported in the prepared statement protocol", out);
        return;
      }
      statements.put(++numbers, text);
      int columns = isSelect(text) ? 1 : 0;
      int parameters = (int) text.chars().filter(sign -> sign == '?').count();
      int at = Packet.begin(out, sequence++);
      out.writeByte(0).writeIntLE(numbers).writeShortLE(columns).writeShortLE(parameters);
      out.writeByte(0).writeShortLE(0);
      Packet.end(out, at);
      for (int definitions : new int[] {parameters, columns}) {
        if (definitions > 0) {
          columns(definitions, out);
        }
      }
    }

    private void execute(int number, ByteBuf out) {
      String text = statements.get(number);
      if (text == null) {
        error(1243, "HY000", "there is no prepared statement " + number, out);
      } else {
        carryOut(text, true, out);
      }
    }

    /** Several statements in one text are answered one after the other. */
    private void query(String text, ByteBuf out) {
      String[] texts = text.split("; ");
      for (int i = 0; i < texts.length; i++) {
        boolean last = i == texts.length - 1;
        status = last ? status & ~StatusFlag.MORE_RESULTS : status | StatusFlag.MORE_RESULTS;
        carryOut(texts[i], false, out);
      }
    }

    private static boolean isSelect(String text) {
      return text.toUpperCase(Locale.ROOT).startsWith("SELECT ");
    }

    private void carryOut(String text, boolean binary, ByteBuf out) {
      received().add(text);
      String failure = failure(text);
      if (failure != null) {
        error(1213, failure, "as the test wants it", out);
        return;
      }
      switch (text.toUpperCase(Locale.ROOT).split("\\W", 2)[0]) {
        case "SELECT" -> row(text.substring("SELECT ".length()), binary, out);
        case "PREPARE" -> {
          named.put(text.split(" ", 4)[1], unquoted(text.split(" ", 4)[3]));
          ok(out, Map.of());
        }
        case "EXECUTE" -> {
          boolean immediate = text.startsWith("EXECUTE IMMEDIATE ");
          carryOut(
              immediate
                  ? unquoted(text.substring("EXECUTE IMMEDIATE ".length()))
                  : named.getOrDefault(text.split(" ")[1], "SELECT nothing"),
              binary,
              out);
        }
        case "XA" -> {
          if (text.startsWith("XA START")) {
            opens();
          }
          ok(out, Map.of());
        }
        case "BEGIN", "START" -> {
          commit();
          opens();
          ok(out, Map.of());
        }
        case "COMMIT" -> {
          commit();
          if (text.endsWith(" AND CHAIN")) {
            opens();
          }
          if (text.equals("COMMIT") && value("completion_type").equals("RELEASE")) {
            channel().eventLoop().execute(this::kill); // behind its answer
          }
          ok(out, Map.of());
        }
        case "ROLLBACK" -> {
          rollBack();
          ok(out, Map.of());
        }
        case "INSERT" -> {
          uncommitted.add(text.replaceFirst(".*\\('(.*)'\\)", "$1"));
          opensUnasked();
          if ((status & StatusFlag.IN_TRANSACTION) == 0) {
            commit();
          }
          ok(out, Map.of());
        }
        case "SET" -> ok(out, set(text));
        case "UDPATE" -> error(1064, "42000", "You have an error in your SQL syntax", out);
        default -> ok(out, Map.of());
      }
    }

    private static String unquoted(String literal) {
      return literal.substring(1, literal.length() - 1).replace("''", "'");
    }

    private void opens() {
      status |= StatusFlag.IN_TRANSACTION;
      level = value("transaction_isolation");
    }

    /** With autocommit off the first statement that needs a transaction opens one. */
    private void opensUnasked() {
      if ((status & (StatusFlag.AUTOCOMMIT | StatusFlag.IN_TRANSACTION)) == 0) {
        opens();
      }
    }

    private void commit() {
      written.addAll(uncommitted);
      rollBack();
    }

    private void rollBack() {
      uncommitted.clear();
      status &= ~StatusFlag.IN_TRANSACTION;
      snapshot = -1;
    }

    /** What a SET has changed. */
    private Map<String, String> set(String text) {
      Map<String, String> changed = new LinkedHashMap<>();
      Matcher isolation = ISOLATION.matcher(text);
      if (isolation.find()) {
        variables.put(
            "transaction_isolation", isolation.group(1).toUpperCase(Locale.ROOT).replace(' ', '-'));
        return Map.of("transaction_isolation", value("transaction_isolation"));
      }
      Matcher each = ASSIGNMENT.matcher(text.substring("SET ".length()));
      while (each.find()) {
        String name = each.group(1);
        String value = each.group(2).strip();
        if (value.equals("DEFAULT")) {
          variables.remove(name);
        } else if (!value.startsWith("@@")) {
          variables.put(name, value.replace("'", ""));
        }
        changed.put(name, value(name));
      }
      boolean commits = !List.of("0", "OFF").contains(value("autocommit"));
      status = status & ~StatusFlag.AUTOCOMMIT | (commits ? StatusFlag.AUTOCOMMIT : 0);
      changed.computeIfPresent("autocommit", (name, value) -> commits ? "ON" : "OFF");
      return changed;
    }

    private String value(String name) {
      return variables.getOrDefault(name, globals.getOrDefault(name, ""));
    }

    private void row(String what, boolean binary, ByteBuf out) {
      // What nodes ask when a session leaves.
      int columns = what.startsWith("@@last_insert_id") ? what.split(",").length : 1;
      int at = Packet.begin(out, sequence++);
      out.writeByte(columns);
      Packet.end(out, at);
      columns(columns, out);
      at = Packet.begin(out, sequence++);
      if (binary) {
        out.writeZero(2);
      }
      LengthEncoded.write(out, answer(what));
      for (int i = 1; i < columns; i++) {
        LengthEncoded.write(out, "0");
      }
      Packet.end(out, at);
      end(out);
    }

    private String answer(String what) {
      if (what.startsWith("@@last_insert_id")) {
        return "0";
      }
      if (what.startsWith("@@")) {
        return value(what.substring(2));
      }
      if (!what.contains(" FROM ") || what.contains(" FROM (")) {
        return what;
      }
      opensUnasked();
      boolean open = (status & StatusFlag.IN_TRANSACTION) != 0;
      if (snapshot < 0 && open && !level.equals("READ-COMMITTED")) {
        snapshot = written.size();
      }
      List<String> there = snapshot < 0 ? written : written.subList(0, snapshot);
      List<String> seen = uncommitted.isEmpty() ? there : uncommitted;
      return seen.isEmpty() ? "none" : seen.get(seen.size() - 1);
    }

    private void columns(int count, ByteBuf out) {
      for (int i = 0; i < count; i++) {
        ColumnDefinition.write(
            out, sequence++, "v", UTF8MB4, ColumnDefinition.TYPE_VAR_STRING, 1000);
      }
      if (!deprecatesEof) {
        EofPacket.write(out, sequence++, 0, status);
      }
    }

    private void end(ByteBuf out) {
      if (deprecatesEof) {
        OkPacket.of(0, status).write(out, sequence++, OkPacket.END_OF_ROWS, true);
      } else {
        EofPacket.write(out, sequence++, 0, status);
      }
    }

    private void ok(ByteBuf out, Map<String, String> changes) {
      OkPacket.of(0, status).withState(reports(changes)).write(out, sequence++, OkPacket.OK, true);
    }

    private static byte[] reports(Map<String, String> changes) {
      ByteBuf state = Unpooled.buffer();
      changes.forEach((name, value) -> StateChanges.variable(state, name, value));
      return ByteBufUtil.getBytes(state);
    }

    private void error(int number, String state, String why, ByteBuf out) {
      ErrPacket.write(out, sequence++, number, state, why);
    }
  }
}
