package dev.heimdall.engine.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the name of a server leads elsewhere, as in a blue/green switchover of RDS or when
 * an instance's standby takes over: the connections that there are would go on to the server that
 * had the name. On a thread of its own, as the DNS may be silent; how long its answers count is the
 * Java runtime's to say.
 */
final class NameWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterTracker.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Supplier<Collection<NodeProbe>> probes;
  private final ScheduledExecutorService executor;

  NameWatch(Supplier<Collection<NodeProbe>> probes, ThreadFactory threads) {
    this.probes = probes;
    executor = Executors.newSingleThreadScheduledExecutor(threads);
  }

  void start() {
    executor.scheduleWithFixedDelay(
        this::look, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      probes.get().forEach(probe -> probe.leads(addresses(probe.address().host())));
    } catch (RuntimeException | Error e) {
      // The executor would run this no more.
      LOG.error("an error in the node has interrupted its looking where servers' names lead", e);
    }
  }

  /**
   * Returns the addresses that a name leads to, or none as far as is known. May wait for the DNS.
   */
  static Set<InetAddress> addresses(String host) {
    try {
      return Set.copyOf(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException e) {
      return Set.of();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
