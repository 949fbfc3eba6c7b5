package dev.heimdall.launcher.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.instance.LifecycleHook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class ScaleInTest {
  private static final String THROTTLED = "<E><Code>Throttling</Code></E>";
  private static final String OVER =
      "<E><Code>ValidationError</Code><Message>No active Lifecycle Action found</Message></E>";

  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private int heartbeats = Integer.MAX_VALUE;
  private HttpServer group;

  @BeforeEach
  void serve() throws IOException {
    group = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    group.createContext("/", this::answer);
    group.start();
  }

  @AfterEach
  void stop() {
    group.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    told.add(form.replaceAll("(?s).*Action=([A-Za-z]+).*", "$1"));
    if (told.size() == heartbeats) {
      drained.complete(null);
    }
    String refusal = refusals.poll();
    byte[] body = (refusal == null ? "<Done/>" : refusal).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(refusal == null ? 200 : 400, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Test
  void aGroupIsToldOnceWhenTheDrainIsOver() throws Exception {
    drained.complete(null);

    scaleIn(Duration.ofMinutes(1)).await(drained);

    assertThat(told).containsExactly("CompleteLifecycleAction");
  }

  @Test
  void aGroupIsToldToWaitOnWhileItTakesLong() throws Exception {
    heartbeats = 3;
    refusals.add(THROTTLED); // does no harm

    scaleIn(Duration.ofMillis(1)).await(drained);

    assertThat(told)
        .startsWith(
            "RecordLifecycleActionHeartbeat",
            "RecordLifecycleActionHeartbeat",
            "RecordLifecycleActionHeartbeat")
        .endsWith("CompleteLifecycleAction");
  }

  @Test
  void aGroupThatCannotListenNowIsToldAgainButNotForEver() throws Exception {
    drained.complete(null);
    refusals.addAll(List.of(THROTTLED, THROTTLED));
    scaleIn(Duration.ofMinutes(1)).await(drained);
    assertThat(told).hasSize(3);

    told.clear();
    refusals.addAll(List.of(THROTTLED, THROTTLED, THROTTLED, THROTTLED, THROTTLED, THROTTLED));
    refusals.add(THROTTLED);
    scaleIn(Duration.ofMinutes(1)).await(drained);
    assertThat(told).hasSize(6);
  }

  @Test
  void aGroupThatDoesNotWaitAnyMoreIsToldOnce() throws Exception {
    drained.complete(null);
    refusals.add(OVER);

    scaleIn(Duration.ofMinutes(1)).await(drained);

    assertThat(told).hasSize(1);
  }

  @Test
  void withoutAHookNobodyIsTold() throws Exception {
    drained.complete(null);

    new ScaleIn(Optional.empty(), Duration.ofMillis(1), Duration.ofMillis(1)).await(drained);

    assertThat(told).isEmpty();
  }

  private ScaleIn scaleIn(Duration heartbeat) {
    SignedCalls calls =
        new SignedCalls(
            "eu-west-1",
            Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:" + group.getAddress().getPort()),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")),
            Duration.ofSeconds(20));
    return new ScaleIn(
        Optional.of(new LifecycleHook(calls, "i-1", "drain", Optional.of("g"))),
        heartbeat,
        Duration.ofMillis(1));
  }
}
