package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.problems.AlertsPath;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code /api/v1/events}: what happened, the last first. */
record EventsPath(EventBook book) implements Resource {
  private static final Shape EVENT =
      Shape.object()
          .with("id", Shape.text(""))
          .with("at", Shape.time("When it began."))
          .with("last", Shape.time("When it was seen last."))
          .with("kind", Shape.text("Such as failover-begun."))
          .with("severity", Shape.word("", Severity.values()))
          .with("about", Shape.text("The node, cluster or the like."))
          .with("server", Shape.text("Empty: about none alone."))
          .with("words", Shape.text("What happened."))
          .with("count", Shape.count("How often."))
          .with("seenBy", Shape.list("The nodes and managers that have seen it.", Shape.text("")));

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/v1/events", Permission.READ_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of(
                        "Lists what happened to nodes, clusters and managers, the last first")
                    .with("since", "A time: what was seen then or later.")
                    .with("kind", "Such as failover-begun.")
                    .with("severity", "The least: info, warning or critical.")
                    .with("node", "The node that has seen it, or that it is about.")
                    .with("about", "What it is about, or a server, or a part of the name.")
                    .with("from", "As since.")
                    .with("to", "A time: what began before it.")
                    .paged()
                    .answers(
                        Slice.shape("events", EVENT).with("found", Shape.count("On all pages.")))));
  }

  private Answer list(Request request) throws Refusal, StoreException {
    Slice slice = Slice.of(request);
    Optional<Instant> since = Request.time(request.query("since").orElse("").strip());
    book.settle();
    List<Event> found =
        Wanted.of(request).of(book.events()).stream()
            .filter(event -> since.isEmpty() || !event.last().isBefore(since.get()))
            .toList();
    ObjectNode body = Answer.JSON.createObjectNode();
    body.put("found", found.size());
    ArrayNode events = body.putArray("events");
    Slice.Part<Event> part = slice.byTime(found, Event::at, Event::id);
    part.items().forEach(event -> events.add(words(event)));
    return Answer.json(200, part.tell(body));
  }

  static ObjectNode words(Event event) {
    ObjectNode words =
        Answer.JSON
            .createObjectNode()
            .put("id", event.id())
            .put("at", event.at().toString())
            .put("last", event.last().toString())
            .put("kind", event.kind())
            .put("severity", event.severity().spelling())
            .put("about", event.about())
            .put("server", event.server())
            .put("words", event.words())
            .put("count", event.count());
    event.by().forEach(words.putArray("seenBy")::add);
    event.alert().ifPresent(alert -> words.set("alert", AlertsPath.words(alert)));
    return words;
  }
}
