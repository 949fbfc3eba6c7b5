package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.LoginAck;
import dev.heimdall.engine.wire.sqlserver.Prelogin;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsPacketWalker;
import dev.heimdall.engine.wire.sqlserver.TdsRpcListener;
import dev.heimdall.engine.wire.sqlserver.TdsRpcScanner;
import dev.heimdall.engine.wire.sqlserver.TdsText;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TdsWriter;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** A server that speaks TDS 7.4 and knows a few statements. */
final class SimulatedSqlServer extends KitServers<SimulatedSqlServer.Session> {
  /** Error of a procedure, with all that an error may have. */
  static final TdsMessage FAILURE =
      new TdsMessage(51234, 7, 17, "Nothing left.", "server", "failing", 70_000);

  private static final TdsVersion VERSION = TdsVersion.V7_4;
  private static final int SELECT = 0xC1;

  /** The first of two statements in a batch. */
  private static final String TWO = "SELECT " + JudgedAlikeContract.BESIDE + "; ";

  /** Option of a call that wants its rows without metadata. */
  private static final int NO_METADATA = 2;

  private final List<String> written = new ArrayList<>();
  private int cancels;
  private boolean endsBeforeAttentions;
  private boolean losesAttentions;
  private boolean answersResets;
  private boolean reportsByRequestAlone;

  SimulatedSqlServer(EventLoop loop, LocalAddress address, ByteBufAllocator buffers) {
    super(loop, address, LocalServerChannel.class, buffers);
  }

  @Override
  protected Session session(int process) {
    return new Session(this, process);
  }

  /** A request that runs when an attention comes has ended, and is answered in full ahead of it. */
  void endsBeforeAttentions() {
    endsBeforeAttentions = true;
  }

  /** As Babelfish: a DONE of the reset is ahead of its acknowledgement. */
  void answersResets() {
    answersResets = true;
  }

  /** As Babelfish at resets: what runs is answered in full, and nothing else. */
  void losesAttentions() {
    losesAttentions = true;
  }

  /**
   * As Babelfish: of transactions, what transaction manager requests do is all that is reported.
   */
  void reportsByRequestAlone() {
    reportsByRequestAlone = true;
  }

  @Override
  public List<String> written() {
    return written;
  }

  @Override
  public int cancels() {
    return cancels;
  }

  static final class Session extends KitSession {
    private final SimulatedSqlServer servers;
    private final int process;
    private final List<String> uncommitted = new ArrayList<>();
    private final Map<Integer, String> prepared = new HashMap<>();

    /** The statements of open cursors. */
    private final Map<Integer, String> cursors = new HashMap<>();

    private final TdsPacketWalker walker = new TdsPacketWalker();
    private ByteBuf request = Unpooled.buffer();
    private String language = "";
    private String level = "";

    /** True if what reads or writes begins a transaction where none is open. */
    private boolean implicit;

    /** Rows that its transaction has seen, where all its statements see the same; else negative. */
    private int snapshot = -1;

    /** True if a procedure is called, and more is to come behind the end of its statement. */
    private boolean calling;

    /** True if nothing is reported of what the request does with a transaction. */
    private boolean quiet;

    private boolean temporary;
    private int resets;
    private long descriptor;
    private long last;
    private int handles;

    /** The request that is not answered. */
    private Asked asked;

    Session(SimulatedSqlServer servers, int process) {
      this.servers = servers;
      this.process = process;
      this.handles = 10 * process;
      this.last = 1000L * process;
    }

    @Override
    protected void read(ByteBuf in) {
      while (in.isReadable()) {
        in.readerIndex(walker.walk(in, in.readerIndex(), in.writerIndex()));
        request.writeBytes(in, walker.from(), walker.to() - walker.from());
        if (walker.ended()) {
          ByteBuf payload = request;
          request = Unpooled.buffer();
          if ((walker.status() & TdsPacket.IGNORE) != 0) {
            received().add("ignored");
            answered(out -> message(out, this::acknowledge));
          } else {
            request(walker.type(), (walker.firstStatus() & TdsPacket.RESET) != 0, payload);
          }
        }
      }
    }

    /** Closes all cursors. */
    void forgetCursors() {
      cursors.clear();
    }

    /** Bytes that have come of a request whose end has not. */
    int incomplete() {
      return request.writerIndex();
    }

    private void request(int type, boolean resets, ByteBuf payload) {
      if (type == TdsPacket.PRELOGIN || type == TdsPacket.LOGIN7) {
        send(out -> message(out, tokens -> answer(type, false, payload, tokens)));
        return;
      }
      if (type != TdsPacket.ATTENTION) {
        Asked mine = new Asked();
        asked = mine;
        answered(
            out -> {
              asked = null;
              message(
                  out,
                  tokens -> {
                    if (mine.interrupted) {
                      acknowledge(tokens);
                    } else {
                      answer(type, resets, payload, tokens);
                    }
                  });
            });
        return;
      }
      servers.cancels++;
      if (servers.losesAttentions) {
        return;
      }
      if (asked == null || servers.endsBeforeAttentions) {
        answered(out -> message(out, this::acknowledge));
      } else {
        asked.interrupted = true;
      }
    }

    private static final class Asked {
      private boolean interrupted;
    }

    private void message(ByteBuf out, Consumer<ByteBuf> answer) {
      ByteBuf tokens = Unpooled.buffer();
      answer.accept(tokens);
      TdsPacket.write(out, TdsPacket.REPLY, 0, process, TdsPacket.INITIAL_SIZE, tokens);
    }

    private void acknowledge(ByteBuf out) {
      TdsWriter.attention(out, descriptor != 0, VERSION);
    }

    private void answer(int type, boolean reset, ByteBuf payload, ByteBuf out) {
      switch (type) {
        case TdsPacket.PRELOGIN ->
            new Prelogin()
                .withVersion(16, 0, 0, 0)
                .with(Prelogin.ENCRYPTION, (byte) Prelogin.ENCRYPT_NOT_SUPPORTED)
                .write(out);
        case TdsPacket.LOGIN7 -> logIn(Login7.read(payload), out);
        case TdsPacket.SQL_BATCH -> {
          if (!servers.reportsByRequestAlone
              && AllHeaders.transaction(payload, 0, payload.writerIndex()) != descriptor
              && !reset) {
            throw new IllegalStateException("the transaction is not " + descriptor);
          }
          if (reset) {
            reset(out);
          }
          int at = AllHeaders.end(payload, 0, payload.writerIndex());
          quiet = servers.reportsByRequestAlone;
          batch(payload.toString(at, payload.writerIndex() - at, StandardCharsets.UTF_16LE), out);
        }
        case TdsPacket.RPC -> {
          if (reset) {
            reset(out);
          }
          TdsRpcScanner scanner = new TdsRpcScanner(new Called(out), 1 << 20);
          scanner.begin();
          scanner.on(payload, 0, payload.writerIndex());
          scanner.end();
        }
        case TdsPacket.BULK_LOAD -> {
          if (!"INSERT BULK t (a int)".equals(received().get(received().size() - 1))) {
            throw new IllegalStateException("rows that nothing has announced");
          }
          received().add("rows");
          done(out, 0);
        }
        case TdsPacket.TRANSACTION -> {
          if (reset) {
            reset(out);
          }
          quiet = false;
          batch(
              switch (TransactionRequest.read(payload, 0, payload.writerIndex(), VERSION).type()) {
                case TransactionRequest.BEGIN -> "BEGIN TRAN";
                case TransactionRequest.COMMIT -> "COMMIT";
                default -> "ROLLBACK";
              },
              out);
        }
        default -> throw new IllegalStateException("a message of type " + type);
      }
    }

    /** A call, which is answered when it has ended. */
    private final class Called implements TdsRpcListener {
      private final ByteBuf out;
      private int procedure;
      private String name;
      private String statement;
      private int handle;
      private int cursor;
      private String options = "";
      private boolean bare;
      private boolean failed;

      Called(ByteBuf out) {
        this.out = out;
      }

      @Override
      public void call(int number, TdsText name, int options) {
        procedure = number;
        this.name = name.text();
        bare = (options & NO_METADATA) != 0;
        failed = false;
      }

      @Override
      public void statement(TdsText text, boolean readable) {
        statement = text.text();
      }

      @Override
      public void handle(int number, long offset) {
        handle = number;
      }

      @Override
      public void cursor(int number, long offset) {
        cursor = number;
      }

      @Override
      public void cursorOption(int index, int value) {
        options += " " + value;
      }

      private void prepare() {
        prepared.remove(handle);
        prepared.put(++handles, statement);
        TdsWriter.returnInteger(out, 0, "", handles, VERSION);
      }

      /** Runs a statement, behind which the call ends. */
      private void run(String sql, boolean prepares) {
        calling = true;
        batch(sql, out);
        calling = false;
        TdsWriter.returnStatus(out, 0);
        if (prepares) {
          prepare();
        }
      }

      @Override
      public void endCall(boolean another) {
        if (RpcProcedure.preparesCursor(procedure)) {
          received().add(RpcProcedure.name(procedure) + options + " " + statement);
        }
        if (procedure == RpcProcedure.PREPARE || procedure == RpcProcedure.CURSOR_PREPARE) {
          TdsWriter.returnStatus(out, 0);
          prepare();
          done(out, 0);
        } else if (procedure == RpcProcedure.PREPARE_EXECUTE
            || procedure == RpcProcedure.PREPARE_EXECUTE_RPC) {
          run(statement, true);
        } else if (RpcProcedure.opensCursor(procedure)) {
          open();
        } else if (RpcProcedure.usesCursor(procedure)) {
          cursor();
        } else if (procedure == RpcProcedure.EXECUTE_SQL) {
          run(statement, false);
        } else if (procedure == RpcProcedure.OTHER) {
          batch("EXEC " + name, out);
        } else if (prepared.containsKey(handle)) {
          run(prepared.get(handle), false);
        } else {
          fail(8179);
        }
        int bits = (failed ? TdsToken.DONE_ERROR : 0) | (another ? TdsToken.DONE_MORE : 0);
        TdsWriter.done(out, TdsToken.DONE_PROC, openBit() | bits, 0, 0, VERSION);
      }

      private void fail(int number) {
        failed = true;
        none(out, number);
      }

      private void open() {
        if (procedure == RpcProcedure.CURSOR_PREPARE_EXECUTE) {
          prepare();
        } else if (procedure == RpcProcedure.CURSOR_EXECUTE) {
          statement = prepared.get(handle);
        }
        if (statement == null || statement.endsWith("nowhere")) {
          fail(statement == null ? 8179 : 208);
          return;
        }
        cursors.put(++handles, statement);
        TdsWriter.columns(out, List.of("a"), VERSION);
        TdsWriter.returnInteger(out, RpcProcedure.cursorAt(procedure), "", handles, VERSION);
        int kind = statement.contains("static") ? 8 : 4;
        TdsWriter.returnInteger(out, RpcProcedure.scrollsAt(procedure), "", kind, VERSION);
        done(out, 0);
      }

      private void cursor() {
        if (!cursors.containsKey(cursor)) {
          fail(16909);
        } else if (procedure == RpcProcedure.CURSOR_FETCH && bare) {
          TdsWriter.row(out, List.of(cursors.get(cursor).substring(7)));
          done(out, 0);
        } else if (procedure == RpcProcedure.CURSOR_FETCH) {
          batch(cursors.get(cursor), out);
        } else {
          if (procedure == RpcProcedure.CURSOR_CLOSE) {
            cursors.remove(cursor);
          }
          done(out, 0);
        }
      }
    }

    private void none(ByteBuf out, int number) {
      TdsWriter.error(
          out, TdsMessage.of(number, 1, 16, "no handle", "server"), openBit() != 0, VERSION);
    }

    private void logIn(Login7 login, ByteBuf out) {
      EnvChange.writeText(out, EnvChange.DATABASE, login.names().database(), "master");
      new LoginAck(login.client().tds(), "Microsoft SQL Server", 0x10000000).write(out);
      EnvChange.writeText(out, EnvChange.PACKET_SIZE, "4096", "4096");
      done(out, 0);
    }

    /** Resets that it was sent. */
    int resets() {
      return resets;
    }

    private void reset(ByteBuf out) {
      resets++;
      language = "";
      level = "";
      implicit = false;
      snapshot = -1;
      temporary = false;
      prepared.clear();
      cursors.clear();
      descriptor = 0;
      uncommitted.clear();
      if (servers.answersResets) {
        TdsWriter.done(out, TdsToken.DONE, TdsToken.DONE_MORE, 0, 0, VERSION);
      }
      EnvChange.writeReset(out);
    }

    private void done(ByteBuf out, int bits) {
      int token = calling ? TdsToken.DONE_IN_PROC : TdsToken.DONE;
      int more = calling ? TdsToken.DONE_MORE : 0;
      TdsWriter.done(out, token, openBit() | more | bits, 0, 0, VERSION);
    }

    private int openBit() {
      return descriptor != 0 && !servers.reportsByRequestAlone ? TdsToken.DONE_IN_TRANSACTION : 0;
    }

    private void batch(String text, ByteBuf out) {
      if (text.startsWith(TWO)) {
        batch(TWO.substring(0, TWO.indexOf(';')), out);
        batch(text.substring(TWO.length()), out);
        return;
      }
      String sql = text.trim();
      String upper = sql.toUpperCase(Locale.ROOT);
      received().add(upper.startsWith("BEGIN TRAN") ? "BEGIN" : text); // as contracts spell it
      if (upper.startsWith("UDPATE")) {
        TdsWriter.error(
            out,
            TdsMessage.of(102, 1, 15, "Incorrect syntax near '='.", "server"),
            openBit() != 0,
            VERSION);
        return;
      }
      if (upper.startsWith("EXEC FAILING")) {
        TdsWriter.error(out, FAILURE, openBit() != 0, VERSION);
        return;
      }
      if (upper.contains("ISOLATION LEVEL ")) {
        level = upper.substring(upper.indexOf("ISOLATION LEVEL ") + 16);
      }
      if (upper.startsWith("SET IMPLICIT_TRANSACTIONS ")) {
        implicit = upper.endsWith("ON");
      }
      if (implicit && descriptor == 0 && upper.matches("(SELECT LAST|INSERT ).*")) {
        begin(out);
      }
      if (upper.contains("SET LANGUAGE ")) {
        language = sql.substring(upper.indexOf("SET LANGUAGE ") + 13).split(" ")[0];
      } else if (upper.equals("SELECT @@LANGUAGE")) {
        row(out, language);
        return;
      } else if (upper.startsWith("CREATE TABLE #")) {
        temporary = true;
      } else if (upper.startsWith("SELECT LAST")) {
        row(out, last());
        return;
      } else if (upper.startsWith("SELECT ")) {
        row(out, sql.substring(7));
        return;
      } else if (upper.startsWith("INSERT ")
          && !upper.startsWith("INSERT BULK")
          && !sql.matches(".*'.*'.*")) {
        TdsWriter.error(
            out,
            TdsMessage.of(105, 1, 15, "Unclosed quotation mark.", "server"),
            openBit() != 0,
            VERSION);
        return;
      } else if (upper.startsWith("INSERT ") && !upper.startsWith("INSERT BULK")) {
        if (!upper.startsWith("INSERT INTO OTHER")) {
          uncommitted.add(sql.substring(sql.indexOf('\'') + 1, sql.lastIndexOf('\'')));
        }
        commitUnlessOpen();
      } else if (upper.startsWith("BEGIN TRAN")) {
        begin(out);
      } else if (upper.matches("(IF @@TRANCOUNT > 0 )?COMMIT.*") && descriptor != 0) {
        end(out, EnvChange.COMMIT_TRANSACTION);
        commitUnlessOpen();
      } else if (upper.contains("ROLLBACK") && descriptor != 0) {
        uncommitted.clear();
        cursors.values().removeIf(opened -> !opened.contains("static"));
        end(out, EnvChange.ROLLBACK_TRANSACTION);
      }
      done(out, 0);
    }

    /** The word that was written last, as its transaction sees it. */
    private String last() {
      if (!uncommitted.isEmpty()) {
        return uncommitted.get(uncommitted.size() - 1);
      }
      List<String> all = servers.written;
      boolean one = level.startsWith("REPEATABLE") || level.startsWith("SERIALIZABLE");
      if (snapshot < 0 && descriptor != 0 && one) {
        snapshot = all.size();
      }
      int seen = snapshot < 0 ? all.size() : snapshot;
      return seen == 0 ? "none" : all.get(seen - 1);
    }

    private void begin(ByteBuf out) {
      descriptor = ++last;
      if (!quiet) {
        EnvChange.writeBegin(out, descriptor);
      }
    }

    private void end(ByteBuf out, int how) {
      if (!quiet) {
        EnvChange.writeEnd(out, how, descriptor);
      }
      descriptor = 0;
      snapshot = -1;
    }

    private void commitUnlessOpen() {
      if (descriptor == 0) {
        servers.written.addAll(uncommitted);
        uncommitted.clear();
      }
    }

    private void row(ByteBuf out, String value) {
      TdsWriter.columns(out, List.of("a"), VERSION);
      TdsWriter.row(out, List.of(value));
      int token = calling ? TdsToken.DONE_IN_PROC : TdsToken.DONE;
      int more = calling ? TdsToken.DONE_MORE : 0;
      TdsWriter.done(out, token, openBit() | more | TdsToken.DONE_COUNT, SELECT, 1, VERSION);
    }
  }
}
