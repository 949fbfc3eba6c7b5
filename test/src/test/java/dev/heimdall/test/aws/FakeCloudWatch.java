package dev.heimdall.test.aws;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * CloudWatch and CloudWatch Logs that take everything, or refuse it, which the emulator never does.
 * The answers are those of the service's documented errors.
 */
final class FakeCloudWatch implements AutoCloseable {
  private final FakeService service = new FakeService(this::handle);
  private final AtomicInteger calls = new AtomicInteger();
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

  URI uri() {
    return service.uri();
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
        case SILENT -> service.keepSilent();
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
    FakeService.send(exchange, status, json ? "application/x-amz-json-1.1" : "text/xml", text);
  }

  @Override
  public void close() {
    service.close();
  }
}
