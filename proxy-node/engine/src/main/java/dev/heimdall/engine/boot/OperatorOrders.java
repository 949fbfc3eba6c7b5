package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminException;
import dev.heimdall.engine.admin.ProbeResult;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.TableText;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Orders of operators to virtual databases and clients, as {@code NodeView} describes them. */
final class OperatorOrders {
  private static final Duration PAUSE_POLL = Duration.ofMillis(20);

  private final RunningVdbs vdbs;
  private final CancelRegistry cancels;
  private final Executor offLoop;
  private final PauseOrders pauses = new PauseOrders();

  OperatorOrders(RunningVdbs vdbs, CancelRegistry cancels, Executor offLoop) {
    this.vdbs = vdbs;
    this.cancels = cancels;
    this.offLoop = offLoop;
  }

  private List<VdbContext> named(String vdb) {
    if (vdb == null) {
      return List.copyOf(vdbs.contexts().values());
    }
    VdbContext found = vdbs.contexts().get(vdb);
    if (found == null) {
      throw new AdminException(
          Sqlstate.UNDEFINED_DATABASE,
          "virtual database \""
              + vdb
              + "\" does not exist; there are "
              + String.join(", ", vdbs.contexts().keySet()));
    }
    return List.of(found);
  }

  CompletionStage<Integer> pause(String vdb) {
    List<VdbPools> all = named(vdb).stream().map(VdbContext::pools).toList();
    int paused = pauses.begin(all);
    CompletableFuture<Integer> quiet = new CompletableFuture<>();
    quiet.whenComplete((count, problem) -> pauses.end(all, problem == null));
    awaitQuiet(all, paused, quiet);
    return quiet;
  }

  private void awaitQuiet(List<VdbPools> all, int paused, CompletableFuture<Integer> quiet) {
    if (quiet.isDone()) {
      return;
    }
    if (all.stream().allMatch(pools -> !pools.paused() || pools.held() == 0)) {
      quiet.complete(paused);
    } else {
      CompletableFuture.delayedExecutor(PAUSE_POLL.toMillis(), TimeUnit.MILLISECONDS, offLoop)
          .execute(() -> awaitQuiet(all, paused, quiet));
    }
  }

  CompletionStage<Integer> resume(String vdb) {
    int resumed = 0;
    for (VdbContext context : named(vdb)) {
      if (pauses.resume(context.pools())) {
        resumed++;
      }
    }
    return CompletableFuture.completedFuture(resumed);
  }

  CompletionStage<Integer> flushCache(String table) {
    List<VdbContext> cached =
        vdbs.contexts().values().stream().filter(context -> context.cache() != null).toList();
    List<String> tables = table == null ? List.of() : List.of(TableText.usual(table));
    Set<WriterWatch> watches = new LinkedHashSet<>();
    for (VdbContext context : cached) {
      if (table == null) {
        context.cache().clear();
      }
      if (context.pools().watch() != null) {
        watches.add(context.pools().watch());
      }
    }
    // As if they had been written: by that nothing of before is taken from the shared store.
    CompletableFuture<?>[] told =
        watches.stream()
            .map(watch -> watch.view().committed(tables, table == null).told())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(told).thenApply(done -> cached.size());
  }

  CompletionStage<Integer> reconnect(String vdb) {
    ToLongFunction<VdbContext> open =
        context -> context.pools().loopPools().stream().mapToLong(p -> p.counts().all()).sum();
    List<VdbContext> contexts = named(vdb);
    int count = (int) contexts.stream().mapToLong(open).sum();
    return CompletableFuture.allOf(
            contexts.stream()
                .map(context -> context.pools().reconnect())
                .toArray(CompletableFuture[]::new))
        .thenApply(done -> count);
  }

  CompletionStage<Integer> kill(long clientId) {
    client(clientId).killFromAnyThread();
    return CompletableFuture.completedFuture(1);
  }

  CompletionStage<Integer> cancel(long clientId) {
    CompletableFuture<Integer> sent = new CompletableFuture<>();
    client(clientId).cancelFromAnyThread(() -> sent.complete(1));
    return sent;
  }

  private Client client(long clientId) {
    Client client = clientId <= Integer.MAX_VALUE ? cancels.byId((int) clientId) : null;
    if (client == null) {
      throw new AdminException(
          Sqlstate.UNDEFINED_OBJECT,
          "client " + clientId + " does not exist; SHOW CLIENTS lists the ids");
    }
    return client;
  }

  CompletionStage<ProbeResult> probe(String vdb) {
    VdbContext context = named(vdb).get(0);
    long began = System.nanoTime();
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    for (LoopPool pool : context.pools().loopPools()) {
      PoolProbe probe = new PoolProbe(context.pools(), pool, began, result);
      pool.context().soon(probe::start, probe::failed);
      return result;
    }
    result.complete(ProbeResult.NOTHING_SENT);
    return result;
  }
}
