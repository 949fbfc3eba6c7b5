package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.LastAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.answer.KeptConnection;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * State that a statement leaves and that the next one may query: warnings and errors, for which the
 * session keeps its connection; the id that it has {@linkplain GeneratedId generated}; the numbers
 * of rows that it has changed or found.
 */
final class DiagnosticsArea {
  private static final Duration KEPT = Duration.ofSeconds(1); // where others wait for it
  private static final String DIAGNOSTICS = "warnings of the last statement";
  private static final String COUNTED = "SQL_CALC_FOUND_ROWS";
  private static final Pattern PLAIN_GTID = Pattern.compile("[0-9,-]*");

  private final HandledClient client;
  private final SessionState carried;
  private final ClientRequests control;
  private final ClientAnswers answers;
  private final SessionLexing lexing;
  private final IntSupplier number;
  private final FoundRows found;
  private final GeneratedId generated;
  private final KeptConnection kept;
  private final UnreportedSettings unreported;
  private final ReleasedConnections released;
  private final AnswerPins pins;
  private final Supplier<Statement> catalogued;
  private final SentText sentText = new SentText();

  private long rowCount;

  /** GTID by which the server names the session's last transaction; empty for none. */
  private String gtid = "";

  /** GTID of the connection when the last statement was sent. */
  private String gtidBefore = "";

  /** True if the statement on its way is SHOW WARNINGS or SHOW ERRORS. */
  private boolean showsDiagnostics;

  /** Facts about the statement whose answer is pending; null where there is none. */
  private StatementFacts sent;

  /** Part of its text that was carried out, where more is known than by its error; else null. */
  private CarriedOut part;

  /** True if the catalogue has said what it does to the session by what it calls. */
  private boolean seenThrough;

  /** True if it clears the warnings of those before it where it has none itself. */
  private boolean clearing;

  /** True if warnings or an error of the session's may be on its connection. */
  private boolean leftDiagnostics;

  /** The connection that answered the last statement, and how many answers it had given then. */
  private long countsFrom;

  private long countsAt;

  /**
   * @param number the client's, as it was told at its log-in
   * @param catalogued what the catalogue knows of the statement on its way; null for nothing
   */
  DiagnosticsArea(
      HandledClient client,
      SessionState carried,
      ClientRequests control,
      LoopContext loop,
      ClientAnswers answers,
      SessionLexing lexing,
      IntSupplier number,
      Supplier<Statement> catalogued) {
    this.client = client;
    this.carried = carried;
    this.control = control;
    this.answers = answers;
    this.lexing = lexing;
    this.number = number;
    this.found = new FoundRows(client, carried, control);
    this.generated = new GeneratedId(client, carried, control, loop, answers, found);
    this.kept = new KeptConnection(client, carried, loop, KEPT, this::letGo);
    this.unreported = new UnreportedSettings(carried, answers);
    this.released = new ReleasedConnections(client, carried, answers);
    this.pins = new AnswerPins(client, carried);
    this.catalogued = catalogued;
  }

  // ---- before a statement is sent

  /**
   * True if the connection is let go on which the statement before was carried out, so that the
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
        || client.status() != TransactionState.IDLE) {
      return false;
    }
    boolean asks = asks(next);
    if (generated.lingers() && (asks || (goesOn(next) && mayStay.getAsBoolean()))) {
      generated.goesOn();
      return false;
    }
    if (asks
        || (!elsewhere && keepsDiagnostics(client.server()) && !clears(next))
        || (found.counted() && !elsewhere)) { // a SELECT that fails leaves that number
      return false;
    }
    if (generated.due()) {
      generated.readBack(client.server(), true);
      return true;
    }
    carried.hold(null);
    if (carried.pins().any()) {
      return false;
    }
    disown(client.server());
    return true;
  }

  /**
   * Releases the connection without a next statement: warnings are dropped, but numbers are read
   * back first, in which case it must be called again.
   */
  void letGo() {
    ServerConnection server = client.server();
    if (server == null
        || !carried.held()
        || carried.pins().any()
        || client.outstanding() > 0
        || client.status() != TransactionState.IDLE) {
      return;
    }
    if (generated.due() || found.isToBeRead(server)) {
      generated.readBack(server, true);
      return;
    }
    carried.hold(null);
    leftDiagnostics = false;
    disown(server);
    client.settle();
  }

  /** Detaches from this session the state that it has left on the connection. */
  private void disown(ServerConnection server) {
    LastAnswer last = ServerSide.of(server).last();
    if (last.diagnosticsOf() == this) {
      last.diagnosticsOf(last);
    }
  }

  private static boolean goesOn(StatementFacts facts) {
    return switch (facts.kind()) {
      case BEGIN, DML, SELECT -> true;
      default -> false;
    };
  }

  private static boolean asks(StatementFacts facts) {
    return facts.has(MysqlEffect.READS_DIAGNOSTICS)
        || facts.has(MysqlEffect.READS_FOUND_ROWS)
        || facts.has(MysqlEffect.READS_ROW_COUNT)
        || facts.has(MysqlEffect.GETS_ROW_COUNT);
  }

  /**
   * True if the server would answer as that of a direct connection what the statement may ask about
   * those before it; if not, it is being told, and the reader comes again.
   *
   * @param said what its text says
   * @param text the statement's
   */
  boolean ready(
      ServerConnection server, StatementFacts said, Supplier<byte[]> text, LexerMode mode) {
    Statement seen = catalogued.get();
    StatementFacts facts = UnseenEffects.with(said, seen);
    found.comesTo(server);
    LastAnswer last = ServerSide.of(server).last();
    boolean shows = shows(server, facts);
    if (!generated.ready(server, facts, shows, text, mode)) {
      return false;
    }
    boolean others = last.diagnosticsOf() != null && last.diagnosticsOf() != this;
    // It would change what FOUND_ROWS() gives if it came later.
    if (others
        && (facts.has(MysqlEffect.READS_DIAGNOSTICS) || facts.has(MysqlEffect.COUNTS_FOUND_ROWS))) {
      last.diagnosticsOf(this);
      control.block();
      // MySQL may have warned of the query that has given it what FOUND_ROWS() is: that has to
      // stay.
      ServerSide.ahead(
          server,
          client,
          "SET",
          ServerSide.of(server).mariadb()
              ? "SELECT 1 FROM (SELECT 1) AS nothing"
              : "SET last_insert_id=@@last_insert_id");
      return false;
    }
    if (FoundRows.mayShow(facts) && found.isHiddenBy(server)) {
      control.block();
      generated.readBack(server, false);
      return false;
    }
    ServerError own = answers.own().error();
    if (own != null && facts.has(MysqlEffect.READS_DIAGNOSTICS)) {
      control.block();
      answers.own().forgetError();
      OwnErrors.raise(
          server,
          own,
          () -> {
            leftDiagnostics = true;
            last.diagnosticsOf(this);
            client.resumeReading();
          });
      return false;
    }
    gtidBefore = ServerSide.of(server).lastGtid();
    seenThrough = seen != null;
    clearing =
        clears(facts)
            || (facts.kind() == StatementKind.SELECT
                && last.diagnosticsOf() != null
                && ServerSide.of(server).mariadb()
                && FromClause.isIn(text.get(), mode));
    // Where others' warnings were taken away, the session has none that a query would clear.
    boolean keeps = leftDiagnostics && keepsDiagnostics(server);
    if (!shows && (clearing || !keeps) && !found.ready(server, facts)) {
      return false;
    }
    sent = facts;
    sentText.forget(); // the connection of the one before was lost, perhaps
    return true;
  }

  /** True if it shows what the session has left there, which a query ahead of it would clear. */
  private boolean shows(ServerConnection server, StatementFacts facts) {
    return leftDiagnostics
        && ServerSide.of(server).last().diagnosticsOf() == this
        && facts.has(MysqlEffect.READS_DIAGNOSTICS);
  }

  /**
   * A text is about to be sent.
   *
   * @return whether {@link #inPlace} is to see it
   */
  boolean sends(StatementFacts facts) {
    if (answers.own().isLast()) {
      rowCount = answers.own().rows();
    }
    return facts.has(Effect.Type.OWN);
  }

  /** The text that is sent, which {@linkplain SentText#matters matters}. */
  void sends(byte[] sql, LexerMode mode) {
    sentText.keep(sql, mode);
  }

  /**
   * The text with numbers in the place of what asks for those of the statement before, if that was
   * not the last one on the connection, or for the number of the connection, which is another one
   * to the client, and with what the node needs in the place of what servers shall report; null
   * where the text can stay.
   */
  byte[] inPlace(StatementFacts facts, Supplier<byte[]> text, LexerMode mode) {
    ServerConnection server = client.server();
    showsDiagnostics =
        facts.kind() == StatementKind.SHOW
            && facts.has(MysqlEffect.READS_DIAGNOSTICS)
            && new String(text.get(), StandardCharsets.ISO_8859_1).indexOf('(') < 0;
    boolean kept =
        !answers.own().isLast()
            && server.id() == countsFrom
            && server.delivery().groupsAnswered() == countsAt;
    byte[] changed = null;
    List<Effect> effects = facts.effects();
    for (int i = effects.size() - 1; i >= 0; i--) {
      Effect effect = effects.get(i);
      if (effect.type() != Effect.Type.OWN || effect.start() < 0) {
        continue;
      }
      byte[] from = changed == null ? text.get() : changed;
      String value = value(effect, facts, from, kept, mode);
      if (value != null) {
        changed = new CallReplacement(from, effect, mode).with(value);
      }
    }
    return changed;
  }

  /**
   * Returns the replacement for the effect's call; null where the server's answer is correct.
   *
   * @param kept whether the session's last statement was the last one there
   */
  private String value(
      Effect effect, StatementFacts facts, byte[] text, boolean kept, LexerMode mode) {
    if (effect.is(MysqlEffect.READS_CONNECTION_ID)) {
      boolean reads = facts.kind() == StatementKind.SELECT || facts.kind() == StatementKind.MULTI;
      return reads && new CallReplacement(text, effect, mode).isColumn()
          ? numbered(text[effect.start()] == '@')
          : null;
    }
    if (effect.is(MysqlEffect.READS_LAST_INSERT_ID)) {
      ServerConnection server = client.server();
      return shows(server, facts) ? generated.inPlace(server, facts) : null;
    }
    if (effect.is(MysqlEffect.READS_LAST_GTID)) {
      return ServerSide.of(client.server()).mariadb() && PLAIN_GTID.matcher(gtid).matches()
          ? "'" + gtid + "'"
          : null;
    }
    if (effect.is(MysqlEffect.SETS_TRACKING)) {
      return answers.tracks(
          effect.name(), Lexer.decode(text, effect.start(), effect.end()).strip());
    }
    if (effect.is(MysqlEffect.READS_FOUND_ROWS)) {
      // MySQL warns of the call, wherever it stands.
      return found.isGivenBy(client.server()) ? null : bigint("FOUND_ROWS() < 0", found.number());
    }
    if (effect.is(MysqlEffect.GETS_ROW_COUNT)) {
      return kept || leftDiagnostics
          ? null
          : DiagnosticsItems.asSet(text, effect.start(), effect.end(), rowCount, mode);
    }
    return !kept && effect.is(MysqlEffect.READS_ROW_COUNT) ? bigint("0", rowCount) : null;
  }

  /** In the type of the variable, or of the call. */
  private String numbered(boolean variable) {
    String value = Integer.toString(number.getAsInt());
    return variable ? GeneratedId.unsigned(value) : "CAST(" + value + " AS UNSIGNED)";
  }

  /** The type is the call's, however small the number is. */
  private static String bigint(String never, long value) {
    return "IF(" + never + ", 9223372036854775807, " + value + ")";
  }

  // ---- when it is answered

  /**
   * Part of the text sent last that was carried out; null where that cannot be told.
   *
   * @param error what it has ended with
   */
  CarriedOut carriedOut(ServerConnection from, ServerError error) {
    part = sentText.carriedOut(error, ServerSide.of(from).last().results());
    sentText.forget();
    return part;
  }

  /**
   * The command that was sent last was answered.
   *
   * @param error what it has ended with; null for none
   */
  void answered(ServerConnection from, ServerError error) {
    StatementFacts facts = sent;
    CarriedOut carriedOut = part;
    sent = null;
    part = null;
    sentText.forget();
    if (facts == null) {
      return;
    }
    StatementFacts done = carriedOut == null ? facts : carriedOut.facts();
    String gtidNow = ServerSide.of(from).lastGtid();
    if (!gtidNow.equals(gtidBefore)) {
      gtid = gtidNow;
    }
    LastAnswer last = ServerSide.of(from).last();
    boolean here = countsFrom == from.id() && countsAt == from.delivery().groupsAnswered() - 1;
    boolean asksOnly = facts.kind() == StatementKind.SESSION && asks(facts) && last.error() == 0;
    if (here || !(showsDiagnostics || asksOnly)) { // they leave what others did not leave there
      countsFrom = from.id();
      countsAt = from.delivery().groupsAnswered();
    }
    if (!asksOnly) {
      rowCount = last.hasRows() || last.error() != 0 ? -1 : last.affectedRows();
    }
    found.answered(from, last, facts, showsDiagnostics);
    showsDiagnostics = false;
    note(from, last, facts);
    if (hasDiagnostics(last) || clearing || !ServerSide.of(from).mariadb()) {
      answers.own().forgetError();
    }
    if (last.stateChange() == LastAnswer.StateChange.NO_DATABASE) {
      client.pin(MysqlPins.NO_DATABASE);
      from.residue().taint();
    } else if (!carried.pins().surelyBeside(MysqlPins.ENDING)
        && UnseenChanges.mayBe(from, done, seenThrough, error)) {
      client.pin(MysqlPins.STORED_CODE);
      from.residue().taint();
    } else if (last.error() != 0 && (carriedOut != null || facts.has(MysqlEffect.CALLS_UNSEEN))) {
      // Code may have raised what looks like its server's own error about the text. Or the
      // routine may have been changed past the node since the catalogue was read.
      from.residue().taint();
    }
    if (UnseenChanges.isOpaque(done) && !MysqlErrors.isUnread(error, done)) {
      from.residue().lastUse(); // a role, say, which MySQL keeps over a reset
      if (ServerSide.of(from).mariadb()) {
        lexing.changedUnreported(); // EXECUTE may have run a SET @@variable
      }
    }
    if (last.error() == 0) {
      pins.carriedOut(from, facts);
    }
    generated.answered(from, last, facts);
    if (facts.has(MysqlEffect.SETS_UNREPORTED) && ServerSide.of(from).mariadb()) {
      unreported.ask(from, facts);
    }
    released.answered(from, facts, error);
  }

  /** The server has ended the connection because of a statement of the session's. */
  boolean hasEnded(ServerConnection from, ServerError error) {
    return released.ended(from, sent, error);
  }

  /** The session is pinned no longer, and nothing of it is on its way. */
  void pinEnded(ServerConnection server) {
    generated.stays(server);
  }

  /** A read was answered with so many rows by no server, and {@link #leavesNothing} before it. */
  void served(long rows) {
    answers.own().forgetError();
    rowCount = -1;
    found.served(rows);
    countsFrom = 0;
    leftDiagnostics = false;
  }

  /**
   * True if nothing of the session is left on a server connection that it would have to be told.
   */
  boolean leavesNothing() {
    return !generated.due() && !generated.lingers() && !found.counted() && !carried.held();
  }

  /**
   * Handles the answer where other sessions use the connection as well. What has left more behind
   * than numbers of rows was not answered there.
   */
  void answeredShared(ServerConnection from) {
    StatementFacts facts = sent;
    sent = null;
    if (facts == null) {
      return;
    }
    LastAnswer last = ServerSide.of(from).last();
    countsFrom = 0; // whatever others leave there
    rowCount = last.hasRows() || last.error() != 0 ? -1 : last.affectedRows();
    found.answeredShared(last, facts);
    answers.own().forgetError();
  }

  /** Tells another process what it needs where it {@linkplain #leavesNothing leaves nothing}. */
  void write(StateWriter out) {
    out.longNumber(answers.own().isLast() ? answers.own().rows() : rowCount)
        .text(gtid)
        .flag(leftDiagnostics);
    out.longNumber(found.number());
    generated.write(out);
  }

  void read(StateReader in) {
    rowCount = in.longNumber();
    gtid = in.text();
    leftDiagnostics = in.flag();
    found.served(in.longNumber());
    generated.read(in);
  }

  /** The session is as new. */
  void forget() {
    lexing.forget();
    answers.own().forgetError();
    generated.forget();
    gtid = "";
    rowCount = 0; // FOUND_ROWS() stays
    leftDiagnostics = false;
    found.forget();
    countsFrom = 0;
  }

  /** True if preparing a statement may clear warnings or an error of the session's. */
  boolean preparingClears() {
    return leftDiagnostics && carried.held();
  }

  /** A command that was no statement has failed there, and its client has been told. */
  void failed(ServerConnection from) {
    answers.ofServer();
    answers.own().forgetError();
    countsFrom = from.id();
    countsAt = from.delivery().groupsAnswered();
    rowCount = -1;
    keepDiagnostics(from);
  }

  /** A statement is being prepared there. */
  void preparing() {
    generated.pause();
  }

  /**
   * It is prepared.
   *
   * @param warned whether the server has warned of it
   */
  void prepared(ServerConnection from, boolean warned) {
    if (warned) {
      keepDiagnostics(from);
    } else {
      generated.resume(from, false);
    }
  }

  private void keepDiagnostics(ServerConnection from) {
    generated.resume(from, true);
    leftDiagnostics = true;
    ServerSide.of(from).last().diagnosticsOf(this);
    kept.keep(DIAGNOSTICS);
  }

  private void note(ServerConnection server, LastAnswer last, StatementFacts facts) {
    if (asks(facts) && !hasDiagnostics(last)) {
      return; // what was there stays, to be asked again
    }
    leftDiagnostics =
        hasDiagnostics(last) || (leftDiagnostics && ServerSide.of(server).mariadb() && !clearing);
    if (hasDiagnostics(last)) {
      last.diagnosticsOf(this);
      kept.keep(DIAGNOSTICS);
    } else if (found.counted()) {
      kept.keep(COUNTED);
    } else if (clearing || !keepsDiagnostics(server)) {
      carried.hold(null);
    }
    if (clearing && !hasDiagnostics(last)) {
      last.diagnosticsOf(null);
    }
  }

  /** True if MariaDB has warnings or errors of the session's, which not every statement clears. */
  private boolean keepsDiagnostics(ServerConnection server) {
    return ServerSide.of(server).mariadb() && ServerSide.of(server).last().diagnosticsOf() == this;
  }

  private static boolean hasDiagnostics(LastAnswer last) {
    return last.error() != 0 || last.warnings() > 0;
  }

  /** True if MariaDB forgets the warnings of before: what uses no table keeps them. */
  private static boolean clears(StatementFacts facts) {
    return switch (facts.kind()) {
      case DML, DDL -> true;
      default -> false;
    };
  }
}
