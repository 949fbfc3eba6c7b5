package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.pipeline.LoopPipelines;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.Redefined;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.lease.SessionStatements;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes each statement of a client through the pipeline and keeps it back as long as rules want.
 * One statement at a time is on its way to the server; {@link RunningStatements} follows those that
 * were sent.
 */
public final class StatementLifecycle implements SessionStatements {
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
  private final SideActions side;
  private final RunningStatements running;
  private final Deferral deferral;
  private final NextStatement next;
  private final StatementHold hold;
  private final Sending sending;

  /** Null where the node traces no statements. */
  private final SessionTraces traces;

  /** Statements that were sent and are to be read again, with what was decided for them. */
  private final Deque<Running> again = new ArrayDeque<>(0);

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
    this.scope = new SessionScope(session, classifier.dialect(), pipeline, definitions);
    this.side = new SideActions(session, actions, classifier.dialect(), writes);
    this.running = new RunningStatements(session, notes, traces, side, reads, cached);
    this.next = new NextStatement(session, scope, traces);
    this.deferral = new Deferral(session, next, side, writes);
    this.hold = new StatementHold(session, next, side, deferral, writes);
    this.sending =
        new Sending(session, next, pipeline, scope, definitions, running, reads, writes, traces);
  }

  private String database() {
    return session.lease().destinations().database();
  }

  private void sessionDefaultsChanged() {
    vdb.definitions().sessionDefaultsChanged();
    writes.sessionDefaultsChanged();
  }

  private void comeAgain() {
    session.requests().resume();
  }

  /** True if statements are judged: they are not where there are neither rules nor a catalogue. */
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
    if (next.stage() != LifecycleStage.NONE) {
      return next.onItsWay();
    }
    if (resumes()) {
      next.trace(sql, offset, length);
      return hold.announced();
    }
    if (!judges()) {
      next.classified(classifier.classify(sql, offset, length, lexerMode), asPrepared);
      next.trace(sql, offset, length);
      next.become(LifecycleStage.GO);
      return true;
    }
    if (!scope.mayLook()) {
      return false;
    }
    next.classified(pipeline.classify(sql, offset, length, lexerMode), asPrepared);
    pipeline.declare(declared);
    scope.note(lexerMode);
    if (!scope.understand(sql, offset, length, lexerMode)
        || scope.awaitsDefinitions()
        || !pipeline.decide(
            transaction.status() != TransactionState.IDLE, asPrepared, loop.now())) {
      return false;
    }
    return goOrHold(sql, offset, length, lexerMode);
  }

  /**
   * Judges a call by a function's OID as {@code SELECT f()}.
   *
   * @param copying whether the server takes a copy from the client, which the call ends
   * @return whether it may be sent; always where there are no rules
   */
  public boolean judgeCall(int function, boolean copying) {
    if (!ruled()) {
      return true;
    }
    if (!next.onItsWay()) {
      if (next.stage() != LifecycleStage.NONE || !scope.mayLook()) {
        return false;
      }
      byte[] sql = scope.callOf(function).getBytes(StandardCharsets.UTF_8);
      if (!judge(sql, 0, sql.length, LexerMode.STANDARD, false)) {
        return false;
      }
    }
    return !next.onItsWay() || next.failed() || callDecided(copying);
  }

  /** False where it is decided when what is ahead of the call is answered. */
  private boolean callDecided(boolean copying) {
    if (!copying && deferral.mayBeWanted()) {
      return false;
    }
    ServerError refusal = CallRefusal.of(next.decision(), session.lease().destinations(), deferral);
    if (refusal != null) {
      next.fail(refusal);
    }
    return true;
  }

  private boolean goOrHold(byte[] sql, int offset, int length, LexerMode lexerMode) {
    take();
    next.trace(sql, offset, length);
    side.ask(next, sql, offset, length, lexerMode, pipeline.declared());
    if (reads.holdsTransaction() && next.tiesSession()) {
      next.fail(ReplicaReads.NOT_THERE);
    }
    if (next.failed() || next.settledWithoutServer()) {
      next.become(LifecycleStage.GO);
      return true;
    }
    return hold.lets();
  }

  private void take() {
    definitions.judged();
    next.take(pipeline);
    running.notes().decided(pipeline, next.prepared());
    for (MatchedRule rule : next.decision().matched()) {
      running.notes().matched(rule);
    }
  }

  /** Judges a prepared statement that is about to be run. */
  public boolean judge(ClassifiedText examined) {
    return judge(examined, false, null);
  }

  /**
   * Judges a prepared statement whose names lead where they led when it was prepared, if only to
   * servers that read it so.
   *
   * @param path the value of the setting that said so then; null for none
   */
  public boolean judgeAsPrepared(ClassifiedText examined, String path) {
    return judge(examined, true, path);
  }

  private boolean judge(ClassifiedText examined, boolean elsewhere, String path) {
    next.examined(examined);
    if (next.stage() != LifecycleStage.NONE) {
      return next.onItsWay();
    }
    if (resumes()) {
      next.trace(examined.sql(), 0, examined.length());
      return hold.announced();
    }
    if (!scope.mayLook()) {
      return false;
    }
    if (elsewhere) {
      scope.preparedBy(path);
    }
    next.classified(pipeline.recall(examined), true);
    scope.note(examined.lexerMode());
    return scope.understand(examined.sql(), 0, examined.length(), examined.lexerMode())
        && !scope.awaitsDefinitions()
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
    if (!scope.mayLook()) {
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

  /** True if there are rules. */
  public boolean ruled() {
    RulesAndCatalogues now = vdb.rulesAndCatalogues();
    pipeline.rulesAndCatalogues(now);
    return pipeline.ruled();
  }

  /**
   * A group of messages is answered, and this is where the transaction stands.
   *
   * @param error what it has ended with; null for none
   * @param part what was carried out of it, where more is known than by that; else null
   * @param reached how many of its statements the server may have carried out
   */
  public void answered(
      long group, TransactionState status, ServerError error, CarriedOut part, int reached) {
    sending.answered(group, status, error, part, reached);
  }

  /** True if the definitions that were sent, and are not settled, leave all code as it is. */
  public boolean definesTables() {
    return definitions.redefined() == Redefined.TABLES;
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

  /** True if a statement was sent that moves what names mean, as far as the catalogue knows. */
  public boolean namesMoved() {
    return scope.moved();
  }

  /**
   * Text to put in the place of the one that {@link #preview} has looked at: by what was decided,
   * if it is the text on its way, so that counters are queried once for it.
   */
  public Optional<String> transformed() {
    boolean decided =
        next.onItsWay()
            && pipeline.exactHigh() == next.exactHigh()
            && pipeline.exactLow() == next.exactLow();
    return (decided ? next.decision() : pipeline.decision()).transformed();
  }

  /** Result of {@link #preview}. */
  public QueryPipeline previewed() {
    return pipeline;
  }

  /** True if what {@link #preview} has looked at may ask for what was taken from sequences. */
  public boolean previewedReadsSequences() {
    return NextStatement.mayReadSequences(pipeline.statement(), pipeline.doubted());
  }

  /**
   * Rules that would match a text, and the reasons; null when that is not known yet, and the reader
   * comes again.
   */
  public Explanation explain(byte[] sql) {
    if (!preview(sql, sql.length, LexerMode.STANDARD)) {
      return null;
    }
    return pipeline.explain(transaction.status() != TransactionState.IDLE);
  }

  /** Handling of the statement if a rule wants it carried out later. */
  public Deferral deferral() {
    return deferral;
  }

  /** Actions that rules want done beside statements. */
  public SideActions side() {
    return side;
  }

  /** The statement at the reader's position. */
  public NextStatement next() {
    return next;
  }

  /** True if rules keep the client's statement back. */
  public boolean held() {
    return next.stage() == LifecycleStage.HELD;
  }

  /** The statement that is held back is to be refused, in its place, by the server. */
  public void fail(ServerError error) {
    hold.fail(error);
  }

  /**
   * Text without values that people may see of the statement that is on its way, or of the last
   * one; null where none is known, or rules keep it out of statistics.
   */
  public String pattern() {
    FingerprintEntry known = next.known();
    if (next.stage() != LifecycleStage.NONE && known != null) {
      return next.decision().tracked() ? known.shown() : null;
    }
    StatementSummary last = running.last();
    return last == null || !last.decision().tracked() ? null : last.normalised();
  }

  // ---- it goes

  /** Notes that a statement is being sent whose effect on the client's transaction is unknown. */
  public void sentUnknown() {
    reads.noteUnknown();
    transaction.doesMore();
  }

  /** It is being sent over this connection. */
  public void sent(ServerConnection server) {
    sending.over(server, deferral);
    forget();
  }

  /** It is being carried out at a data source that answers without a server connection. */
  public void sentElsewhere() {
    sending.elsewhere();
    forget();
  }

  /** It was answered without a server, or refused. */
  public void settled() {
    if (session.lease().server() == null && transaction.status() == TransactionState.IDLE) {
      settingsKnown(); // what it would have moved stays where it is
    }
    next.givePlacesBack();
    if (next.known() != null && pipeline.ruled()) {
      running.done(next.known(), next.statement(), next.decision(), 0, null);
      PatternCounts counts = next.settledWithoutServer() ? next.counts() : null;
      if (counts != null) {
        counts.answeredByRule(loop.now());
      }
    }
    if (traces != null) {
      traces.settled(next.refusal());
    }
    cached.dropped();
    forget();
  }

  private void forget() {
    if (held()) {
      hold.giveUp();
    }
    next.forget();
    pipeline.release();
    deferral.forget();
    writes.notSent();
  }

  /** It will not be sent after all: the client is gone. */
  public void abandon() {
    abandon(null);
  }

  /** Gives up the statement, which will not be sent after all; the client gets an error for it. */
  public void abandon(ServerError error) {
    drop(error);
    again.forEach(Running::givePlacesBack);
    again.clear();
  }

  private void drop(ServerError error) {
    hold.cancel();
    next.givePlacesBack();
    if (traces != null) {
      traces.dropped(error);
    }
    forget();
    cached.dropped();
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
      next.resume(back);
      next.become(LifecycleStage.GO);
    }
  }

  /**
   * Those of these groups that were sent and lost are going to be read again, the others not.
   *
   * @param onward whether what was on its way is read again behind them
   */
  public void takeBack(Set<Long> groups, boolean onward) {
    List<Running> back = running.takeBack(groups, onward);
    if (onward && next.onItsWay() && next.known() != null && pipeline.ruled()) {
      back.add(next.running(carried.sent()));
    }
    for (int i = back.size() - 1; i >= 0; i--) {
      again.addFirst(back.get(i));
    }
    drop(null);
  }

  /** True if the next statement was judged before it was lost. */
  private boolean resumes() {
    Running back = again.poll();
    if (back != null) {
      next.resume(back);
    }
    return back != null;
  }

  /** The connection was lost, or the client: nothing more is answered. */
  public void end() {
    abandon();
    side.end();
    running.end();
  }
}
