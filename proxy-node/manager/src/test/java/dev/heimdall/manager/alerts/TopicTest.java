package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.routing.call.SignedCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** SNS as it answers Publish, in the shapes of its API reference. */
class TopicTest {
  private static final String ARN = "arn:aws:sns:eu-west-1:123456789012:on-call";
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private final Map<String, String> got = new TreeMap<>();
  private HttpServer server;
  private int status = 200;
  private String answer = "<PublishResponse><PublishResult/></PublishResponse>";
  private String signed = "";

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::take);
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    for (String pair : form.split("&")) {
      String[] parts = pair.split("=", 2);
      got.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    signed = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String send(String arn, Message message) throws Failed {
    TopicTarget target = new TopicTarget(arn, Severity.INFO, List.of(), 20);
    Map<String, String> environment =
        Map.of("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:" + server.getAddress().getPort());
    StaticCredentialsProvider me =
        StaticCredentialsProvider.create(AwsBasicCredentials.create("me", "secret"));
    return new Topic(region -> new SignedCalls(region, environment, me, Duration.ofSeconds(10)))
        .send(target, message);
  }

  private static Message message(String about) {
    Event event =
        new Event(
            "a-1", NOW, NOW, "node-lost", Severity.CRITICAL, about, "", List.of("a"), "gone", 1);
    return Message.of(List.of(event), 0);
  }

  @Test
  void aMessageHasASubjectATextAndAttributesToFilterBy() throws Exception {
    assertThat(send(ARN, message("zürich\r\n" + "x".repeat(200)))).isEqualTo("taken by SNS");
    assertThat(got)
        .containsEntry("Action", "Publish")
        .containsEntry("TopicArn", ARN)
        .containsEntry("MessageAttributes.entry.1.Name", "severity")
        .containsEntry("MessageAttributes.entry.1.Value.DataType", "String")
        .containsEntry("MessageAttributes.entry.1.Value.StringValue", "critical")
        .containsEntry("MessageAttributes.entry.2.Name", "kind")
        .containsEntry("MessageAttributes.entry.2.Value.DataType", "String.Array")
        .containsEntry("MessageAttributes.entry.2.Value.StringValue", "[\"node-lost\"]")
        .doesNotContainKey("MessageGroupId");
    assertThat(got.get("Subject"))
        .startsWith("[critical] Heimdall: node lost of z?rich xxx")
        .matches("[\\x20-\\x7e]{1,99}");
    assertThat(got.get("Message")).contains("zürich").contains("gone");
    assertThat(signed).contains("/eu-west-1/sns/aws4_request");
  }

  @Test
  void aFifoTopicGetsThemInOrderAndOnce() throws Exception {
    Message message = message("shop");
    send(ARN + ".fifo", message);
    assertThat(got)
        .containsEntry("MessageGroupId", "heimdall")
        .containsEntry("MessageDeduplicationId", message.id());
    assertThat(message("shop").id()).isEqualTo(message.id());
    assertThat(message("other").id()).isEqualTo(message.id()); // the same event
    got.clear();
    send(ARN, Message.ofTest());
    assertThat(got).containsEntry("Subject", "Heimdall: this is a test");
  }

  private Failed failure(int with, String code) {
    status = with;
    answer =
        "<ErrorResponse><Error><Code>%s</Code><Message>why</Message></Error></ErrorResponse>"
            .formatted(code);
    return catchThrowableOfType(Failed.class, () -> send(ARN, message("shop")));
  }

  @Test
  void whatIsMissingIsNamedAndWhatMayPassIsTriedAgain() {
    Failed denied = failure(403, "AuthorizationError");
    assertThat(denied)
        .hasMessage(
            "the permission sns:Publish on " + ARN + " is missing (AuthorizationError: why)");
    assertThat(denied.worthAnother()).isFalse();
    Failed missing = failure(404, "NotFound");
    assertThat(missing).hasMessage("sns:Publish: NotFound: why");
    assertThat(missing.worthAnother()).isFalse();
    assertThat(failure(403, "InvalidClientTokenId").worthAnother()).isFalse();
    assertThat(failure(400, "Throttling").worthAnother()).isTrue();
    assertThat(failure(500, "InternalError").worthAnother()).isTrue();
    assertThat(failure(503, "ServiceUnavailable").worthAnother()).isTrue();
    server.stop(0);
    assertThat(failure(200, "").worthAnother()).isTrue();
  }
}
