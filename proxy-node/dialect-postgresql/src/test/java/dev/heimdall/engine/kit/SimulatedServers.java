package dev.heimdall.engine.kit;

import dev.heimdall.engine.dialect.postgres.answer.AnswerWriter;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that speaks PostgreSQL's protocol and knows of SQL what tests need: transactions,
 * settings, prepared statements, inserts into one log, errors on demand, a function that moves the
 * search path, which counts when a statement is parsed. Whoever reads from the log gets what was
 * inserted last. Any other statement is answered by one row with its own text and the settings of
 * its session, so that whoever gets the row can tell whose it is.
 */
public final class SimulatedServers extends KitServers<SimulatedServers.Session> {
  private static final Pattern RAISED = Pattern.compile("ERRCODE = '+([0-9A-Z]{5})'");

  /** Stands where a start-up message has its version. */
  private static final int CANCEL = 80877102;

  private static final Pattern INSERT =
      Pattern.compile("(?is)insert\\s+(?:into \\w+ values \\()?([^)]*)\\)?");
  private static final Pattern PREPARE = Pattern.compile("(?is)prepare\\s+(\\w+)\\s+as\\s+(.*)");
  private static final Pattern EXECUTE = Pattern.compile("(?is)execute\\s+(\\w+)");
  private static final Pattern SET =
      Pattern.compile("(?i)set\\s+(session\\s+|local\\s+)?([a-z_.]+)\\s*(?:=|\\s+to\\s+)\\s*(.*)");
  private static final Pattern RESET = Pattern.compile("(?i)reset\\s+([a-z_.\"]+)");

  private static final Pattern SET_CONFIG =
      Pattern.compile("set_config\\('([^']+)','([^']*)',false\\)");
  private static final Pattern CURRENT = Pattern.compile("current_setting\\('([^']+)'");
  private static final List<String> REPORTED =
      List.of("application_name", "client_encoding", "search_path", "standard_conforming_strings");

  private final List<String> inserted = new ArrayList<>();
  private int cancels;
  private boolean repeatsReports;
  private boolean reportsPath = true;
  private String isolation = "read committed";
  private String column = "v";

  SimulatedServers(EventLoop loop, LocalAddress address, ByteBufAllocator buffers) {
    this(loop, address, LocalServerChannel.class, buffers);
  }

  /** Those whose clients connect to this address by channels of this kind. */
  public SimulatedServers(
      EventLoop loop,
      SocketAddress address,
      Class<? extends ServerChannel> channels,
      ByteBufAllocator buffers) {
    super(loop, address, channels, buffers);
  }

  @Override
  protected Session session(int process) {
    return new Session(process);
  }

  /** Cancel requests that have come; nothing becomes of them. */
  @Override
  public int cancels() {
    return cancels;
  }

  @Override
  public List<String> written() {
    return inserted;
  }

  /** With each statement they report all that they ever report, as PostgreSQL does not. */
  void repeatReports() {
    repeatsReports = true;
  }

  /** They do not report the search path, as PostgreSQL does from version 18 on. */
  void concealPath() {
    reportsPath = false;
  }

  /** The column of what is read has this name from now on. */
  void nameColumns(String name) {
    column = name;
  }

  /** The isolation level of transactions that say nothing, from now on. */
  void isolate(String level) {
    isolation = level;
  }

  /** One connection. */
  public final class Session extends KitSession {
    private final int process;
    private final Map<String, String> statements = new LinkedHashMap<>();
    private final Map<String, String> portals = new LinkedHashMap<>();
    private final List<String> uncommitted = new ArrayList<>();
    private int parsed;
    private final Map<String, String> reported = new TreeMap<>();
    private Map<String, String> started = Map.of();
    private Map<String, String> settings = new TreeMap<>();
    private Map<String, String> before;
    private boolean loggedIn;
    private boolean skipping;
    private TransactionState status = TransactionState.IDLE;

    /** Of the transaction that is open. */
    private String level;

    /** Whether it has run a query. */
    private boolean queried;

    /** How much was committed when it began to read; -1 where that makes no difference. */
    private int snapshot = -1;

    private Session(int process) {
      this.process = process;
    }

    /** How many texts it was to prepare so far. */
    int parsed() {
      return parsed;
    }

    /** Ends the connection as an administrator does. */
    void terminate() {
      ServerError why =
          ServerError.fatal("57P01", "terminating connection due to administrator command");
      send(out -> ErrorMessage.encode(why, out));
      kill();
    }

    @Override
    protected void read(ByteBuf in) {
      if (loggedIn || logIn(in)) {
        Message.in(in).forEach(message -> answered(out -> answer(message, out)));
      }
    }

    private boolean logIn(ByteBuf input) {
      if (input.readableBytes() < 4 || input.readableBytes() < input.getInt(0)) {
        return false;
      }
      if (input.getInt(4) == CANCEL) {
        cancels++;
        kill();
        return false;
      }
      input.skipBytes(8);
      for (String name = text(input); !name.isEmpty(); name = text(input)) {
        settings.put(name, text(input));
      }
      settings.remove("user");
      settings.remove("database");
      settings.putIfAbsent("application_name", "");
      settings.putIfAbsent("client_encoding", "UTF8");
      settings.putIfAbsent("search_path", "public");
      settings.putIfAbsent("standard_conforming_strings", "on");
      started = new TreeMap<>(settings);
      loggedIn = true;
      send(this::welcome);
      return true;
    }

    private void welcome(ByteBuf out) {
      PgWriter.authenticationOk(out);
      PgWriter.parameterStatus(out, "server_version", "18.1");
      report(out);
      PgWriter.backendKeyData(out, process, new byte[] {1, 2, 3, 4});
      PgWriter.ready(out, TransactionState.IDLE);
    }

    private static String text(ByteBuf input) {
      int length = input.bytesBefore((byte) 0);
      if (length < 0) {
        throw new IndexOutOfBoundsException("nothing ends the text");
      }
      String text = input.toString(input.readerIndex(), length, StandardCharsets.UTF_8);
      input.skipBytes(length + 1);
      return text;
    }

    private void answer(Message message, ByteBuf out) {
      if (skipping && message.type() != 'S') {
        return;
      }
      if (!isWhole(message)) {
        fail("08P01", "insufficient data left in message", out);
        if (message.type() != 'F') {
          return;
        }
      }
      switch (message.type()) {
        case 'Q' -> query(message.text(0), out);
        case 'P' -> parse(message, out);
        case 'B' -> bind(message, out);
        case 'D' -> describe(message, out);
        case 'E' -> execute(portals.getOrDefault(message.text(0), ""), out, false);
        case 'C' -> close(message, out);
        case 'S' -> {
          skipping = false;
          ready(out);
        }
        case 'F' -> {
          if (!skipping) {
            fail("42883", "the simulated server has no functions", out);
          }
          skipping = false;
          ready(out);
        }
        case 'H' -> {}
        case 'X' -> kill();
        default -> fail("0A000", "the simulated server does not know " + message.type(), out);
      }
    }

    /** Whether all is there that a message is to have, and nothing behind it. */
    private static boolean isWhole(Message message) {
      ByteBuf body = Unpooled.wrappedBuffer(message.body());
      try {
        switch (message.type()) {
          case 'P' -> {
            text(body);
            text(body);
            body.skipBytes(4 * body.readUnsignedShort());
          }
          case 'D', 'C' -> {
            body.skipBytes(1);
            text(body);
          }
          case 'E' -> {
            text(body);
            body.skipBytes(4);
          }
          case 'F' -> {
            body.skipBytes(4);
            body.skipBytes(2 * body.readUnsignedShort());
            for (int left = body.readUnsignedShort(); left > 0; left--) {
              body.skipBytes(Math.max(0, body.readInt()));
            }
            body.skipBytes(2);
          }
          default -> {
            return true;
          }
        }
        return !body.isReadable();
      } catch (IndexOutOfBoundsException e) {
        return false;
      }
    }

    private void query(String texts, ByteBuf out) {
      // Blocks of code are texts of their own.
      for (String text : texts.split(";(?=(?:[^']*'[^']*')*[^']*$)")) {
        if (!execute(text.strip(), out, true)) {
          break;
        }
      }
      skipping = false;
      ready(out);
    }

    private void ready(ByteBuf out) {
      if (status == TransactionState.IDLE) {
        settle();
      }
      PgWriter.ready(out, status);
    }

    private void parse(Message message, ByteBuf out) {
      String name = message.text(0);
      String text = message.text(name.length() + 1);
      parsed++;
      if (refused(text, out)) {
        return;
      }
      if (text.startsWith("UDPATE")) {
        failToRead(out);
        return;
      }
      if (!name.isEmpty() && statements.containsKey(name)) {
        fail("42P05", "prepared statement \"" + name + "\" already exists", out);
        return;
      }
      String path = settings.get("search_path");
      statements.put(name, path.equals("public") ? text : text + " in " + path);
      PgWriter.empty(out, (byte) '1');
    }

    private void bind(Message message, ByteBuf out) {
      String portal = message.text(0);
      String name = message.text(portal.length() + 1);
      String text = statements.get(name);
      if (text == null) {
        fail("26000", "prepared statement \"" + name + "\" does not exist", out);
        return;
      }
      if (refused(text, out)) {
        return;
      }
      portals.put(portal, text);
      PgWriter.empty(out, (byte) '2');
    }

    /** In a transaction that has failed, only its end is carried out. */
    private boolean refused(String text, ByteBuf out) {
      boolean refused =
          status == TransactionState.FAILED
              && !text.isEmpty()
              && !endsTransaction(text.toLowerCase(Locale.ROOT));
      if (refused) {
        fail("25P02", "current transaction is aborted", out);
      }
      return refused;
    }

    private static boolean endsTransaction(String lower) {
      return lower.startsWith("commit") || lower.startsWith("rollback");
    }

    private void describe(Message message, ByteBuf out) {
      String name = message.text(1);
      boolean statement = message.body()[0] == 'S';
      String text = statement ? statements.get(name) : portals.get(name);
      if (text == null) {
        fail(statement ? "26000" : "34000", "nothing has the name \"" + name + "\"", out);
        return;
      }
      if (statement) {
        out.writeByte('t').writeInt(6).writeShort(0);
      }
      if (answersRows(text)) {
        AnswerWriter.rowDescription(out, List.of(Column.text(column)), new short[0]);
      } else {
        PgWriter.empty(out, (byte) 'n');
      }
    }

    private void close(Message message, ByteBuf out) {
      (message.body()[0] == 'S' ? statements : portals).remove(message.text(1));
      PgWriter.empty(out, (byte) '3');
    }

    private static boolean answersRows(String text) {
      String head = text.strip().toLowerCase(Locale.ROOT).split("\\W", 2)[0];
      return head.equals("select") || head.equals("show") || head.equals("table");
    }

    /** Whether what follows may be carried out. */
    private boolean execute(String text, ByteBuf out, boolean described) {
      String lower = text.toLowerCase(Locale.ROOT);
      if (status != TransactionState.FAILED || endsTransaction(lower)) {
        received().add(text);
      }
      if (before == null) {
        before = new TreeMap<>(settings);
      }
      if (lower.isEmpty()) {
        PgWriter.empty(out, (byte) 'I');
        return true;
      }
      if (endsTransaction(lower)) {
        boolean commits = !lower.startsWith("rollback") && status != TransactionState.FAILED;
        if (status != TransactionState.IDLE) {
          end(commits);
          status = lower.endsWith(" and chain") ? TransactionState.OPEN : status;
          level = byDefault();
        }
        PgWriter.commandComplete(out, commits ? "COMMIT" : "ROLLBACK");
        return true;
      }
      if (refused(text, out)) {
        return false;
      }
      if (lower.contains("1/0")) {
        fail("22012", "division by zero", out);
        return false;
      }
      if (lower.contains("raise exception")) {
        Matcher code = RAISED.matcher(text);
        fail(code.find() ? code.group(1) : "P0001", "raised", out);
        return false;
      }
      if (lower.startsWith("udpate")) {
        failToRead(out);
        return false;
      }
      String failure = failure(text);
      if (failure != null) {
        fail(failure, "as the test wants it", out);
        return false;
      }
      if (lower.startsWith("prepare ") || lower.startsWith("deallocate")) {
        return names(text, out);
      }
      Matcher run = EXECUTE.matcher(text);
      if (run.matches()) {
        return statements.containsKey(run.group(1))
            ? execute(statements.get(run.group(1)), out, described)
            : failUnknown(run.group(1), out);
      }
      if (lower.startsWith("set transaction") && queried) {
        fail("25001", "SET TRANSACTION must be called before any query", out);
        return false;
      }
      queried |= lower.startsWith("select") && status == TransactionState.OPEN;
      String tag = tag(text, lower);
      if (lower.equals("show transaction_isolation")) {
        row(out, List.of(level == null ? byDefault() : level));
        tag = "SHOW";
      } else if (tag == null && lower.contains("set_config(")) {
        tag = set(text, out, described);
      } else if (tag == null && lower.contains("current_setting(")) {
        tag = settings(text, out, described);
      } else if (tag == null) {
        if (described) {
          AnswerWriter.rowDescription(out, List.of(Column.text(column)), new short[0]);
        }
        row(out, List.of((lower.contains(" from log") ? "SELECT " + last() : text) + " " + own()));
        tag = "SELECT 1";
      }
      PgWriter.commandComplete(out, tag);
      report(out);
      return true;
    }

    /** PREPARE and DEALLOCATE. */
    private boolean names(String text, ByteBuf out) {
      Matcher prepare = PREPARE.matcher(text);
      if (prepare.matches()) {
        if (statements.putIfAbsent(prepare.group(1), prepare.group(2)) != null) {
          fail("42P05", "prepared statement \"" + prepare.group(1) + "\" already exists", out);
          return false;
        }
        PgWriter.commandComplete(out, "PREPARE");
        return true;
      }
      String name = unquoted(text.replaceFirst("(?i)deallocate\\s+(prepare\\s+)?", ""));
      if (name.equalsIgnoreCase("all")) {
        statements.clear();
        PgWriter.commandComplete(out, "DEALLOCATE ALL");
        return true;
      }
      if (statements.remove(name) == null) {
        return failUnknown(name, out);
      }
      PgWriter.commandComplete(out, "DEALLOCATE");
      return true;
    }

    private boolean failUnknown(String name, ByteBuf out) {
      fail("26000", "prepared statement \"" + name + "\" does not exist", out);
      return false;
    }

    private String set(String text, ByteBuf out, boolean described) {
      List<String> names = new ArrayList<>();
      List<String> values = new ArrayList<>();
      Matcher asked = SET_CONFIG.matcher(text);
      while (asked.find()) {
        settings.put(asked.group(1), asked.group(2));
        names.add("set_config");
        values.add(asked.group(2));
      }
      if (described) {
        AnswerWriter.rowDescription(out, names.stream().map(Column::text).toList(), new short[0]);
      }
      row(out, values);
      return "SELECT 1";
    }

    /** The values that were set in this session. */
    private String settings(String text, ByteBuf out, boolean described) {
      List<String> names = new ArrayList<>();
      List<String> values = new ArrayList<>();
      Matcher asked = CURRENT.matcher(text);
      while (asked.find()) {
        String name = asked.group(1);
        String value = settings.get(name);
        names.add(name);
        values.add(Objects.equals(value, started.get(name)) ? null : value);
      }
      if (described) {
        AnswerWriter.rowDescription(out, names.stream().map(Column::text).toList(), new short[0]);
      }
      row(out, values);
      return "SELECT 1";
    }

    /** A DataRow; null is SQL's. */
    private static void row(ByteBuf out, List<String> values) {
      int start = out.writerIndex();
      out.writeByte('D').writeInt(0).writeShort(values.size());
      for (String value : values) {
        if (value == null) {
          out.writeInt(-1);
        } else {
          out.writeInt(ByteBufUtil.utf8Bytes(value));
          out.writeCharSequence(value, StandardCharsets.UTF_8);
        }
      }
      out.setInt(start + 1, out.writerIndex() - start - 1);
    }

    /** Settings that tests make. */
    private String own() {
      Map<String, String> own = new TreeMap<>(settings);
      own.keySet().removeIf(name -> !name.startsWith("my."));
      return own.toString();
    }

    private String tag(String text, String lower) {
      if (lower.startsWith("begin") || lower.startsWith("start transaction")) {
        if (status == TransactionState.IDLE) {
          settle();
          before = new TreeMap<>(settings);
          status = TransactionState.OPEN;
          level = lower.replaceFirst("/\\*.*", "").replaceFirst(".*isolation level ", "");
          level = level.equals(lower) ? byDefault() : level;
        }
        return "BEGIN";
      }
      if (lower.startsWith("set transaction isolation level ")) {
        level = lower.substring(32);
        return "SET";
      }
      if (lower.startsWith("savepoint")) {
        return "SAVEPOINT";
      }
      if (lower.startsWith("call ")) {
        return "CALL";
      }
      if (lower.startsWith("select moves_path()")) {
        settings.put("search_path", "elsewhere");
      }
      if (lower.startsWith("insert")) {
        uncommitted.add(unquoted(INSERT.matcher(text).replaceFirst("$1")));
        return "INSERT 0 1";
      }
      Matcher set = SET.matcher(text);
      if (set.matches()) {
        settings.put(set.group(2).toLowerCase(Locale.ROOT), unquoted(set.group(3)));
        return "SET";
      }
      Matcher reset = RESET.matcher(text);
      if (reset.matches()) {
        reset(reset.group(1).replace("\"", "").toLowerCase(Locale.ROOT));
        return "RESET";
      }
      if (lower.startsWith("discard all")) {
        reset("all");
        statements.clear();
        return "DISCARD ALL";
      }
      return null;
    }

    /** What a transaction finds in the log: its own, or what others have committed. */
    private String last() {
      if (snapshot < 0 && status == TransactionState.OPEN && !level.equals("read committed")) {
        snapshot = inserted.size();
      }
      List<String> there = snapshot < 0 ? inserted : inserted.subList(0, snapshot);
      List<String> seen = uncommitted.isEmpty() ? there : uncommitted;
      return seen.isEmpty() ? "none" : seen.get(seen.size() - 1);
    }

    private String byDefault() {
      return settings.getOrDefault("default_transaction_isolation", isolation);
    }

    private static String unquoted(String value) {
      return value.strip().replaceAll("^['\"]|['\"]$", "");
    }

    private void reset(String name) {
      if (name.equals("all")) {
        settings = new TreeMap<>(started);
      } else if (started.containsKey(name)) {
        settings.put(name, started.get(name));
      } else {
        settings.remove(name);
      }
    }

    private void end(boolean commit) {
      status = TransactionState.IDLE;
      queried = false;
      level = null;
      snapshot = -1;
      if (commit) {
        settle();
      } else {
        undo();
      }
    }

    private void settle() {
      inserted.addAll(uncommitted);
      uncommitted.clear();
      before = null;
    }

    private void undo() {
      uncommitted.clear();
      settings = before == null ? settings : before;
      before = null;
    }

    private void report(ByteBuf out) {
      for (String name : REPORTED) {
        if (name.equals("search_path") && !reportsPath) {
          continue;
        }
        String value = settings.get(name);
        if (!value.equals(reported.put(name, value)) || repeatsReports) {
          PgWriter.parameterStatus(out, name, value);
        }
      }
    }

    /** As the parser fails, at the text's first word. */
    private void failToRead(ByteBuf out) {
      int start = out.writerIndex();
      fail("42601", "syntax error", out);
      out.writerIndex(out.writerIndex() - 1);
      out.writeCharSequence("P1\0Fscan.l\0\0", StandardCharsets.US_ASCII);
      out.setInt(start + 1, out.writerIndex() - start - 1);
    }

    private void fail(String state, String why, ByteBuf out) {
      ErrorMessage.encode(ServerError.error(state, why), out);
      skipping = true;
      if (status == TransactionState.OPEN) {
        status = TransactionState.FAILED;
      } else if (status == TransactionState.IDLE) {
        undo();
      }
    }
  }
}
