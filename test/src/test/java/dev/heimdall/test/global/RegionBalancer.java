package dev.heimdall.test.global;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * A network load balancer of a region: it asks its targets whether they are well, believes what it
 * heard twice in a row, sends new connections to those that are well (to all if none is), and
 * leaves alone the connections that are there.
 */
final class RegionBalancer implements AutoCloseable {
  private static final int IN_A_ROW = 2;
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();
  private final List<Target> targets;
  private final Relay relay;
  private final Thread checks;
  private int next;
  private volatile boolean closing;

  /** A node, and what its last checks said. */
  private static final class Target {
    private final InetSocketAddress clients;
    private final URI health;
    private volatile boolean healthy = true;
    private int otherwise;

    Target(InetSocketAddress clients, URI health) {
      this.clients = clients;
      this.health = health;
    }

    void found(boolean well) {
      otherwise = well == healthy ? 0 : otherwise + 1;
      if (otherwise == IN_A_ROW) {
        healthy = well;
        otherwise = 0;
      }
    }
  }

  /**
   * @param way over which clients come
   */
  RegionBalancer(
      EventLoopGroup loops, Region region, int port, int nodePort, int httpPort, Way way) {
    String node = region.address(Region.NODE);
    targets =
        List.of(
            new Target(
                new InetSocketAddress(node, nodePort),
                URI.create("http://" + node + ":" + httpPort + "/readyz")));
    relay =
        new Relay(
            loops,
            new InetSocketAddress(region.address(Region.BALANCER), port),
            this::choose,
            way,
            way);
    checks = new Thread(this::check, "balancer-" + region);
    checks.setDaemon(true);
    checks.start();
  }

  private synchronized InetSocketAddress choose() {
    List<Target> well = targets.stream().filter(target -> target.healthy).toList();
    List<Target> among = well.isEmpty() ? targets : well;
    return among.get(Math.floorMod(next++, among.size())).clients;
  }

  /** Whether any of its nodes is well, which is what DNS goes by. */
  boolean healthy() {
    return targets.stream().anyMatch(target -> target.healthy);
  }

  private void check() {
    try {
      while (!closing) {
        for (Target target : targets) {
          target.found(answersWell(target.health));
        }
        Thread.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean answersWell(URI health) throws InterruptedException {
    try {
      return http.send(
                  HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(1)).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closing = true;
    checks.interrupt();
    relay.close();
  }
}
