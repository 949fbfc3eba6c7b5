package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * LAST_INSERT_ID() of a session: read back from the connection that has generated it, before
 * another session gets that, and set again where a statement may ask for it. What FOUND_ROWS()
 * gives is read back with it where no answer has told that.
 */
final class GeneratedId {
  private static final String HOLD = "LAST_INSERT_ID()";
  private static final int MOST_CANDIDATES = 256;
  private static final ServerError LOST =
      ServerError.error(
              "HY000",
              "LAST_INSERT_ID() is not known: the server connection that has generated it was lost")
          .withNumber(1105);

  /** How long a session keeps its connection in case that its next statement comes at once. */
  private static final long LINGERS_NANOS = 1_000_000;

  /** How often in a row it goes on there before others of the pool have a chance. */
  private static final int MOST_IN_A_ROW = 64;

  private final HandledClient client;
  private final SessionState carried;
  private final RequestControl control;
  private final LoopContext loop;
  private final ClientAnswers answers;
  private final LongConsumer found;

  private String id = "0";

  /** Whether it was another one, which was lost with its server connection. */
  private boolean lost;

  /** Marks server connections that have this id: another one with each id. */
  private Object mark = new Object();

  /** Whether the id is another one than was read back last, perhaps. */
  private boolean due;

  /** The connection that has it then. */
  private long dueFrom;

  /** Whether what FOUND_ROWS() gives is known to nobody but the server. */
  private boolean foundDue;

  /**
   * Ids in answers since then, where the server had another session's before: one of them is this
   * one's if the server has generated it, rather than been given it.
   */
  private final Set<String> candidates = new HashSet<>(0);

  /** Whether the connection is kept as the id is due: the next statement may make it void. */
  private boolean lingers;

  /** Whether that was so when something began that is not to be followed by a question. */
  private boolean paused;

  private long lingersUntil;
  private boolean watched;
  private int inARow;

  /**
   * @param found told what FOUND_ROWS() gives
   */
  GeneratedId(
      HandledClient client,
      SessionState carried,
      RequestControl control,
      LoopContext loop,
      ClientAnswers answers,
      LongConsumer found) {
    this.client = client;
    this.carried = carried;
    this.control = control;
    this.loop = loop;
    this.answers = answers;
    this.found = found;
  }

  // ---- before a statement is sent

  boolean due() {
    return due || foundDue;
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
   * Whether the server would give the statement the session's id; if not, that is being mended, and
   * the reader comes again.
   *
   * @param asks whether the statement asks for something else that the one before has left there
   */
  boolean ready(ServerConnection server, StatementFacts facts, boolean asks) {
    if (lost && !due && facts.has(MysqlEffect.READS_LAST_INSERT_ID)) {
      control.refuse(LOST);
      return false;
    }
    LastAnswer last = ServerSide.of(server).last();
    boolean unlike = last.idOf() != mark && !(last.idOf() == null && id.equals("0"));
    if (!unlike && !(due && last.idOf() != mark)) {
      return true;
    }
    boolean mayAsk = mayAsk(facts);
    boolean maySet = maySet(facts);
    if (due && (mayAsk || maySet || (candidates.size() >= MOST_CANDIDATES && !asks))) {
      control.block();
      readBack(server);
      return false;
    }
    if (unlike && (mayAsk || (maySet && !due))) {
      if (foundDue) {
        control.block();
        readBack(server);
        return false;
      }
      last.idOf(mark);
      control.block();
      ServerSide.ahead(server, client, "SET", "SET last_insert_id=" + id);
      return false;
    }
    return true;
  }

  /** Whether what FOUND_ROWS() gives behind the last statement no answer has told. */
  void foundDue(boolean now) {
    foundDue = now;
  }

  private static boolean mayAsk(StatementFacts facts) {
    return switch (facts.kind()) {
      case CALL, UNKNOWN, EXECUTE -> true;
      default -> facts.has(MysqlEffect.READS_LAST_INSERT_ID);
    };
  }

  /** Whether it may set the id though its answer does not say so. */
  static boolean maySet(StatementFacts facts) {
    return switch (facts.kind()) {
      case CALL, MULTI, UNKNOWN, EXECUTE -> true;
      default -> facts.has(MysqlEffect.SETS_LAST_INSERT_ID);
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
    dueFrom = due ? dueFrom : from.id();
    if (maySet(facts)) {
      last.idOf(mark);
      due = true;
    } else if (last.generatedId() != 0) {
      due = true;
      if (last.idBefore() == mark) {
        last.idOf(mark);
      } else {
        candidates.add(Long.toUnsignedString(last.generatedId()));
      }
    }
    // What the node itself asks there may change FOUND_ROWS(), though the session stays. An XA
    // transaction that was ended takes no questions.
    boolean wanted = foundDue && !carried.pins().contains(MysqlPins.XA);
    if ((wanted || (due && !carried.pinned()))
        && client.status() == TransactionState.IDLE
        && !client.server().closed()
        && !carried.held()) {
      linger(from);
    }
  }

  /**
   * A client that goes on at once may generate another id, or ask on this very connection: the id
   * is read back when it does not, or when somebody waits for the connection.
   */
  private void linger(ServerConnection from) {
    if (inARow == MOST_IN_A_ROW || from.wanted()) {
      readBack(from);
      return;
    }
    inARow++;
    lingers = true;
    lingersUntil = loop.now() + LINGERS_NANOS;
    carried.hold(HOLD);
    if (!watched) {
      watch(LINGERS_NANOS);
    }
  }

  private void watch(long nanos) {
    watched = true;
    loop.later(this::look, nanos, TimeUnit.NANOSECONDS, client::failed);
  }

  private void look() {
    watched = false;
    ServerConnection server = client.server();
    if (!lingers || server == null || server.closed()) {
      lingers = false;
      return;
    }
    long left = lingersUntil - loop.now();
    if (left > 0 || client.outstanding() > 0) {
      watch(Math.max(left, LINGERS_NANOS / 2));
      return;
    }
    readBack(server);
  }

  /** What was generated may not be what LAST_INSERT_ID() gives: an id that was given counts too. */
  void readBack(ServerConnection server) {
    boolean both = foundDue;
    String others = HOLD.equals(carried.heldFor()) ? null : carried.heldFor();
    due = false;
    foundDue = false;
    lingers = false;
    inARow = 0;
    carried.hold(HOLD);
    server.query(
        both ? "SELECT @@last_insert_id, FOUND_ROWS()" : "SELECT @@last_insert_id",
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            carried.hold(others);
            if (error == null) {
              List<String> row = rows().get(0);
              read(from, row.get(0));
              if (both) {
                found.accept(Long.parseLong(row.get(1)));
              }
            } else if (from.closed()) {
              lost = true;
            } else {
              from.closeForState("SELECT @@last_insert_id", error);
            }
            answers.after(from);
          }
        });
  }

  private void read(ServerConnection from, String found) {
    LastAnswer last = ServerSide.of(from).last();
    if (last.idOf() == mark || candidates.contains(found)) {
      if (!found.equals(id)) {
        id = found;
        mark = new Object(); // connections that have an id of before are to get this one
      }
      last.idOf(mark);
      lost = false;
    } else if (from.id() != dueFrom) {
      lost = true;
    } else if (found.equals("0")) {
      last.idOf(null); // it was given all that its answers have said
    }
    candidates.clear();
  }

  /** The session is as new. */
  void forget() {
    id = "0";
    lost = false;
    mark = new Object();
    due = false;
    paused = false;
    foundDue = false;
    candidates.clear();
  }
}
