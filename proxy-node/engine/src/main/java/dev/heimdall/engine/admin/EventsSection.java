package dev.heimdall.engine.admin;

import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvent;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.report.Section;
import dev.heimdall.engine.share.StoreState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The report's section of what happened to the node. */
public final class EventsSection implements Section {
  private final NodeEvents events;
  private final NodeView node;
  private StoreState.Connection before = StoreState.Connection.UNUSED;

  public EventsSection(NodeEvents events, NodeView node) {
    this.events = events;
    this.node = node;
  }

  @Override
  public String name() {
    return "events";
  }

  @Override
  public CompletionStage<Map<String, Object>> content() {
    node.store().ifPresent(this::look);
    NodeEvents.Last last = events.last();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("forgotten", last.forgotten());
    content.put("events", last.events().stream().map(EventsSection::words).toList());
    return CompletableFuture.completedFuture(content);
  }

  /** The store itself tells nobody: from one report to the next it is seen what became of it. */
  private synchronized void look(StoreState store) {
    StoreState.Connection now = store.connection();
    if (now == StoreState.Connection.AWAY && before == StoreState.Connection.CONNECTED) {
      events.happened(EventKind.STORE_AWAY, "", "", "The shared store is not reached.");
    } else if (now == StoreState.Connection.CONNECTED && before == StoreState.Connection.AWAY) {
      events.happened(EventKind.STORE_BACK, "", "", "The shared store is reached.");
    }
    before = now;
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
