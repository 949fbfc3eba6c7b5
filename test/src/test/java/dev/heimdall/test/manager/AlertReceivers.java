package dev.heimdall.test.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * PagerDuty's Events API v2 and Alertmanager's API v2, as far as they take alerts: what is not as
 * they have it described is refused, as they do, and remembered.
 */
final class AlertReceivers implements AutoCloseable {
  static final String ROUTING_KEY = "0123456789abcdef0123456789ABCDEF";
  static final String AUTHORIZATION = "Bearer T0PSECRET";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> OF_EVENT =
      Set.of(
          "routing_key",
          "event_action",
          "dedup_key",
          "payload",
          "images",
          "links",
          "client",
          "client_url");
  private static final Set<String> OF_PAYLOAD =
      Set.of(
          "summary",
          "source",
          "severity",
          "timestamp",
          "component",
          "group",
          "class",
          "custom_details");

  private final List<JsonNode> incidents = new CopyOnWriteArrayList<>();
  private final List<JsonNode> alerts = new CopyOnWriteArrayList<>();
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  /** What is wrong with a request. */
  private static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    Wrong(String words) {
      super(words);
    }
  }

  private interface Taker {
    void take(JsonNode body, HttpExchange exchange) throws Wrong;
  }

  AlertReceivers() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v2/enqueue", exchange -> take(exchange, 202, this::pagerDuty));
    server.createContext("/api/v2/alerts", exchange -> take(exchange, 200, this::alertmanager));
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Events for PagerDuty, in their order. */
  List<JsonNode> incidents(String action) {
    return incidents.stream()
        .filter(event -> event.path("event_action").asText().equals(action))
        .toList();
  }

  /** Alerts that Alertmanager was told of, by the name that is one of their labels. */
  List<JsonNode> alerts(String name) {
    return alerts.stream()
        .filter(alert -> alert.at("/labels/alertname").asText().equals(name))
        .toList();
  }

  /** What was refused, and why. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  private void take(HttpExchange exchange, int status, Taker taker) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), "UTF-8");
    int answer = status;
    try {
      need(exchange.getRequestMethod().equals("POST"), "method");
      need(
          "application/json".equals(exchange.getRequestHeaders().getFirst("Content-Type")),
          "type of the content");
      taker.take(JSON.readTree(body), exchange);
    } catch (Wrong e) {
      faults.add(e.getMessage() + " in " + body);
      answer = 400;
    }
    exchange.sendResponseHeaders(answer, -1);
    exchange.close();
  }

  private static void need(boolean right, String what) throws Wrong {
    if (!right) {
      throw new Wrong(what);
    }
  }

  private static void only(JsonNode object, Set<String> keys) throws Wrong {
    need(object.isObject(), "no object");
    for (Map.Entry<String, JsonNode> one : object.properties()) {
      need(keys.contains(one.getKey()), "key " + one.getKey());
    }
  }

  private static void text(JsonNode object, String key, int longest) throws Wrong {
    JsonNode text = object.path(key);
    need(text.isTextual() && !text.asText().isEmpty() && text.asText().length() <= longest, key);
  }

  private static void time(JsonNode object, String key) throws Wrong {
    try {
      Instant.parse(object.path(key).asText());
    } catch (DateTimeException e) {
      throw new Wrong(key);
    }
  }

  private void pagerDuty(JsonNode event, HttpExchange exchange) throws Wrong {
    only(event, OF_EVENT);
    need(event.path("routing_key").asText().equals(ROUTING_KEY), "routing_key");
    String action = event.path("event_action").asText();
    need(Set.of("trigger", "acknowledge", "resolve").contains(action), "event_action");
    text(event, "dedup_key", 255);
    if (action.equals("trigger")) {
      JsonNode payload = event.path("payload");
      only(payload, OF_PAYLOAD);
      text(payload, "summary", 1024);
      text(payload, "source", 1000);
      need(
          Set.of("critical", "error", "warning", "info")
              .contains(payload.path("severity").asText()),
          "severity");
      if (payload.has("timestamp")) {
        time(payload, "timestamp");
      }
    }
    incidents.add(event);
  }

  private void alertmanager(JsonNode all, HttpExchange exchange) throws Wrong {
    need(
        AUTHORIZATION.equals(exchange.getRequestHeaders().getFirst("Authorization")),
        "Authorization");
    need(all.isArray() && !all.isEmpty(), "no alerts");
    for (JsonNode alert : all) {
      only(alert, Set.of("labels", "annotations", "startsAt", "endsAt", "generatorURL"));
      need(!alert.path("labels").isEmpty(), "no labels");
      labels(alert.path("labels"));
      labels(alert.path("annotations"));
      time(alert, "startsAt");
      time(alert, "endsAt");
      need(
          !Instant.parse(alert.path("endsAt").asText())
              .isBefore(Instant.parse(alert.path("startsAt").asText())),
          "it ends before it starts");
      alerts.add(alert);
    }
  }

  private static void labels(JsonNode labels) throws Wrong {
    need(labels.isObject(), "labels");
    for (Map.Entry<String, JsonNode> one : labels.properties()) {
      need(one.getKey().matches("[a-zA-Z_][a-zA-Z0-9_]*"), "label " + one.getKey());
      need(one.getValue().isTextual(), "value of " + one.getKey());
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
