package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of metrics and {@code /metrics} know the same metrics. */
class DocumentedMetricsIT {
  private static final Path PAGE = Path.of("../docs/metrics.md");
  private static final Pattern NAME = Pattern.compile("heimdall_[a-z_]+[a-z]");
  private static final Pattern EXPORTED = Pattern.compile("(?m)^# TYPE (heimdall_[a-z_]+)");

  private static Set<String> names(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(matcher.groupCount()));
    }
    return names;
  }

  @Test
  void eachMetricIsExplainedAndEachExplainedCounterIsThere() throws Exception {
    try (TestNode node =
            TestNode.start(
                c ->
                    c.source("cluster.kind", "postgres")
                        .source("changes.notify", true)
                        .vdb("cache.enabled", true));
        RawClient client = RawClient.logIn(node.target())) {
      client.value("SELECT 1");
      Set<String> exported = names(EXPORTED, new Door(node.httpPort()).get("/metrics").body());
      Set<String> explained = names(NAME, Files.readString(PAGE));

      assertThat(exported).isNotEmpty().allSatisfy(name -> assertThat(explained).contains(name));
      // Counters begin at 0; only those of clusters need one to be counted for.
      assertThat(explained.stream().filter(name -> name.endsWith("_total")))
          .filteredOn(name -> !name.startsWith("heimdall_cluster_"))
          .allSatisfy(name -> assertThat(exported).contains(name));
    }
  }
}
