package dev.heimdall.test.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.Toolchain;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Drivers of SQL Server in languages other than Java, with the server directly and through nodes,
 * of which one delays transactions, and one has secondaries answer reads. The program of each
 * prints a line for each behaviour, {@code NAME: VALUE}, or {@code NAME: FAIL …}; directly none
 * fails, and through nodes each line is the same.
 */
@Tag("ci")
class SqlServerDriversIT {
  private static final List<String> DRIVERS =
      List.of("tedious", "go-mssqldb", "pytds", "pymssql", "freetds");

  private static final String READS =
      "heimdall_replica_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}";

  /** Line of reads that secondaries answered. */
  private static final String SPLIT = "reads of secondaries";

  /** The driver that also has them in each run; any other does where it is named. */
  private static final String SPLITS = "tedious";

  private static final int CONNECTIONS = 4;
  private static final int RUN_MINUTES = 5;

  @TestFactory
  Stream<DynamicContainer> drivers() {
    String only = System.getProperty("driver", "");
    return DRIVERS.stream()
        .filter(driver -> only.isEmpty() || only.equals(driver))
        .map(driver -> DynamicContainer.dynamicContainer(driver, behaviours(driver)));
  }

  private static Stream<DynamicTest> behaviours(String driver) {
    Optional<String> missing = Toolchain.install(driver);
    if (missing.isPresent()) {
      return Stream.of(
          DynamicTest.dynamicTest("toolchain", () -> Toolchain.unavailable(driver, missing.get())));
    }
    Map<String, String> direct;
    try (TdsTarget server = TdsTarget.start("app")) {
      direct = lines(driver, server.host(), server.port(), server.user(), server.password());
    }
    Map<String, String> through = through(driver, "");
    Map<String, String> late = through(driver, ", \"delayedTransaction\": true");
    boolean splits = driver.equals(SPLITS) || driver.equals(System.getProperty("driver"));
    Map<String, String> split = splits ? split(driver) : direct;
    Stream<DynamicTest> each =
        direct.keySet().stream()
            .map(
                name ->
                    DynamicTest.dynamicTest(
                        name,
                        () -> {
                          String value = direct.get(name);
                          assertThat(value).as("directly").doesNotStartWith("FAIL");
                          assertThat(through.get(name)).as("through a node").isEqualTo(value);
                          assertThat(late.get(name)).as("delayed").isEqualTo(value);
                          assertThat(split.get(name)).as("split").isEqualTo(value);
                        }));
    return Stream.concat(
        each,
        Stream.of(
            DynamicTest.dynamicTest(
                "ran to its end",
                () -> assertThat(through.keySet()).isNotEmpty().isEqualTo(direct.keySet())),
            DynamicTest.dynamicTest(
                SPLIT, () -> assertThat(split.get(SPLIT)).isEqualTo(splits ? "some" : null))));
  }

  private static Map<String, String> through(String driver, String vdb) {
    try (TdsTarget server = TdsTarget.start("app");
        SqlServerNode node = SqlServerNode.pooled(server, CONNECTIONS, vdb)) {
      return lines(driver, "127.0.0.1", node.port(), "app", "app");
    }
  }

  /** Where reads wait for a secondary to have what was written, most go there. */
  private static Map<String, String> split(String driver) {
    try (AvailabilityGroup group = AvailabilityGroup.start(2);
        SqlServerGroupNode node =
            SqlServerGroupNode.start(
                group,
                c ->
                    c.source("cluster.reads", "marked")
                        .source("cluster.consistency", "strict")
                        .source("cluster.lag.catchUpWait", "500ms")
                        .rules(
                            "all",
                            TestConfiguration.rule("(?i)^\\\\s*select", "reader-eligible", ""))
                        .vdb("rules", List.of("all")))) {
      Map<String, String> lines =
          lines(driver, "127.0.0.1", node.port(TestConfiguration.VDB), "app", "app");
      lines.put(SPLIT, node.metricOrZero(READS) > 0 ? "some" : "none");
      return lines;
    }
  }

  private static Map<String, String> lines(
      String driver, String host, int port, String user, String password) {
    ProcessBuilder builder =
        new ProcessBuilder(Toolchain.scripts(driver).resolve("run").toString());
    builder.environment().keySet().removeIf(name -> name.matches("(TDS|FREETDS|HD_).*"));
    builder
        .environment()
        .putAll(
            Map.of(
                "HD_HOST",
                host,
                "HD_PORT",
                Integer.toString(port),
                "HD_USER",
                user,
                "HD_PASSWORD",
                password,
                "HD_DATABASE",
                "app",
                "HD_CERTIFICATE",
                TestCertificate.localhost().inFiles().certificate().toString(),
                "HD_TIMEOUT",
                "60"));
    Map<String, String> lines = new LinkedHashMap<>();
    try {
      Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      CompletableFuture.runAsync(
          () -> Toolchain.end(process),
          CompletableFuture.delayedExecutor(RUN_MINUTES, TimeUnit.MINUTES));
      process
          .inputReader(StandardCharsets.UTF_8)
          .lines()
          .forEach(
              line -> {
                String[] parts = line.split(": ", 2);
                lines.merge(parts[0], parts.length == 1 ? "" : parts[1], (a, b) -> a + " " + b);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }
}
