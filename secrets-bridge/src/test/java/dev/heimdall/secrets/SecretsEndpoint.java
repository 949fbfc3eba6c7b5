package dev.heimdall.secrets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Secrets Manager as it answers GetSecretValue, in the words of its API reference. */
final class SecretsEndpoint implements AutoCloseable {
  private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong clock = new AtomicLong();
  private final HttpServer server;
  private volatile String error = "";

  SecretsEndpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** An ARN says the region, so that nobody looks for that of the machine. */
  static String arn(String name) {
    return ARN + name;
  }

  void holds(String name, String text) {
    texts.put(arn(name), text);
  }

  /** Answers everything so from now on; empty: as it should. */
  void fails(String code) {
    error = code;
  }

  int asked() {
    return asked.getAndSet(0);
  }

  void later(int seconds) {
    clock.addAndGet(seconds * 1_000_000_000L);
  }

  NamedSecrets secrets() {
    return new NamedSecrets(
        new StoreLocation.Place(
            Optional.empty(),
            Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))),
        StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")),
        clock::get);
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    JsonNode request = Bundle.JSON.readTree(exchange.getRequestBody());
    String id = request.path("SecretId").asText();
    String failure =
        !error.isEmpty() || texts.containsKey(id) ? error : "ResourceNotFoundException";
    ObjectNode answer = Bundle.JSON.createObjectNode();
    if (failure.isEmpty()) {
      answer.put("ARN", id).put("VersionId", "v").put("SecretString", texts.get(id));
    } else {
      answer.put("__type", failure).put("Message", "as the test wants it");
    }
    byte[] bytes = Bundle.bytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(failure.isEmpty() ? 200 : 400, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Nobody answers any more. */
  @Override
  public void close() {
    server.stop(0);
  }
}
