package dev.heimdall.launcher.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.Heimdall;
import dev.heimdall.launcher.process.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it: a process of its own, with its databases, node and workload. */
class DemoIT {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

  @TempDir private Path temporary;
  private Process demo;

  @AfterEach
  void end() throws InterruptedException {
    if (demo != null) {
      demo.destroyForcibly().waitFor();
    }
  }

  @Test
  void theWorkloadRunsThroughTheNodeAndASignalEndsEveryProcess() throws Exception {
    start();
    await(() -> output().contains("Up until Ctrl-C") || !demo.isAlive());
    assertThat(demo.isAlive()).as(output()).isTrue();
    List<ProcessHandle> servers = demo.descendants().toList();
    assertThat(servers).hasSizeGreaterThan(10);
    await(() -> statementsOnTheDashboard() > 1000);

    demo.destroy();

    assertThat(demo.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(output()).isZero();
    assertThat(output())
        .contains("first query through it: 3000 orders")
        .contains("; 0 errors")
        .containsPattern("[1-9][\\d,]* reads of offers came from the node's cache")
        .containsPattern("(?m)^ +\\d+ +[\\d,]+ +[1-9][\\d,]* ")
        .contains("every process has ended")
        .doesNotContain("LEAK:");
    await(() -> servers.stream().noneMatch(DemoIT::isRunning));
    assertThat(leftFiles()).isEmpty();
  }

  @Test
  void theDemoEndsByItselfWhenItsTimeIsOver() throws Exception {
    start("--no-workload", "--for", "1");

    assertThat(demo.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();

    assertThat(demo.exitValue()).as(output()).isZero();
    assertThat(output()).contains("first query through it").contains("every process has ended");
    assertThat(leftFiles()).isEmpty();
  }

  /** What its manager knows of the node, asked by whoever has read the output. */
  private long statementsOnTheDashboard() {
    Matcher manager =
        Pattern.compile("(http://localhost:\\d+)/dashboard\\s+user admin, password (\\S+)")
            .matcher(output());
    assertThat(manager.find()).as(output()).isTrue();
    String login =
        Base64.getEncoder().encodeToString(("admin:" + manager.group(2)).getBytes(UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(manager.group(1) + "/api/v1/figures"))
            .header("Authorization", "Basic " + login)
            .build();
    try {
      String body =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
      return new ObjectMapper().readTree(body).path("counted").path("queries").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void start(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    // For its few seconds a second compiler and threads for garbage cost more than they save.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dio.netty.leakDetection.level=PARANOID");
    command.add("-Dio.netty.leakDetection.acquireAndReleaseOnly=true");
    command.add("-Djava.io.tmpdir=" + Files.createDirectory(temporary.resolve("tmp")));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Heimdall.class.getName());
    command.add("demo");
    command.add("--port-base=" + freeBase());
    command.addAll(List.of(options));
    demo =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("output").toFile())
            .start();
  }

  private static int freeBase() throws IOException {
    while (true) {
      try (ServerSocket some = new ServerSocket(0, 1, InetAddress.getByName(DemoPorts.HOST))) {
        int base = some.getLocalPort();
        some.close();
        if (base <= DemoPorts.HIGHEST_BASE) {
          new DemoPorts(base).requireFree("PostgreSQL");
          return base;
        }
      } catch (CommandFailure e) {
        // One of the ports above is taken: try elsewhere.
      }
    }
  }

  private String output() {
    try {
      return Files.readString(temporary.resolve("output"));
    } catch (IOException e) {
      return "";
    }
  }

  /** What the demo has left in its temporary directory, the JVM's own performance data apart. */
  private List<Path> leftFiles() throws IOException {
    try (var entries = Files.list(temporary.resolve("tmp"))) {
      return entries.filter(entry -> !entry.getFileName().toString().startsWith("hsperf")).toList();
    }
  }

  /** A zombie is no running process. */
  private static boolean isRunning(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LONG_ENOUGH.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time left").isLessThan(deadline);
      Thread.sleep(50);
    }
  }
}
