package dev.heimdall.engine.statement;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.caching.CachedReads;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.RoutedStatement;
import dev.heimdall.engine.lease.SessionContext;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.pipeline.LoopPipelines;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pipeline.RunHistory;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.placement.Writes;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.rules.ConcurrencyLimit;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Takes each statement of a client through the pipeline and keeps it back as long as rules want.
 * One statement at a time is on its way to the server; {@link RunningStatements} follows those that
 * were sent.
 */
public final class StatementLifecycle implements RoutedStatement {
  private static final long CATALOGUE_AGAIN_MILLIS = 20;

  /** Also what may bring routines with it. */
  private static final Pattern DEFINES_ROUTINE =
      Pattern.compile(
          "function|procedure|routine|aggregate|operator|cast|extension|schema|package|language"
              + "|event|trigger",
          Pattern.CASE_INSENSITIVE);

  private final SessionContext session;
  private final VdbContext vdb;
  private final CachedReads cached;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Writes writes;
  private final ReplicaReads reads;
  private final LoopContext loop;
  private final StatementClassifier classifier;
  private final QueryPipeline pipeline;
  private final SessionScope scope;
  private final OwnDefinitions definitions;
  private final DoubtedCalls doubtedCalls;
  private final SideActions side;
  private final RunningStatements running;
  private final AsyncWait awaiting;
  private final Deferral deferral;

  /** Null where the node traces no statements. */
  private final SessionTraces traces;

  private LifecycleStage stage = LifecycleStage.NONE;
  private Throttle throttle;
  private StatementFacts effects;
  private Statement statement;

  /** By which catalogue the pipeline has said what it does; null where that is not certain. */
  private Catalogue.Edition judgedBy;

  private boolean doubted;

  /** From where a statement was looked at that changes its session; null for others. */
  private NameScope names;

  private int[] declared;
  private FingerprintEntry known;
  private Decision decision = Decision.NONE;
  private boolean prepared;
  private long takenHigh;
  private long takenLow;
  private ClassifiedText examined;

  /** Statements that were sent and are to be read again, with what was decided for them. */
  private final Deque<Running> again = new ArrayDeque<>(0);

  /** Why the statement cannot be sent after all; null when it can. */
  private ServerError failure;

  private List<ConcurrencyLimit> places = List.of();

  /**
   * @param traces null where the node traces no statements
   */
  public StatementLifecycle(
      SessionContext session,
      StatementNotes notes,
      SessionTraces traces,
      RuleActions actions,
      ReplicaReads reads,
      Writes writes,
      CachedReads cached,
      LoopPipelines pipelines,
      StatementClassifier classifier) {
    this.session = session;
    this.vdb = session.vdb();
    this.traces = traces;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.reads = reads;
    this.writes = writes;
    this.cached = cached;
    this.loop = session.loop();
    this.classifier = classifier;
    this.pipeline =
        new QueryPipeline(pipelines, () -> loop.inEvent(this::comeAgain, session::failed));
    this.definitions =
        new OwnDefinitions(
            carried::sent,
            transaction,
            () -> vdb.definitions().suspected(database()),
            this::sessionDefaultsChanged,
            loop);
    this.doubtedCalls = new DoubtedCalls(session, definitions);
    this.scope = new SessionScope(session, classifier.dialect(), pipeline, definitions);
    this.side = new SideActions(session, actions, classifier.dialect(), writes);
    this.running = new RunningStatements(session, notes, traces, side, reads, cached);
    this.awaiting = new AsyncWait(loop, session::failed);
    this.deferral = new Deferral(session, side, writes);
  }

  private String database() {
    return session.lease().destinations().database();
  }

  private void become(LifecycleStage next) {
    if (!stage.mayBecome(next)) {
      throw new IllegalStateException("a statement cannot go from " + stage + " to " + next);
    }
    stage = next;
  }

  private void comeAgain() {
    session.requests().resume();
  }

  /** What is needed to judge a statement: nothing where neither rules nor a catalogue are there. */
  public boolean judges() {
    return vdb.rulesAndCatalogues().judge();
  }

  /**
   * Takes the statement at the reader's position as far as it may go by itself.
   *
   * @param asPrepared whether it comes by the extended protocol
   * @param declared object ids of the types that its parameters are given
   * @return whether it may be sent; if not, the reader comes again when it may
   */
  public boolean judge(
      byte[] sql,
      int offset,
      int length,
      LexerMode lexerMode,
      boolean asPrepared,
      int... declared) {
    if (stage != LifecycleStage.NONE) {
      return stage == LifecycleStage.GO;
    }
    if (resumes()) {
      trace(sql, offset, length);
      return go();
    }
    prepared = asPrepared;
    if (!judges()) {
      effects = classifier.classify(sql, offset, length, lexerMode);
      trace(sql, offset, length);
      become(LifecycleStage.GO);
      return true;
    }
    if (!mayLook()) {
      return false;
    }
    effects = pipeline.classify(sql, offset, length, lexerMode);
    pipeline.declare(declared);
    scope.note(lexerMode);
    if (!scope.understand(sql, offset, length, lexerMode)
        || awaitsDefinitions()
        || !pipeline.decide(
            transaction.status() != TransactionState.IDLE, asPrepared, loop.now())) {
      return false;
    }
    return goOrHold(sql, offset, length, lexerMode);
  }

  /**
   * The same for a call by a function's OID, which is judged as {@code SELECT f()}.
   *
   * @return whether it may be sent; always where there are no rules
   */
  public boolean judgeCall(int function) {
    if (!ruled() || stage == LifecycleStage.GO) {
      return true;
    }
    if (stage != LifecycleStage.NONE || !mayLook()) {
      return false;
    }
    byte[] sql = scope.callOf(function).getBytes(StandardCharsets.UTF_8);
    return judge(sql, 0, sql.length, LexerMode.STANDARD, false);
  }

  private void trace(byte[] sql, int offset, int length) {
    if (traces != null) {
      traces.begin(sql, offset, length, database(), effects, known, statement, decision);
      if (session.sent().transaction().active()) {
        traces.replayed();
      }
    }
  }

  private boolean goOrHold(byte[] sql, int offset, int length, LexerMode lexerMode) {
    take();
    trace(sql, offset, length);
    if (!decision.isNone()) {
      side.decided(decision, known, statement, sql, offset, length, lexerMode);
      if (effects.kind() != StatementKind.EXECUTE) {
        side.plan(decision, known, statement, sql, offset, length, lexerMode, pipeline.declared());
      }
    }
    if (side.plansWished() && effects.kind() != StatementKind.EXECUTE) {
      side.wishedPlan(known, statement, sql, offset, length, lexerMode, pipeline.declared());
    }
    if (reads.holdsTransaction() && tiesSession()) {
      failure = ReplicaReads.NOT_THERE;
    }
    if (failure != null || settledWithoutServer()) {
      become(LifecycleStage.GO);
      return true;
    }
    // What is deferred itself comes behind the others in its queue.
    CompletableFuture<Void> pending = deferral.wanted() ? null : side.pending(statement);
    if (pending != null && !pending.isDone()) {
      await(
          pending,
          done -> {
            writes.everything();
            next();
          });
      return false;
    }
    return trigger();
  }

  /** Whether its session would depend on the connection over which it is carried out. */
  private boolean tiesSession() {
    return (statement != null && statement.changesSession() != null)
        || effects.effects().stream().anyMatch(effect -> effect.type() == Effect.Type.PIN);
  }

  /** The statement's trigger comes first, and what it asks for may wait. */
  private boolean trigger() {
    CompletableFuture<Executed> before = side.before(decision, statement);
    if (before == null) {
      return throttle();
    }
    await(
        before,
        end -> {
          writes.everything();
          if (end.succeeded()) {
            if (throttle()) {
              session.requests().resume();
            }
          } else {
            failure = SideActions.failure(end);
            become(LifecycleStage.GO);
            session.requests().resume();
          }
        });
    return false;
  }

  private void next() {
    if (trigger()) {
      session.requests().resume();
    }
  }

  /** Keeps the statement back until something of another thread is done. */
  private <T> void await(CompletableFuture<T> something, Consumer<T> then) {
    become(LifecycleStage.HELD);
    awaiting.begin(something, then);
  }

  private boolean throttle() {
    if (Throttle.wanted(decision)) {
      throttle = new Throttle(loop, decision, this::throttleOver, session::failed);
      if (!throttle.begin()) {
        become(LifecycleStage.HELD);
        return false;
      }
      places = throttle.takeOver();
      throttle = null;
    }
    return go();
  }

  /** It may be sent, once all nodes know that definitions are about to be changed, if they are. */
  private boolean go() {
    CompletableFuture<Void> known = writes.announce(statement, effects);
    if (known != null && !known.isDone()) {
      await(
          known,
          nothing -> {
            become(LifecycleStage.GO);
            session.requests().resume();
          });
      return false;
    }
    become(LifecycleStage.GO);
    return true;
  }

  /** The same for a prepared statement that is about to be run. */
  public boolean judge(ClassifiedText examined) {
    return judge(examined, false, null);
  }

  /**
   * The same for one whose names lead where they led when it was prepared, if only to servers that
   * read it so.
   *
   * @param path the value of the setting that said so then; null for none
   */
  public boolean judgeAsPrepared(ClassifiedText examined, String path) {
    return judge(examined, true, path);
  }

  private boolean judge(ClassifiedText examined, boolean elsewhere, String path) {
    this.examined = examined;
    if (stage != LifecycleStage.NONE) {
      return stage == LifecycleStage.GO;
    }
    if (resumes()) {
      trace(examined.sql(), 0, examined.length());
      return go();
    }
    if (!mayLook()) {
      return false;
    }
    if (elsewhere) {
      scope.preparedBy(path);
    }
    prepared = true;
    effects = pipeline.recall(examined);
    scope.note(examined.lexerMode());
    return scope.understand(examined.sql(), 0, examined.length(), examined.lexerMode())
        && !awaitsDefinitions()
        && pipeline.decide(transaction.status() != TransactionState.IDLE, true, loop.now())
        && goOrHold(examined.sql(), 0, examined.length(), examined.lexerMode());
  }

  /**
   * Looks a text up that is only prepared.
   *
   * @param declared object ids of the types that its parameters are given
   * @return whether that could be done at once; if not, the reader comes again when it may
   */
  public boolean preview(byte[] sql, int length, LexerMode lexerMode, int... declared) {
    if (!mayLook()) {
      return false;
    }
    pipeline.classify(sql, 0, length, lexerMode);
    pipeline.declare(declared);
    return scope.understand(sql, 0, length, lexerMode)
        && pipeline.preview(transaction.status() != TransactionState.IDLE, loop.now());
  }

  /**
   * The statement at the reader's position is an SQL PREPARE that makes this one.
   *
   * @param lexerMode as what it was judged
   */
  public void prepares(PreparedStatement made, LexerMode lexerMode) {
    if (judges()) {
      scope.prepares(made, lexerMode);
    }
  }

  /** Whether there are rules. */
  public boolean ruled() {
    RulesAndCatalogues now = vdb.rulesAndCatalogues();
    pipeline.rulesAndCatalogues(now);
    return pipeline.ruled();
  }

  /** Whether what names mean is known, so that a text can be looked at. */
  private boolean mayLook() {
    scope.tellPipeline();
    return !session.lease().awaitsSettings() && !awaitsCatalogue();
  }

  private boolean awaitsCatalogue() {
    if (!scope.awaitsCatalogue()) {
      return false;
    }
    lookAgain();
    return true;
  }

  /** The same for what the statement runs that was looked at last. */
  private boolean awaitsDefinitions() {
    if (!scope.awaitsDefinitions()) {
      return false;
    }
    lookAgain();
    return true;
  }

  private void lookAgain() {
    loop.later(this::comeAgain, CATALOGUE_AGAIN_MILLIS, TimeUnit.MILLISECONDS, session::failed);
  }

  /**
   * A group of messages is answered, and this is where the transaction stands.
   *
   * @param error what it has ended with; null for none
   */
  public void answered(long group, TransactionState status, ServerError error) {
    definitions.answered(group, status);
    doubtedCalls.answered(group, status, error);
  }

  /** No transaction is open and nothing is unanswered: settings are what was read back. */
  @Override
  public void settingsKnown() {
    scope.settingsKnown();
  }

  /** A command is being sent that moves what names mean, and is no statement. */
  public void movesNames() {
    scope.pathMoved();
  }

  /** Whether a statement was sent that moves what names mean, as far as the catalogue knows. */
  public boolean namesMoved() {
    return scope.moved();
  }

  /**
   * What to put in the place of the text that {@link #preview} has looked at: by what was decided,
   * if it is the text on its way, so that counters are asked once for it.
   */
  public Optional<String> transformed() {
    boolean decided =
        stage == LifecycleStage.GO
            && pipeline.exactHigh() == takenHigh
            && pipeline.exactLow() == takenLow;
    return (decided ? decision : pipeline.decision()).transformed();
  }

  /** What {@link #preview} found. */
  public QueryPipeline previewed() {
    return pipeline;
  }

  private void take() {
    definitions.judged();
    takenHigh = pipeline.exactHigh();
    takenLow = pipeline.exactLow();
    statement = pipeline.statement();
    judgedBy = pipeline.judgedBy();
    doubted = pipeline.doubted();
    if (statement != null && statement.changesSession() != null) {
      names = pipeline.scope();
      declared = pipeline.declared();
    }
    known = pipeline.known();
    decision = pipeline.decision();
    running.notes().decided(pipeline, prepared);
    for (MatchedRule rule : decision.matched()) {
      running.notes().matched(rule);
    }
  }

  /** Whether the database is not asked, so that nothing that is done to it counts. */
  private boolean settledWithoutServer() {
    return decision.dropped() || decision.result().isPresent();
  }

  private void throttleOver() {
    places = throttle.takeOver();
    throttle = null;
    if (go()) {
      session.requests().resume();
    }
  }

  /**
   * Which rules would match a text, and why; null when that is not known yet, and the reader comes
   * again.
   */
  public Explanation explain(byte[] sql) {
    if (!preview(sql, sql.length, LexerMode.STANDARD)) {
      return null;
    }
    return pipeline.explain(transaction.status() != TransactionState.IDLE);
  }

  /** What becomes of the statement if a rule wants it carried out later. */
  public Deferral deferral() {
    return deferral;
  }

  /** What rules want done beside statements. */
  public SideActions side() {
    return side;
  }

  /** The statement that is held back is to be refused, in its place, by the server. */
  public void fail(ServerError error) {
    if (throttle != null) {
      throttle.cancel();
      throttle = null;
    }
    awaiting.giveUp();
    failure = error;
    become(LifecycleStage.GO);
    session.requests().resume();
  }

  // ---- the statement that may be sent

  @Override
  public boolean onItsWay() {
    return stage == LifecycleStage.GO;
  }

  /** What the statement does to its session. */
  @Override
  public StatementFacts effects() {
    return effects;
  }

  @Override
  public Decision decision() {
    return decision;
  }

  /** The text of the prepared statement that was judged last. */
  public ClassifiedText examined() {
    return examined;
  }

  /** Why the statement is refused; null when it is not. */
  public ServerError refusal() {
    return failure != null ? failure : refusal(decision);
  }

  /** Why a statement of this decision is refused; null when it is not. */
  public static ServerError refusal(Decision decision) {
    if (!decision.dropped()) {
      return null;
    }
    MatchedRule rule = null;
    for (MatchedRule matched : decision.matched()) {
      rule = matched.action().equals("drop") ? matched : rule;
    }
    ServerError error = ServerError.error("42501", "statement rejected by a rule");
    return rule == null
        ? error
        : error.withDetail("Rule " + rule.place() + rule.comment().map(c -> ": " + c).orElse(""));
  }

  /** What the statement does to data; null where it was not judged. */
  @Override
  public Statement statement() {
    return statement;
  }

  /**
   * Whether what it reads is known for certain: no tables but those that are named, of which the
   * catalogue knows what is behind them.
   */
  @Override
  public boolean readsNamedTables() {
    return statement != null
        && scope.isCurrent(judgedBy)
        && statement.readOnly()
        && statement.basis().compareTo(Basis.MOMENT) <= 0;
  }

  /** By which catalogue that is known; null where nobody is sure of it. */
  @Override
  public Catalogue.Edition judgedBy() {
    return judgedBy;
  }

  /** Whether it is one statement that has no effect at all until it has succeeded as a whole. */
  public boolean repeatable() {
    return effects != null
        && effects.statements() == 1
        && (effects.kind() == StatementKind.SELECT
            || effects.kind() == StatementKind.DML
            || effects.kind() == StatementKind.DDL);
  }

  /** Whether it is one statement of which a rollback leaves nothing in the database. */
  public boolean undoable() {
    return effects != null && effects.statements() == 1 && effects.kind() == StatementKind.DML;
  }

  /** Whether a rollback is known to leave nothing of it, in whatever tables it may write. */
  public boolean leavesNothing() {
    return statement != null && !statement.outlivesRollback();
  }

  /** Whether it changes nothing, neither of data nor of its session. */
  @Override
  public boolean readsOnly() {
    return statement != null
        && statement.readOnly()
        && statement.changesSession() == null
        && effects.leavesSession();
  }

  /**
   * What people may see of the statement that is on its way, or of the last one: its text without
   * values; null where none is known, or rules keep it out of statistics.
   */
  public String pattern() {
    if (stage != LifecycleStage.NONE && known != null) {
      return decision.tracked() ? known.shown() : null;
    }
    StatementSummary last = running.last();
    return last == null || !last.decision().tracked() ? null : last.normalised();
  }

  /** The text without its values; null where nobody asked. */
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
    return takenHigh;
  }

  @Override
  public long exactLow() {
    return takenLow;
  }

  /** How statements like it have run. */
  public RunHistory history() {
    return known.history();
  }

  /** Whether it makes no difference if it was carried out once or twice. */
  private boolean mayRepeat() {
    return readsOnly()
        && decision.leavesText()
        && switch (effects.kind()) {
          case SELECT, EXPLAIN -> true;
          case MULTI -> !effects.transactionControlInside();
          default -> false;
        }
        && !session.sent().alone().guards();
  }

  /** Whether it may be read again where it has not been sent: it leaves nothing in the node. */
  private boolean mayRunLater() {
    return decision.isNone()
        && failure == null
        && (statement == null || statement.changesSession() == null)
        && mayRunLater(effects)
        && !session.sent().alone().guards();
  }

  /** The same of a statement that was not judged. */
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

  /** Whether it may send notifications to clients that listen, by itself or by what it runs. */
  public boolean mayNotify() {
    return decision.transformed().isPresent() || mayNotify(effects, statement);
  }

  /**
   * The same of any statement.
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

  /** Something is being sent of which nobody knows what it does to the client's transaction. */
  public void sentUnknown() {
    reads.noteUnknown();
  }

  /** It is being sent over this connection. */
  public void sent(ServerConnection server) {
    if (mayNotify()) {
      session.listening().sends(server, carried.sent());
    }
    session.sent().reads().statement(mayRepeat(), mayRunLater(), effects.dropsNames());
    countKind();
    writes.note(statement, effects, decision, judgedBy);
    reads.noteEnd(effects);
    definitions.sent(statement, effects, mayDefineRoutine());
    freeDatabases();
    if (decision.trigger().isPresent()) {
      session.sent().transaction().giveUp(Unreplayed.RULE);
    }
    PatternCounts counts = counts();
    running.count(counts);
    if (traces != null) {
      traces.sent(server, reads.away(), carried.sent());
    }
    if (known != null) {
      if (mayReadSequences(statement, doubted)) {
        session.protocol().guardSequences(server, statement.readsSequences());
      }
      running.observe(known, statement, counts);
      if (statement != null && statement.maySeed()) {
        server.seedInDoubt();
      }
      if (statement != null && statement.movesPath()) {
        scope.pathMoved();
      }
      if (statement != null && statement.changesSession() != null) {
        PinReason pin = PinReason.of(statement.changesSession());
        session.pin(pin);
        doubtedCalls.sent(statement, pin, names, declared);
        scope.pathMoved();
        server.taint();
        if (statement.outlivesDiscard()) {
          server.lastUse();
        }
      } else if (doubted && statement != null && statement.writesAnything()) {
        // A trigger or view that is not known yet may leave something behind.
        server.taint();
      }
      if (pipeline.ruled()) {
        session.lease().stickiness().statement(decision);
        running.add(
            new Running(known, statement, decision, effects, prepared, places, carried.sent()));
      }
    }
    scope.noteTemporary(server, statement, effects);
    forget();
  }

  private boolean mayDefineRoutine() {
    return effects.redefining() == Redefining.ITSELF
        && known != null
        && DEFINES_ROUTINE.matcher(known.normalised()).find();
  }

  private void sessionDefaultsChanged() {
    vdb.definitions().sessionDefaultsChanged();
    writes.sessionDefaultsChanged();
  }

  /** What nodes themselves keep open must not be in the way of what the statement needs free. */
  private void freeDatabases() {
    for (Effect effect : effects.effects()) {
      if (effect.type() == Effect.Type.FREE_DATABASE) {
        vdb.definitions().free(effect.name());
        writes.free(effect.name());
      }
    }
  }

  /** Whether a statement may ask out of sight for what its session has taken from sequences. */
  private static boolean mayReadSequences(Statement statement, boolean doubted) {
    return statement != null
        && (statement.readsSequences()
            || statement.changesSession() != null
            || (doubted && statement.writesAnything()));
  }

  /** The same of what {@link #preview} has looked at. */
  public boolean previewedReadsSequences() {
    return mayReadSequences(pipeline.statement(), pipeline.doubted());
  }

  /**
   * Where the statement at the reader's position is counted with those of its pattern; null where
   * nobody wants that.
   */
  @Override
  public PatternCounts counts() {
    if (known == null || !decision.tracked()) {
      return null;
    }
    PatternCounts counts = known.counts(vdb.patterns());
    if (counts != null) {
      counts.judged(decision.matched(), statement);
    }
    return counts;
  }

  @Override
  public void hit() {
    PatternCounts counts = counts();
    if (counts != null) {
      counts.hit(loop.now());
    }
    if (traces != null) {
      traces.hit();
    }
  }

  @Override
  public void resultDiffers(
      Decision decision,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered) {
    running.notes().resultDiffers(decision, tables, kept, answered);
  }

  private void countKind() {
    if (decision.tracked()) {
      StatementMix.count(session.counters(), statement, effects);
    }
  }

  /** It is being carried out at a data source that answers without a server connection. */
  public void sentElsewhere() {
    countKind();
    running.count(counts());
    if (traces != null) {
      traces.sentElsewhere(carried.sent());
    }
    if (known != null) {
      running.add(
          new Running(known, statement, decision, effects, prepared, places, carried.sent()));
    }
    forget();
  }

  /** It was answered without a server, or refused. */
  public void settled() {
    if (session.lease().server() == null && transaction.status() == TransactionState.IDLE) {
      settingsKnown(); // what it would have moved stays where it is
    }
    if (!places.isEmpty()) {
      places.forEach(ConcurrencyLimit::release);
    }
    if (known != null && pipeline.ruled()) {
      running.done(known, statement, decision, 0, null);
      PatternCounts counts = settledWithoutServer() ? counts() : null;
      if (counts != null) {
        counts.answeredByRule(loop.now());
      }
    }
    if (traces != null) {
      traces.settled(refusal());
    }
    cached.dropped();
    forget();
  }

  private void forget() {
    if (stage != LifecycleStage.NONE) {
      become(LifecycleStage.NONE);
    }
    decision = Decision.NONE;
    statement = null;
    names = null;
    declared = null;
    known = null;
    failure = null;
    examined = null;
    pipeline.release();
    awaiting.giveUp();
    deferral.forget();
    places = List.of();
    writes.notSent();
  }

  /** It will not be sent after all: the client is gone. */
  public void abandon() {
    abandon(null);
  }

  /** The same, and the client gets an error for it. */
  public void abandon(ServerError error) {
    drop(error);
    again.forEach(Running::givePlacesBack);
    again.clear();
  }

  private void drop(ServerError error) {
    if (throttle != null) {
      throttle.cancel();
      throttle = null;
    }
    places.forEach(ConcurrencyLimit::release);
    if (traces != null) {
      traces.dropped(error);
    }
    forget();
    cached.dropped();
  }

  /** Whether rules keep the client's statement back. */
  public boolean held() {
    return stage == LifecycleStage.HELD;
  }

  // ---- the statements that were sent

  /** The client's statements that were sent and not answered. */
  public RunningStatements running() {
    return running;
  }

  /** The statement that was sent last is going to be sent again, with what was decided for it. */
  @Override
  public void takeBack() {
    Running back = running.takeBack();
    if (back != null) {
      resume(back);
      become(LifecycleStage.GO);
    }
  }

  /**
   * Those of these groups that were sent and lost are going to be read again, the others not.
   *
   * @param onward whether what was on its way is read again behind them
   */
  public void takeBack(Set<Long> groups, boolean onward) {
    List<Running> back = running.takeBack(groups, onward);
    if (onward && stage == LifecycleStage.GO && known != null && pipeline.ruled()) {
      long next = carried.sent();
      back.add(new Running(known, statement, decision, effects, prepared, places, next));
      places = List.of();
    }
    for (int i = back.size() - 1; i >= 0; i--) {
      again.addFirst(back.get(i));
    }
    drop(null);
  }

  /** Whether the next statement was judged before it was lost. */
  private boolean resumes() {
    Running back = again.poll();
    if (back != null) {
      resume(back);
    }
    return back != null;
  }

  private void resume(Running back) {
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

  /** The connection was lost, or the client: nothing more is answered. */
  public void end() {
    abandon();
    side.end();
    running.end();
  }
}
