package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Properties that the servers of one virtual database report, for protocols in which a client has
 * to hear them before it is identified: those last reported to a session, or found out by a
 * connection for nothing else. Thread-safe.
 */
final class KnownServer {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.pool");

  /** While a cluster has no writer, it is looked for again so soon. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  private volatile Greeting last;
  private List<Waiter> waiters;

  private record Waiter(
      LoopContext loop, Consumer<Greeting> known, Consumer<ServerError> unreachable) {}

  void learnt(Greeting greeting) {
    last = greeting;
  }

  /** Null where none has been heard yet. */
  Greeting last() {
    return last;
  }

  /**
   * Asks a server; others who ask meanwhile get the same answer.
   *
   * @param key as whom
   * @param known called on the loop
   * @param unreachable the same when the server cannot be asked
   */
  void ask(
      VdbPools pools,
      PoolKey key,
      LoopContext loop,
      Consumer<Greeting> known,
      Consumer<ServerError> unreachable) {
    synchronized (this) {
      boolean asked = waiters != null;
      waiters = asked ? waiters : new ArrayList<>();
      waiters.add(new Waiter(loop, known, unreachable));
      if (asked) {
        return;
      }
    }
    new Probe(pools, key, loop).begin();
  }

  private void over(Consumer<Waiter> outcome) {
    List<Waiter> told;
    synchronized (this) {
      told = waiters;
      waiters = null;
    }
    for (Waiter waiter : told) {
      waiter
          .loop()
          .soon(
              () -> outcome.accept(waiter),
              cause -> LOG.error("a log-in met an error in the node", cause));
    }
  }

  /** A connection that is made to hear what the server says, and closed then. */
  private final class Probe implements ConnectionKeeper, ServerConnector.Handler {
    private final VdbPools pools;
    private final PoolKey key;
    private final LoopContext loop;
    private final long since = System.nanoTime();

    Probe(VdbPools pools, PoolKey key, LoopContext loop) {
      this.pools = pools;
      this.key = key;
      this.loop = loop;
    }

    void begin() {
      pools.connect(loop, key, Map.of(), pools.plan().prepared(), this, this);
    }

    @Override
    public void connected(ServerConnection connection) {
      Greeting greeting = connection.reported().greeting();
      learnt(greeting);
      connection.close("the server was asked what it is");
      over(waiter -> waiter.known().accept(greeting));
    }

    @Override
    public void failed(ConnectFailure failure) {
      long left = pools.serverWait().toNanos() - (System.nanoTime() - since);
      if (pools.led() && !failure.permanent() && left > AGAIN.toNanos()) {
        // A statement would wait for the writer as well.
        loop.later(this::begin, AGAIN.toMillis(), TimeUnit.MILLISECONDS, this::broken);
      } else {
        over(waiter -> waiter.unreachable().accept(failure.error()));
      }
    }

    private void broken(Throwable cause) {
      LOG.error("a log-in met an error in the node", cause);
      over(
          waiter ->
              waiter
                  .unreachable()
                  .accept(ServerError.fatal(Sqlstate.INTERNAL_ERROR, "internal error")));
    }

    @Override
    public void serverClosed(ServerConnection connection) {
      pools.closed(connection);
    }

    @Override
    public void cancelsDone(ServerConnection connection) {}
  }
}
