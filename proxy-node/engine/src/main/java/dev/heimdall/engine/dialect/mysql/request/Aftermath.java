package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What a statement leaves behind that the next one may ask about: warnings and errors, for which
 * the session keeps its connection; the id that it has generated, which is read back and set again
 * where somebody asks; the numbers of rows that it has changed or found.
 */
final class Aftermath {
  private static final String DIAGNOSTICS = "warnings of the last statement";
  private static final String FOUND_ROWS = "SQL_CALC_FOUND_ROWS";
  private static final int NO_SUCH_ROUTINE = 1305;
  private static final String GENERATED_ID = "LAST_INSERT_ID()";
  private static final int MOST_CANDIDATES = 256;

  /** How long a session keeps its connection in case that its next statement comes at once. */
  private static final long LINGERS_NANOS = 1_000_000;

  /** How often in a row it goes on there before others of the pool have a chance. */
  private static final int MOST_IN_A_ROW = 64;

  private final HandledClient client;
  private final SessionState carried;
  private final RequestControl control;
  private final LoopContext loop;
  private final ClientAnswers answers;
  private final IntSupplier number;
  private final CallReplacement calls = new CallReplacement();
  private final FromClause from = new FromClause();

  /** LAST_INSERT_ID() of the session. */
  private String id = "0";

  /** Marks server connections that have this id: another one with each id. */
  private Object idMark = new Object();

  private long rowCount;
  private long foundRows;

  /** Whether only the server knows that number. */
  private boolean countsFound;

  /** Whether the statement on its way is SHOW WARNINGS or SHOW ERRORS. */
  private boolean showsDiagnostics;

  /** What is known of the statement whose answer is awaited; null where nothing is. */
  private StatementFacts sent;

  /** Whether it clears the warnings of those before it where it has none itself. */
  private boolean clearing;

  /** Whether the id is another one than was read back last, perhaps. */
  private boolean idDue;

  /**
   * Ids in answers since then, where the server had another session's before: one of them is this
   * one's if the server has generated it, rather than been given it.
   */
  private final Set<String> candidates = new HashSet<>(0);

  /** Whether the connection is kept as its id is due: the next statement may make it void. */
  private boolean lingers;

  private long lingersUntil;
  private boolean watched;
  private int inARow;

  /** The connection that answered the last statement, and how many answers it had given then. */
  private long countsFrom;

  private long countsAt;

  /**
   * @param number the client's, as it was told at its log-in
   */
  Aftermath(
      HandledClient client,
      SessionState carried,
      RequestControl control,
      LoopContext loop,
      ClientAnswers answers,
      IntSupplier number) {
    this.client = client;
    this.carried = carried;
    this.control = control;
    this.loop = loop;
    this.answers = answers;
    this.number = number;
  }

  // ---- before a statement is sent

  /**
   * Whether the connection is let go on which the statement before was carried out, so that the
   * next one may go elsewhere.
   *
   * @param next null for what is no statement
   * @param mayStay whether it may as well go on here
   * @param elsewhere whether it is to go to another data source
   */
  boolean lets(StatementFacts next, BooleanSupplier mayStay, boolean elsewhere) {
    if (!carried.held()
        || client.outstanding() > 0
        || next == null
        || !ClientCommands.idle(client)) {
      return false;
    }
    boolean asks = asks(next);
    if (lingers && (asks || (goesOn(next) && mayStay.getAsBoolean()))) {
      lingers = false;
      carried.hold(null);
      return false;
    }
    if (asks
        || (!elsewhere && keepsDiagnostics(client.server()) && !clears(next))
        || (countsFound && !setsFound(next))) {
      return false;
    }
    if (idDue) {
      readId(client.server());
      return true;
    }
    carried.hold(null);
    if (carried.pinned()) {
      return false;
    }
    LastAnswer last = ServerSide.of(client.server()).last();
    if (last.diagnosticsOf() == this) {
      last.diagnosticsOf(last); // what is left there will be nobody's
    }
    return true;
  }

  private static boolean goesOn(StatementFacts facts) {
    return switch (facts.kind()) {
      case BEGIN, DML, SELECT -> true;
      default -> false;
    };
  }

  private static boolean asks(StatementFacts facts) {
    return has(facts, MysqlEffect.READS_DIAGNOSTICS)
        || has(facts, MysqlEffect.READS_FOUND_ROWS)
        || has(facts, MysqlEffect.READS_ROW_COUNT);
  }

  static boolean has(StatementFacts facts, MysqlEffect own) {
    List<Effect> effects = facts.effects();
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i).is(own)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the server would answer as that of a direct connection what the statement may ask about
   * those before it; if not, it is being told, and the reader comes again.
   *
   * @param text the statement's
   */
  boolean ready(
      ServerConnection server, StatementFacts facts, Supplier<byte[]> text, LexerMode mode) {
    LastAnswer last = ServerSide.of(server).last();
    if (idDue
        && last.idOf() != idMark
        && (mayAskId(facts)
            || mayHaveId(facts)
            || (candidates.size() >= MOST_CANDIDATES && !asks(facts)))) {
      control.block();
      readId(server);
      return false;
    }
    boolean unlike = last.idOf() != idMark && !(last.idOf() == null && id.equals("0"));
    if (unlike && (mayAskId(facts) || (mayHaveId(facts) && !idDue))) {
      last.idOf(idMark);
      tell(server, "SET last_insert_id=" + id);
      return false;
    }
    boolean others = last.diagnosticsOf() != null && last.diagnosticsOf() != this;
    if (others && has(facts, MysqlEffect.READS_DIAGNOSTICS)) {
      last.diagnosticsOf(this);
      tell(server, "SELECT 1 FROM (SELECT 1) AS nothing");
      return false;
    }
    sent = facts;
    clearing =
        clears(facts)
            || (facts.kind() == StatementKind.SELECT
                && keepsDiagnostics(server)
                && from.isIn(text.get(), mode));
    return true;
  }

  private static boolean mayAskId(StatementFacts facts) {
    return switch (facts.kind()) {
      case CALL, UNKNOWN, EXECUTE -> true;
      default -> has(facts, MysqlEffect.READS_LAST_INSERT_ID);
    };
  }

  private void tell(ServerConnection server, String sql) {
    control.block();
    server.query(
        sql,
        new StateQuery("SET") {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            client.resumeReading();
          }
        });
  }

  /**
   * A text is about to be sent.
   *
   * @return whether {@link #inPlace} is to see it
   */
  boolean sends(StatementFacts facts) {
    if (answers.rows() >= 0) {
      rowCount = answers.rows();
    }
    List<Effect> effects = facts.effects();
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i).type() == Effect.Type.OWN) {
        return true;
      }
    }
    return false;
  }

  /**
   * The text with numbers in the place of what asks for those of the statement before, if that was
   * not the last one on the connection, or for the number of the connection, which is another one
   * to the client, and with what the node needs in the place of what servers shall report; null
   * where the text can stay.
   */
  byte[] inPlace(StatementFacts facts, QueryText text, LexerMode mode) {
    ServerConnection server = client.server();
    showsDiagnostics =
        facts.kind() == StatementKind.SHOW
            && has(facts, MysqlEffect.READS_DIAGNOSTICS)
            && new String(text.copy(), StandardCharsets.ISO_8859_1).indexOf('(') < 0;
    boolean kept =
        answers.rows() < 0 && server.id() == countsFrom && server.groupsAnswered() == countsAt;
    byte[] changed = null;
    List<Effect> effects = facts.effects();
    for (int i = effects.size() - 1; i >= 0; i--) {
      Effect effect = effects.get(i);
      if (effect.type() != Effect.Type.OWN || effect.start() < 0) {
        continue;
      }
      byte[] from = changed == null ? text.copy() : changed;
      String value = value(effect, facts, from, kept, mode);
      if (value != null) {
        changed = calls.replace(from, effect, value, mode);
      }
    }
    return changed;
  }

  /**
   * What stands for the effect's call; null where the server's answer is right.
   *
   * @param kept whether the session's last statement was the last one there
   */
  private String value(
      Effect effect, StatementFacts facts, byte[] text, boolean kept, LexerMode mode) {
    if (effect.is(MysqlEffect.READS_CONNECTION_ID)) {
      boolean reads = facts.kind() == StatementKind.SELECT || facts.kind() == StatementKind.MULTI;
      return reads && calls.isColumn(text, effect, mode)
          ? numbered(text[effect.start()] == '@')
          : null;
    }
    if (effect.is(MysqlEffect.SETS_TRACKING)) {
      return answers.tracks(
          effect.name(), Lexer.decode(text, effect.start(), effect.end()).strip());
    }
    if (effect.is(MysqlEffect.READS_FOUND_ROWS)) {
      boolean there = ServerSide.of(client.server()).last().foundRowsOf() == this;
      // MySQL warns of the call, wherever it stands.
      return there ? null : bigint("FOUND_ROWS() < 0", foundRows);
    }
    return !kept && effect.is(MysqlEffect.READS_ROW_COUNT) ? bigint("0", rowCount) : null;
  }

  /** In the type of the variable, or of the call. */
  private String numbered(boolean variable) {
    String value = "CAST(" + number.getAsInt() + " AS UNSIGNED)";
    return variable ? "IF(0, CAST(18446744073709551615 AS UNSIGNED), " + value + ")" : value;
  }

  /** The type is the call's, however small the number is. */
  private static String bigint(String never, long value) {
    return "IF(" + never + ", 9223372036854775807, " + value + ")";
  }

  // ---- when it is answered

  /** The command that was sent last was answered. */
  void answered(ServerConnection from) {
    StatementFacts facts = sent;
    sent = null;
    if (facts == null) {
      return;
    }
    lingers = false;
    LastAnswer last = ServerSide.of(from).last();
    boolean here = countsFrom == from.id() && countsAt == from.groupsAnswered() - 1;
    boolean asksOnly = facts.kind() == StatementKind.SESSION && asks(facts) && last.error() == 0;
    if (here || !(showsDiagnostics || asksOnly)) { // they leave what others did not leave there
      countsFrom = from.id();
      countsAt = from.groupsAnswered();
    }
    if (!asksOnly) {
      rowCount = last.hasRows() || last.error() != 0 ? -1 : last.affectedRows();
    }
    boolean found = last.hadRows() ? countsRows(facts) : last.error() == 0 && setsFound(facts);
    if (found && !showsDiagnostics) {
      foundRows = found(last, facts, ServerSide.of(from).mariadb() ? -1 : last.matchedRows());
      boolean fetched = (ServerSide.of(from).status() & StatusFlag.CURSOR_EXISTS) != 0;
      countsFound = fetched || has(facts, MysqlEffect.COUNTS_FOUND_ROWS);
      last.foundRowsOf(this);
    }
    showsDiagnostics = false;
    note(from, last, facts);
    if (last.stateChange() == LastAnswer.StateChange.NO_DATABASE) {
      client.pin(MysqlPins.NO_DATABASE);
      from.taint();
    } else if (!carried.pinned() && changedUnseen(from, last, facts)) {
      client.pin(MysqlPins.STORED_CODE);
      from.taint();
    }
    if (last.error() == 0) {
      savepoint(facts, ServerSide.of(from).status());
    }
    if (mayHaveId(facts)) {
      last.idOf(idMark);
      idDue = true;
    } else if (last.generatedId() != 0) {
      idDue = true;
      if (last.idOf() != idMark) {
        candidates.add(Long.toUnsignedString(last.generatedId()));
      }
    }
    if (idDue
        && ClientCommands.idle(client)
        && !client.server().closed()
        && !carried.held()
        && !carried.pinned()) {
      linger(from);
    }
  }

  /**
   * With autocommit=0 a savepoint is kept that comes ahead of the transaction's first statement.
   */
  private void savepoint(StatementFacts facts, int status) {
    if (facts.kind() == StatementKind.SAVEPOINT) {
      if ((status & (StatusFlag.AUTOCOMMIT | StatusFlag.IN_TRANSACTION)) == 0) {
        client.pin(MysqlPins.SAVEPOINT);
      }
    } else if (facts.kind() == StatementKind.COMMIT || facts.kind() == StatementKind.ROLLBACK) {
      carried.unpin(MysqlPins.SAVEPOINT);
    }
  }

  /**
   * A client that goes on at once may generate another id, or ask on this very connection: the id
   * is read back when it does not, or when somebody waits for the connection.
   */
  private void linger(ServerConnection from) {
    if (inARow == MOST_IN_A_ROW || from.wanted()) {
      readId(from);
      return;
    }
    inARow++;
    lingers = true;
    lingersUntil = loop.now() + LINGERS_NANOS;
    carried.hold(GENERATED_ID);
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
    readId(server);
  }

  /** The session is as new. */
  void forget() {
    id = "0";
    idMark = new Object();
    idDue = false;
    candidates.clear();
    rowCount = 0; // FOUND_ROWS() stays
    countsFound = false;
    countsFrom = 0;
  }

  /**
   * What FOUND_ROWS() gives behind an answer that sets it.
   *
   * @param updated how many rows an UPDATE has found, which is what counts in MySQL; or negative
   */
  private static long found(LastAnswer last, StatementFacts facts, long updated) {
    if (updated >= 0 && !last.hasRows()) {
      return updated;
    }
    return last.hadRows() && facts.kind() != StatementKind.DML ? last.rows() : 1;
  }

  /** A command that was no statement has failed there. */
  void failed(ServerConnection from) {
    answers.ofServer();
    countsFrom = from.id();
    countsAt = from.groupsAnswered();
    rowCount = -1;
    ServerSide.of(from).last().diagnosticsOf(this);
    carried.hold(DIAGNOSTICS);
  }

  private void note(ServerConnection server, LastAnswer last, StatementFacts facts) {
    if (asks(facts) && !hasDiagnostics(last)) {
      return; // what was there stays, to be asked again
    }
    if (hasDiagnostics(last)) {
      last.diagnosticsOf(this);
      carried.hold(DIAGNOSTICS);
    } else if (countsFound) {
      carried.hold(FOUND_ROWS);
    } else if (clearing || !keepsDiagnostics(server)) {
      carried.hold(null);
    }
    if (clearing && !hasDiagnostics(last)) {
      last.diagnosticsOf(null);
    }
  }

  /** Whether MariaDB has warnings or errors of the session's, which not every statement clears. */
  private boolean keepsDiagnostics(ServerConnection server) {
    return ServerSide.of(server).mariadb() && ServerSide.of(server).last().diagnosticsOf() == this;
  }

  /**
   * Whether a user variable or a temporary table may be there of which the statement's text says
   * nothing: a routine or a trigger can make one. Servers report that something has changed, but
   * not what, not behind rows that end with an EOF packet, and not with an error.
   */
  private static boolean changedUnseen(
      ServerConnection from, LastAnswer last, StatementFacts facts) {
    return switch (last.stateChange()) {
      case UNNAMED, NO_DATABASE -> true;
      case NAMED -> has(facts, MysqlEffect.CALLS_UNSEEN);
      case NONE ->
          ((last.error() != 0 && last.error() != NO_SUCH_ROUTINE)
                  || (last.hasRows() && !ServerSide.of(from).reportsBehindRows()))
              && has(facts, MysqlEffect.CALLS_UNSEEN);
    };
  }

  private static boolean hasDiagnostics(LastAnswer last) {
    return last.error() != 0 || last.warnings() > 0;
  }

  /** Whether MariaDB forgets the warnings of before: what uses no table keeps them. */
  private static boolean clears(StatementFacts facts) {
    return switch (facts.kind()) {
      case DML, DDL -> true;
      default -> false;
    };
  }

  /** Whether FOUND_ROWS() is another one behind it for certain, if it succeeds. */
  private static boolean setsFound(StatementFacts facts) {
    return switch (facts.kind()) {
      case SELECT, DML, DDL -> true;
      default -> false;
    };
  }

  /** Whether its rows are counted: those that say how something went are not. */
  private static boolean countsRows(StatementFacts facts) {
    return facts.kind() != StatementKind.EXPLAIN && facts.kind() != StatementKind.UTILITY;
  }

  /** Whether it may have set the id though its answer does not say so. */
  private static boolean mayHaveId(StatementFacts facts) {
    return switch (facts.kind()) {
      case CALL, MULTI, UNKNOWN, EXECUTE -> true;
      default -> has(facts, MysqlEffect.SETS_LAST_INSERT_ID);
    };
  }

  /** What was generated may not be what LAST_INSERT_ID() gives: an id that was given counts too. */
  private void readId(ServerConnection server) {
    idDue = false;
    lingers = false;
    inARow = 0;
    carried.hold(GENERATED_ID);
    server.query(
        "SELECT @@last_insert_id",
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            carried.hold(null);
            if (error == null) {
              read(from, rows().get(0).get(0));
            } else if (!from.closed()) {
              from.closeForState("SELECT @@last_insert_id", error);
            }
            answers.after(from);
          }
        });
  }

  private void read(ServerConnection from, String found) {
    LastAnswer last = ServerSide.of(from).last();
    if (last.idOf() == idMark || candidates.contains(found)) {
      if (!found.equals(id)) {
        id = found;
        idMark = new Object(); // connections that have an id of before are to get this one
      }
      last.idOf(idMark);
    }
    candidates.clear();
  }
}
