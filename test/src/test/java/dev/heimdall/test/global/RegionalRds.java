package dev.heimdall.test.global;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.test.aws.FakeRds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * The RDS API as it is reached from one region: a question goes to the region that it is signed
 * for, and its answer comes back, both over the lines between them.
 */
final class RegionalRds implements AutoCloseable {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final FakeRds rds;
  private final Function<String, Way> there;
  private final Function<String, Way> back;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SplittableRandom random;
  private volatile double throttled;
  private volatile boolean closing;

  /**
   * @param there the way to a region, by its name
   * @param back the way from it
   */
  RegionalRds(
      Region here,
      FakeRds rds,
      Function<String, Way> there,
      Function<String, Way> back,
      long seed) {
    this.rds = rds;
    this.random = new SplittableRandom(seed);
    this.there = there;
    this.back = back;
    try {
      server = HttpServer.create(new InetSocketAddress(here.address(Region.AWS), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI uri() {
    return URI.create(
        "http://"
            + server.getAddress().getAddress().getHostAddress()
            + ":"
            + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    String region = FakeRds.region(exchange);
    // Both before the answer is made: it is as recent as one that has just arrived.
    cross(there.apply(region));
    cross(back.apply(region));
    if (isThrottled()) {
      FakeRds.throttle(exchange);
    } else {
      rds.handle(exchange);
    }
  }

  /**
   * From now on so many questions are answered by {@code Throttling}.
   *
   * @param share 0 to 1
   */
  void throttle(double share) {
    throttled = share;
  }

  private synchronized boolean isThrottled() {
    return throttled > 0 && random.nextDouble() < throttled;
  }

  private void cross(Way way) {
    LockSupport.parkNanos(way.next());
    while (way.isCut() && !closing) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  @Override
  public void close() {
    closing = true;
    server.stop(0);
    threads.shutdownNow();
  }
}
