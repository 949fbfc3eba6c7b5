package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each metric of the dashboards about nodes is one that a running node has. */
class DashboardMetricsIT {
  private static final Path FOLDER = Path.of("../templates/dashboards");
  private static final Pattern ASKED = Pattern.compile("heimdall_[a-z_]+[a-z]");

  /** Of nodes that read the log of a server, which has to keep it for that ({@code stream}). */
  private static final String OF_THE_LOG = "heimdall_changes_behind_bytes";

  private static final Pattern EXPORTED = Pattern.compile("(?m)^# TYPE (heimdall_[a-z_]+)");

  private static Set<String> asked() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(one -> !one.endsWith("manager.json")).toList()) {
        Matcher name = ASKED.matcher(Files.readString(file));
        while (name.find()) {
          names.add(name.group().replaceFirst("_bucket$", ""));
        }
      }
    }
    return names;
  }

  private static Set<String> exported(TestNode node) throws Exception {
    Set<String> names = new TreeSet<>();
    Matcher name = EXPORTED.matcher(new Door(node.httpPort()).get("/metrics").body());
    while (name.find()) {
      names.add(name.group(1));
    }
    return names;
  }

  @Test
  void aRunningNodeHasEachMetric() throws Exception {
    try (RedisProcess store = RedisProcess.running();
        TestNode node =
            TestNode.start(
                c ->
                    c.node("store.servers", List.of(store.address()))
                        .source("cluster.kind", "postgres")
                        .source("changes.notify", true)
                        .vdb("cache.enabled", true));
        RawClient client = RawClient.logIn(node.target())) {
      client.value("SELECT 1");
      Set<String> asked = asked();
      assertThat(asked).hasSizeGreaterThan(50).contains(OF_THE_LOG);
      asked.remove(OF_THE_LOG);

      Await.until(
          "all metrics are there",
          Duration.ofSeconds(120),
          () -> {
            asked.removeAll(exported(node));
            return asked.isEmpty();
          },
          asked::toString);
    }
  }
}
