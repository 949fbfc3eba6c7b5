package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.route.LoopRouter;
import dev.heimdall.engine.route.ReadRequest;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ReadSplit;
import java.nio.charset.StandardCharsets;

/**
 * Decides whether a replica may get the next request of one session's client, by the kind and
 * effects of that request.
 */
final class ReplicaEligibility {
  private static final String SERIAL = "serializable";

  /**
   * Maximum length of a standalone statement for a replica; a longer one goes to the writer,
   * because it could not be kept.
   */
  private static final int MOST_BYTES = 16 * 1024;

  private final SessionContext session;
  private final SessionState carried;
  private final ClientTransaction transaction;

  /** The BEGIN of which it was asked last whether its transaction only reads; or null. */
  private String lastBegin;

  private TransactionMode lastMode;

  ReplicaEligibility(SessionContext session) {
    this.session = session;
    this.carried = session.carried();
    this.transaction = session.transaction();
  }

  /** The length of what waits if it is so many statements by themselves; else 0. */
  private int alone(int statements) {
    return session.format().alone(session.requests().waiting(), MOST_BYTES, statements);
  }

  /**
   * Reason that a statement outside of transactions must go to the writer; null if it need not.
   *
   * @param led whether there is a writer, be it a silent one
   */
  OnWriter read(ReadSplit split, boolean led) {
    RoutedStatement next = session.next();
    Statement statement = next.statement();
    if (!led && next.onItsWay() && next.effects().setsNothingButSession()) {
      // Drivers set something before they read for the first time; any server has the settings.
      return !next.decision().letsReplicaAnswer()
          ? OnWriter.RULE
          : alone(1) == 0 ? OnWriter.SHAPE : null;
    }
    if (!next.onItsWay() || statement == null) {
      return OnWriter.NOT_A_READ;
    }
    OnWriter why = read(statement, next.effects(), next.decision(), split, led);
    return why != null
        ? why
        : isSerializable() ? OnWriter.ISOLATION : alone(1) == 0 ? OnWriter.SHAPE : null;
  }

  /**
   * Reason that a statement must go to the writer by its kind and effects alone, at any place and
   * time; null if it need not.
   */
  static OnWriter read(
      Statement statement,
      StatementFacts effects,
      Decision decision,
      ReadSplit split,
      boolean led) {
    if (!statement.readOnly()) {
      return OnWriter.NOT_A_READ;
    }
    switch (effects.kind()) {
      case SELECT, EXPLAIN -> {}
      case MULTI -> {
        return OnWriter.SHAPE;
      }
      default -> {
        return OnWriter.NOT_A_READ;
      }
    }
    if (!statement.leavesSession(effects)) {
      return OnWriter.SESSION;
    }
    if (!decision.letsReplicaAnswer()) {
      return OnWriter.RULE;
    }
    if (!decision.asksForReplica()) {
      if (split == ReadSplit.MARKED) {
        return OnWriter.NOT_MARKED;
      }
      // Without a writer drivers log in all the same, whose first query is for such variables.
      boolean ofLogIn =
          !led && statement.parsed().functions().contains(FunctionName.SYSTEM_VARIABLE);
      if (statement.basis() == Basis.SERVER && !ofLogIn || effects.has(Effect.Type.ASKS_SERVER)) {
        return OnWriter.SERVER;
      }
    }
    return null;
  }

  /** True if the statement at the reader's position is, or follows, a BEGIN that no server has. */
  boolean beginsTransaction() {
    RoutedStatement next = session.next();
    return transaction.heldBegin() != null
        || (transaction.status() == TransactionState.IDLE
            && next.onItsWay()
            && next.effects().kind() == StatementKind.BEGIN
            && next.normalised() != null);
  }

  /** Reason that a transaction must begin at the writer; null if it only reads. */
  OnWriter transaction(ReadSplit split) {
    RoutedStatement next = session.next();
    byte[] held = transaction.heldBegin();
    TransactionMode begin =
        modeOf(held == null ? next.normalised() : new String(held, StandardCharsets.UTF_8));
    String text =
        held != null && next.onItsWay() && next.normalised() != null ? next.normalised() : "";
    boolean readOnly =
        begin.readOnly().orElseGet(() -> isDefault(carried.rules().readOnly(), "on"))
            || TransactionMode.setsReadOnly(text);
    if (!readOnly) {
      return OnWriter.TRANSACTION;
    }
    boolean asked =
        next.onItsWay() && next.decision().asksForReplica()
            || held != null && transaction.heldForReplica();
    if (split == ReadSplit.MARKED && !asked) {
      return OnWriter.NOT_MARKED;
    }
    if (!next.decision().letsReplicaAnswer()) {
      return OnWriter.RULE;
    }
    if (begin.serializable().orElseGet(this::isSerializable) || text.contains(SERIAL)) {
      return OnWriter.ISOLATION;
    }
    return held != null || alone(2) > 0 ? null : OnWriter.SHAPE;
  }

  /** Most sessions begin all their transactions alike. */
  private TransactionMode modeOf(String begin) {
    if (!begin.equals(lastBegin)) {
      lastBegin = begin;
      lastMode = TransactionMode.of(begin);
    }
    return lastMode;
  }

  /** True if the session's transactions are serializable unless they say otherwise. */
  boolean isSerializable() {
    return isDefault(carried.rules().isolation(), SERIAL);
  }

  private boolean isDefault(String setting, String value) {
    return value.equalsIgnoreCase(carried.variables().get(setting));
  }

  /** The servers that may be chosen, by what a rule says of their addresses or names. */
  static long serversOf(Decision decision, ClusterView view) {
    return decision
        .serverFilter()
        .map(
            name ->
                view.matching(
                    node ->
                        name.matcher(node.address().toString()).find()
                            || name.matcher(node.name()).find()))
        .filter(matching -> matching != 0)
        .orElse(ReadRequest.ANY);
  }

  /** Reason that no replica answers a read. */
  static OnWriter why(LoopRouter.Unanswered unanswered) {
    return switch (unanswered) {
      case NO_REPLICA -> OnWriter.NO_REPLICA;
      case OUT_OF_TOUCH -> OnWriter.OUT_OF_TOUCH;
      case OTHER_STORES -> OnWriter.OTHER_STORES;
      case LAGGING -> OnWriter.LAGGING;
      case BEHIND -> OnWriter.BEHIND;
      case WRITER_CHOSEN -> OnWriter.TURN;
    };
  }
}
