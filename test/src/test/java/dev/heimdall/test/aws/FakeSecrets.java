package dev.heimdall.test.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Secrets Manager as it answers GetSecretValue when something is wrong, which the emulator never
 * does: shapes and codes are those of its API reference.
 */
final class FakeSecrets implements AutoCloseable {
  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile String error = "";
  private volatile String secret = "{}";
  private volatile String previous = "";

  FakeSecrets() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Holds the credentials from now on, as its only version. */
  void holds(String user, String password) {
    secret = text(user, password);
    previous = "";
    error = "";
  }

  /** Holds the credentials from now on; those before are its previous version. */
  void rotates(String user, String password) {
    String before = secret;
    holds(user, password);
    previous = before;
  }

  private static String text(String user, String password) {
    return "{\\\"username\\\":\\\"%s\\\",\\\"password\\\":\\\"%s\\\"}".formatted(user, password);
  }

  /** Refuses everything with this error code from now on. */
  void fails(String code) {
    error = code;
  }

  int asked() {
    return asked.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.incrementAndGet();
    boolean earlier = request.contains("AWSPREVIOUS");
    String failure = earlier && previous.isEmpty() ? "ResourceNotFoundException" : error;
    String text = earlier ? previous : secret;
    String body =
        failure.isEmpty()
            ? "{\"Name\":\"prod/shop\",\"VersionId\":\"v%d\",\"SecretString\":\"%s\"}"
                .formatted(text.hashCode(), text)
            : "{\"__type\":\"" + failure + "\",\"Message\":\"as the test wants it\"}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(failure.isEmpty() ? 200 : 400, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
