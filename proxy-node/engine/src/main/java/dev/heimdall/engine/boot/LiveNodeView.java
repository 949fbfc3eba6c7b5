package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminException;
import dev.heimdall.engine.admin.ClientRow;
import dev.heimdall.engine.admin.ConfigRow;
import dev.heimdall.engine.admin.NodeHealth;
import dev.heimdall.engine.admin.NodeView;
import dev.heimdall.engine.admin.PoolRow;
import dev.heimdall.engine.admin.ProbeResult;
import dev.heimdall.engine.admin.ServerRow;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.Waiter;
import dev.heimdall.engine.session.Client;
import dev.heimdall.engine.session.ClientSession;
import dev.heimdall.engine.session.ConsoleSession;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.VdbContext;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.Applies;
import dev.heimdall.model.SettingValue;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Shows the running node to operators, asking each loop for what is its own. */
final class LiveNodeView implements NodeView {
  private static final Duration PAUSE_POLL = Duration.ofMillis(20);

  private final Node node;

  LiveNodeView(Node node) {
    this.node = node;
  }

  /** Asks each loop on its own thread and joins the answers. */
  private <T> CompletionStage<List<T>> eachLoop(Function<LoopSessions, List<T>> question) {
    List<CompletableFuture<List<T>>> answers = new ArrayList<>();
    for (LoopSessions loop : node.loopSessions()) {
      CompletableFuture<List<T>> answer = new CompletableFuture<>();
      answers.add(answer);
      loop.context()
          .loop()
          .execute(
              () -> {
                try {
                  answer.complete(question.apply(loop));
                } catch (RuntimeException e) {
                  answer.completeExceptionally(e);
                }
              });
    }
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done -> {
              List<T> all = new ArrayList<>();
              answers.forEach(answer -> all.addAll(answer.join()));
              return all;
            });
  }

  private List<LoopPool> poolsOf(LoopSessions loop) {
    List<LoopPool> pools = new ArrayList<>();
    for (VdbContext vdb : node.vdbContexts().values()) {
      for (LoopPool pool : vdb.pools().loopPools()) {
        if (pool.context() == loop.context()) {
          pools.add(pool);
        }
      }
    }
    return pools;
  }

  // ---- rows

  @Override
  public CompletionStage<List<PoolRow>> pools() {
    return eachLoop(this::poolRows)
        .thenApply(
            rows -> {
              Map<List<String>, PoolRow> merged = new HashMap<>();
              for (PoolRow row : rows) {
                merged.merge(
                    List.of(row.vdb(), row.database(), row.user()), row, LiveNodeView::sum);
              }
              return List.copyOf(merged.values());
            });
  }

  private List<PoolRow> poolRows(LoopSessions loop) {
    List<PoolRow> rows = new ArrayList<>();
    List<ClientSession> clients = loop.all();
    for (LoopPool pool : poolsOf(loop)) {
      VdbContext vdb = node.vdbContexts().get(pool.vdb().vdb());
      rows.add(
          new PoolRow(
              pool.vdb().vdb(),
              pool.key().database(),
              pool.key().credential().user(),
              count(clients, pool, session -> session.server() != null),
              count(
                  clients,
                  pool,
                  session ->
                      session.server() == null && session.state() == ClientSession.State.READY),
              pool.waitingCount(),
              count(clients, pool, session -> session.pinReason() != null),
              pool.heldCount(),
              pool.idleCount(),
              pool.cleaningCount(),
              pool.connectingCount(),
              pool.vdb().plan().settings().size(),
              TimeUnit.NANOSECONDS.toMicros(pool.longestWait()),
              vdb != null && vdb.settings().vdb().multiplex()
                  ? PoolRow.Mode.TRANSACTION
                  : PoolRow.Mode.SESSION,
              pool.vdb().paused(),
              pool.waitNotices()));
    }
    return rows;
  }

  private static long count(
      List<ClientSession> clients,
      LoopPool pool,
      java.util.function.Predicate<ClientSession> which) {
    return clients.stream().filter(c -> c.uses(pool)).filter(which).count();
  }

  private static PoolRow sum(PoolRow a, PoolRow b) {
    return new PoolRow(
        a.vdb(),
        a.database(),
        a.user(),
        a.clientsActive() + b.clientsActive(),
        a.clientsIdle() + b.clientsIdle(),
        a.clientsWaiting() + b.clientsWaiting(),
        a.clientsPinned() + b.clientsPinned(),
        a.serversActive() + b.serversActive(),
        a.serversIdle() + b.serversIdle(),
        a.serversReset() + b.serversReset(),
        a.serversLogin() + b.serversLogin(),
        a.size(),
        Math.max(a.maxWaitMicros(), b.maxWaitMicros()),
        a.mode(),
        a.paused(),
        a.waitNotices() + b.waitNotices());
  }

  @Override
  public CompletionStage<List<ClientRow>> clients() {
    return eachLoop(
        loop -> {
          List<ClientRow> rows = new ArrayList<>();
          loop.all().forEach(session -> rows.add(clientRow(session)));
          loop.consoles().forEach(console -> rows.add(consoleRow(console)));
          return rows;
        });
  }

  private static ClientRow consoleRow(ConsoleSession console) {
    InetSocketAddress address = console.login().address();
    return new ClientRow(
        console.processId(),
        console.vdbName(),
        console.login().database(),
        console.login().user(),
        console.applicationName(),
        address.getAddress().getHostAddress(),
        address.getPort(),
        console.tlsProtocol(),
        console.busy() ? ClientRow.State.ACTIVE : ClientRow.State.IDLE,
        null,
        null,
        null,
        Instant.ofEpochMilli(console.connectedAt()),
        lastStatement(console),
        0,
        console.statements(),
        0);
  }

  private static Instant lastStatement(Client client) {
    return client.statements() == 0
        ? null
        : Instant.now().minusNanos(System.nanoTime() - client.lastActivity());
  }

  private ClientRow clientRow(ClientSession session) {
    ServerConnection server = session.server();
    InetSocketAddress address = session.login().address();
    return new ClientRow(
        session.processId(),
        session.vdbName(),
        session.login().database(),
        session.login().user(),
        session.applicationName(),
        address.getAddress().getHostAddress(),
        address.getPort(),
        session.tlsProtocol(),
        state(session),
        session.pinReason(),
        server == null ? null : server.id(),
        server == null ? null : server.processId(),
        Instant.ofEpochMilli(session.connectedAt()),
        lastStatement(session),
        TimeUnit.NANOSECONDS.toMicros(session.waited()),
        session.statements(),
        session.preparedCount());
  }

  private static ClientRow.State state(ClientSession session) {
    if (session.atConsole()) {
      return ClientRow.State.ACTIVE;
    }
    return switch (session.state()) {
      case STARTING -> ClientRow.State.LOGIN;
      case READY ->
          session.inTransaction() ? ClientRow.State.IDLE_IN_TRANSACTION : ClientRow.State.IDLE;
      case WAITING -> ClientRow.State.WAITING;
      case SYNCING -> ClientRow.State.ACTIVE;
      case ACTIVE ->
          session.busy()
              ? ClientRow.State.ACTIVE
              : session.inTransaction()
                  ? ClientRow.State.IDLE_IN_TRANSACTION
                  : ClientRow.State.IDLE;
      case CLOSED -> ClientRow.State.CLOSING;
    };
  }

  @Override
  public CompletionStage<List<ServerRow>> servers() {
    return eachLoop(
        loop -> {
          List<ServerRow> rows = new ArrayList<>();
          for (LoopPool pool : poolsOf(loop)) {
            for (ServerConnection server : pool.connections()) {
              rows.add(serverRow(pool, server));
            }
          }
          return rows;
        });
  }

  private static ServerRow serverRow(LoopPool pool, ServerConnection server) {
    long now = System.nanoTime();
    ReplyOwner holder = server.holder();
    ClientSession client = holder instanceof ClientSession session ? session : null;
    SocketAddress remote = server.remoteAddress();
    InetSocketAddress address =
        remote instanceof InetSocketAddress inet ? inet : new InetSocketAddress(0);
    Duration lifetime = pool.vdb().plan().settings().maxLifetime();
    return new ServerRow(
        server.id(),
        pool.vdb().vdb(),
        pool.key().database(),
        pool.key().credential().user(),
        address.getAddress().getHostAddress(),
        address.getPort(),
        state(pool, server, client),
        server.processId(),
        client == null ? null : (long) client.processId(),
        Instant.now().minusNanos(now - server.createdAt()),
        client == null ? Duration.ofNanos(now - server.lastUsed()) : Duration.ZERO,
        lifetime.isZero() ? null : lifetime.minusNanos(now - server.createdAt()),
        server.groupsAnswered(),
        server.statements().count(),
        server.tls() ? "TLS" : null,
        server.reported().get("server_version"));
  }

  private static ServerRow.State state(
      LoopPool pool, ServerConnection server, ClientSession client) {
    if (client != null) {
      return client.pinReason() == null ? ServerRow.State.ACTIVE : ServerRow.State.PINNED;
    }
    return pool.stateOf(server).equals("cleaning") ? ServerRow.State.RESET : ServerRow.State.IDLE;
  }

  @Override
  public List<ConfigRow> config() {
    return SettingValue.of(node.configuration()).stream()
        .map(
            value ->
                new ConfigRow(
                    value.key(),
                    value.value(),
                    value.byDefault().isEmpty() ? null : value.byDefault(),
                    value.applies() != Applies.RESTART))
        .toList();
  }

  @Override
  public String nodeId() {
    return Integer.toString(node.configuration().node().id());
  }

  @Override
  public String version() {
    return Version.current();
  }

  @Override
  public NodeHealth health() {
    List<NodeHealth.VdbHealth> vdbs = new ArrayList<>();
    for (VdbContext vdb : node.vdbContexts().values()) {
      PgError failure = vdb.pools().unreachable();
      vdbs.add(
          new NodeHealth.VdbHealth(
              vdb.name(), failure == null, failure == null ? null : failure.message()));
    }
    boolean draining = node.isDraining();
    return new NodeHealth(
        !draining, draining, draining ? List.of("the node is draining") : List.of(), vdbs);
  }

  // ---- actions

  private List<VdbContext> named(String vdb) {
    if (vdb == null) {
      return List.copyOf(node.vdbContexts().values());
    }
    VdbContext found = node.vdbContexts().get(vdb);
    if (found == null) {
      throw new AdminException(
          "3D000",
          "virtual database \""
              + vdb
              + "\" does not exist; there are "
              + String.join(", ", node.vdbContexts().keySet()));
    }
    return List.of(found);
  }

  @Override
  public CompletionStage<Integer> pause(String vdb) {
    List<VdbPools> all = named(vdb).stream().map(VdbContext::pools).toList();
    List<VdbPools> paused = all.stream().filter(pools -> !pools.paused()).toList();
    paused.forEach(VdbPools::pause);
    CompletableFuture<Integer> quiet = new CompletableFuture<>();
    quiet.whenComplete(
        (count, problem) -> {
          if (quiet.isCancelled()) {
            paused.forEach(VdbPools::resume); // a command that fails leaves nothing behind
          }
        });
    awaitQuiet(all, paused.size(), quiet);
    return quiet;
  }

  private void awaitQuiet(List<VdbPools> all, int paused, CompletableFuture<Integer> quiet) {
    if (quiet.isDone()) {
      return;
    }
    if (all.stream().allMatch(pools -> !pools.paused() || pools.held() == 0)) {
      quiet.complete(paused);
    } else {
      CompletableFuture.delayedExecutor(
              PAUSE_POLL.toMillis(), TimeUnit.MILLISECONDS, node.offLoop())
          .execute(() -> awaitQuiet(all, paused, quiet));
    }
  }

  @Override
  public CompletionStage<Integer> resume(String vdb) {
    int resumed = 0;
    for (VdbContext context : named(vdb)) {
      if (context.pools().paused()) {
        context.pools().resume();
        resumed++;
      }
    }
    return CompletableFuture.completedFuture(resumed);
  }

  @Override
  public CompletionStage<Integer> reconnect(String vdb) {
    ToLongFunction<VdbContext> open =
        context -> context.pools().loopPools().stream().mapToLong(LoopPool::connectionCount).sum();
    List<VdbContext> contexts = named(vdb);
    int count = (int) contexts.stream().mapToLong(open).sum();
    return CompletableFuture.allOf(
            contexts.stream()
                .map(context -> context.pools().reconnect())
                .toArray(CompletableFuture[]::new))
        .thenApply(done -> count);
  }

  @Override
  public CompletionStage<Integer> kill(long clientId) {
    Client client = clientId <= Integer.MAX_VALUE ? node.client((int) clientId) : null;
    if (client == null) {
      throw new AdminException(
          "42704", "client " + clientId + " does not exist; SHOW CLIENTS lists the ids");
    }
    client.killFromAnyThread();
    return CompletableFuture.completedFuture(1);
  }

  @Override
  public CompletionStage<Integer> reload() {
    return node.reloadAndTell();
  }

  @Override
  public CompletionStage<Void> drain() {
    return node.beginDrain();
  }

  // ---- probe

  @Override
  public CompletionStage<ProbeResult> probe(String vdb) {
    VdbContext context = named(vdb).get(0);
    long began = System.nanoTime();
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    for (LoopPool pool : context.pools().loopPools()) {
      pool.context()
          .loop()
          .execute(
              () -> {
                pool.context().beginEvent();
                try {
                  new Probe(pool, began, result).start();
                } finally {
                  pool.context().endEvent();
                }
              });
      return result;
    }
    result.complete(new ProbeResult(true, 0, null));
    return result;
  }

  /** A trivial statement through a pool, as a client's. */
  private static final class Probe implements Waiter {
    private final LoopPool pool;
    private final long began;
    private final CompletableFuture<ProbeResult> result;

    Probe(LoopPool pool, long began, CompletableFuture<ProbeResult> result) {
      this.pool = pool;
      this.began = began;
      this.result = result;
    }

    void start() {
      ServerConnection connection = pool.acquire(this);
      if (connection != null) {
        acquired(connection);
      }
    }

    @Override
    public Variables variables() {
      return Variables.NONE;
    }

    @Override
    public void acquired(ServerConnection connection) {
      connection.query(
          "SELECT 1",
          new InternalQuery() {
            @Override
            protected void done(ServerConnection from, PgError error) {
              if (!from.closed()) {
                pool.release(from);
              }
              finish(error);
            }
          });
    }

    @Override
    public void refused(PgError error) {
      finish(error);
    }

    private void finish(PgError error) {
      long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
      result.complete(
          new ProbeResult(error == null, micros, error == null ? null : error.message()));
    }

    @Override
    public boolean waitsLong() {
      return false;
    }
  }
}
