package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.rules.ConcurrencyLimit;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.sql.StatementRows;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.RuleAction;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The statement at the reader's position, as far as it is known: how far it is on its way, what it
 * does, what rules say of it. Its {@link StatementLifecycle} fills it in and empties it; anybody
 * else only asks. What it does to its session is remembered until the next one is looked at.
 */
public final class NextStatement implements RoutedStatement {
  /** Also what may bring routines with it. */
  private static final Pattern DEFINES_ROUTINE =
      Pattern.compile(
          "function|procedure|routine|aggregate|operator|cast|extension|schema|package|language"
              + "|event|trigger",
          Pattern.CASE_INSENSITIVE);

  private final SessionContext session;
  private final SessionScope scope;

  /** Null where the node traces no statements. */
  private final SessionTraces traces;

  private LifecycleStage stage = LifecycleStage.NONE;
  private StatementFacts effects;
  private Statement statement;

  /** By which catalogue the pipeline has said what it does; null where that is not certain. */
  private Catalogue.Edition judgedBy;

  private boolean doubted;

  /** Rows that it can write, as far as that is known when it is sent. */
  private StatementRows keys = StatementRows.UNKNOWN;

  /** From where a statement was looked at that changes its session; null for others. */
  private NameScope names;

  private int[] declared;
  private FingerprintEntry known;
  private Decision decision = Decision.NONE;
  private boolean prepared;
  private long exactHigh;
  private long exactLow;
  private ClassifiedText examined;

  /** Reason that the statement cannot be sent after all; null if it can. */
  private ServerError failure;

  private List<ConcurrencyLimit> places = List.of();

  /**
   * @param traces null where the node traces no statements
   */
  NextStatement(SessionContext session, SessionScope scope, SessionTraces traces) {
    this.session = session;
    this.scope = scope;
    this.traces = traces;
  }

  // ---- as it is judged

  void become(LifecycleStage next) {
    if (!stage.mayBecome(next)) {
      throw new IllegalStateException("a statement cannot go from " + stage + " to " + next);
    }
    stage = next;
  }

  LifecycleStage stage() {
    return stage;
  }

  /**
   * Its text was looked at.
   *
   * @param asPrepared whether it comes by the extended protocol
   */
  void classified(StatementFacts found, boolean asPrepared) {
    effects = found;
    prepared = asPrepared;
  }

  /** It is this prepared statement. */
  void examined(ClassifiedText text) {
    examined = text;
  }

  /** Its span begins, where statements are traced. */
  void trace(byte[] sql, int offset, int length) {
    if (traces != null) {
      String database = session.lease().destinations().database();
      traces.begin(sql, offset, length, database, effects, known, statement, decision);
      if (session.sent().transaction().active()) {
        traces.replayed();
      }
    }
  }

  /** It is known what it does, and the rules have decided. */
  void take(QueryPipeline pipeline) {
    exactHigh = pipeline.exactHigh();
    exactLow = pipeline.exactLow();
    statement = pipeline.statement();
    judgedBy = pipeline.judgedBy();
    doubted = pipeline.doubted();
    if (statement != null && statement.changesSession() != null) {
      names = pipeline.scope();
      declared = pipeline.declared();
    }
    known = pipeline.known();
    decision = pipeline.decision();
  }

  /** It is one that was sent and lost, and goes by what was decided then. */
  void resume(Running back) {
    known = back.known();
    statement = back.statement();
    decision = back.decision();
    effects = back.effects();
    judgedBy = null; // the catalogue may be another one by now
    names = null;
    doubted = false;
    prepared = back.prepared();
    places = back.places();
  }

  /** True if it may be worth knowing which rows of its only table it writes. */
  public boolean mayWriteRows() {
    return statement != null && !statement.keys().isEmpty() && !statement.tablesWritten().isEmpty();
  }

  /** It is about to be sent, and can write these rows alone. */
  public void writes(StatementRows rows) {
    keys = rows;
  }

  void fail(ServerError error) {
    failure = error;
  }

  /** It has these places, until it is answered or will not be sent. */
  void places(List<ConcurrencyLimit> taken) {
    places = taken;
  }

  void givePlacesBack() {
    if (!places.isEmpty()) {
      places.forEach(ConcurrencyLimit::release);
      places = List.of();
    }
  }

  /** Returns the part of the statement that is followed from now on, with its slots. */
  Running running(long group) {
    List<ConcurrencyLimit> taken = places;
    places = List.of();
    return new Running(known, statement, decision, effects, prepared, taken, group);
  }

  void forget() {
    if (stage != LifecycleStage.NONE) {
      become(LifecycleStage.NONE);
    }
    decision = Decision.NONE;
    statement = null;
    keys = StatementRows.UNKNOWN;
    names = null;
    declared = null;
    known = null;
    failure = null;
    examined = null;
    places = List.of();
  }

  // ---- what it is

  @Override
  public boolean onItsWay() {
    return stage == LifecycleStage.GO;
  }

  /** Effects of the statement on its session. */
  @Override
  public StatementFacts effects() {
    return effects;
  }

  @Override
  public Decision decision() {
    return decision;
  }

  boolean prepared() {
    return prepared;
  }

  /** The text of the prepared statement that was judged last. */
  public ClassifiedText examined() {
    return examined;
  }

  /** Facts known about such statements; null where they were not requested. */
  FingerprintEntry known() {
    return known;
  }

  /** Error with which the statement is rejected; null if it is not. */
  public ServerError refusal() {
    return failure != null ? failure : refusal(decision);
  }

  /** Error with which a statement of this decision is rejected; null if it is not. */
  public static ServerError refusal(Decision decision) {
    if (!decision.dropped()) {
      return null;
    }
    ServerError error =
        ServerError.error(Sqlstate.INSUFFICIENT_PRIVILEGE, "statement rejected by a rule");
    return decision
        .lastMatched(RuleAction.DROP)
        .map(rule -> "Rule " + rule.place() + rule.comment().map(c -> ": " + c).orElse(""))
        .map(error::withDetail)
        .orElse(error);
  }

  /** True if it is to be refused whatever the rules say. */
  boolean failed() {
    return failure != null;
  }

  /** True if the database is not asked, so that nothing that is done to it counts. */
  boolean settledWithoutServer() {
    return decision.dropped() || decision.result().isPresent();
  }

  /** Effects of the statement on data; null where it was not judged. */
  @Override
  public Statement statement() {
    return statement;
  }

  @Override
  public StatementRows keys() {
    return keys;
  }

  /** True if the catalogue by which it was judged may lack definitions that were changed since. */
  boolean doubted() {
    return doubted;
  }

  /** From where it was looked at if it changes its session; null for others. */
  NameScope names() {
    return names;
  }

  /** The types that its parameters were given then. */
  int[] declared() {
    return declared;
  }

  /**
   * True if what it reads is known for certain: no tables but those that are named, of which the
   * catalogue knows what is behind them.
   */
  @Override
  public boolean readsNamedTables() {
    return statement != null
        && scope.isCurrent(judgedBy)
        && statement.readOnly()
        && statement.basis().compareTo(Basis.MOMENT) <= 0;
  }

  /** By which catalogue that is known; null where uncertain. */
  @Override
  public Catalogue.Edition judgedBy() {
    return judgedBy;
  }

  /** The catalogue by which a statement is judged that comes now; null where uncertain. */
  public Catalogue.Edition judgesNow() {
    return scope.edition();
  }

  @Override
  public boolean judgedLongAgo() {
    return scope.looksLate();
  }

  /** True if its session would depend on the connection over which it is carried out. */
  boolean tiesSession() {
    return (statement != null && statement.changesSession() != null)
        || effects.effects().stream().anyMatch(effect -> effect.type() == Effect.Type.PIN);
  }

  /** True if it is one statement that has no effect at all until it has succeeded as a whole. */
  public boolean repeatable() {
    return effects != null
        && effects.statements() == 1
        && (effects.kind() == StatementKind.SELECT
            || effects.kind() == StatementKind.DML
            || effects.kind() == StatementKind.DDL);
  }

  /** True if it is one statement of which a rollback leaves nothing in the database. */
  public boolean undoable() {
    return effects != null && effects.statements() == 1 && effects.kind() == StatementKind.DML;
  }

  /** True if a rollback is known to leave nothing of it, in whatever tables it may write. */
  public boolean leavesNothing() {
    return statement != null && !statement.outlivesRollback();
  }

  /** True if it changes nothing, neither of data nor of its session. */
  @Override
  public boolean readsOnly() {
    return statement != null && statement.readOnly() && statement.leavesSession(effects);
  }

  /**
   * True if it is sent as it is, and is one statement that is known for certain to do nothing but
   * read: it locks nothing either, and leaves nothing behind.
   */
  public boolean onlyReads() {
    if (failed() || decision.needsServer()) {
      return false;
    }
    return effects.kind() == StatementKind.SHOW
        ? effects.leavesSession()
        : effects.kind() == StatementKind.SELECT
            && effects.statements() == 1
            && readsOnly()
            && readsNamedTables()
            && !statement.maySeed();
  }

  /** True if it makes no difference if it was carried out once or twice. */
  boolean mayRepeat() {
    return readsOnly()
        && decision.leavesText()
        && switch (effects.kind()) {
          case SELECT, EXPLAIN -> true;
          case MULTI -> !effects.transactionControlInside();
          default -> false;
        }
        && !session.sent().alone().guards();
  }

  /** True if it may be read again where it has not been sent: it leaves nothing in the node. */
  boolean mayRunLater() {
    return decision.isNone()
        && failure == null
        && (statement == null || statement.changesSession() == null)
        && mayRunLater(effects)
        && !session.sent().alone().guards();
  }

  /** True if a statement that was not judged may be read again where it has not been sent. */
  public static boolean mayRunLater(StatementFacts effects) {
    return effects.effects().isEmpty()
        && switch (effects.kind()) {
          case SELECT,
              DML,
              DDL,
              BEGIN,
              COMMIT,
              ROLLBACK,
              SESSION,
              CALL,
              BLOCK,
              LOCK,
              EXPLAIN,
              UTILITY,
              MULTI ->
              true;
          default -> false;
        };
  }

  /** True if it may send notifications to clients that listen, by itself or by what it runs. */
  public boolean mayNotify() {
    return decision.transformed().isPresent() || mayNotify(effects, statement);
  }

  /**
   * True if a statement may send notifications to clients that listen, by itself or by what it
   * runs.
   *
   * @param statement what it does to data; null where that is unknown
   */
  public static boolean mayNotify(StatementFacts effects, Statement statement) {
    return switch (effects.kind()) {
      case EMPTY,
          BEGIN,
          COMMIT,
          ROLLBACK,
          SAVEPOINT,
          PREPARE_TRANSACTION,
          SET,
          SHOW,
          PREPARE,
          DEALLOCATE,
          CLOSE ->
          false;
      case SESSION -> effects.effects().isEmpty(); // or it would be about something else
      case MULTI, EXECUTE -> statement == null || !statement.readOnly();
      default -> statement == null || statement.mayNotify();
    };
  }

  boolean mayDefineRoutine() {
    return effects.redefining() == Redefining.ITSELF
        && known != null
        && DEFINES_ROUTINE.matcher(known.normalised()).find();
  }

  /** True if a statement may ask out of sight for what its session has taken from sequences. */
  static boolean mayReadSequences(Statement statement, boolean doubted) {
    return statement != null
        && (statement.readsSequences()
            || statement.changesSession() != null
            || (doubted && statement.writesAnything()));
  }

  /** The text without its values; null where not determined. */
  @Override
  public String normalised() {
    return known == null ? null : known.normalised();
  }

  @Override
  public boolean setsByCall() {
    return known != null && known.setsByCall();
  }

  @Override
  public long exactHigh() {
    return exactHigh;
  }

  @Override
  public long exactLow() {
    return exactLow;
  }

  /** Run history of statements with the same fingerprint. */
  public RunHistory history() {
    return known.history();
  }

  // ---- where it is counted

  /** Counts of its pattern, in which it is counted; null where it is not tracked. */
  @Override
  public PatternCounts counts() {
    if (known == null || !decision.tracked()) {
      return null;
    }
    PatternCounts counts = known.counts(session.vdb().patterns());
    if (counts != null) {
      counts.judged(decision.matched(), statement);
    }
    return counts;
  }

  @Override
  public void hit() {
    PatternCounts counts = counts();
    if (counts != null) {
      counts.hit(session.loop().now());
    }
    if (traces != null) {
      traces.hit();
    }
  }
}
