package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.ClientRow;
import dev.heimdall.engine.admin.PoolRow;
import dev.heimdall.engine.admin.ServerRow;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.WaitReason;
import dev.heimdall.engine.console.ConsoleSession;
import dev.heimdall.engine.net.LocalClient;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.session.ClientSession;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.ServerAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Rows that describe the running node: each loop is queried for its own. */
final class LiveRows {
  private final NodeLoops loops;
  private final RunningVdbs vdbs;

  LiveRows(NodeLoops loops, RunningVdbs vdbs) {
    this.loops = loops;
    this.vdbs = vdbs;
  }

  /** Asks each loop on its own thread and joins the answers. */
  private <T> CompletionStage<List<T>> eachLoop(Function<NodeLoop, List<T>> question) {
    List<CompletableFuture<List<T>>> answers = new ArrayList<>();
    for (NodeLoop loop : loops.all()) {
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

  private List<LoopPool> poolsOf(NodeLoop loop) {
    List<LoopPool> pools = new ArrayList<>();
    for (VdbContext vdb : vdbs.contexts().values()) {
      for (VdbPools each : vdb.pools().withReaders()) {
        for (LoopPool pool : each.loopPools()) {
          if (pool.context() == loop.context()) {
            pools.add(pool);
          }
        }
      }
    }
    return pools;
  }

  CompletionStage<List<PoolRow>> pools() {
    return eachLoop(this::poolRows)
        .thenApply(
            rows -> {
              Map<List<String>, PoolRow> merged = new HashMap<>();
              for (PoolRow row : rows) {
                String server = Objects.requireNonNullElse(row.server(), "");
                merged.merge(
                    List.of(row.vdb(), row.database(), row.user(), server), row, LiveRows::sum);
              }
              return List.copyOf(merged.values());
            });
  }

  private List<PoolRow> poolRows(NodeLoop loop) {
    List<PoolRow> rows = new ArrayList<>();
    List<ClientSession> clients = loop.clients().all(ClientSession.class);
    for (LoopPool pool : poolsOf(loop)) {
      VdbContext vdb = vdbs.contexts().get(pool.scope().vdb());
      rows.add(
          new PoolRow(
              pool.scope().vdb(),
              pool.key().database(),
              pool.key().credential().user(),
              clients.stream().filter(session -> session.servedBy(pool)).count(),
              count(
                  clients,
                  pool,
                  session -> session.server() == null && session.state() == LeaseState.READY),
              pool.counts().waiting(),
              count(clients, pool, session -> session.pinReason() != null),
              pool.counts().held() + pool.counts().shared(),
              pool.counts().shared(),
              pool.counts().idle(),
              pool.view().cleaningCount(),
              pool.view().connectingCount(),
              pool.scope().plan().settings().size(),
              pool.mostOfAll(),
              TimeUnit.NANOSECONDS.toMicros(pool.view().longestWait()),
              vdb != null && vdb.settings().vdb().multiplex()
                  ? PoolRow.Mode.TRANSACTION
                  : PoolRow.Mode.SESSION,
              pool.scope().paused(),
              pool.view().waitNotices(),
              pool.view().laneFigures().depth(),
              pool.view().laneFigures().deepest(),
              sum(pool, ServerStatements::count),
              sum(pool, ServerStatements::bytes),
              pool.scope().clusterServer().map(ServerAddress::toString).orElse(null)));
    }
    return rows;
  }

  private static long count(
      List<ClientSession> clients,
      LoopPool pool,
      java.util.function.Predicate<ClientSession> which) {
    return clients.stream().filter(c -> c.uses(pool)).filter(which).count();
  }

  private static long sum(LoopPool pool, ToLongFunction<ServerStatements> figure) {
    return pool.view().connections().stream()
        .mapToLong(c -> figure.applyAsLong(c.statements()))
        .sum();
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
        a.serversShared() + b.serversShared(),
        a.serversIdle() + b.serversIdle(),
        a.serversReset() + b.serversReset(),
        a.serversLogin() + b.serversLogin(),
        a.size(),
        a.maxConnections(),
        Math.max(a.maxWaitMicros(), b.maxWaitMicros()),
        a.mode(),
        a.paused(),
        a.waitNotices() + b.waitNotices(),
        a.pipelineDepth() + b.pipelineDepth(),
        Math.max(a.pipelineDeepest(), b.pipelineDeepest()),
        a.prepared() + b.prepared(),
        a.preparedBytes() + b.preparedBytes(),
        a.server());
  }

  CompletionStage<List<ClientRow>> clients() {
    return eachLoop(
        loop -> {
          List<ClientRow> rows = new ArrayList<>();
          loop.clients().all(ClientSession.class).forEach(session -> rows.add(clientRow(session)));
          loop.clients()
              .all(ConsoleSession.class)
              .forEach(console -> rows.add(consoleRow(console)));
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
        LocalClient.host(address),
        address.getPort(),
        console.tlsProtocol(),
        console.busy() ? ClientRow.State.ACTIVE : ClientRow.State.IDLE,
        console.busy() ? WaitReason.ADMIN_COMMAND : null,
        null,
        null,
        null,
        Instant.ofEpochMilli(console.connectedAt()),
        lastStatement(console),
        0,
        0,
        console.statements(),
        0,
        null);
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
        LocalClient.host(address),
        address.getPort(),
        session.tlsProtocol(),
        state(session),
        session.waitsFor(),
        session.pinReason(),
        server == null ? null : server.id(),
        server == null ? null : server.processId(),
        Instant.ofEpochMilli(session.connectedAt()),
        lastStatement(session),
        TimeUnit.NANOSECONDS.toMicros(session.waited()),
        TimeUnit.NANOSECONDS.toMicros(session.unread()),
        session.statements(),
        session.preparedCount(),
        session.pattern());
  }

  private static ClientRow.State state(ClientSession session) {
    return switch (session.state()) {
      case STARTING -> ClientRow.State.LOGIN;
      case WAITING -> ClientRow.State.WAITING;
      case SYNCING -> ClientRow.State.ACTIVE;
      case READY, ACTIVE, SHARING ->
          session.busy()
              ? ClientRow.State.ACTIVE
              : session.inTransaction()
                  ? ClientRow.State.IDLE_IN_TRANSACTION
                  : session.amidBatch() ? ClientRow.State.IDLE_IN_BATCH : ClientRow.State.IDLE;
      case CLOSED -> ClientRow.State.CLOSING;
    };
  }

  CompletionStage<List<ServerRow>> servers() {
    return eachLoop(
        loop -> {
          List<ServerRow> rows = new ArrayList<>();
          for (LoopPool pool : poolsOf(loop)) {
            for (ServerConnection server : pool.view().connections()) {
              rows.add(pooledRow(pool, server));
            }
          }
          for (VdbContext vdb : vdbs.contexts().values()) {
            vdb.hubs()
                .connections(loop.context())
                .forEach(
                    (key, server) ->
                        rows.add(
                            serverRow(
                                vdb.name(), key, server, ServerRow.State.LISTENING, null, null)));
          }
          for (ClientSession client : loop.clients().all(ClientSession.class)) {
            if (client.dedicated() && client.server() != null) {
              rows.add(
                  serverRow(
                      client.vdbName(),
                      client.pool().key(),
                      client.server(),
                      ServerRow.State.REPLICATION,
                      client,
                      null));
            }
          }
          return rows;
        });
  }

  private static ServerRow pooledRow(LoopPool pool, ServerConnection server) {
    ClientSession client = server.holder() instanceof ClientSession session ? session : null;
    Duration lifetime = pool.scope().plan().settings().maxLifetime();
    return serverRow(
        pool.scope().vdb(),
        pool.key(),
        server,
        state(pool, server, client),
        client,
        lifetime.isZero() ? null : lifetime.minusNanos(System.nanoTime() - server.createdAt()));
  }

  private static ServerRow serverRow(
      String vdb,
      PoolKey key,
      ServerConnection server,
      ServerRow.State state,
      ClientSession client,
      Duration lifetimeLeft) {
    long now = System.nanoTime();
    SocketAddress remote = server.remoteAddress();
    InetSocketAddress address =
        remote instanceof InetSocketAddress inet ? inet : new InetSocketAddress(0);
    boolean free = state == ServerRow.State.IDLE || state == ServerRow.State.RESET;
    return new ServerRow(
        server.id(),
        vdb,
        key.database(),
        key.credential().user(),
        address.getAddress().getHostAddress(),
        address.getPort(),
        state,
        server.processId(),
        client == null ? null : (long) client.processId(),
        Instant.now().minusNanos(now - server.createdAt()),
        free ? Duration.ofNanos(now - server.lastUsed()) : Duration.ZERO,
        lifetimeLeft,
        server.delivery().groupsAnswered(),
        server.statements().count(),
        server.tls() ? "TLS" : null,
        server.reported().get("server_version"));
  }

  private static ServerRow.State state(
      LoopPool pool, ServerConnection server, ClientSession client) {
    if (client != null) {
      return client.pinReason() == null ? ServerRow.State.ACTIVE : ServerRow.State.PINNED;
    }
    return switch (pool.view().stateOf(server)) {
      case "cleaning" -> ServerRow.State.RESET;
      case "shared" -> ServerRow.State.SHARED;
      default -> ServerRow.State.IDLE;
    };
  }
}
