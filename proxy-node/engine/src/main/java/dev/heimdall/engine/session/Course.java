package dev.heimdall.engine.session;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.Parameter;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.catalog.SearchPath;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.Examined;
import dev.heimdall.engine.pipeline.Known;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.Surroundings;
import dev.heimdall.engine.rules.ConcurrencyLimit;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.ActionParameters;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes each statement of a client through the pipeline, keeps it back as long as rules want, and
 * follows it until it was answered. One statement at a time is on its way to the server; those that
 * were sent are remembered by their group.
 */
final class Course {
  private static final long CATALOGUE_AGAIN_MILLIS = 20;

  private enum Stage {
    /** No statement is on its way. */
    NONE,
    /** The pipeline has said what it is; rules keep it back. */
    HELD,
    /** It may be sent. */
    GO
  }

  private final ClientSession session;
  private final RequestReader requests;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final QueryPipeline pipeline;
  private final ArrayDeque<Running> running = new ArrayDeque<>(0);

  private Stage stage = Stage.NONE;
  private boolean pathMoved;
  private Variables told;
  private NameScope scope;
  private Hold hold;
  private StatementFacts effects;
  private Statement statement;
  private Known known;
  private Decision decision = Decision.NONE;
  private boolean prepared;
  private Examined examined;
  private StatementSummary last;
  private final SideActions side;
  private CompletableFuture<?> awaited;

  /** Why the statement cannot be sent after all; null when it can. */
  private PgError failure;

  private Submission submission;
  private Executed executed;
  private List<ConcurrencyLimit> places = List.of();
  private ScheduledFuture<?> timeLimit;

  Course(ClientSession session, RequestReader requests, LoopSessions sessions) {
    this.session = session;
    this.requests = requests;
    this.loop = sessions.context();
    this.sessions = sessions;
    this.pipeline = new QueryPipeline(sessions.pipelines(), this::comeAgain);
    this.side = new SideActions(session, loop);
  }

  private void comeAgain() {
    loop.beginEvent();
    try {
      session.resumeReading();
    } finally {
      loop.endEvent();
    }
  }

  /** What is needed to judge a statement: nothing where neither rules nor a catalogue are there. */
  boolean judges() {
    return session.vdb().surroundings().judge();
  }

  /**
   * Takes the statement at the reader's position as far as it may go by itself.
   *
   * @param asPrepared whether it comes by the extended protocol
   * @return whether it may be sent; if not, the reader comes again when it may
   */
  boolean judge(byte[] sql, int offset, int length, boolean standardStrings, boolean asPrepared) {
    if (stage != Stage.NONE) {
      return stage == Stage.GO;
    }
    prepared = asPrepared;
    if (!judges()) {
      effects = sessions.classifier().classify(sql, offset, length, standardStrings);
      stage = Stage.GO;
      return true;
    }
    if (!mayLook()) {
      return false;
    }
    effects = pipeline.classify(sql, offset, length, standardStrings);
    notePath();
    if (!understand(sql, offset, length, standardStrings)
        || !pipeline.decide(session.status() != 'I', asPrepared, loop.now())) {
      return false;
    }
    return goOrHold(sql, offset, length, standardStrings);
  }

  private boolean goOrHold(byte[] sql, int offset, int length, boolean standardStrings) {
    take();
    if (!decision.isNone()) {
      side.decided(decision, known, statement, sql, offset, length, standardStrings);
    }
    if (settledWithoutServer()) {
      stage = Stage.GO;
      return true;
    }
    CompletableFuture<Void> pending = side.pending(statement);
    if (pending != null && !pending.isDone()) {
      await(pending, done -> next());
      return false;
    }
    return trigger();
  }

  /** The statement's trigger comes first, and what it asks for may wait. */
  private boolean trigger() {
    CompletableFuture<Executed> before = side.before(decision, statement);
    if (before == null) {
      return hold();
    }
    await(
        before,
        end -> {
          if (end.succeeded()) {
            if (hold()) {
              session.resumeReading();
            }
          } else {
            failure = SideActions.failure(end);
            stage = Stage.GO;
            session.resumeReading();
          }
        });
    return false;
  }

  private void next() {
    if (trigger()) {
      session.resumeReading();
    }
  }

  /** Keeps the statement back until something of another thread is done. */
  private <T> void await(CompletableFuture<T> something, Consumer<T> then) {
    stage = Stage.HELD;
    awaited = something;
    something.thenAccept(
        value ->
            loop.loop()
                .execute(
                    () -> {
                      if (awaited == something) {
                        loop.beginEvent();
                        try {
                          awaited = null;
                          then.accept(value);
                        } finally {
                          loop.endEvent();
                        }
                      }
                    }));
  }

  private boolean hold() {
    if (Hold.wanted(decision)) {
      hold = new Hold(loop, decision, this::holdOver);
      if (!hold.begin()) {
        stage = Stage.HELD;
        return false;
      }
      places = hold.takeOver();
      hold = null;
    }
    stage = Stage.GO;
    return true;
  }

  /** The same for a prepared statement that is about to be run. */
  boolean judge(Examined examined) {
    this.examined = examined;
    if (stage != Stage.NONE) {
      return stage == Stage.GO;
    }
    if (!mayLook()) {
      return false;
    }
    prepared = true;
    effects = pipeline.recall(examined);
    notePath();
    return understand(examined.sql(), 0, examined.length(), examined.standardStrings())
        && pipeline.decide(session.status() != 'I', true, loop.now())
        && goOrHold(examined.sql(), 0, examined.length(), examined.standardStrings());
  }

  /**
   * Looks a text up that is only prepared.
   *
   * @return whether that could be done at once; if not, the reader comes again when it may
   */
  boolean preview(byte[] sql, int length, boolean standardStrings) {
    if (!mayLook()) {
      return false;
    }
    pipeline.classify(sql, 0, length, standardStrings);
    return understand(sql, 0, length, standardStrings) && pipeline.preview(session.status() != 'I');
  }

  /** Whether there are rules. */
  boolean ruled() {
    Surroundings now = session.vdb().surroundings();
    pipeline.surroundings(now);
    return pipeline.ruled();
  }

  /** Whether what names mean is known, so that a text can be looked at. */
  private boolean mayLook() {
    tellPipeline();
    return !session.awaitsSettings() && !awaitsCatalogue();
  }

  private boolean awaitsCatalogue() {
    if (!pipeline.awaitsCatalogue(scope.database())) {
      return false;
    }
    loop.loop().schedule(this::comeAgain, CATALOGUE_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    return true;
  }

  /** From here to the end of the transaction nobody can tell where unqualified names lead. */
  private void notePath() {
    pathMoved |= pipeline.known().movesPath();
  }

  private NameScope scopeNow() {
    return pathMoved ? scope.unsure() : scope;
  }

  /** No transaction is open and nothing is unanswered: settings are what was read back. */
  void settingsKnown() {
    pathMoved = false;
  }

  /** What {@link #preview} found. */
  QueryPipeline previewed() {
    return pipeline;
  }

  private boolean understand(byte[] sql, int offset, int length, boolean standardStrings) {
    return pipeline.understand(
        sql, offset, length, standardStrings, scopeNow(), session.definitionsPending());
  }

  private void take() {
    statement = pipeline.statement();
    known = pipeline.known();
    decision = pipeline.decision();
    for (MatchedRule rule : decision.matched()) {
      if (rule.print() || !rule.groups().isEmpty()) {
        session.node().events().ruleMatched(session, rule);
      }
    }
  }

  /** Whether the database is not asked, so that nothing that is done to it counts. */
  private boolean settledWithoutServer() {
    return decision.dropped() || decision.result().isPresent();
  }

  private void holdOver() {
    places = hold.takeOver();
    hold = null;
    stage = Stage.GO;
    session.resumeReading();
  }

  private void tellPipeline() {
    Surroundings now = session.vdb().surroundings();
    pipeline.surroundings(now);
    Variables variables = session.carried().variables();
    if (told == variables) {
      return;
    }
    told = variables;
    String path = variables.get("search_path");
    String role = variables.get("role");
    String database = session.pool().key().database();
    String user = session.pool().key().credential().user();
    scope =
        new NameScope(
            database, role == null ? user : role, path == null ? null : SearchPath.parse(path));
    InetSocketAddress client = session.login().address();
    int port =
        session.channel().localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    pipeline.session(
        new SessionFacts(
            session.vdbName(),
            database,
            session.login().user(),
            List.of(),
            session.applicationName(),
            client == null ? null : client.getAddress(),
            port,
            session.processId()));
  }

  /**
   * Which rules would match a text, and why; null when that is not known yet, and the reader comes
   * again.
   */
  Explanation explain(byte[] sql) {
    if (!preview(sql, sql.length, true)) {
      return null;
    }
    return pipeline.explain(session.status() != 'I');
  }

  /** The statement that came to its end last; null when there was none. */
  StatementSummary last() {
    return last;
  }

  // ---- the statement that is put off

  /** What becomes of a statement that a rule wants carried out later. */
  enum Deferral {
    /** The reader comes again. */
    WAIT,
    /** It was put off, or carried out: {@link #deferred} has how it ended for the client. */
    DONE,
    /** It is to be sent as any other. */
    SEND
  }

  /** Whether a rule wants the statement carried out later, and that can be. */
  boolean defers() {
    return decision.asyncExecute().isPresent()
        && session.status() == 'I'
        && statement != null
        && !session.carried().pinned();
  }

  /** Puts the statement off. */
  Deferral defer(String sql, boolean standardStrings, List<Parameter> parameters) {
    if (executed != null) {
      return Deferral.DONE;
    }
    if (submission != null) {
      return awaited == null ? Deferral.SEND : Deferral.WAIT;
    }
    ActionParameters.AsyncExecute how = decision.asyncExecute().get();
    submission = side.defer(how, sql, standardStrings, parameters, statement);
    if (!submission.accepted()) {
      if (submission.after().isDone()) {
        return Deferral.SEND;
      }
      return awaitDeferral(submission.after());
    }
    if (how.holdUntil() == ActionParameters.HoldUntil.IMMEDIATE) {
      executed = new Executed(how.spoofedResult(), null, null);
      return Deferral.DONE;
    }
    return awaitDeferral(submission.executed());
  }

  private Deferral awaitDeferral(CompletableFuture<?> something) {
    await(
        something,
        end -> {
          stage = Stage.GO;
          executed = end instanceof Executed done ? done : null;
          session.resumeReading();
        });
    stage = Stage.GO;
    return Deferral.WAIT;
  }

  /** How the statement that was put off ended, as far as its client is told. */
  Executed deferred() {
    return executed;
  }

  /** What rules want done beside statements. */
  SideActions side() {
    return side;
  }

  // ---- the statement that may be sent

  boolean onItsWay() {
    return stage == Stage.GO;
  }

  /** What the statement does to its session. */
  StatementFacts effects() {
    return effects;
  }

  Decision decision() {
    return decision;
  }

  /** The text of the prepared statement that was judged last. */
  Examined examined() {
    return examined;
  }

  /** Why the statement is refused; null when it is not. */
  PgError refusal() {
    return failure != null ? failure : refusal(decision);
  }

  /** Why a statement of this decision is refused; null when it is not. */
  static PgError refusal(Decision decision) {
    if (!decision.dropped()) {
      return null;
    }
    MatchedRule rule = null;
    for (MatchedRule matched : decision.matched()) {
      rule = matched.action().equals("drop") ? matched : rule;
    }
    PgError error = PgError.error("42501", "statement refused by a rule");
    return rule == null
        ? error
        : error.withDetail("Rule " + rule.place() + rule.comment().map(c -> ": " + c).orElse(""));
  }

  /** It is being sent over this connection. */
  void sent(ServerConnection server) {
    if (known != null) {
      if (statement != null && statement.changesSession() != null) {
        session.pin(statement.changesSession());
        pathMoved = true;
        server.taint();
      }
      if (pipeline.ruled()) {
        session.stickiness().statement(decision);
        limitUser();
        running.add(
            new Running(
                known, statement, decision, effects, prepared, places, session.carried().sent()));
        limitTime();
      }
    }
    forget();
  }

  /** It was answered without a server, or refused. */
  void settled() {
    places.forEach(ConcurrencyLimit::release);
    if (known != null && pipeline.ruled()) {
      session.node().events().statementDone(session, summary(known, statement, decision), 0, null);
    }
    forget();
  }

  private void forget() {
    stage = Stage.NONE;
    decision = Decision.NONE;
    statement = null;
    known = null;
    failure = null;
    submission = null;
    executed = null;
    awaited = null;
    places = List.of();
  }

  /** It will not be sent after all: the client gets an error for it, or is gone. */
  void abandon() {
    if (hold != null) {
      hold.cancel();
      hold = null;
    }
    places.forEach(ConcurrencyLimit::release);
    forget();
  }

  /** Whether rules keep the client's statement back. */
  boolean held() {
    return stage == Stage.HELD;
  }

  private void limitUser() {
    decision
        .pool()
        .ifPresent(
            rule ->
                session
                    .vdb()
                    .pools()
                    .limitUser(
                        session.pool().key().credential().user(),
                        rule.maxUserActive(),
                        rule.maxUserIdle()));
  }

  private void limitTime() {
    if (decision.queryTimeoutMillis().isEmpty() || decision.queryTimeoutMillis().getAsInt() == 0) {
      return;
    }
    Running limited = running.peekLast();
    timeLimit =
        loop.loop()
            .schedule(
                () -> {
                  if (running.contains(limited)) {
                    session.timeOver();
                  }
                },
                decision.queryTimeoutMillis().getAsInt(),
                TimeUnit.MILLISECONDS);
  }

  // ---- the statements that were sent

  /** Whether the reply that comes now has to wait for a trigger. */
  boolean holdsReply() {
    return !running.isEmpty() && SideActions.holdsReply(running.peek().decision());
  }

  /** Something of the group that is answered now has come. */
  void data() {
    if (!running.isEmpty()) {
      running.peek().givePlacesBack();
    }
  }

  /** The statement that was sent last is going to be sent again, with what was decided for it. */
  void takeBack() {
    Running back = running.pollLast();
    if (back != null) {
      known = back.known();
      statement = back.statement();
      decision = back.decision();
      effects = back.effects();
      prepared = back.prepared();
      places = back.places();
      stage = Stage.GO;
    }
  }

  /** Whether the statement that runs changes nothing. */
  boolean harmless() {
    return running.size() == 1
        && running.peek().statement() != null
        && running.peek().statement().readOnly();
  }

  /** A group was answered. */
  void answered(long group, long micros, PgError error) {
    while (!running.isEmpty() && running.peek().group() <= group) {
      Running done = running.poll();
      done.givePlacesBack();
      if (SideActions.holdsReply(done.decision())) {
        side.after(done.decision(), done.statement(), error == null);
      }
      if (error == null && !done.decision().flag(Decision.Flag.NO_TRACK).orElse(false)) {
        done.known().took(micros);
      }
      session
          .node()
          .events()
          .statementDone(
              session, summary(done.known(), done.statement(), done.decision()), micros, error);
    }
    if (running.isEmpty() && timeLimit != null) {
      timeLimit.cancel(false);
      timeLimit = null;
    }
  }

  private StatementSummary summary(Known known, Statement statement, Decision decision) {
    last = new StatementSummary(known.normalised(), statement, decision, known.averageMicros());
    return last;
  }

  /** So many groups will be answered as one with what came before. */
  void merged(int count, long answered) {
    for (Running each : running) {
      each.group(Math.max(answered, each.group() - count));
    }
  }

  /** The connection was lost, or the client: nothing more is answered. */
  void end() {
    abandon();
    side.end();
    running.forEach(Running::givePlacesBack);
    running.clear();
    if (timeLimit != null) {
      timeLimit.cancel(false);
      timeLimit = null;
    }
  }
}
