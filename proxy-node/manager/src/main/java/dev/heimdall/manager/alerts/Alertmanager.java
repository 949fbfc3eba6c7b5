package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.problems.Alert;
import dev.heimdall.manager.web.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * Alerts as Alertmanager's API v2 takes them: all that go on in one request, again and again, each
 * with an end that lies a few requests ahead. An alert is known by its labels, which are the same
 * for all managers.
 */
record Alertmanager(AlertmanagerTarget target, Senders by) {
  /** If no manager is there any more the end of an alert is not reported. */
  private static final Duration AHEAD = Duration.ofMinutes(5);

  String send(Message message) throws Failed, InterruptedException {
    ArrayNode alerts = Answer.JSON.createArrayNode();
    Instant now = by.clock().instant();
    if (message.test()) {
      ObjectNode test = alerts.addObject();
      test.putObject("labels")
          .put("alertname", "HeimdallTest")
          .put("severity", "info")
          .put("source", target.source());
      test.putObject("annotations").put("summary", "Heimdall: this is a test");
      test.put("startsAt", now.toString()).put("endsAt", now.plusSeconds(60).toString());
    }
    for (Event event : message.events()) {
      write(alerts.addObject(), event.alert().orElseThrow(), now);
    }
    return by.webhook()
        .post(
            target.uri(),
            alerts.toString(),
            target
                .authorization()
                .map(secret -> Map.of("Authorization", secret.value()))
                .orElse(Map.of()));
  }

  private void write(ObjectNode json, Alert alert, Instant now) {
    ObjectNode labels = json.putObject("labels");
    labels
        .put("alertname", name(alert.kind()))
        .put("severity", alert.severity())
        .put("source", target.source());
    if (!alert.about().isEmpty()) {
      labels.put("about", alert.about());
    }
    json.putObject("annotations")
        .put("summary", alert.words())
        .put("description", alert.detail())
        .put("effect", alert.effect())
        .put("next", alert.next());
    json.put("startsAt", alert.started().toString())
        .put("endsAt", alert.ended().orElse(now.plus(AHEAD)).toString());
  }

  /** Such as {@code HeimdallNoWriter}. */
  private static String name(String kind) {
    StringBuilder name = new StringBuilder("Heimdall");
    for (String word : kind.split("-")) {
      name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return name.toString();
  }
}
