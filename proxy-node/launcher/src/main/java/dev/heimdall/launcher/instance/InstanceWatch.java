package dev.heimdall.launcher.instance;

import dev.heimdall.engine.boot.Node;
import dev.heimdall.model.Configuration;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.instance.Instance;
import dev.heimdall.routing.instance.InstanceMetadata;
import dev.heimdall.routing.instance.LifecycleHook;
import dev.heimdall.routing.instance.MetadataException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after a node's instance, on a thread of its own that waits for the network. */
public final class InstanceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.instance");
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final long METADATA_SECONDS = 60;
  private static final Duration HEARTBEAT = Duration.ofMinutes(1);
  private static final Duration AGAIN = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final InstanceMetadata metadata;
  private final Map<String, String> environment;
  private final ScaleInSettings settings;
  private final Thread thread = new Thread(this::run, "heimdall-instance");
  private final AtomicBoolean ending = new AtomicBoolean();
  private Node node;
  private Configuration configuration;
  private Configuration checked;
  private boolean closed;
  private boolean complained;

  /**
   * Sends no request yet.
   *
   * @param environment as the process has it
   */
  public InstanceWatch(
      InstanceMetadata metadata, Map<String, String> environment, ScaleInSettings settings) {
    this.metadata = metadata;
    this.environment = Map.copyOf(environment);
    this.settings = settings;
    thread.setDaemon(true);
  }

  /** Looks after the node from now on. */
  public void start(Node running, Configuration first) {
    node = running;
    configuration(first);
    thread.start();
  }

  /** The node has another configuration; callable from any thread. */
  public synchronized void configuration(Configuration next) {
    configuration = next;
    notifyAll();
  }

  /**
   * True if the instance is to be terminated and the node drains therefore: the process then waits
   * for the instance's end.
   */
  public boolean ending() {
    return ending.get();
  }

  private void run() {
    try {
      Instance instance = instance();
      if (instance == null) {
        return;
      }
      LOG.info("on instance {} in {}", instance.id(), instance.zone());
      try (SignedCalls calls = SignedCalls.ofMachine(instance.region(), environment, PATIENCE)) {
        watch(instance, new PortCheck(metadata, calls, node), calls);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the node ends
    }
  }

  /** Null where this is none. */
  private Instance instance() throws InterruptedException {
    while (true) {
      try {
        return metadata.instance();
      } catch (MetadataException e) {
        if (e.absent()) {
          LOG.info("not on an EC2 instance, or its metadata are switched off: {}", e.getMessage());
          return null;
        }
        LOG.warn("the instance's metadata cannot be read, trying again: {}", e.getMessage());
        TimeUnit.SECONDS.sleep(METADATA_SECONDS);
      }
    }
  }

  private void watch(Instance instance, PortCheck ports, SignedCalls calls)
      throws InterruptedException {
    for (Configuration now = pause(); now != null; now = pause()) {
      if (!now.equals(checked)) {
        check(ports, now);
        seen(now);
      }
      if (terminates()) {
        ending.set(true);
        Optional<LifecycleHook> hook =
            settings
                .hook()
                .map(name -> new LifecycleHook(calls, instance.id(), name, settings.group()));
        LOG.info("the instance is to be terminated: the node drains");
        new ScaleIn(hook, HEARTBEAT, AGAIN).await(node.beginDrain(settings.patience()));
        return;
      }
    }
  }

  private static void check(PortCheck ports, Configuration now) {
    try {
      ports.check(now);
    } catch (RuntimeException | Error e) {
      // The end of the instance would not be noticed any more.
      LOG.error("whether clients get to the ports could not be looked up", e);
    }
  }

  private synchronized void seen(Configuration now) {
    checked = now;
  }

  /** The configuration, after a while unless it is a new one; null when all is over. */
  private synchronized Configuration pause() throws InterruptedException {
    long end = System.nanoTime() + INTERVAL.toNanos();
    for (long left = INTERVAL.toMillis();
        left > 0 && !closed && configuration.equals(checked);
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
      wait(left);
    }
    return closed ? null : configuration;
  }

  private boolean terminates() {
    try {
      Optional<String> state = metadata.targetLifecycleState();
      complained = false;
      return state.filter(target -> target.endsWith("Terminated")).isPresent();
    } catch (MetadataException e) {
      if (!complained) {
        LOG.warn("the instance's lifecycle state cannot be read: {}", e.getMessage());
        complained = true;
      }
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    thread.interrupt();
  }
}
