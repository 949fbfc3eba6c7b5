package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a target is told.
 *
 * @param leftOut how many events it was not told of before
 * @param test whether nothing has happened
 */
record Message(List<Event> events, long leftOut, boolean test) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST = 20;

  Message {
    events = List.copyOf(events);
  }

  private long others() {
    return leftOut + Math.max(0, events.size() - MOST);
  }

  /** In lines. */
  String text() {
    if (test) {
      return "Heimdall: this is a test.";
    }
    StringBuilder text = new StringBuilder("Heimdall");
    for (Event event : events.stream().limit(MOST).toList()) {
      text.append("\n[")
          .append(event.severity().spelling())
          .append("] ")
          .append(event.kind().replace('-', ' '));
      if (!event.about().isEmpty()) {
        text.append(" of ").append(event.about());
      }
      if (!event.server().isEmpty()) {
        text.append(" (").append(event.server()).append(')');
      }
      text.append(": ").append(event.words());
    }
    if (others() > 0) {
      text.append("\nand ").append(others()).append(" more events, which the manager shows");
    }
    return text.toString();
  }

  /** As a target of this style takes it. */
  String body(Target.Style style) {
    ObjectNode body = JSON.createObjectNode();
    if (style == Target.Style.SLACK) {
      // What comes from elsewhere is to be no link and no mention.
      String safe = text().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
      return body.put("text", safe).toString();
    }
    body.put("test", test).put("text", text()).put("leftOut", others());
    ArrayNode all = body.putArray("events");
    events.stream().limit(MOST).forEach(event -> all.add(EventsPath.words(event)));
    return body.toString();
  }
}
