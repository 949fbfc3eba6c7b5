package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * LAST_INSERT_ID() of a session: read back from the connection that has generated it, before
 * another session gets that, and set again where a statement may ask for it. What FOUND_ROWS()
 * gives is read back with it where no answer has told that.
 *
 * <p>No answer tells an id that was given from one that was generated. So a statement that may
 * generate one is sent where LAST_INSERT_ID() is 0 or the session's: what it is behind that is
 * never another session's. Who leaves a connection leaves 0 there.
 */
final class GeneratedId {
  private static final String HOLD = "LAST_INSERT_ID()";
  private static final ServerError LOST =
      ServerError.error(
              "HY000",
              "LAST_INSERT_ID() is not known: the server connection that has generated it was lost")
          .withNumber(1105);

  /** Time for which a session keeps its connection in case its next statement arrives at once. */
  private static final long LINGERS_NANOS = 4_000_000;

  /** Interval of checks whether another session wants the connection meanwhile. */
  private static final long LOOKS_NANOS = 1_000_000;

  /**
   * Number of times in a row that it continues there before other sessions of the pool have a
   * chance.
   */
  private static final int MOST_IN_A_ROW = 64;

  private final HandledClient client;
  private final SessionState carried;
  private final ClientRequests control;
  private final LoopContext loop;
  private final ClientAnswers answers;
  private final FoundRows found;

  private String id = "0";

  /** True if it was another one, which was lost with its server connection. */
  private boolean lost;

  /** Marks server connections that have this id: another one with each id. */
  private Object mark = new Object();

  /** True if the id is another one than was read back last, perhaps. */
  private boolean due;

  /** The connection that has it then. */
  private long dueFrom;

  /**
   * Session whose id the connection had that the last statement went to, and that connection's
   * number; 0 for none.
   */
  private Object before;

  private long sentTo;

  /** True if that statement may have generated an id although its answer does not say so. */
  private boolean inserts;

  /** True if that was sent where the id was another session's, which may be there still. */
  private boolean amongOthers;

  /**
   * True if what is due may have been generated where there was no id: 0 is there if it was not.
   */
  private boolean ofNone;

  /** The one that an answer has named last. */
  private long generated;

  /** True if the connection is kept as the id is due: the next statement may make it void. */
  private boolean lingers;

  /** True if that was so when something began that is not to be followed by a question. */
  private boolean paused;

  private long lingersUntil;
  private boolean watched;
  private int inARow;

  GeneratedId(
      HandledClient client,
      SessionState carried,
      ClientRequests control,
      LoopContext loop,
      ClientAnswers answers,
      FoundRows found) {
    this.client = client;
    this.carried = carried;
    this.control = control;
    this.loop = loop;
    this.answers = answers;
    this.found = found;
  }

  // ---- before a statement is sent

  boolean due() {
    return due || found.due();
  }

  boolean lingers() {
    return lingers;
  }

  /** The next statement goes to the connection that is kept. */
  void goesOn() {
    lingers = false;
    carried.hold(null);
  }

  /**
   * True if the server would give the statement the session's id, and keeps none of another session
   * behind it; if not, that is being mended, and the reader comes again.
   *
   * @param shows whether it shows what is there, which anything ahead of it would clear
   * @param text the statement's
   */
  boolean ready(
      ServerConnection server,
      StatementFacts facts,
      boolean shows,
      Supplier<byte[]> text,
      LexerMode mode) {
    LastAnswer last = ServerSide.of(server).last();
    if (last.idOf() == this) {
      last.idOf(sentTo == server.id() ? before : last); // what was to be sent was not
    }
    if (due && server.id() != dueFrom) {
      lose();
    }
    if (lost && !due && facts.has(MysqlEffect.READS_LAST_INSERT_ID)) {
      control.refuse(LOST);
      return false;
    }
    if (shows && (!mayAsk(facts) || inPlace(server, facts) != null)) {
      if (!due) {
        amongOthers = last.idOf() != null && last.idOf() != mark;
        generated = 0;
      }
    } else if (settled(server, last, facts, text, mode)) {
      amongOthers &= due;
    } else {
      return false;
    }
    if (mayChange(facts)) {
      inserts = last.idOf() == null || !FirstWord.insertsNothing(text.get(), mode);
      before = last.idOf();
      sentTo = server.id();
      last.idOf(this); // until it is answered, for which its client may not wait
    }
    return true;
  }

  private boolean settled(
      ServerConnection server,
      LastAnswer last,
      StatementFacts facts,
      Supplier<byte[]> text,
      LexerMode mode) {
    if (last.idOf() == mark || (last.idOf() == null && id.equals("0") && !due)) {
      return true;
    }
    boolean uses = mayAsk(facts) || maySet(facts) || prepares(facts);
    if (due && !uses) {
      return true;
    }
    boolean others = !due && last.idOf() != null;
    if (!uses && !(others && mayGenerate(facts) && !FirstWord.insertsNothing(text.get(), mode))) {
      return true;
    }
    control.block();
    if (due || found.due()) {
      readBack(server, false);
    } else {
      last.idOf(mark);
      ServerSide.ahead(server, client, "SET", "SET last_insert_id=" + id);
    }
    return false;
  }

  /**
   * Expression for the id where a server that has something to be shown would give another one:
   * MySQL would forget the rest if it were given or asked for this one first. Null where the text
   * can stay as it is, or must.
   */
  String inPlace(ServerConnection server, StatementFacts facts) {
    LastAnswer last = ServerSide.of(server).last();
    Object there = last.idOf();
    boolean given = there == mark || (there == null && id.equals("0") && !due);
    boolean unclear = due && !(ofNone && there == last);
    if (given || unclear || lost || ServerSide.of(server).mariadb() || !hasPlaces(facts)) {
      return null;
    }
    String own = unsigned(id);
    return due ? "IF(LAST_INSERT_ID()=0, " + own + ", LAST_INSERT_ID())" : own;
  }

  /** In the type of the variables. */
  static String unsigned(String value) {
    return "IF(0, CAST(18446744073709551615 AS UNSIGNED), CAST(" + value + " AS UNSIGNED))";
  }

  private static boolean hasPlaces(StatementFacts facts) {
    return switch (facts.kind()) {
      case SELECT, SET, MULTI ->
          !facts.has(MysqlEffect.SETS_LAST_INSERT_ID)
              && facts.effects().stream()
                  .noneMatch(e -> e.is(MysqlEffect.READS_LAST_INSERT_ID) && e.start() < 0);
      default -> false;
    };
  }

  /** Its connection is lost, and with it what the id has become there. */
  private void lose() {
    due = false;
    lost = true;
    id = "0";
    mark = new Object();
  }

  private static boolean mayAsk(StatementFacts facts) {
    return switch (facts.kind()) {
      case CALL, BLOCK, UNKNOWN, EXECUTE -> true;
      default -> facts.has(MysqlEffect.READS_LAST_INSERT_ID);
    };
  }

  /** True if it may set the id though its answer does not say so. */
  static boolean maySet(StatementFacts facts) {
    return switch (facts.kind()) {
      case CALL, BLOCK, UNKNOWN, EXECUTE -> true;
      case MULTI -> // what only reads sets none
          facts.transactionControlInside() || facts.has(MysqlEffect.SETS_LAST_INSERT_ID);
      default -> facts.has(MysqlEffect.SETS_LAST_INSERT_ID);
    };
  }

  /**
   * True if it prepares what is executed on this connection, ahead of which nothing must be sent
   * then: it would be the statement before, whose ROW_COUNT() what is executed may ask for.
   */
  static boolean prepares(StatementFacts facts) {
    return pins(facts, MysqlPins.PREPARED);
  }

  /** True if it may insert rows, or begins what takes no questions later on. */
  private static boolean mayGenerate(StatementFacts facts) {
    return switch (facts.kind()) {
      case DML, BULK, DDL -> true;
      default -> pins(facts, MysqlPins.XA);
    };
  }

  private static boolean pins(StatementFacts facts, PinReason reason) {
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.PIN && effect.pin() == reason) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayChange(StatementFacts facts) {
    return switch (facts.kind()) {
      case DML, BULK, DDL -> true;
      default -> maySet(facts);
    };
  }

  // ---- when it is answered

  /** A statement is being prepared: what that leaves there is not to be lost by reading the id. */
  void pause() {
    paused |= lingers;
    lingers = false;
  }

  /**
   * It is prepared.
   *
   * @param kept whether the connection is kept for what that has left
   */
  void resume(ServerConnection from, boolean kept) {
    boolean again = paused && !kept;
    paused = false;
    if (again) {
      linger(from);
    }
  }

  void answered(ServerConnection from, LastAnswer last, StatementFacts facts) {
    lingers = false;
    paused = false;
    if (last.idOf() == this) {
      // Rows, or an error, may come without the id that was generated.
      boolean changed =
          maySet(facts)
              || last.generatedId() != 0
              || (inserts && (last.hadRows() || last.error() != 0));
      boolean known = !lost && (before == mark || (before == null && id.equals("0") && !due));
      last.idOf(!changed ? before : known ? mark : last);
      if (last.generatedId() != 0) {
        generated = last.generatedId();
      }
      Object was = before;
      before = null;
      sentTo = 0;
      ofNone = !maySet(facts) && (was == null || (was == last && ofNone && due));
      if (changed) {
        due = true;
        dueFrom = from.id();
      }
    }
    stays(from);
  }

  /** Prepares to read back pending values before the session leaves, if that is allowed. */
  void stays(ServerConnection from) {
    // What the node itself asks there may change FOUND_ROWS(), though the session stays. An XA
    // transaction that was ended takes no questions, and EXECUTE may ask for what was right before.
    Set<PinReason> pins = carried.pins().all();
    boolean wanted =
        found.due() && !pins.contains(MysqlPins.XA) && !pins.contains(MysqlPins.PREPARED);
    if ((wanted || (due && !carried.pins().any()))
        && client.status() == TransactionState.IDLE
        && !client.server().closed()
        && !carried.held()) {
      linger(from);
    }
  }

  /**
   * A client that goes on at once may generate another id, or ask on this very connection: the id
   * is read back when it does not, or when a session waits for the connection.
   */
  private void linger(ServerConnection from) {
    if (inARow == MOST_IN_A_ROW || from.keeper().wanted(from)) {
      readBack(from, true);
      return;
    }
    inARow++;
    lingers = true;
    lingersUntil = loop.now() + LINGERS_NANOS;
    carried.hold(HOLD);
    if (!watched) {
      watch();
    }
  }

  private void watch() {
    watched = true;
    loop.later(this::look, LOOKS_NANOS, TimeUnit.NANOSECONDS, client::failed);
  }

  private void look() {
    watched = false;
    ServerConnection server = client.server();
    if (!lingers || server == null || server.closed()) {
      lingers = false;
      return;
    }
    boolean over = lingersUntil - loop.now() <= 0 || server.keeper().wanted(server);
    if (!over || client.outstanding() > 0) {
      watch();
      return;
    }
    readBack(server, true);
  }

  /**
   * Reads the value back: the generated id may differ from LAST_INSERT_ID(), as an id that was
   * given counts too.
   *
   * @param leaves whether the session leaves the connection then
   */
  void readBack(ServerConnection server, boolean leaves) {
    boolean wanted = due;
    boolean both = found.isToBeRead(server);
    boolean clears = wanted && leaves;
    String others = HOLD.equals(carried.heldFor()) ? null : carried.heldFor();
    due = false;
    lingers = false;
    inARow = 0;
    carried.hold(HOLD);
    server.query(
        "SELECT @@last_insert_id"
            + (both ? ", FOUND_ROWS()" : "")
            + (clears ? ", LAST_INSERT_ID(0)" : "")
            + " LIMIT 1", // whatever sql_select_limit is
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            carried.hold(others);
            if (error == null) {
              List<String> row = rows().get(0);
              if (wanted) {
                read(from, row.get(0));
              }
              if (clears) {
                ServerSide.of(from).last().idOf(null);
              }
              if (both) {
                found.read(Long.parseLong(row.get(1)));
              }
            } else if (!from.closed()) {
              from.end().closeForState("SELECT @@last_insert_id", error);
            } else if (wanted) {
              lose();
            }
            answers.after(from);
          }
        });
  }

  private void read(ServerConnection from, String found) {
    LastAnswer last = ServerSide.of(from).last();
    boolean others = amongOthers && !found.equals(Long.toUnsignedString(generated));
    amongOthers = false;
    if (others) {
      last.idOf(last);
      return;
    }
    if (found.equals("0") && (last.idOf() != mark || lost)) {
      last.idOf(null); // none was generated
      return;
    }
    if (!found.equals(id)) {
      id = found;
      mark = new Object(); // connections that have an id of before are to get this one
    }
    last.idOf(mark);
    lost = false;
  }

  void write(StateWriter out) {
    out.text(id).flag(lost);
  }

  void read(StateReader in) {
    id = in.text();
    lost = in.flag();
  }

  /** The session is as new. */
  void forget() {
    id = "0";
    lost = false;
    mark = new Object();
    due = false;
    paused = false;
  }
}
