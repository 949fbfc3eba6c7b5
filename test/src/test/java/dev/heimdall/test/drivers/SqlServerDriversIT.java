package dev.heimdall.test.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.Toolchain;
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
 * of which one delays transactions. The program of each prints a line for each behaviour, {@code
 * NAME: VALUE}, or {@code NAME: FAIL …}; directly none fails, and through nodes each line is the
 * same.
 */
@Tag("ci")
class SqlServerDriversIT {
  private static final List<String> DRIVERS =
      List.of("tedious", "go-mssqldb", "pytds", "pymssql", "freetds");

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
                        }));
    return Stream.concat(
        each,
        Stream.of(
            DynamicTest.dynamicTest(
                "ran to its end",
                () -> assertThat(through.keySet()).isNotEmpty().isEqualTo(direct.keySet()))));
  }

  private static Map<String, String> through(String driver, String vdb) {
    try (TdsTarget server = TdsTarget.start("app");
        SqlServerNode node = SqlServerNode.pooled(server, CONNECTIONS, vdb)) {
      return lines(driver, "127.0.0.1", node.port(), "app", "app");
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
