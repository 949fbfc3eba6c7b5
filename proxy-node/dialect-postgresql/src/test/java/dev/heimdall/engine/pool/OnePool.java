package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ResetMode;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;

/** One pool over two event loops, whose servers the test plays. */
abstract class OnePool {
  static final PoolKey KEY =
      new PoolKey("shop", ServerCredential.withoutSecret("app"), Capabilities.NONE);
  static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  int size = 2;
  int most = 0;
  int minIdle = 0;
  int maxQueue = 0;
  Duration lifetime = Duration.ZERO;
  Duration idleTimeout = Duration.ZERO;
  Duration queueTimeout = Duration.ZERO;
  Duration queueNotice = Duration.ZERO;
  ResetMode reset = ResetMode.CHANGED;

  final FakeServers servers = new FakeServers();
  final CountedEvents events = new CountedEvents();
  final EmbeddedChannel firstLoop = new EmbeddedChannel();
  final EmbeddedChannel secondLoop = new EmbeddedChannel();
  private final AtomicLong time = new AtomicLong(SECOND);
  final LoopContext first = new LoopContext(0, firstLoop.eventLoop(), this::nanoTime);
  final LoopContext second = new LoopContext(1, secondLoop.eventLoop(), this::nanoTime);
  VdbPools vdb;
  LoopPool pool;

  static final class CountedEvents extends NoEvents {
    int cleaned;
    int noticed;
    final List<Duration> exhausted = new ArrayList<>();
    final List<PoolAnomaly> anomalies = new ArrayList<>();

    @Override
    public void anomaly(String vdb, PoolKey key, PoolAnomaly anomaly, String what) {
      anomalies.add(anomaly);
    }

    @Override
    public void cleaned() {
      cleaned++;
    }

    @Override
    public void waitNoticed() {
      noticed++;
    }

    @Override
    public void exhausted(String vdb, PoolKey key, int size, int waiting, Duration waited) {
      exhausted.add(waited);
    }
  }

  PoolPlan plan() {
    return PoolSources.plan(
        PoolSources.primary(),
        new PoolSettings(
            size,
            Optional.of(most),
            0,
            0,
            minIdle,
            lifetime,
            idleTimeout,
            queueTimeout,
            queueNotice,
            maxQueue,
            reset,
            8));
  }

  void open() {
    vdb = new VdbPools("shop", servers, events, plan(), this::nanoTime, Neighbours.none());
    pool = vdb.join(KEY, first);
  }

  @AfterEach
  void close() {
    servers.close();
    firstLoop.close();
    secondLoop.close();
  }

  void runLoops() {
    firstLoop.runPendingTasks();
    secondLoop.runPendingTasks();
  }

  RecordingWaiter waiting(LoopPool in) {
    RecordingWaiter waiter = new RecordingWaiter();
    assertThat(in.acquire(waiter)).isNull();
    runLoops();
    return waiter;
  }

  /** A connection that a session holds. */
  ServerConnection held() {
    RecordingWaiter waiter = waiting(pool);
    ServerConnection connection = servers.accept();
    assertThat(waiter.connection).isSameAs(connection);
    return connection;
  }

  ServerConnection idle() {
    ServerConnection connection = held();
    pool.release(connection);
    return connection;
  }

  String sentTo(ServerConnection connection) {
    runLoops();
    return servers.sentTo(connection);
  }

  /** Time passes as a test lets it, and by a nanosecond whenever somebody looks. */
  long nanoTime() {
    return time.incrementAndGet();
  }

  /** The clock goes on until the loop sees that. */
  void tickUntil(LoopContext context, LongPredicate reached) {
    while (!reached.test(context.now())) {
      time.addAndGet(SECOND / 10_000);
      context.tick();
    }
  }
}
