package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes behind a load balancer are restarted one after the other while clients come and go: nobody
 * who comes is refused, as long as the balancer asks what a draining node answers truly.
 */
@Tag("long")
class RollingRestartIT {
  private static final long PAUSE = 200;

  @TempDir private Path directory;

  private ProxyProcess node(String name, Map<String, Object> settings) throws IOException {
    ProxyProcess node =
        ProxyProcess.configured(Files.createDirectory(directory.resolve(name)), settings);
    node.changeVdb("proxyProtocol", Map.of("enabled", true, "trusted", List.of("127.0.0.0/8")));
    start(node);
    return node;
  }

  private static void start(ProxyProcess node) throws IOException {
    node.start(Map.of(), "--config=" + node.directory());
  }

  /** Clients that come, ask, go and rest, as long as it is open. */
  private static final class Clients implements AutoCloseable {
    /** Without it nodes that start have no processor. */
    private static final long REST_NANOS = 10_000_000;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger served = new AtomicInteger();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();

    Clients(Target target, int number) {
      for (int i = 0; i < number; i++) {
        running.add(CompletableFuture.runAsync(() -> come(target)));
      }
    }

    private void come(Target target) {
      while (!over.get()) {
        try (RawClient client = RawClient.logIn(target)) {
          if ("1".equals(client.value("SELECT 1"))) {
            served.incrementAndGet();
          }
        } catch (IOException e) {
          // It was refused, which the balancer counts, or drained between log-in and statement.
        }
        LockSupport.parkNanos(REST_NANOS);
      }
    }

    @Override
    public void close() {
      over.set(true);
      running.forEach(CompletableFuture::join);
    }
  }

  private static int refusedInARollingRestart(
      List<ProxyProcess> nodes, CheckingBalancer balancer, String by) throws Exception {
    Target target = new Target("127.0.0.1", balancer.port(), "app", "app", "app", false);
    try (Clients clients = new Clients(target, 2)) {
      for (ProxyProcess node : nodes) {
        int before = clients.served.get();
        if (by.equals("signal")) {
          node.terminate();
        } else {
          node.door().post("/drain");
        }
        assertThat(node.exitCode()).as(node.output()).isZero();
        start(node);
        balancer.awaitHealthy(node);
        assertThat(clients.served.get()).as("the others served").isGreaterThan(before);
      }
    }
    return balancer.refused();
  }

  @Test
  void nobodyIsRefused() throws Exception {
    Map<String, Object> settings = Map.of("drainNotice", "2s", "drainTimeout", "10s");
    try (ProxyProcess first = node("first", settings);
        ProxyProcess second = node("second", settings);
        CheckingBalancer balancer =
            new CheckingBalancer(List.of(first, second), "/readyz", PAUSE)) {
      List<ProxyProcess> nodes = List.of(first, second);
      assertThat(refusedInARollingRestart(nodes, balancer, "signal")).isZero();
      assertThat(refusedInARollingRestart(nodes, balancer, "post")).isZero();
    }
  }

  /** What the test above would find. */
  @Test
  void aBalancerThatAsksWhetherTheNodeLivesSendsClientsToClosedPorts() throws Exception {
    Map<String, Object> settings = Map.of("drainNotice", "500ms", "drainTimeout", "10s");
    try (ProxyProcess first = node("first", settings);
        ProxyProcess second = node("second", settings);
        CheckingBalancer balancer = new CheckingBalancer(List.of(first, second), "/livez", PAUSE)) {
      assertThat(refusedInARollingRestart(List.of(first, second), balancer, "signal")).isPositive();
    }
  }
}
