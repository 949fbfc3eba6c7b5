package dev.heimdall.test.operate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A service of AWS in the query protocol that answers what it was told to answer, or that it was
 * done. It replays documented answers of actions that the emulator lacks, and refusals.
 */
final class FakeService implements AutoCloseable {
  private final HttpServer server;
  private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private volatile Answer otherwise = new Answer(200, "<Response/>");

  private record Answer(int status, String body) {}

  FakeService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** What it answers to an action. */
  void when(String action, int status, String body) {
    answers.put(action, new Answer(status, body));
  }

  /** What it answers to everything else. */
  void otherwise(int status, String body) {
    otherwise = new Answer(status, body);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The parameters of all requests for an action. */
  List<Map<String, String>> requests(String action) {
    return requests.stream().filter(request -> action.equals(request.get("Action"))).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    Map<String, String> request = new TreeMap<>();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    for (String pair : body.split("&")) {
      String[] parts = pair.split("=", 2);
      request.put(
          URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
          parts.length > 1 ? URLDecoder.decode(parts[1], StandardCharsets.UTF_8) : "");
    }
    action(exchange).ifPresent(action -> request.putIfAbsent("Action", action));
    requests.add(request);
    Answer answer = answers.getOrDefault(request.getOrDefault("Action", ""), otherwise);
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Of the protocols that do not say it in a form: JSON, and S3's, whose actions are two here. */
  private static Optional<String> action(HttpExchange exchange) {
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    if (target != null) {
      return Optional.of(target.substring(target.indexOf('.') + 1));
    }
    if (!exchange.getRequestMethod().equals("GET")) {
      return Optional.empty();
    }
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    return Optional.of(query.contains("list-type") ? "ListBucket" : "GetObject");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
