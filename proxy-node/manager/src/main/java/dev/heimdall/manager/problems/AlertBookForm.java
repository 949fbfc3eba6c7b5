package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The alert book as it is written. */
final class AlertBookForm implements SharedDocument.Form<AlertBook> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 300;
  private static final int MOST_NODES = 500;

  @Override
  public AlertBook read(Optional<Content> written) throws StoreException {
    if (written.isEmpty()) {
      return AlertBook.EMPTY;
    }
    try {
      JsonNode root = JSON.readTree(written.get().bytes());
      List<Alert> alerts = new ArrayList<>();
      for (JsonNode one : root.path("alerts")) {
        alerts.add(alert(one));
      }
      List<Silence> silences = new ArrayList<>();
      for (JsonNode one : root.path("silences")) {
        silences.add(silence(one));
      }
      return new AlertBook(alerts, silences);
    } catch (IOException | DateTimeException e) {
      throw StoreException.corrupt("The manager's firing.json is not as the manager writes it.");
    }
  }

  private static Alert alert(JsonNode json) {
    List<String> nodes = new ArrayList<>();
    json.path("nodes").forEach(node -> nodes.add(node.asText()));
    Map<String, Instant> seenBy = new HashMap<>();
    for (Map.Entry<String, JsonNode> one : json.path("seenBy").properties()) {
      seenBy.put(one.getKey(), Instant.parse(one.getValue().asText()));
    }
    JsonNode acknowledged = json.path("acknowledged");
    return new Alert(
        json.path("id").asText(),
        json.path("kind").asText(),
        json.path("about").asText(),
        json.path("critical").asBoolean(),
        json.path("words").asText(),
        json.path("detail").asText(),
        nodes,
        time(json, "started"),
        json.has("ended") ? Optional.of(time(json, "ended")) : Optional.empty(),
        seenBy,
        acknowledged.isObject()
            ? Optional.of(
                new Alert.Acknowledged(
                    acknowledged.path("by").asText(),
                    time(acknowledged, "at"),
                    acknowledged.path("comment").asText()))
            : Optional.empty());
  }

  private static Silence silence(JsonNode json) {
    return new Silence(
        json.path("id").asText(),
        json.path("kind").asText(),
        json.path("about").asText(),
        json.path("node").asText(),
        time(json, "until"),
        json.path("by").asText(),
        time(json, "at"),
        json.path("reason").asText());
  }

  private static Instant time(JsonNode json, String name) {
    return Instant.parse(json.path(name).asText());
  }

  @Override
  public Content write(AlertBook book) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("alerts");
    root.putArray("silences");
    book.alerts().forEach(alert -> write(root.withArray("alerts").addObject(), alert));
    book.silences().forEach(silence -> write(root.withArray("silences").addObject(), silence));
    return Content.of(root.toPrettyString() + "\n");
  }

  private static void write(ObjectNode json, Alert alert) {
    json.put("id", alert.id())
        .put("kind", alert.kind())
        .put("about", cut(alert.about()))
        .put("critical", alert.critical())
        .put("words", cut(alert.words()))
        .put("detail", cut(alert.detail()));
    alert.nodes().stream().limit(MOST_NODES).forEach(json.putArray("nodes")::add);
    json.put("started", alert.started().toString());
    alert.ended().ifPresent(at -> json.put("ended", at.toString()));
    ObjectNode seenBy = json.putObject("seenBy");
    alert.seenBy().forEach((manager, at) -> seenBy.put(manager, at.toString()));
    alert
        .acknowledged()
        .ifPresent(
            by ->
                json.putObject("acknowledged")
                    .put("by", by.by())
                    .put("at", by.at().toString())
                    .put("comment", by.comment()));
  }

  private static void write(ObjectNode json, Silence silence) {
    json.put("id", silence.id())
        .put("kind", silence.kind())
        .put("about", silence.about())
        .put("node", silence.node())
        .put("until", silence.until().toString())
        .put("by", silence.by())
        .put("at", silence.at().toString())
        .put("reason", silence.reason());
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
