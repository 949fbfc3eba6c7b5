package dev.heimdall.engine.session.lease;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.PoolPlan;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.RuleAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Destinations of a session's statements: its own pool, that of a replica, or that of another data
 * source that a rule names. Joins each pool once and leaves them all at the end.
 */
public final class Destinations {
  private final SessionContext session;
  private final ServerLease lease;
  private final ClientTransaction transaction;
  private final ReplicaChoice replicas;
  private final CarriedSettings settings;
  private final RoutedStatement next;
  private final VdbContext vdb;
  private final LoopContext loop;

  private LoopPool home;

  /** Pool that the present or awaited server connection comes from. */
  private LoopPool lender;

  private List<Destination> others = List.of();
  private ActionParameters.Forward forward;

  /**
   * Decision on the statement at the reader's position that is only prepared; NONE where there is
   * none.
   */
  private Decision prepared = Decision.NONE;

  /** Another destination to which statements of this session were sent. */
  private record Destination(VdbPools pools, LoopPool pool) {}

  Destinations(SessionContext session, ServerLease lease, ReplicaChoice replicas) {
    this.session = session;
    this.lease = lease;
    this.replicas = replicas;
    this.settings = session.carried().settings();
    this.transaction = session.transaction();
    this.next = session.next();
    this.vdb = session.vdb();
    this.loop = session.loop();
  }

  /** Joins the session's own pool. */
  public void settleAt(PoolKey key) {
    home = vdb.pools().join(key, loop);
    lender = home;
  }

  /** True if the error by which a server denied a connection is that its own database is lost. */
  boolean losesDatabase(ServerError denied) {
    return lender == home
        && !home.key().database().isEmpty()
        && (denied.sqlState().equals(Sqlstate.UNDEFINED_DATABASE)
            || settings.rules().databaseLost(denied.number()));
  }

  /**
   * Moves the session to the pool without a database where a server denied it its own, which it
   * then selects on each connection that it gets, as far as that is there.
   */
  void leaveDatabase() {
    PoolKey key = home.key();
    if (settings.variables().get(settings.rules().path()) == null) {
      settings.set(settings.rules().path(), key.database());
    }
    vdb.pools().leave(home);
    settleAt(new PoolKey("", key.credential(), key.capabilities()));
  }

  /** The pool from which to learn what servers report to the session; the lender from now. */
  LoopPool chooseForLogIn() {
    LoopPool replica = replicas.chooseForLogIn();
    lender = replica == null ? home : replica;
    return lender;
  }

  /** Back to the session's own pool. */
  void leaveForWriter() {
    replicas.leaveForWriter();
    lender = home;
  }

  /** The session's own pool; null as long as it has none. */
  public LoopPool home() {
    return home;
  }

  /** The session's own database, as servers name it. */
  public String database() {
    return home.key().database();
  }

  /** Pool that the present or awaited server connection comes from. */
  public LoopPool lender() {
    return lender;
  }

  /** The pool that the next statement is to get its server connection from; the lender from now. */
  LoopPool choose() {
    lender = wanted();
    return lender;
  }

  /** True if short statements may share the connections of the pool that was chosen last. */
  public boolean mayShare() {
    return lender == home || replicas.away();
  }

  /** True if there are data sources of other engines that statements could go to. */
  public boolean foreigners() {
    return !vdb.settings().foreigners().isEmpty();
  }

  /** The data source of another engine that the next statement goes to; null for none. */
  public ForeignSource foreign() {
    return foreigners() ? foreign(next.decision()) : null;
  }

  /** Returns the data source of another engine for a statement of this decision. */
  public ForeignSource foreign(Decision decision) {
    return mayLeave()
        ? decision
            .forward()
            .flatMap(ActionParameters.Forward::source)
            .map(vdb.settings().foreigners()::get)
            .orElse(null)
        : null;
  }

  /** The database there that a statement of this decision is about. */
  public String foreignDatabase(ForeignSource source, Decision decision) {
    String own = home.key().database();
    return decision.forward().orElseThrow().setcatalog()
        ? own
        : source.plan().source().database().orElse(own);
  }

  /** True if statements may go elsewhere as the session stands. */
  private boolean mayLeave() {
    return transaction.status() == TransactionState.IDLE
        && settings.autocommits()
        && !lease.keepsServer();
  }

  private LoopPool wanted() {
    forward = mayLeave() ? asked() : null;
    LoopPool replica = replicas.choose();
    if (replica != null) {
      return replica;
    }
    VdbPools pools =
        forward == null || forward.source().isEmpty()
            ? null
            : vdb.settings().forwards().get(forward.source().get());
    if (pools == null) {
      return home;
    }
    return join(pools, keyAt(pools.plan()));
  }

  /** The pool of this key among others' pools; the session has joined it until it ends. */
  public LoopPool join(VdbPools pools, PoolKey key) {
    for (Destination known : others) {
      if (known.pools() == pools && known.pool().key().equals(key)) {
        return known.pool();
      }
    }
    Destination joined = new Destination(pools, pools.join(key, loop));
    List<Destination> more = new ArrayList<>(others);
    more.add(joined);
    others = more;
    return joined.pool();
  }

  /** Returns the forwarding that rules want for the next statement. */
  private ActionParameters.Forward asked() {
    boolean onlyPrepared = prepared != Decision.NONE && !next.onItsWay();
    return (onlyPrepared ? prepared : next.decision()).forward().orElse(null);
  }

  /** True if there are data sources that rules could send statements to. */
  public boolean forwards() {
    return !vdb.settings().forwards().isEmpty();
  }

  /**
   * Chooses the server of a statement that is only prepared: the one that will run it.
   *
   * @param decision what rules say of it; {@link Decision#NONE} where nothing is
   */
  public void prepares(Decision decision) {
    prepared = decision;
  }

  /**
   * The error of the next statement if rules want it elsewhere than where the session's server
   * connection leads, which cannot be left, as its batch has begun there; else null. Transactions
   * stay where they are, also those that the batch itself has begun.
   */
  public ServerError misplaced() {
    ActionParameters.Forward asked = transaction.mayBeOpen() || !mayLeave() ? null : asked();
    if (asked == null
        || asked.equals(forward)
        || asked.source().filter(this::isAnotherSource).isEmpty()) {
      return null;
    }
    return ServerError.error(
            Sqlstate.FEATURE_NOT_SUPPORTED,
            next.decision().nameOfLast(RuleAction.FORWARD)
                + " forwards this statement, which must be alone in its batch")
        .withDetail(
            "It is for the data source \"%s\", and its batch has begun elsewhere."
                .formatted(asked.source().get()));
  }

  /** True if a statement of this decision is run at another data source as the session stands. */
  public boolean sendsElsewhere(Decision decision) {
    return mayLeave()
        && decision
            .forward()
            .flatMap(ActionParameters.Forward::source)
            .filter(this::isAnotherSource)
            .isPresent();
  }

  private boolean isAnotherSource(String name) {
    return vdb.settings().forwards().containsKey(name)
        || vdb.settings().foreigners().containsKey(name);
  }

  private PoolKey keyAt(PoolPlan plan) {
    PoolKey own = home.key();
    String database =
        forward.setcatalog() ? own.database() : plan.source().database().orElse(own.database());
    return new PoolKey(database, plan.own().orElse(own.credential()), own.capabilities());
  }

  /** The session's variables as far as they are to be set where its statement goes. */
  public Variables variables() {
    Variables own = settings.variables();
    return forward != null && !forward.setschema() ? own.without(settings.rules().path()) : own;
  }

  /**
   * True if the next statement may have to go elsewhere than where those before it are still
   * carried out; the reader comes again when they are done.
   */
  public boolean awaitsDeparture() {
    return session.pending().outstanding() > 0
        && (transaction.status() == TransactionState.IDLE || replicas.ending())
        && (replicas.away() || (mayLeave() && !Objects.equals(asked(), forward)));
  }

  /** The session has ended. */
  void leave() {
    if (home != null) {
      vdb.pools().leave(home);
      others.forEach(joined -> joined.pools().leave(joined.pool()));
    }
  }
}
