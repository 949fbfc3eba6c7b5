package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.route.LoopRouter;
import dev.heimdall.engine.route.MonotonicReads;
import dev.heimdall.engine.route.ReadRequest;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.lease.ReplicaChoice;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends the reads of one session to replicas of its cluster: says which may go, to which server,
 * and sees to it that none is answered by one that does not have all that it must not miss. A read
 * stands alone, outside a transaction, so that it can be sent again when its replica fails it; or
 * it is a whole transaction that changes nothing, and counts as one read when it begins.
 */
public final class ReplicaReads implements ReplicaChoice {
  /** After so many replicas have failed a read it goes to the writer. */
  private static final int MOST_FAILURES = 2;

  /** Interval between checks whether a replica could take reads that go to the writer. */
  private static final long KEPT_READY = TimeUnit.SECONDS.toNanos(5);

  /** Error for a statement that would tie its session to a replica. */
  public static final ServerError NOT_THERE =
      ServerError.error(Sqlstate.READ_ONLY_TRANSACTION, "a replica cannot carry this out")
          .withDetail("The transaction is read-only, and therefore runs on a replica.")
          .withHint("Begin it with READ WRITE, or set cluster.reads of the data source.");

  private final SessionContext session;
  private final VdbContext vdb;
  private final VdbPools pools;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Writes writes;
  private final PoolMetrics counters;
  private final LoopRouters routers;
  private final LoopContext loop;

  /** The replica that the present or awaited connection leads to; null for the writer. */
  private ServerAddress replica;

  private LoopRouter router;
  private ReadRequest request;

  /** The request before servers were left out of it to which there is no connection. */
  private ReadRequest asked;

  /** By which catalogue it was told what the request reads; null for none. */
  private Catalogue.Edition judgedBy;

  /** Progress that the session's reads have seen; null where none may go to a replica. */
  private MonotonicReads seen;

  /** Eligibility of its requests for replicas; null where none may go to one. */
  private ReplicaEligibility eligible;

  private long keptReadyAt;
  private long sentAt;
  private boolean outstanding;

  /** Form of a request that goes, or may go, to a replica. */
  private enum Form {
    /** One read, which stands alone. */
    READ,
    /** A statement that is only prepared. */
    PREPARED,
    /** A transaction that is to begin there, of which it is unknown yet what it will read. */
    TRANSACTION
  }

  /** Of what was looked at last. */
  private Form form = Form.READ;

  /** Last statement that was looked at and may be only prepared. */
  private final PreparedRead prepared = new PreparedRead();

  private final ClientTransactionMode mode;

  /** True if a statement is unanswered there that may end the transaction. */
  private boolean ending;

  /** Number of failed attempts at a replica for the statement that is read next. */
  private int failures;

  /** Reason that the statement that is read next goes to the writer in any case; or null. */
  private OnWriter barred;

  private ReplicaWaits waits; // null where no read has waited yet

  /** Reason that the last statement was sent to the writer; null if it is not known. */
  private OnWriter why;

  public ReplicaReads(SessionContext session, Writes writes, LoopRouters routers) {
    this.session = session;
    this.vdb = session.vdb();
    this.pools = vdb.pools();
    this.carried = session.carried();
    this.mode = new ClientTransactionMode(carried.rules().readOnly());
    this.transaction = session.transaction();
    this.writes = writes;
    this.counters = session.counters();
    this.routers = routers;
    this.loop = session.loop();
  }

  private LoopPool join(VdbPools pools) {
    Destinations destinations = session.lease().destinations();
    return destinations.join(pools, destinations.home().key());
  }

  /** True if the present or awaited server connection leads to a replica. */
  @Override
  public boolean away() {
    return replica != null;
  }

  /** True if what it answers may miss more than the consistency allows. */
  public boolean stale() {
    return replica != null && request != null && request.stale();
  }

  /** Number of noted writes, of all, that a read of these tables finds; negative if not known. */
  public long noted(Collection<String> tables, long all) {
    return replica == null || router.hasAll(replica, tables) ? all : router.noted(replica);
  }

  /** True if it leads to one that carries out a whole transaction. */
  public boolean holdsTransaction() {
    return replica != null && form == Form.TRANSACTION;
  }

  // ---- where to

  /**
   * The pool of the replica that the statement at the reader's position goes to.
   *
   * @return null when it goes to the writer
   */
  @Override
  public LoopPool choose() {
    replica = null;
    request = null;
    why = null;
    if (waits != null) {
      waits.judged();
    }
    WriterWatch watch = pools.watch();
    if (watch == null) {
      return null;
    }
    ReadSplit split = pools.plan().source().cluster().reads();
    if (split == ReadSplit.NONE) {
      return null;
    }
    if (split == ReadSplit.MARKED && session.login().capabilities().readsByIntent()) {
      split = ReadSplit.ALL;
    }
    if (seen == null) {
      seen = new MonotonicReads();
      eligible = new ReplicaEligibility(session);
    }
    if (!watch.view().writerAnswers() && barred != null && barred.passes()) {
      barred = null; // that was about one connection, or one moment, and no other server can answer
    }
    boolean prepares = onlyPrepares(split);
    if (prepares) {
      form = Form.PREPARED;
    } else if (form == Form.PREPARED) {
      form = Form.READ;
    }
    if (barred != null) {
      why = barred;
    } else if (prepares) {
      why = watch.view().writerAnswers() ? OnWriter.NOT_A_READ : null;
    } else {
      why = reason(split, watch.view().writer().isPresent());
    }
    if (why != null && (prepares || barred != null && why.passes()) && !pools.paused()) {
      // Should the writer fall silent while it has the read, a replica may answer all the same.
      router = routers.router(pools.plan().source().name(), watch.view());
      asked = request(watch.view());
      request = asked;
    }
    return why != null ? null : choose(pools, watch.view());
  }

  /** True if what waits prepares a read that a replica may answer, and does nothing else. */
  private boolean onlyPrepares(ReadSplit split) {
    return !session.next().onItsWay()
        && mayRunElsewhere(split)
        && session.format().onlyPrepares(session.requests().waiting());
  }

  private boolean mayRunElsewhere(ReadSplit split) {
    return transaction.status() == TransactionState.IDLE
        && transaction.heldBegin() == null
        && carried.settings().autocommits()
        && !session.lease().keepsServer()
        && !session.listening().undecided()
        && !eligible.isSerializable()
        && prepared.letsReplicaAnswer(split);
  }

  /**
   * True if what was looked at last as only prepared is a read that may run elsewhere than where it
   * is prepared.
   */
  public boolean mayRunElsewhere() {
    ReadSplit split = pools.plan().source().cluster().reads();
    return eligible != null
        && pools.watch() != null
        && split != ReadSplit.NONE
        && mayRunElsewhere(split);
  }

  /**
   * Records the waiting statement, which is, or may be, only prepared, and was looked at.
   *
   * @param statement null where it is unknown what it does
   */
  public void prepares(Statement statement, StatementFacts effects, Decision decision) {
    prepared.become(statement, effects, decision);
  }

  /** True if it is that, and still stands at the reader's position. */
  public boolean prepares() {
    return form == Form.PREPARED && session.format().onlyPrepares(session.requests().waiting());
  }

  @Override
  public LoopPool chooseForLogIn() {
    VdbPools its = pools.standIn();
    replica = its == null ? null : its.clusterServer().orElseThrow();
    return its == null ? null : join(its);
  }

  @Override
  public void leaveForWriter() {
    replica = null;
  }

  private LoopPool choose(VdbPools pools, ClusterView view) {
    if (pools.paused()) {
      why = OnWriter.PAUSED;
      return null;
    }
    router = routers.router(pools.plan().source().name(), view);
    asked = request(view);
    request = asked;
    long now = loop.now();
    LoopPool pool = among(pools, view, now);
    if (pool == null && view.letsReadsBeStale()) {
      request = asked.mayBeStale();
      pool = among(pools, view, now);
    }
    if (pool != null) {
      return pool;
    }
    if (view.mayLetReadsBeStale() && now - keptReadyAt > KEPT_READY) {
      keptReadyAt = now;
      keepReady(pools, view, now);
    }
    if (view.writer().isEmpty()) {
      waits().forAnyServer(pools, now, why);
    } else if (why == OnWriter.NO_CONNECTION && !view.writerAnswers()) {
      waits().forConnection(pools, now);
    } else if (why == OnWriter.BEHIND) {
      waits().forReplica(pools, now);
    }
    return null;
  }

  /**
   * Has connections to a replica, as many as to the writer: it may have to answer what is at that
   * from one moment to the next.
   */
  private void keepReady(VdbPools pools, ClusterView view, long now) {
    long replicas = view.matching(node -> node.role() == NodeRole.REPLICA);
    int wanted = Math.max(1, session.lease().destinations().home().counts().all());
    router
        .replica(new ReadRequest(null, null, Position.NONE, true, replicas), now)
        .ifPresent(server -> join(pools.readers().at(server)).ready(wanted));
  }

  /** The pool of a replica that answers the request; null for none, with the reason. */
  private LoopPool among(VdbPools pools, ClusterView view, long now) {
    OnWriter none = null;
    for (Optional<ServerAddress> chosen = router.replica(request, now);
        chosen.isPresent();
        chosen = router.replica(request, now)) {
      ServerAddress server = chosen.get();
      LoopPool pool = join(pools.readers().at(server));
      if (pool.prepared()) {
        replica = server;
        why = null;
        return pool;
      }
      request = request.without(view.matching(node -> node.address().equals(server)));
      none = OnWriter.NO_CONNECTION;
    }
    why = none != null ? none : ReplicaEligibility.why(router.whyNone(request));
    return null;
  }

  private ReplicaWaits waits() {
    if (waits == null) {
      waits = new ReplicaWaits(session);
    }
    return waits;
  }

  @Override
  public ServerError outwaited() {
    return waits == null ? null : waits.outwaited();
  }

  @Override
  public boolean mayLeave() {
    return replica == null && request != null;
  }

  @Override
  public boolean mayBeAnsweredElsewhere() {
    if (replica != null) {
      return request != null && form != Form.TRANSACTION && anotherMayAnswer();
    }
    if (!mayLeave() || router.view().writerAnswers()) {
      return false;
    }
    long now = loop.now();
    return router.replica(asked, now).isPresent()
        || router.view().letsReadsBeStale() && router.replica(asked.mayBeStale(), now).isPresent();
  }

  /** True if a read that was sent to a replica need not wait for that one. */
  private boolean anotherMayAnswer() {
    return router.view().writerAnswers()
        || router.replica(request, loop.now()).filter(other -> !other.equals(replica)).isPresent();
  }

  /** True if the read at the reader's position waits for a replica. */
  @Override
  public boolean awaits() {
    return waits != null && waits.waits();
  }

  /** Lets the read that waits for a replica, if one does, be refused. */
  public boolean stopAwaiting() {
    return waits != null && waits.stop();
  }

  /**
   * Reason that the statement at the reader's position must go to the writer; null if it need not.
   *
   * @param led whether there is a writer, be it a silent one
   */
  private OnWriter reason(ReadSplit split, boolean led) {
    if (session.lease().keepsServer() || session.listening().undecided()) {
      return OnWriter.PINNED;
    }
    if (eligible.beginsTransaction()) {
      form = Form.TRANSACTION;
      return eligible.transaction(split);
    }
    if (transaction.status() != TransactionState.IDLE || !carried.settings().autocommits()) {
      return OnWriter.TRANSACTION;
    }
    form = Form.READ;
    return eligible.read(split, led);
  }

  private ReadRequest request(ClusterView view) {
    RoutedStatement next = session.next();
    Decision decision = form == Form.PREPARED ? prepared.decision() : next.decision();
    judgedBy = next.judgedBy();
    boolean known =
        form == Form.READ && next.readsNamedTables() && decision.extraTables().isEmpty();
    Collection<String> tables = known ? next.statement().tablesRead() : null;
    return new ReadRequest(
        tables,
        writes.own(view),
        view.position(seen, loop.now()),
        decision.flag(Decision.Flag.LAG_IGNORE).orElse(false),
        ReplicaEligibility.serversOf(decision, view));
  }

  /**
   * True if the read may go over this connection. What is known of a server may be of an earlier
   * run of it, so what is asked is whether it was asked since the connection was made, and only
   * then, whether it is far enough.
   */
  @Override
  public boolean mayUse(ServerConnection connection) {
    if (replica == null) {
      return true;
    }
    if (!router.view().knows(replica, connection.createdAt())) {
      barred = OnWriter.NO_CONNECTION;
      return false;
    }
    if (!judgedAsNow() || !router.mayAnswer(replica, request)) {
      barred = OnWriter.BEHIND;
      return false;
    }
    return true;
  }

  /** True if the tables that it reads are still what it was judged to read. */
  private boolean judgedAsNow() {
    String database = session.lease().destinations().home().key().database();
    return request.tables() == null || vdb.definitions().judges(database, judgedBy);
  }

  /** True if the read may go over this connection, one of several; decides nothing else. */
  public boolean reaches(ServerConnection connection) {
    return replica == null
        || router.view().knows(replica, connection.createdAt())
            && router.mayAnswer(replica, request);
  }

  /** There will be no connection to the replica: the read goes elsewhere. */
  @Override
  public void refused() {
    failed();
    barred = OnWriter.NO_CONNECTION;
  }

  // ---- what comes of it

  /**
   * A statement is being sent that was judged.
   *
   * @param counts where it is counted; null for nowhere
   * @return where to, in words for people; null when there is nothing to say
   */
  public String note(Statement statement, PatternCounts counts) {
    WriterWatch watch = pools.watch();
    if (watch == null || pools.plan().source().cluster().reads() == ReadSplit.NONE) {
      return null;
    }
    if (replica != null) {
      counters.readOnReplica();
      if (counts != null) {
        counts.onReplica();
      }
      if (stale()) {
        counters.readStale();
        return "replica: " + replica + ", which may lack the end of what the last writer wrote";
      }
      return "replica: " + replica;
    }
    OnWriter reason = why;
    why = null;
    if (reason == null && transaction.status() != TransactionState.IDLE) {
      reason = OnWriter.TRANSACTION;
    } else if (reason == null) {
      reason = session.lease().keepsServer() ? OnWriter.PINNED : OnWriter.PIPELINED;
    }
    if (statement != null && statement.readOnly()) {
      counters.readOnWriter(reason);
      if (counts != null) {
        counts.onWriter(reason);
      }
    }
    return reason.answer();
  }

  /** A statement is being sent: what comes behind may have to go elsewhere. */
  public void noteEnd(StatementFacts effects) {
    RoutedStatement next = session.next();
    StatementKind kind = effects.kind();
    mode.sent(kind, next.normalised(), next.setsByCall());
    if (replica != null && transaction.status() != TransactionState.IDLE) {
      ending |= Writes.ends(effects) || kind == StatementKind.ROLLBACK;
    }
  }

  /** Notes that a statement that was not judged is being sent. */
  public void noteUnknown() {
    mode.sentUnknown();
  }

  /** True if the transaction on a replica may have come to its end, once all is answered. */
  @Override
  public boolean ending() {
    return ending;
  }

  /**
   * True if nothing that the client has sent may have made its transaction read-only, or committed
   * a part of it: if it may not write, that is the server's own doing.
   */
  public boolean isToWrite() {
    return mode.isToWrite() && !readsByDefault();
  }

  /** True if the client may have made its transaction read-only itself. */
  public boolean mayBeToRead() {
    return mode.mayBeToRead() || readsByDefault();
  }

  private boolean readsByDefault() {
    String byDefault = carried.variables().get(carried.rules().readOnly());
    return transaction.begunToRead() || byDefault != null && !byDefault.equalsIgnoreCase("off");
  }

  /** The group that holds the read was sent. */
  public void sent() {
    if (replica != null && !outstanding) {
      outstanding = true;
      sentAt = loop.now();
      router.began(replica);
    }
  }

  /**
   * It was answered, whatever the answer.
   *
   * @param status of the transaction from now on
   */
  public void answered(TransactionState status) {
    over();
    boolean rests = session.pending().outstanding() == 0;
    ending &= !rests;
    if (form == Form.TRANSACTION && status == TransactionState.IDLE && rests) {
      form = Form.READ;
    }
    if (status == TransactionState.IDLE && rests) {
      mode.rests(transaction.open());
      transaction.rests();
    }
    if (seen != null) {
      // Not the event's time: what is read now may have come after it had begun.
      if (replica == null) {
        seen.atWriter(loop.nanoTime());
      } else {
        seen.atReplica(replica, router.view().topology(), loop.nanoTime());
      }
    }
    if (outstanding) {
      outstanding = false;
      long now = loop.now();
      router.ended(replica, now - sentAt, now);
    }
  }

  /** It was sent in vain, for reasons that are not the replica's, and is sent again or is over. */
  public void takenBack() {
    if (outstanding) {
      outstanding = false;
      router.withdrawn(replica);
    }
  }

  /** The replica, or the connection to it, has failed it. */
  public void failed() {
    if (replica == null) {
      return;
    }
    counters.replicaFailed();
    if (!outstanding) {
      router.began(replica);
    }
    outstanding = false;
    router.failed(replica, loop.now());
    if (++failures >= MOST_FAILURES) {
      barred = OnWriter.FAILED;
    }
  }

  /** Sends the read to the writer: the replica's report about it could be wrong elsewhere. */
  @Override
  public void refusedThere() {
    failed();
    barred = OnWriter.FAILED;
  }

  /** The statement at the reader's position is another one. */
  public void over() {
    failures = 0;
    barred = null;
    if (waits != null) {
      waits.end();
    }
  }
}
