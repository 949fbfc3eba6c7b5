package dev.heimdall.engine.session;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.DataSource;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One client after its log-in. All methods but those that say otherwise belong to the thread of its
 * event loop.
 */
public final class ClientSession extends ChannelInboundHandlerAdapter
    implements Client, ReplyOwner, Waiter, LoopContext.Flushable {

  /** Where a session stands; {@link #become} alone moves it. */
  public enum State {
    /** Authenticated; what a server reports to sessions like this one is being asked for. */
    STARTING,
    /** Has no server connection and needs none. */
    READY,
    /** Waits in its pool's queue. */
    WAITING,
    /** Has a server connection whose variables are being made the session's. */
    SYNCING,
    /** Has a server connection. */
    ACTIVE,
    /** The client is gone; a server connection may still have to be brought to rest. */
    CLOSED
  }

  private static final Map<State, EnumSet<State>> MOVES =
      new EnumMap<>(
          Map.of(
              State.STARTING, EnumSet.of(State.READY, State.CLOSED),
              State.READY, EnumSet.of(State.WAITING, State.SYNCING, State.ACTIVE, State.CLOSED),
              State.WAITING, EnumSet.of(State.READY, State.SYNCING, State.ACTIVE, State.CLOSED),
              State.SYNCING, EnumSet.of(State.READY, State.ACTIVE, State.CLOSED),
              State.ACTIVE, EnumSet.of(State.READY, State.SYNCING, State.CLOSED),
              State.CLOSED, EnumSet.noneOf(State.class)));

  /** Makes a server connection's transaction a failed one, as the lost one is for the client. */
  private static final String FAIL_TRANSACTION =
      "BEGIN; DO 'BEGIN RAISE EXCEPTION ''heimdall: the connection of this transaction was lost''; END'";

  /** How long a client may take to receive the error that ends its session. */
  private static final int LAST_WORD_SECONDS = 5;

  private static final int CANCEL_ATTEMPTS = 5;
  private static final long CANCEL_AGAIN_MILLIS = 100;

  private final NodeContext node;
  private final VdbContext vdb;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final Login login;
  private final Channel channel;
  private final SessionState carried;
  private final RequestReader requests;
  private final Stickiness stickiness = new Stickiness();
  private final Listening listening;
  private final Places places = new Places();
  private final long connectedAt = System.currentTimeMillis();

  private State state = State.STARTING;
  private LoopPool pool;

  /** Where the present or awaited server connection comes from: another source's, by a rule. */
  private LoopPool lender;

  private List<Destination> forwards = List.of();
  private VdbContext.ProfileKey profileKey;
  private ServerConnection server;
  private ServerConnection pausedServer;
  private int processId;
  private byte[] secret;
  private int outstanding;
  private byte status = 'I';
  private boolean transactionLost;

  /** Why the transaction was lost, until the client's next statement has been told. */
  private PgError untold;

  private boolean capturing;
  private ActionParameters.Forward forward;
  private boolean drainAsked;

  /** Whether the open transaction has changed definitions that nobody else can see yet. */
  private boolean definitionsPending;

  private boolean ending;
  private boolean flushPending;
  private ArrayDeque<Promise> knownTags;
  private byte[] heldBegin;
  private Console.Run console;
  private boolean dedicated;
  private String closeReason = "client closed the connection";
  private long lastActivity;
  private long statementSince;
  private long waitingSince;
  private long transactionSince;
  private boolean timeoutCancelSent;
  private long statements;
  private final PoolMetrics counters;

  ClientSession(
      NodeContext node,
      VdbContext vdb,
      LoopContext loop,
      LoopSessions sessions,
      Login login,
      Channel channel)
      throws StartupVariables.Refused {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.sessions = sessions;
    this.login = login;
    this.channel = channel;
    this.listening = new Listening(this, loop);
    this.carried =
        new SessionState(
            Variables.of(StartupVariables.of(login.parameters())),
            sessions.statements(),
            channelName -> this.listening.unlisten(channelName));
    this.requests = new RequestReader(this, loop, sessions, vdb.settings().vdb().limits());
    this.lastActivity = loop.now();
    this.counters = sessions.metrics().pool(vdb.name(), login.database(), login.user());
  }

  private void become(State next) {
    if (!MOVES.get(state).contains(next)) {
      throw new IllegalStateException("a session cannot go from " + state + " to " + next);
    }
    state = next;
  }

  // ---- the beginning

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    loop.beginEvent();
    try {
      begin();
    } finally {
      loop.endEvent();
    }
  }

  private void begin() {
    AuthFailure full = places.take(node, vdb, login.user(), login.database());
    if (full != null) {
      fatal(new PgError("FATAL", full.sqlState(), full.message(), full.detail(), full.hint()));
      return;
    }
    String database = vdb.serverDatabase(login.database());
    if (database == null) {
      AuthFailure unknown = AuthFailure.unknownDatabase(login.database());
      fatal(PgError.fatal(unknown.sqlState(), unknown.message()));
      return;
    }
    secret = node.cancels().newSecret(login.minor() >= 2 ? 32 : 4);
    processId = node.cancels().register(this, secret);
    sessions.add(this);
    ServerCredential credential = vdb.credentialFor(login.user(), login.own());
    PoolKey key = new PoolKey(database, credential);
    pool = vdb.pools().join(key, loop);
    lender = pool;
    profileKey = new VdbContext.ProfileKey(key, carried.variables().without("application_name"));
    if (login.replication() != null) {
      dedicated = true;
      new ReplicationLink(this, loop)
          .connect(vdb.pools(), key, login.replication(), carried.variables().asMap());
      return;
    }
    VdbContext.Profile profile = vdb.profile(profileKey);
    if (profile != null) {
      welcome(profile);
      return;
    }
    ServerConnection connection = pool.acquire(this);
    if (connection != null) {
      acquired(connection);
    }
  }

  /** The connection of a replication session is here. */
  void replicationConnected(ServerConnection connection) {
    if (state == State.CLOSED) {
      connection.close("its client is gone");
      return;
    }
    server = connection;
    connection.hold(this);
    connection.applied(carried.variables());
    carried.pin("replication");
    welcome(new VdbContext.Profile(new TreeMap<>(connection.reported())));
    become(State.ACTIVE);
    requests.process();
  }

  private void welcome(VdbContext.Profile profile) {
    ByteBuf out = channel.alloc().buffer(512);
    PgWriter.authenticationOk(out);
    String application = carried.variables().get("application_name");
    profile.reported().forEach((name, value) -> PgWriter.parameterStatus(out, name, value));
    PgWriter.parameterStatus(out, "application_name", application == null ? "" : application);
    PgWriter.backendKeyData(out, processId, secret);
    secret = null;
    PgWriter.ready(out, (byte) 'I');
    write(out);
    become(State.READY);
    counters.loggedIn();
    node.events().loggedIn(this);
    requests.process();
  }

  // ---- server connections

  /**
   * Gets a server connection for what the client sent.
   *
   * @return whether the session has one that is ready for use
   */
  boolean needServer() {
    if (drainAsked && status == 'I') {
      fatal(PgError.fatal("57P01", "terminating connection due to administrator command"));
      return false;
    }
    if (untold != null) {
      PgError error = untold;
      untold = null;
      requests.refuse(error);
      return false;
    }
    lender = wanted();
    ServerConnection connection = lender.acquire(this);
    if (connection == null) {
      if (state == State.READY) {
        become(State.WAITING);
        waitingSince = loop.now();
      }
      return false;
    }
    attach(connection);
    return state == State.ACTIVE;
  }

  @Override
  public Variables variables() {
    return forward != null && !forward.setschema()
        ? carried.variables().without("search_path")
        : carried.variables();
  }

  /** The pool that the next statement is to get its server connection from. */
  private LoopPool wanted() {
    forward =
        status == 'I' && !keepsServer()
            ? requests.course().decision().forward().orElse(null)
            : null;
    VdbPools pools =
        forward == null || forward.source().isEmpty()
            ? null
            : vdb.settings().forwards().get(forward.source().get());
    if (pools == null) {
      return pool;
    }
    PoolKey key = forwardKey(pools.plan().source());
    for (Destination known : forwards) {
      if (known.pools() == pools && known.pool().key().equals(key)) {
        return known.pool();
      }
    }
    Destination joined = new Destination(pools, pools.join(key, loop));
    List<Destination> more = new ArrayList<>(forwards);
    more.add(joined);
    forwards = more;
    return joined.pool();
  }

  /** Where rules have sent statements of this session. */
  private record Destination(VdbPools pools, LoopPool pool) {}

  /**
   * Whether rules want the next statement elsewhere than where those before it are still carried
   * out; the reader comes again when they are done.
   */
  boolean awaitsDeparture() {
    return outstanding > 0
        && status == 'I'
        && !keepsServer()
        && !Objects.equals(requests.course().decision().forward().orElse(null), forward);
  }

  private PoolKey forwardKey(DataSource source) {
    PoolKey own = pool.key();
    String database =
        forward.setcatalog() ? own.database() : source.database().orElse(own.database());
    ServerCredential credential =
        source
            .user()
            .map(
                user ->
                    source
                        .password()
                        .map(password -> ServerCredential.password(user, password))
                        .orElseGet(() -> ServerCredential.withoutSecret(user)))
            .orElse(own.credential());
    return new PoolKey(database, credential);
  }

  @Override
  public void acquired(ServerConnection connection) {
    attach(connection);
    if (state == State.ACTIVE) {
      requests.process();
    }
  }

  private void attach(ServerConnection connection) {
    server = connection;
    connection.hold(this);
    counters.serverAssigned();
    if (state == State.WAITING) {
      counters.waited((loop.now() - waitingSince) / 1000);
    }
    if (connection.foreignSequences()
        && state != State.STARTING
        && (keepsServer() || vdb.forgetsSequencesFirst())) {
      requests.forgetSequences(connection);
    }
    if (transactionLost) {
      toSyncing();
      connection.query(FAIL_TRANSACTION, new Preparation(false));
    } else if (!connection.applied().equals(variables())) {
      toSyncing();
      synchronize(false);
    } else {
      if (state == State.STARTING) {
        started();
      } else {
        become(State.ACTIVE);
      }
    }
  }

  private void toSyncing() {
    if (state != State.STARTING) {
      become(State.SYNCING);
    }
  }

  private void synchronize(boolean tellClient) {
    counters.stateReplayed();
    server.query(server.applied().changeTo(variables()), new Preparation(tellClient));
  }

  /** A statement of ours that must succeed before the client's may follow. */
  private final class Preparation extends InternalQuery {
    private final boolean tellClient;

    Preparation(boolean tellClient) {
      this.tellClient = tellClient;
    }

    @Override
    public void parameterChanged(ServerConnection from, String name, String value) {
      if (tellClient && state != State.CLOSED) {
        ByteBuf out = channel.alloc().buffer(64);
        PgWriter.parameterStatus(out, name, value);
        write(out);
      }
    }

    @Override
    protected void done(ServerConnection from, PgError error) {
      prepared(from, error);
    }
  }

  private void prepared(ServerConnection from, PgError error) {
    if (state == State.CLOSED) {
      rest(from);
      return;
    }
    if (transactionLost && !from.closed() && from.status() == 'E') {
      transactionLost = false;
      become(State.ACTIVE);
      requests.process();
      return;
    }
    if (from.closed()) {
      return; // connectionLost is told next
    }
    if (error != null) {
      server = null;
      lender.release(from);
      if (state == State.STARTING) {
        fatal(error.asFatal());
      } else {
        become(State.READY);
        requests.refuse(error.isFatal() ? PgError.error(error.sqlState(), error.message()) : error);
      }
      return;
    }
    from.applied(variables());
    if (state == State.STARTING) {
      started();
      return;
    }
    become(State.ACTIVE);
    requests.process();
    settle();
  }

  private void started() {
    Map<String, String> reported = new TreeMap<>(server.reported());
    reported.remove("application_name");
    VdbContext.Profile profile = new VdbContext.Profile(reported);
    vdb.profile(profileKey, profile);
    detach();
    welcome(profile);
  }

  private void detach() {
    ServerConnection connection = server;
    server = null;
    if (pausedServer == connection) {
      pausedServer = null;
      connection.resumeReading();
    }
    if (stickiness.takeDropConnection()) {
      connection.hold(null);
      connection.close("a rule does not let it be used again");
    }
    lender.release(connection);
  }

  @Override
  public void refused(PgError error) {
    if (state == State.STARTING) {
      fatal(error.asFatal());
      return;
    }
    if (state != State.WAITING) {
      return; // cancelled or gone in the meantime
    }
    counters.waitTimedOut((loop.now() - waitingSince) / 1000);
    become(State.READY);
    if (error.sqlState().startsWith("57P01")) {
      fatal(error.asFatal());
    } else {
      requests.refuse(error.isFatal() ? PgError.error(error.sqlState(), error.message()) : error);
    }
  }

  @Override
  public boolean waitsLong() {
    if (state == State.WAITING) {
      ByteBuf out = channel.alloc().buffer(128);
      PgError.notice("waiting for a server connection: all those of this pool are busy")
          .encodeNotice(out);
      write(out);
      return true;
    }
    return false;
  }

  // ---- replies

  /** A group of messages was sent that ReadyForQuery will answer. */
  void groupSent() {
    if (server != null && server.skipping()) {
      return; // the server will not answer it
    }
    carried.groupSent();
    requests.replay().sent();
    if (outstanding++ == 0) {
      statementSince = loop.now();
      timeoutCancelSent = false;
    }
  }

  @Override
  public void reply(ServerConnection from, ByteBuf consumed) {
    if (state == State.CLOSED) {
      consumed.release();
      return;
    }
    if (requests.replay().takes(consumed, from.begun())) {
      return;
    }
    counters.bytesToClient(consumed.readableBytes());
    requests.course().data();
    if (requests.course().holdsReply() && requests.course().side().take(consumed)) {
      return;
    }
    write(consumed);
    if (!channel.isWritable() && from == server && pausedServer == null) {
      pausedServer = from;
      from.pauseReading();
    }
  }

  @Override
  public void knownReply(ServerConnection from, byte kind) {
    ByteBuf out = channel.alloc().buffer(32);
    switch (kind) {
      case ReplyQueue.PARSE_KNOWN -> PgWriter.empty(out, BackendType.PARSE_COMPLETE);
      case ReplyQueue.CLOSE_KNOWN -> PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
      case ReplyQueue.BIND_KNOWN -> PgWriter.empty(out, BackendType.BIND_COMPLETE);
      case ReplyQueue.DESCRIBE_KNOWN -> PgWriter.empty(out, BackendType.NO_DATA);
      default -> PgWriter.commandComplete(out, knownTags.poll().tag());
    }
    reply(from, out);
  }

  /** The command tag of a statement in a group that is answered without having been carried out. */
  private record Promise(long group, String tag) {}

  /** Promises the client this command tag at the present place of its replies. */
  void promiseTag(String tag) {
    if (knownTags == null) {
      knownTags = new ArrayDeque<>(4);
    }
    knownTags.add(new Promise(carried.sent(), tag));
  }

  @Override
  public void queriesSkipped(ServerConnection from, int count) {
    outstanding -= count;
    carried.groupsMerged(count);
    requests.course().merged(count, carried.done());
    if (state == State.CLOSED) {
      outstanding += Abandonment.endBatch(from, this);
    }
  }

  @Override
  public void copyInStarted(ServerConnection from, int ignoredSyncs) {
    outstanding -= ignoredSyncs;
    carried.groupsMerged(ignoredSyncs);
    requests.course().merged(ignoredSyncs, carried.done());
    if (state == State.CLOSED) {
      outstanding += Abandonment.endCopy(from, this);
    }
  }

  @Override
  public String inClientsNames(String text) {
    return carried.names().inClientsNames(text);
  }

  @Override
  public boolean takesNotifications() {
    return keepsServer(); // otherwise they come from the hub
  }

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {
    carried.reported(name, value);
  }

  @Override
  public void groupComplete(ServerConnection from, byte newStatus, PgError error) {
    outstanding--;
    statements++;
    requests.replay().forget();
    lastActivity = loop.now();
    long micros = (lastActivity - statementSince) / 1000;
    counters.queryFinished(micros);
    statementSince = lastActivity;
    if (error != null) {
      counters.errorSent();
    }
    if (newStatus == 'I') {
      counters.transactionFinished(
          status == 'I' ? micros : (lastActivity - transactionSince) / 1000);
    } else if (status == 'I') {
      transactionSince = lastActivity;
    }
    requests.course().answered(carried.done(), micros, error);
    while (knownTags != null
        && !knownTags.isEmpty()
        && knownTags.peek().group() <= carried.done()) {
      knownTags.poll(); // skipped after an error
    }
    boolean ddl = carried.groupDone(from, error != null, status, newStatus);
    if (ddl || (error != null && isStalePlan(error))) {
      vdb.schemaChanged(pool.key().database());
    }
    if (newStatus == 'I' && definitionsPending) {
      vdb.schemaChanged(pool.key().database());
    }
    definitionsPending = newStatus != 'I' && (ddl || definitionsPending);
    status = newStatus;
    if (state == State.CLOSED) {
      rest(from);
    } else if (outstanding == 0) {
      if (from.foreignSequences() && newStatus == 'I' && keepsServer() && !from.groupOpen()) {
        requests.forgetSequences(from); // from here on its values stay: only its own may
      }
      settle();
    } else if (requests.blocked()) {
      requests.process();
    }
  }

  @Override
  public boolean absorbs(ServerConnection from, PgError error) {
    return state == State.ACTIVE && requests.replay().absorbs(error, from.told());
  }

  @Override
  public void groupAbsorbed(ServerConnection from) {
    outstanding--;
    carried.groupUnsent();
    Duration pause = requests.replay().beforeRetry();
    if (pause != null) {
      if (state == State.CLOSED) {
        rest(from);
      } else {
        tryAgain(pause);
      }
      return;
    }
    vdb.schemaChanged(pool.key().database());
    if (state == State.CLOSED) {
      rest(from);
    } else {
      requests.replay().sendAgain();
    }
  }

  /** Sends what a rule wants tried again, over whatever connection is there then. */
  private void tryAgain(Duration pause) {
    requests.course().takeBack();
    if (server != null && !keepsServer()) {
      become(State.READY);
      detach();
    }
    loop.loop()
        .schedule(
            () -> {
              loop.beginEvent();
              try {
                if (state != State.CLOSED) {
                  requests.replay().tryAgain();
                }
              } finally {
                loop.endEvent();
              }
            },
            pause.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  static boolean isStalePlan(PgError error) {
    return error.sqlState().equals("0A000") && error.message().contains("cached plan");
  }

  // ---- delayed transactions

  /** Answers a BEGIN without a server; it is sent ahead of the first statement that needs one. */
  void holdBegin(byte[] sql) {
    heldBegin = sql;
    status = 'T';
    transactionSince = loop.now();
  }

  byte[] heldBegin() {
    return heldBegin;
  }

  /** The transaction ended before any statement needed a server. */
  void dropHeldBegin() {
    heldBegin = null;
    status = 'I';
  }

  byte[] takeHeldBegin() {
    byte[] sql = heldBegin;
    heldBegin = null;
    return sql;
  }

  /** Runs an operator's command in the place of a statement; what follows it waits. */
  void runConsole(String sql) {
    console = node.console().run(sql, login.user(), login.address(), server != null);
    console
        .reply()
        .whenComplete((reply, never) -> loop.loop().execute(() -> consoleAnswered(reply)));
  }

  private void consoleAnswered(ByteBuf reply) {
    console = null;
    if (state == State.CLOSED || !channel.isActive()) {
      reply.release();
      return;
    }
    loop.beginEvent();
    try {
      statements++;
      lastActivity = loop.now();
      PgWriter.ready(reply, status);
      write(reply);
      requests.process();
      settle();
    } finally {
      loop.endEvent();
    }
  }

  /** Whether an operator's command of this session is under way. */
  public boolean atConsole() {
    return console != null;
  }

  /** Everything sent was answered: read on, or let the connection go. */
  void settle() {
    if (state != State.ACTIVE
        || outstanding > 0
        || server == null
        || capturing
        || listening.busy()
        || requests.streaming()) {
      return;
    }
    if (status == 'I' && !server.groupOpen()) {
      if (!carried.touched().isEmpty()) {
        capture();
        return;
      }
      if (!carried.pinned()) {
        requests.course().settingsKnown();
      }
      if (listening.decide(server)) {
        return;
      }
      listening.tell();
      if (!server.applied().equals(variables())) {
        become(State.SYNCING);
        synchronize(true);
        return;
      }
      if (!keepsServer()) {
        become(State.READY);
        detach();
        if (drainAsked) {
          drain();
          return;
        }
      }
    }
    requests.process();
  }

  /** Whether the session stays on its server connection between transactions. */
  boolean keepsServer() {
    return carried.pinned() || stickiness.keeps(vdb.settings().vdb().multiplex());
  }

  /**
   * Asks for the values of the settings that statements touched: what they are now is what is
   * carried.
   */
  private void capture() {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (String name : carried.touched()) {
      sql.append(sql.length() > 7 ? "," : "").append("pg_catalog.current_setting(");
      Variables.literal(sql, name);
      sql.append(",true)");
    }
    capturing = true;
    server.query(
        sql.toString(),
        new InternalQuery(true) {
          @Override
          protected void done(ServerConnection from, PgError error) {
            capturing = false;
            if (state == State.CLOSED) {
              rest(from);
            } else if (error == null) {
              carried.captured(rows().get(0), from);
              settle();
            } else if (!from.closed()) {
              pin("setting that cannot be read");
              carried.lost();
              from.taint();
              requests.process();
            }
          }
        });
  }

  /**
   * Whether the values of settings by which the next statement is to be judged are on their way;
   * the reader comes again when they are there.
   */
  boolean awaitsSettings() {
    return capturing || carried.settingsInFlight();
  }

  /** A statement of the node's own on this session's connection has ended. */
  void internalDone(ServerConnection from) {
    if (state == State.CLOSED) {
      rest(from);
    } else {
      settle();
    }
  }

  /** Whether a message that belongs to no statement may be put in here. */
  boolean betweenTransactions() {
    return outstanding == 0 && status == 'I' && !requests.batchOpen();
  }

  /** What kept the client's statements waiting is over. */
  void resumeReading() {
    if (state != State.CLOSED) {
      requests.process();
    }
  }

  Listening listening() {
    return listening;
  }

  void pin(String reason) {
    carried.pin(reason);
    node.events().pinned(this, reason);
  }

  @Override
  public void connectionLost(ServerConnection from, PgError lastError) {
    server = null;
    pausedServer = null;
    if (state == State.CLOSED) {
      return;
    }
    if (state == State.STARTING) {
      fatal(lostError(lastError).asFatal());
      return;
    }
    if (state == State.SYNCING) {
      become(State.READY);
      if (requests.hasInput()) {
        requests.refuse(lostError(lastError));
      }
      return;
    }
    PgError error = lostError(lastError);
    if (!from.begun()
        && status == 'I'
        && !requests.streaming()
        && requests.replay().survivesLoss(error, requests.course().harmless())) {
      outstanding = 0;
      carried.lost();
      become(State.READY);
      tryAgain(requests.replay().beforeRetry());
      return;
    }
    requests.replay().forget();
    int lost = outstanding;
    boolean inTransaction = status != 'I';
    outstanding = 0;
    // Those of a transaction that is lost are rolled back.
    boolean settingsLost = !inTransaction && carried.unread();
    if (!inTransaction) {
      carried.keepReported();
    }
    carried.lost();
    requests.course().end();
    definitionsPending = false;
    capturing = false;
    listening.lost();
    if (from.cutReply()) {
      // The client waits for the rest of a message: whatever came now would be taken for it.
      closeReason = "the server connection was lost in the middle of a message";
      close();
      return;
    }
    if (requests.streaming() || keepsServer() || settingsLost) {
      closeReason = "the server connection it depends on was lost";
      fatal(
          settingsLost
              ? error.asFatal().withDetail("Settings of the session were lost with it.")
              : error.asFatal());
      return;
    }
    transactionLost = inTransaction;
    untold = inTransaction && lost == 0 && !from.groupOpen() ? error : null;
    status = inTransaction ? (byte) 'E' : (byte) 'I';
    become(State.READY);
    ByteBuf out = channel.alloc().buffer(256);
    for (int i = 0; i < lost; i++) {
      error.encode(out);
      PgWriter.ready(out, status);
    }
    if (from.groupOpen()) {
      error.encode(out);
      requests.skipToSync();
    }
    write(out);
    requests.process();
  }

  private static PgError lostError(PgError lastError) {
    return lastError != null
        ? new PgError(
            "ERROR",
            lastError.sqlState(),
            lastError.message(),
            lastError.detail(),
            lastError.hint())
        : PgError.error("08006", "the connection to the database server was lost")
            .withHint("Whether a statement that changes data took effect is not known.");
  }

  @Override
  public void serverWritable(ServerConnection from) {
    requests.serverWritable();
  }

  // ---- the client's channel

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    loop.beginEvent();
    lastActivity = loop.now();
    ByteBuf bytes = (ByteBuf) message;
    counters.bytesFromClient(bytes.readableBytes());
    requests.received(bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    loop.endEvent();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && pausedServer != null) {
      ServerConnection paused = pausedServer;
      pausedServer = null;
      paused.resumeReading();
    }
    if (channel.isWritable()) {
      requests.clientWritable();
    }
  }

  void write(ByteBuf consumed) {
    channel.write(consumed, channel.voidPromise());
    if (!flushPending) {
      flushPending = true;
      loop.flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushPending = false;
    channel.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      closeReason = "client connection failed: " + cause.getMessage();
    } else {
      closeReason = "error in the node: " + cause;
      node.events().failed(this, cause);
    }
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (state == State.CLOSED) {
      return;
    }
    loop.beginEvent();
    try {
      end();
    } finally {
      loop.endEvent();
    }
  }

  /** The client goes, politely or not. */
  void terminate() {
    close();
  }

  /** Some transports tell the end of a channel later than its close: the session ends here. */
  private void close() {
    channel.close();
    if (state != State.CLOSED) {
      end();
    }
  }

  private void end() {
    State before = state;
    become(State.CLOSED);
    requests.release();
    requests.course().end();
    places.giveBack();
    sessions.remove(this);
    if (processId != 0) {
      node.cancels().remove(processId);
    }
    if (pool != null && server == null) {
      lender.cancel(this);
    }
    if (pool != null) {
      vdb.pools().leave(pool);
      forwards.forEach(joined -> joined.pools().leave(joined.pool()));
    }
    carried.names().clear();
    listening.end();
    if (console != null) {
      console.cancel();
    }
    if (pausedServer != null) {
      pausedServer.resumeReading();
      pausedServer = null;
    }
    if (before != State.STARTING) {
      node.events().closed(this, closeReason);
    }
    if (server != null) {
      abandon(server);
    }
  }

  private void abandon(ServerConnection connection) {
    requests.endCutMessage(connection);
    if (!connection.closed()) {
      outstanding += Abandonment.begin(connection, this, outstanding, node.connector());
      rest(connection);
      pressOn(connection, 1);
    }
  }

  /**
   * A cancel that overtook its statement met an idle server and did nothing: it is sent again, a
   * few times, and then the connection is given up.
   */
  private void pressOn(ServerConnection connection, int attempt) {
    if (server != connection || connection.closed()) {
      return;
    }
    loop.loop()
        .schedule(
            () -> {
              if (server != connection || connection.closed()) {
                return;
              }
              if (attempt > CANCEL_ATTEMPTS) {
                connection.close("its client is gone, and what it ran cannot be cancelled");
                return;
              }
              if (outstanding > 0 && !connection.cancelling()) {
                node.connector().cancel(connection, () -> {});
              }
              pressOn(connection, attempt + 1);
            },
            CANCEL_AGAIN_MILLIS << attempt,
            TimeUnit.MILLISECONDS);
  }

  /** The server connection of a closed session goes back when nothing is owed on it any more. */
  private void rest(ServerConnection connection) {
    if (dedicated) {
      server = null;
      connection.close("its client is gone");
    } else if (server == connection && connection.quiet() && !connection.closed()) {
      server = null;
      if (!keepsNothing()) {
        connection.taint();
      }
      lender.release(connection);
    }
  }

  /** A statement of the node's own was answered: it may have been all that a rest waited for. */
  void quietDone(ServerConnection from) {
    if (state == State.CLOSED) {
      rest(from);
    }
  }

  private boolean keepsNothing() {
    return !carried.pinned()
        && carried.touched().isEmpty()
        && !listening.undecided()
        && vdb.settings().vdb().multiplex();
  }

  /** The client sent what the protocol does not allow: an error, and the end. */
  void protocolError(String message) {
    node.events().protocolError();
    fatal(PgError.protocolViolation(message));
  }

  /** Sends a FATAL error and closes. */
  void fatal(PgError error) {
    if (ending || !channel.isActive()) {
      return;
    }
    ending = true;
    if (closeReason.startsWith("client closed")) {
      closeReason = error.message();
    }
    if (state == State.STARTING) {
      counters.loginFailed();
      node.events().refused(vdb.name(), login.address(), login.user(), login.database(), error);
    }
    requests.discardAll();
    ByteBuf out = channel.alloc().buffer(256);
    error.encode(out);
    var written = channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    if (!written.isDone()) {
      // A client that does not read must not keep its place, nor a server connection.
      loop.loop().schedule(this::terminate, LAST_WORD_SECONDS, TimeUnit.SECONDS);
    }
  }

  // ---- from outside

  @Override
  public void cancelFromAnyThread(Runnable done) {
    loop.loop()
        .execute(
            () -> {
              loop.beginEvent();
              try {
                cancelNow("canceling statement due to user request", done);
              } finally {
                loop.endEvent();
              }
            });
  }

  private void cancelNow(String message, Runnable done) {
    if (console != null) {
      console.cancel();
    } else if (requests.course().held() && outstanding == 0) {
      requests.refuse(PgError.error("57014", message));
    } else if (state == State.WAITING && lender.cancel(this)) {
      become(State.READY);
      requests.refuse(PgError.error("57014", message));
    } else if (server != null && outstanding > 0 && state == State.ACTIVE) {
      counters.cancelled();
      node.connector().cancel(server, done);
      return;
    }
    done.run();
  }

  @Override
  public void killFromAnyThread() {
    loop.loop()
        .execute(
            () ->
                fatal(
                    PgError.fatal("57P01", "terminating connection due to administrator command")));
  }

  @Override
  public void drain() {
    drainAsked = true;
    boolean quiet =
        state == State.STARTING
            || (status == 'I'
                && (state == State.READY || (state == State.ACTIVE && betweenTransactions())));
    if (quiet) {
      fatal(PgError.fatal("57P01", "terminating connection due to administrator command"));
    }
  }

  /** Time limits of the client's settings. */
  void tick() {
    var limits = vdb.settings().vdb().clients();
    long now = loop.now();
    boolean resting =
        outstanding == 0 && console == null && state != State.WAITING && state != State.STARTING;
    if (resting
        && status != 'I'
        && !limits.idleInTransactionTimeout().isZero()
        && now - lastActivity > limits.idleInTransactionTimeout().toNanos()) {
      fatal(PgError.fatal("25P03", "terminating connection due to idle-in-transaction timeout"));
    } else if (resting
        && status == 'I'
        && !limits.idleTimeout().isZero()
        && now - lastActivity > limits.idleTimeout().toNanos()) {
      fatal(PgError.fatal("57P05", "terminating connection due to idle-session timeout"));
    } else if (outstanding > 0
        && !limits.queryTimeout().isZero()
        && !timeoutCancelSent
        && now - statementSince > limits.queryTimeout().toNanos()) {
      timeoutCancelSent = true;
      cancelNow("canceling statement due to statement timeout", () -> {});
    }
  }

  // ---- for the reader of requests and for operators

  VdbContext vdb() {
    return vdb;
  }

  @Override
  public Login login() {
    return login;
  }

  NodeContext node() {
    return node;
  }

  SessionState carried() {
    return carried;
  }

  Channel channel() {
    return channel;
  }

  /** Whether its server connection was made for it, outside the pools. */
  public boolean dedicated() {
    return dedicated;
  }

  public ServerConnection server() {
    return server;
  }

  public State state() {
    return state;
  }

  int outstanding() {
    return outstanding;
  }

  /** Whether the error that ends the session was sent: nothing more is taken from the client. */
  boolean ending() {
    return ending;
  }

  byte status() {
    return status;
  }

  void status(byte local) {
    this.status = local;
  }

  /** The time zone that servers report to sessions like this one; null when that is not known. */
  String reportedTimeZone() {
    VdbContext.Profile profile = vdb.profile(profileKey);
    return profile == null ? null : profile.reported().get("TimeZone");
  }

  boolean definitionsPending() {
    return definitionsPending;
  }

  /** A rule's time limit for what runs is over. */
  void timeOver() {
    cancelNow("canceling statement due to statement timeout", () -> {});
  }

  /** A client that rolls a lost transaction back need not be told of the loss. */
  void forgetUntold() {
    untold = null;
  }

  boolean transactionLost() {
    return transactionLost;
  }

  public LoopPool pool() {
    return pool;
  }

  @Override
  public String vdbName() {
    return vdb.name();
  }

  @Override
  public int processId() {
    return processId;
  }

  public String pinReason() {
    return carried.pinReason() == null ? stickiness.reason() : carried.pinReason();
  }

  /** What rules think of giving the server connection back. */
  Stickiness stickiness() {
    return stickiness;
  }

  @Override
  public String applicationName() {
    return carried.variables().get("application_name");
  }

  public boolean uses(LoopPool other) {
    return pool == other;
  }

  /** Whether a reply is owed to the client. */
  public boolean busy() {
    return outstanding > 0;
  }

  @Override
  public String tlsProtocol() {
    io.netty.handler.ssl.SslHandler handler =
        channel.pipeline().get(io.netty.handler.ssl.SslHandler.class);
    return handler == null ? null : handler.engine().getSession().getProtocol();
  }

  @Override
  public int loopIndex() {
    return loop.index();
  }

  @Override
  public long statements() {
    return statements;
  }

  /** Where this session is counted. */
  public PoolMetrics counters() {
    return counters;
  }

  public int preparedCount() {
    return carried.names().size();
  }

  @Override
  public long connectedAt() {
    return connectedAt;
  }

  @Override
  public long lastActivity() {
    return lastActivity;
  }

  /** Nanoseconds that the session has waited for a server connection, or 0. */
  public long waited() {
    return state == State.WAITING ? System.nanoTime() - waitingSince : 0;
  }

  public boolean inTransaction() {
    return status != 'I';
  }

  /** user@database and address: what identifies a client in a log. */
  @Override
  public String toString() {
    return login.user() + "@" + login.database() + " " + login.address();
  }
}
