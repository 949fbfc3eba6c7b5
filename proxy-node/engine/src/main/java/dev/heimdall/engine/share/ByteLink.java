package dev.heimdall.engine.share;

import dev.heimdall.routing.threads.DaemonThreads;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps connections for bytes where the node has found the store, and tracks its keys while the
 * store publishes events of them. Connects on a thread of its own, which is there only meanwhile.
 */
final class ByteLink implements ByteStore {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);
  private static final int THREAD_SECONDS = 5;

  /** Tracking that has failed asks all servers for all keys again only after this. */
  private static final long TRACK_AGAIN = TimeUnit.SECONDS.toNanos(5);

  /** So long it is left alone where there were more keys than can be tracked. */
  private static final long FULL_AGAIN = TimeUnit.MINUTES.toNanos(10);

  private static final int MOST_COMPLAINTS = 5;

  private final StoreServers servers;
  private final byte[] prefix;
  private final Predicate<StoreConnections> events;
  private final KeyWatcher watcher;
  private final ThreadPoolExecutor executor;

  private volatile ByteConnections connections;

  // These are guarded by this.
  private StoreConnections place;
  private KeyTracking tracking;
  private List<String> tracked = List.of();
  private long trackAt = System.nanoTime();
  private boolean busy;
  private boolean closed;

  /** Completes when what was closed is at its end. */
  private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);

  /** Complaints that the log has; of interest to the own thread only. */
  private final Set<String> complaints = new HashSet<>();

  /**
   * @param prefix how all keys begin
   * @param events whether a store may publish events of its keys, as far as is known
   */
  ByteLink(
      StoreServers servers, String prefix, Predicate<StoreConnections> events, KeyWatcher watcher) {
    this.servers = servers;
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    this.events = events;
    this.watcher = watcher;
    executor =
        DaemonThreads.pool(
            1,
            THREAD_SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("heimdall-store-bytes"));
  }

  /** The node is here, or still is; to be called now and then. Never waits. */
  synchronized void at(StoreConnections here) {
    if (closed) {
      return;
    }
    if (here != place) {
      drop();
      place = here;
    }
    ByteConnections now = connections;
    if (now == null) {
      start(() -> connect(here));
      return;
    }
    now.look();
    if (tracking != null && watcher.full()) {
      untrack(tracking, FULL_AGAIN);
    } else if (tracking != null && !tracked.equals(names(now.primaries()))) {
      untrack();
    }
    if (tracking == null && System.nanoTime() - trackAt >= 0 && events.test(here)) {
      start(() -> track(now));
    }
  }

  private static List<String> names(List<StorePrimary> primaries) {
    return primaries.stream().map(StorePrimary::name).sorted().toList();
  }

  /** One thing after the other; what is left out now is begun at a later call. */
  private void start(Runnable task) {
    if (busy) {
      return;
    }
    busy = true;
    try {
      executor.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              complain("cannot connect for the cache to", StoreException.reason(e));
            } finally {
              done();
            }
          });
    } catch (RejectedExecutionException e) {
      // All of this is being closed.
    }
  }

  private synchronized void done() {
    busy = false;
  }

  private void connect(StoreConnections here) {
    ByteConnections found = servers.connectBytes(here);
    found.begin(this::lose);
    synchronized (this) {
      if (!closed && here == place && !found.over()) {
        connections = found;
        complaints.clear();
        return;
      }
    }
    found.close();
  }

  private void track(ByteConnections here) {
    List<StorePrimary> primaries = here.primaries();
    KeyTracking begun;
    synchronized (this) {
      if (closed || here != connections) {
        return;
      }
      // The listener below must know which one it is of: a later one may be there by then.
      KeyTracking[] self = new KeyTracking[1];
      begun = new KeyTracking(prefix, watcher, servers.client(), () -> untrack(self[0], 0));
      self[0] = begun;
      tracking = begun;
      tracked = names(primaries);
    }
    try {
      begun.begin(primaries);
    } catch (RuntimeException e) {
      untrack(begun, watcher.full() ? FULL_AGAIN : TRACK_AGAIN);
      complain("cannot track the keys of the cache in", StoreException.reason(e));
      return;
    }
    synchronized (this) {
      if (tracking == begun) {
        watcher.complete();
      }
    }
  }

  private synchronized void untrack(KeyTracking lost, long pauseNanos) {
    if (lost == tracking) {
      untrack();
      trackAt = System.nanoTime() + pauseNanos;
    }
  }

  private synchronized void untrack() {
    if (tracking != null) {
      ended = CompletableFuture.allOf(ended, tracking.close());
      tracking = null;
      watcher.unknown();
    }
  }

  private synchronized void lose(ByteConnections lost) {
    if (lost == connections) {
      drop();
    }
  }

  private synchronized void drop() {
    ByteConnections last = connections;
    connections = null;
    trackAt = System.nanoTime();
    untrack();
    if (last != null) {
      ended = CompletableFuture.allOf(ended, last.close());
    }
  }

  /** After {@link #close}: when its connections are at their end. */
  synchronized CompletableFuture<Void> ended() {
    return ended;
  }

  private void complain(String what, String why) {
    if (!executor.isShutdown() && complaints.size() < MOST_COMPLAINTS && complaints.add(why)) {
      LOG.warn("{} the shared store: {}", what, why);
    }
  }

  @Override
  public boolean connected() {
    return connections != null;
  }

  private <T> CompletionStage<T> ask(Function<ByteConnections, CompletionStage<T>> request) {
    ByteConnections here = connections;
    if (here == null) {
      return CompletableFuture.failedFuture(new StoreException("the shared store is unavailable"));
    }
    try {
      return request.apply(here);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(StoreException.of(e));
    }
  }

  private byte[] full(byte[] key) {
    byte[] full = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, full, prefix.length, key.length);
    return full;
  }

  @Override
  public CompletionStage<byte[]> get(byte[] key) {
    return ask(here -> here.get(full(key)));
  }

  @Override
  public CompletionStage<Void> set(byte[] key, byte[] value, Duration kept) {
    return ask(here -> here.set(full(key), value, kept));
  }

  @Override
  public CompletionStage<Void> delete(byte[] key) {
    return ask(here -> here.delete(full(key)));
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      drop();
    }
    executor.shutdownNow();
  }
}
