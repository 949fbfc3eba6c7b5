package dev.heimdall.test.operate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.HeimdallJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo as a user runs it: a process of its own, with its databases, node and workload. */
@Tag("ci")
class DemoIT {
  /** The share of its reads that the cache has answered. */
  private static final Pattern HITS =
      Pattern.compile("reads of offers came from the node's cache, (\\d+) % of all");

  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);
  private static final String HEAP = "512m";

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
    start(HEAP);
    Await.until(
        "it is up",
        LONG_ENOUGH,
        () -> output().contains("Up until Ctrl-C") || !demo.isAlive(),
        this::output);
    assertThat(demo.isAlive()).as(output()).isTrue();
    List<ProcessHandle> servers = demo.descendants().toList();
    assertThat(servers).hasSizeGreaterThan(10);
    Await.until(
        "its manager knows of its statements",
        LONG_ENOUGH,
        () -> figure("/counted/queries") > 1000,
        this::output);
    Await.until(
        "few clients go on, and the dashboard does not go flat",
        LONG_ENOUGH,
        () -> figure("/newest/clients") == 4,
        this::output);

    demo.destroy();

    assertThat(demo.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(output()).isZero();
    assertThat(output())
        .contains("first query through it: 3000 orders")
        .contains("; 0 errors")
        .containsPattern("(?m)^ +\\d+ +[\\d,]+ +[1-9][\\d,]* ")
        .contains("every process has ended")
        .doesNotContain("LEAK:");
    Matcher hits = HITS.matcher(output());
    assertThat(hits.find()).as(output()).isTrue();
    assertThat(Integer.parseInt(hits.group(1))).as(output()).isGreaterThan(50);
    Await.until(
        "its servers have ended",
        LONG_ENOUGH,
        () -> servers.stream().noneMatch(DemoIT::isRunning),
        this::output);
    assertThat(leftFiles()).isEmpty();
  }

  @Test
  void theDemoEndsByItselfWhenItsTimeIsOver() throws Exception {
    start(HEAP, "--no-workload", "--for", "1");

    assertThat(demo.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();

    assertThat(demo.exitValue()).as(output()).isZero();
    assertThat(output()).contains("first query through it").contains("every process has ended");
    assertThat(leftFiles()).isEmpty();
  }

  /** What sessions keep of a statement that was answered is none of its text. */
  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "postgresql, jdbc:postgresql://127.0.0.1:%d/shop?user=shop&password=shop",
    "mysql, jdbc:mysql://127.0.0.1:%d/shop?user=shop&password=shop&sslMode=DISABLED"
        + "&allowPublicKeyRetrieval=true&maxAllowedPacket=67108864"
  })
  void largeStatementsOfManySessionsDoNotFillTheHeap(String engine, String url) throws Exception {
    String text = "SELECT length('" + "x".repeat(15_000_000) + "')";
    int port = start("256m", "--no-workload", "--engine", engine, "--for", "300");
    Await.until(
        "it is up",
        LONG_ENOUGH,
        () -> output().contains("Up for") || !demo.isAlive(),
        this::output);
    List<Connection> sessions = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Connection session = DriverManager.getConnection(url.formatted(port));
        sessions.add(session);
        try (Statement statement = session.createStatement();
            ResultSet rows = statement.executeQuery(text)) {
          rows.next();
          assertThat(rows.getInt(1)).isEqualTo(15_000_000);
        }
      }
    } finally {
      for (Connection session : sessions) {
        session.close();
      }
    }
    assertThat(demo.isAlive()).as(output()).isTrue();
  }

  /** What its manager knows of the node, asked by whoever has read the output. */
  private long figure(String path) {
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
      return new ObjectMapper().readTree(body).at(path).asLong(-1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private int start(String heap, String... options) throws IOException {
    int port = FreePort.rowOf(10);
    List<String> words = new ArrayList<>(List.of("demo", "--port-base=" + port));
    words.addAll(List.of(options));
    List<String> command =
        HeimdallJvm.command(
            words,
            "-Xmx" + heap,
            "-Dio.netty.leakDetection.level=PARANOID",
            "-Dio.netty.leakDetection.acquireAndReleaseOnly=true",
            "-Djava.io.tmpdir=" + Files.createDirectory(temporary.resolve("tmp")));
    demo =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("output").toFile())
            .start();
    return port;
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
}
