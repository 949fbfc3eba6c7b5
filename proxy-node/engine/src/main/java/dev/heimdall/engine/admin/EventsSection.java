package dev.heimdall.engine.admin;

import dev.heimdall.engine.events.NodeEvent;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.report.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The report's section of what happened to the node. */
public final class EventsSection implements Section {
  private final NodeEvents events;

  public EventsSection(NodeEvents events) {
    this.events = events;
  }

  @Override
  public String name() {
    return "events";
  }

  @Override
  public CompletionStage<Map<String, Object>> content() {
    NodeEvents.Last last = events.last();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("forgotten", last.forgotten());
    content.put("events", last.events().stream().map(EventsSection::words).toList());
    return CompletableFuture.completedFuture(content);
  }

  private static Map<String, Object> words(NodeEvent event) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("number", event.number());
    content.put("at", event.at().toString());
    content.put("kind", event.kind().spelling());
    content.put("severity", event.kind().severity().spelling());
    content.put("about", event.about());
    content.put("server", event.server());
    content.put("words", event.words());
    content.put("count", event.count());
    return content;
  }
}
