package dev.heimdall.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.report.ReportSignature;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A manager with the least heap that one is given, and callers who make it hold as much as they
 * can: an account that only reads, and whoever has the key that nodes sign with. It ends with the
 * first OutOfMemoryError.
 */
@Tag("long")
class SmallHeapTest {
  private static final String PASSWORD = "right";
  private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
  private static final int MIB = 1 << 20;
  private static final int DOCUMENTS = 10;
  private static final int MANY_NODES = 300;

  @TempDir private Path directory;
  private Process manager;
  private BufferedReader said;
  private int port;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** The manager, in a JVM of its own; it ends when its input does. */
  static final class Managing {
    private Managing() {}

    public static void main(String[] args) throws Exception {
      try (ControlPlane manager =
          LoneManager.start(Path.of(args[0]), PASSWORD, RegionFacts.unknown())) {
        System.out.println("port " + manager.port());
        while (System.in.read() >= 0) {
          // until whoever has begun it is gone
        }
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    Path rules = Files.createDirectories(LoneManager.configuration(directory).resolve("rules"));
    String rule = "{\"match\": \"a\", \"action\": \"drop\", \"note\": [1, 2, 3, 4, 5, 6, 7, 8]}";
    String text =
        IntStream.range(0, MIB / (rule.length() + 1) - 1)
            .mapToObj(i -> rule)
            .collect(Collectors.joining(",", "{\"rules\": [", "]}"));
    for (int i = 0; i < DOCUMENTS; i++) {
      Files.writeString(rules.resolve("list" + i + ".json"), text);
    }
    manager =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Managing.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    said = manager.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    while (line != null && !line.startsWith("port ")) {
      line = said.readLine();
    }
    assertThat(line).isNotNull();
    port = Integer.parseInt(line.substring("port ".length()));
    Thread rest =
        new Thread(
            () -> said.lines().forEach(each -> System.out.println("manager: " + each)), "said");
    rest.setDaemon(true);
    rest.start();
  }

  @AfterEach
  void stop() throws Exception {
    manager.getOutputStream().close();
    if (!manager.waitFor(10, TimeUnit.SECONDS)) {
      manager.destroyForcibly().waitFor();
    }
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", RestClient.basic("admin", PASSWORD))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<String> page(HttpRequest.Builder request, String cookie) throws Exception {
    return http.send(
        request.timeout(Duration.ofSeconds(60)).header("Cookie", cookie).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder browser(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("Accept", "text/html");
  }

  /** A browser that has logged in; its cookie. */
  private String logIn() throws Exception {
    HttpResponse<String> form = page(browser("/login"), "none=1");
    Matcher csrf = CSRF.matcher(form.body());
    assertThat(csrf.find()).isTrue();
    String fields = "csrf=%s&user=admin&password=%s".formatted(csrf.group(1), PASSWORD);
    HttpResponse<String> in =
        page(
            browser("/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(fields)),
            LoneManager.cookie(form, "heimdall-form"));
    return LoneManager.cookie(in, "heimdall-session");
  }

  /** All at once; how many were answered with each status. */
  private Map<Integer, Long> together(int callers, String path) throws Exception {
    return together(callers, () -> get(path).statusCode());
  }

  private static Map<Integer, Long> together(int callers, Callable<Integer> each) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        answers.add(threads.submit(each));
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> answer : answers) {
        statuses.add(answer.get());
      }
      return statuses.stream()
          .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
    } finally {
      threads.shutdownNow();
    }
  }

  /** It answers everybody, if not at once. */
  private void goesOn() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    int status = get("/version").statusCode();
    while (status == 503 && System.nanoTime() < end) {
      status = get("/version").statusCode();
    }
    assertThat(status).isEqualTo(200);
  }

  @Test
  void allListsThatAreReadByManyAtOnceAreAnsweredOrRefused() throws Exception {
    assertThat(together(8, "/api/v1/rules").keySet()).isSubsetOf(413, 503);
    assertThat(together(8, "/api/v1/documents").keySet()).contains(200).isSubsetOf(200, 503);
    goesOn();
  }

  /** Pages with a list of thousands of rules, as whoever only reads may open in many tabs. */
  @Test
  void pagesOfALargeListThatAreReadByManyAtOnceAreAnsweredOrRefused() throws Exception {
    for (int i = 1; i < DOCUMENTS; i++) { // all are read for each page: there is room for one
      Files.delete(directory.resolve("configuration/rules/list" + i + ".json"));
    }
    String session = logIn();
    for (String path : List.of("/rules/list0", "/rules", "/documents/rules/list0.json")) {
      Set<Integer> statuses = together(6, () -> page(browser(path), session).statusCode()).keySet();
      assertThat(statuses).as(path).contains(200).isSubsetOf(200, 503);
      goesOn();
    }
  }

  private int report(String node, int number, String sections) throws Exception {
    long now = System.currentTimeMillis();
    byte[] body =
        ("{\"run\": \"r\", \"number\": %d, \"version\": \"1\", \"started\":".formatted(number)
                + " \"2026-01-01T00:00:00Z\", \"everyMillis\": 60000, \"sections\": %s}"
                    .formatted(sections))
            .getBytes(StandardCharsets.UTF_8);
    assertThat(body).hasSizeLessThan(ReportSignature.LARGEST_REPORT);
    return http.send(
            LoneManager.report(port, node, now + number, body)
                .timeout(Duration.ofSeconds(60))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static String repeated(int bytes, IntFunction<String> part, String separator) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < bytes; i++) {
      text.append(i == 0 ? "" : separator).append(part.apply(i));
    }
    return text.toString();
  }

  @Test
  void reportsThatAreKeptHaveABound() throws Exception {
    String state = "{\"state\": {\"vdbs\": [%s]}}".formatted(repeated(80_000, i -> "{}", ","));
    for (int i = 0; i < MANY_NODES; i++) {
      assertThat(report("n" + i, 1, state)).isIn(200, 413);
    }
    // A node like others is heard beside them.
    assertThat(report("polite", 1, "{\"state\": {\"ready\": true}}")).isEqualTo(200);
    goesOn();
    assertThat(get("/api/v1/nodes").statusCode()).isEqualTo(200);
    goesOn();
  }
}
