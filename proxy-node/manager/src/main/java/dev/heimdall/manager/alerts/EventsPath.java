package dev.heimdall.manager.alerts;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.problems.AlertsPath;
import dev.heimdall.manager.rest.Fields;
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
  /** An event. */
  static final Fields<Event> EVENT =
      Fields.<Event>of()
          .with("id", Shape.text(""), Event::id)
          .with("at", Shape.time("When it began."), Event::at)
          .with("last", Shape.time("When it was seen last."), Event::last)
          .with("kind", Shape.text("Such as failover-begun."), Event::kind)
          .with("severity", Shape.word("", Severity.values()), Event::severity)
          .with("about", Shape.text("The node, cluster or the like."), Event::about)
          .with("server", Shape.text("Empty: about none alone."), Event::server)
          .with("words", Shape.text("What happened."), Event::words)
          .with("count", Shape.count("How often."), Event::count)
          .with(
              "seenBy",
              Shape.list("The nodes and managers that have seen it.", Shape.text("")),
              Event::by)
          .maybe("alert", AlertsPath.ALERT, Event::alert);

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
    return Answer.json(
        200,
        slice.byTime(found, Event::at, Event::id).body("events", EVENT).put("found", found.size()));
  }
}
