package dev.heimdall.test.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * CloudWatch and CloudWatch Logs that take everything, or refuse it, which the emulator never does.
 * The answers are those of the service's documented errors.
 */
final class FakeCloudWatch implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Manner manner = Manner.WELL;

  /** How it answers. */
  enum Manner {
    WELL,
    DENIED,
    THROTTLING,
    /** With what a load balancer says. */
    UNAVAILABLE,
    /** Not at all. */
    SILENT
  }

  FakeCloudWatch() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void answers(Manner next) {
    manner = next;
  }

  int calls() {
    return calls.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      calls.incrementAndGet();
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      boolean json = target != null;
      switch (manner) {
        case WELL -> send(exchange, json, 200, json ? "{}" : "<PutMetricDataResponse/>");
        case DENIED -> send(exchange, json, json ? 400 : 403, error(json, "AccessDenied"));
        case THROTTLING -> send(exchange, json, 400, error(json, "Throttling"));
        case UNAVAILABLE -> send(exchange, json, 503, "<html>try again later</html>");
        case SILENT -> {
          try {
            closing.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }
    }
  }

  private static String error(boolean json, String code) {
    return json
        ? "{\"__type\":\"" + code + "Exception\",\"message\":\"told to\"}"
        : "<ErrorResponse><Error><Code>"
            + code
            + "</Code><Message>told to</Message></Error><RequestId>1</RequestId></ErrorResponse>";
  }

  private static void send(HttpExchange exchange, boolean json, int status, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .set("Content-Type", json ? "application/x-amz-json-1.1" : "text/xml");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
