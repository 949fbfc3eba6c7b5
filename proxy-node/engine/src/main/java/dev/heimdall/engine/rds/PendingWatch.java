package dev.heimdall.engine.rds;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins to ask about a global cluster whose region is not configured, as soon as the node knows in
 * which it is itself: the machine is asked for that, on a thread of its own.
 */
final class PendingWatch implements RdsWatch.Watching {
  private static final Logger LOG = LoggerFactory.getLogger(RdsWatch.class);

  private final String source;
  private final boolean needed;
  private final Supplier<Optional<String>> ownRegion;
  private final Function<String, RdsWatch.Watching> begin;
  private RdsWatch.Watching begun = () -> {};
  private boolean closed;

  /**
   * @param source the data source that it is
   * @param needed whether it is a fault when the API cannot be asked
   */
  PendingWatch(
      String source,
      boolean needed,
      Supplier<Optional<String>> ownRegion,
      Function<String, RdsWatch.Watching> begin) {
    this.source = source;
    this.needed = needed;
    this.ownRegion = ownRegion;
    this.begin = begin;
    Thread thread = new Thread(this::find, "rds-region");
    thread.setDaemon(true);
    thread.start();
  }

  private void find() {
    Optional<String> region = ownRegion.get();
    if (region.isPresent()) {
      begin(region.get());
      return;
    }
    String message =
        "the RDS API is not called about {}: no AWS region is known; cluster.api.region names one"
            + " in which the global cluster has a member";
    if (needed) {
      LOG.warn(message, source);
    } else {
      LOG.info(message, source);
    }
  }

  /**
   * Begins the watch without a lock: the thread that closes it may hold what beginning waits for.
   */
  private void begin(String region) {
    RdsWatch.Watching next = begin.apply(region);
    synchronized (this) {
      if (!closed) {
        begun = next;
        return;
      }
    }
    next.close();
  }

  @Override
  public void close() {
    RdsWatch.Watching ended;
    synchronized (this) {
      closed = true;
      ended = begun;
    }
    ended.close();
  }
}
