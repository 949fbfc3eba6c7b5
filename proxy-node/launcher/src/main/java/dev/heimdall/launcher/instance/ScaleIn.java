package dev.heimdall.launcher.instance;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.instance.LifecycleHook;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the Auto Scaling group that waits for a node how far its drain is. */
final class ScaleIn {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.instance");
  private static final int ATTEMPTS = 6;

  private final Optional<LifecycleHook> hook;
  private final Duration heartbeat;
  private final Duration again;

  /**
   * @param heartbeat how often a drain that takes long says so
   * @param again after what time a group that does not listen is told again; twice as long each
   *     time
   */
  ScaleIn(Optional<LifecycleHook> hook, Duration heartbeat, Duration again) {
    this.hook = hook;
    this.heartbeat = heartbeat;
    this.again = again;
  }

  /** Tells the group when this is over. */
  void await(CompletableFuture<Void> drained) throws InterruptedException {
    while (!over(drained)) {
      heartbeat();
    }
    complete();
  }

  private boolean over(CompletableFuture<Void> drained) throws InterruptedException {
    try {
      drained.get(heartbeat.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void heartbeat() {
    if (hook.isPresent()) {
      try {
        hook.get().heartbeat();
      } catch (AwsCallException e) {
        LOG.warn("the Auto Scaling group could not be told to wait on: {}", e.getMessage());
      }
    }
  }

  /** A group that is not told waits until its hook's time is over, then does the same. */
  private void complete() throws InterruptedException {
    if (hook.isEmpty()) {
      LOG.info("drained; heimdall.conf names no lifecycleHook that waits for it");
      return;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        hook.get().complete();
        LOG.info("drained; the Auto Scaling group may terminate the instance");
        return;
      } catch (AwsCallException e) {
        boolean last =
            switch (e.kind()) {
              case DENIED, REFUSED -> true;
              default -> attempt == ATTEMPTS;
            };
        if (last) {
          LOG.warn("drained, but the Auto Scaling group could not be told: {}", e.getMessage());
          return;
        }
        TimeUnit.NANOSECONDS.sleep(again.toNanos() << (attempt - 1));
      }
    }
  }
}
