package dev.heimdall.test.fault;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestNode;
import java.io.File;
import java.io.IOException;
import java.time.Duration;

/** What a node must come back to after a fault, and what this JVM must not lose by it. */
public final class Rest {
  /** Files that the JVM itself opens late: class files, time zones, random devices. */
  private static final int SLACK = 8;

  private Rest() {}

  /** Has the JVM open what it opens once, before anything is counted. */
  public static void warmUp() throws IOException {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 1");
      node.clients();
    }
  }

  /** Open file descriptors of this process. */
  public static int descriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? 0 : names.length;
  }

  /** Waits until no more descriptors are open than then. */
  public static void descriptorsLike(int before) {
    Await.until(
        "as few file descriptors as before (" + before + ")",
        Duration.ofSeconds(20),
        () -> descriptors() <= before + SLACK,
        () -> "there are " + descriptors());
  }

  /** Waits until nobody waits for, holds or cleans a server connection. */
  public static void poolsOf(RunningNode node) {
    poolsOf(node, 0);
  }

  /** The same while some idle clients stay. */
  public static void poolsOf(RunningNode node, int clients) {
    Await.until(
        "pools at rest",
        Duration.ofSeconds(20),
        () ->
            node.clients().size() == clients
                && node.servers().stream().allMatch(row -> "idle".equals(row.get("state"))),
        () -> "clients " + node.clients() + ", servers " + node.servers());
  }
}
