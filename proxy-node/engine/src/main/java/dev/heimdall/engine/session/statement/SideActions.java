package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.action.AsyncStatement;
import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.PlanRequest;
import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.action.StatementOrigin;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.ActionParameters.TriggerTiming;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Actions that rules want done beside, before or instead of a session's statement, away from its
 * event loop. What waits for something is called back on the loop.
 */
public final class SideActions {
  /** As a rule with no parameters does. */
  private static final ActionParameters.ExtractPlan BY_HAND =
      new ActionParameters.ExtractPlan(0, 1, ActionParameters.PlanFormat.TEXT, false, false);

  /** A reply that waits for a trigger may take this much of memory; a longer one is passed on. */
  private static final int MOST_HELD = 256 * 1024;

  private final SessionContext session;
  private final ClientOutput output;
  private final SqlDialect dialect;
  private final LoopContext loop;
  private final RuleActions actions;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Writes writes;
  private Variables originOf;
  private StatementOrigin origin;
  private ByteBuf heldReply;
  private int afterRuns;

  /** Result of the first of them that failed; or null. */
  private Executed afterFailed;

  SideActions(SessionContext session, RuleActions actions, SqlDialect dialect, Writes writes) {
    this.session = session;
    this.output = session.output();
    this.actions = actions;
    this.dialect = dialect;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.writes = writes;
    this.loop = session.loop();
  }

  /** Present origin of the session's statements. */
  private StatementOrigin origin() {
    Variables variables = carried.variables();
    if (originOf != variables) {
      originOf = variables;
      TreeMap<String, String> settings = new TreeMap<>(variables.asMap());
      String zone = session.start().reported(carried.rules().timeZone());
      if (zone != null) {
        settings.putIfAbsent(carried.rules().timeZone(), zone);
      }
      origin =
          new StatementOrigin(
              session.vdb().name(),
              session.login().user(),
              session.lease().destinations().database(),
              settings);
    }
    return origin;
  }

  /**
   * Begins the actions that rules want done beside the statement, and requests its plan.
   *
   * @param declared object ids of the types that its parameters are given
   */
  void ask(
      NextStatement next, byte[] sql, int offset, int length, LexerMode lexerMode, int[] declared) {
    Decision decision = next.decision();
    FingerprintEntry known = next.known();
    Statement statement = next.statement();
    boolean plannable = next.effects().kind() != StatementKind.EXECUTE;
    if (!decision.isNone()) {
      decided(decision, known, statement, sql, offset, length, lexerMode);
      if (plannable) {
        plan(decision, known, statement, sql, offset, length, lexerMode, declared);
      }
    }
    if (actions.plans().wished() && plannable) {
      wishedPlan(known, statement, sql, offset, length, lexerMode, declared);
    }
  }

  /** The rules have decided: what is not waited for begins. */
  private void decided(
      Decision decision,
      FingerprintEntry known,
      Statement statement,
      byte[] sql,
      int offset,
      int length,
      LexerMode lexerMode) {
    if (decision.learn().isPresent()) {
      actions
          .learned()
          .learn(
              decision.learn().get(),
              known.high(),
              known.low(),
              () -> text(sql, offset, length),
              dialect,
              lexerMode);
    }
    if (timing(decision, TriggerTiming.PARALLEL)) {
      writes.everythingAfter(
          actions.triggers().run(decision.trigger().get(), origin(), tables(statement)));
    }
  }

  /**
   * Asks for the statement's plan, if rules want that.
   *
   * @param declared object ids of the types that its parameters are given
   */
  private void plan(
      Decision decision,
      FingerprintEntry known,
      Statement statement,
      byte[] sql,
      int offset,
      int length,
      LexerMode lexerMode,
      int[] declared) {
    if (decision.extractPlan().isEmpty() || statement == null) {
      return;
    }
    ActionParameters.ExtractPlan how = decision.extractPlan().get();
    long average = known.averageMicros();
    if (actions.plans().wanted(how, origin(), known.high(), known.low(), average)) {
      actions
          .plans()
          .take(how, request(known, statement, text(sql, offset, length), lexerMode, declared));
    }
  }

  private PlanRequest request(
      FingerprintEntry known,
      Statement statement,
      String sql,
      LexerMode lexerMode,
      int[] declared) {
    return new PlanRequest(
        origin(),
        known.high(),
        known.low(),
        known.averageMicros(),
        sql,
        dialect,
        lexerMode,
        Arrays.stream(declared).boxed().toList(),
        statement);
  }

  /** Requests the plan without a rule, if a plan of this statement is wanted. */
  private void wishedPlan(
      FingerprintEntry known,
      Statement statement,
      byte[] sql,
      int offset,
      int length,
      LexerMode lexerMode,
      int[] declared) {
    if (known == null || statement == null) {
      return;
    }
    actions
        .plans()
        .takeWish(origin().vdb(), known.shown())
        .ifPresent(
            wish ->
                actions
                    .plans()
                    .take(
                        BY_HAND,
                        request(known, statement, text(sql, offset, length), lexerMode, declared))
                    .whenComplete((taken, failure) -> wish.complete(Boolean.TRUE.equals(taken))));
  }

  private static String text(byte[] sql, int offset, int length) {
    return new String(sql, offset, length, StandardCharsets.UTF_8);
  }

  private static boolean timing(Decision decision, TriggerTiming timing) {
    return decision.trigger().isPresent() && decision.trigger().get().timing() == timing;
  }

  private static Set<String> tables(Statement statement) {
    Set<String> tables = new TreeSet<>();
    if (statement != null) {
      tables.addAll(statement.tablesRead());
      tables.addAll(statement.tablesWritten());
    }
    return tables;
  }

  // ---- before the statement

  /** Deferred statements that lock the statement's tables; null if there are none. */
  CompletableFuture<Void> pending(Statement statement) {
    if (statement == null || transaction.status() != TransactionState.IDLE) {
      return null;
    }
    String source = session.vdb().settings().vdb().source();
    boolean anything = statement.writesAnything();
    if (!actions.async().hasPending(source, statement.tablesRead(), anything)
        && !actions.async().hasPending(source, statement.tablesWritten(), anything)) {
      return null;
    }
    return actions.async().pending(source, tables(statement), anything);
  }

  /** The trigger that has to be done before the statement may be sent; null when there is none. */
  CompletableFuture<Executed> before(Decision decision, Statement statement) {
    return timing(decision, TriggerTiming.BEFORE)
        ? actions.triggers().run(decision.trigger().get(), origin(), tables(statement))
        : null;
  }

  /** Puts the statement off. */
  Submission defer(
      ActionParameters.AsyncExecute how,
      String sql,
      LexerMode lexerMode,
      List<Parameter> parameters,
      Statement statement) {
    return actions
        .async()
        .submit(new AsyncStatement(origin(), sql, lexerMode, parameters, statement), how);
  }

  /** The same of a statement without a text that could be deferred. */
  Submission atOnce(ActionParameters.AsyncExecute how, Statement statement, String reason) {
    return actions.async().notAccepted(origin(), statement, how, reason);
  }

  // ---- after the statement

  /** True if the reply has to wait for a trigger. */
  static boolean holdsReply(Decision decision) {
    return timing(decision, TriggerTiming.AFTER);
  }

  /**
   * Takes a part of the reply, to be passed on when the trigger is done.
   *
   * @return whether it was taken
   */
  public boolean take(ByteBuf consumed) {
    if (heldReply == null) {
      heldReply = output.alloc().buffer(256);
    }
    if (heldReply.readableBytes() + consumed.readableBytes() > MOST_HELD) {
      passOn();
      return false;
    }
    heldReply.writeBytes(consumed);
    consumed.release();
    return true;
  }

  /** The statement whose reply was taken is done. */
  void after(Decision decision, Statement statement, boolean succeeded) {
    if (!succeeded) {
      passOn();
      return;
    }
    afterRuns++;
    actions
        .triggers()
        .run(decision.trigger().get(), origin(), tables(statement))
        .thenAccept(end -> loop.soon(() -> afterDone(end), session::failed));
  }

  private void afterDone(Executed end) {
    afterRuns--;
    if (session.lease().closed()) {
      return;
    }
    writes.everything();
    if (afterFailed == null && !end.succeeded()) {
      afterFailed = end;
    }
    if (afterRuns > 0) {
      return;
    }
    if (afterFailed != null && heldReply != null) {
      heldReply.clear();
      output.encoder().failure(failure(afterFailed), transaction.status(), heldReply);
    }
    afterFailed = null;
    passOn();
    session.requests().resume();
  }

  /** The error that a client gets for how something of the node's own ended. */
  public static ServerError failure(Executed end) {
    return ServerError.error(end.sqlstate(), end.message()).withNumber(end.number());
  }

  /** True if a trigger keeps back what the client is to read next. */
  public boolean busy() {
    return afterRuns > 0;
  }

  /** Passes the part of the reply that was taken so far to the client. */
  public void passOn() {
    if (heldReply != null) {
      ByteBuf reply = heldReply;
      heldReply = null;
      output.write(reply);
    }
  }

  /** Ends the reply: what was sent will not be answered, or the client has disconnected. */
  public void end() {
    if (afterRuns > 0 && !session.lease().closed()) {
      passOn(); // it is whole
    }
    if (heldReply != null) {
      heldReply.release();
      heldReply = null;
    }
  }
}
