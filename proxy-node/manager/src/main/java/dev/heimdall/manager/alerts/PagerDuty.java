package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.problems.Alert;
import dev.heimdall.manager.web.Answer;
import java.net.URI;
import java.util.Map;

/**
 * Events of PagerDuty's API v2, each in a request of its own: one that triggers an incident, has it
 * acknowledged, or resolves it. They go together by the alert's id, so that none is there twice,
 * however often one is sent.
 */
record PagerDuty(PagerDutyTarget target, Senders by) {
  private static final int LONGEST_SUMMARY = 1024;

  String send(Message message) throws Failed, InterruptedException {
    if (message.test()) {
      ObjectNode test = event("trigger", message.id());
      test.putObject("payload")
          .put("summary", "Heimdall: this is a test")
          .put("source", target.source())
          .put("severity", "info");
      post(test);
      return post(event("resolve", message.id()));
    }
    String words = "nothing to send";
    for (Event event : message.events()) {
      words = post(event(event));
    }
    return words;
  }

  private String post(ObjectNode event) throws Failed, InterruptedException {
    return by.webhook().post(URI.create(target.url()), event.toString(), Map.of());
  }

  private ObjectNode event(String action, String id) {
    return Answer.JSON
        .createObjectNode()
        .put("routing_key", target.routingKey().value())
        .put("event_action", action)
        .put("dedup_key", id)
        .put("client", "Heimdall");
  }

  private ObjectNode event(Event notice) {
    Alert alert = notice.alert().orElseThrow();
    if (Notices.isEnd(notice)) {
      return event("resolve", alert.id());
    }
    if (Notices.isAcknowledgement(notice)) {
      return event("acknowledge", alert.id());
    }
    ObjectNode event = event("trigger", alert.id());
    ObjectNode payload = event.putObject("payload");
    payload
        .put("summary", cut(alert.words()))
        .put("source", target.source())
        .put("severity", notice.severity().spelling())
        .put("timestamp", alert.started().toString())
        .put("class", alert.kind());
    if (!alert.about().isEmpty()) {
      payload.put("component", alert.about());
    }
    ObjectNode details = payload.putObject("custom_details");
    details.put("detail", alert.detail()).put("effect", alert.effect()).put("next", alert.next());
    alert.nodes().forEach(details.putArray("nodes")::add);
    return event;
  }

  private static String cut(String text) {
    return text.length() > LONGEST_SUMMARY ? text.substring(0, LONGEST_SUMMARY) : text;
  }
}
