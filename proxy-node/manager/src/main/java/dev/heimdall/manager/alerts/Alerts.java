package dev.heimdall.manager.alerts;

import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.dashboard.Mark;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.problems.Problems;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events: received, kept, shown to programs and people, and sent to those who want them. */
public final class Alerts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** Kinds of events that explain a changing figure although nothing is wrong. */
  private static final Set<String> MARKED =
      Set.of("failover-ended", "configuration-changed", "node-started", "node-ended");

  private final EventBook book;
  private final Watch watch;
  private final Optional<AlertSender> sender;
  private final TargetEdits edits;

  /** Stores of the events, and of the targets that are notified of them. */
  public record Places(DocumentStore events, DocumentStore targets) {}

  private Alerts(EventBook book, Watch watch, Optional<AlertSender> sender, TargetEdits edits) {
    this.book = book;
    this.watch = watch;
    this.sender = sender;
    this.edits = edits;
  }

  /**
   * Begins to hear.
   *
   * @param places empty: events are kept as long as the manager runs, and no target is told
   */
  public static Alerts start(
      Fleet fleet, Problems problems, AuditLog audit, Optional<Places> places, Clock clock) {
    EventBook book = new EventBook(places.map(Places::events), clock);
    Optional<SharedDocument<Targets>> targets =
        places.map(
            place ->
                new SharedDocument<>(
                    place.targets(), "alerts.json", new Targets.Form(), System::nanoTime));
    Optional<AlertSender> sender =
        targets.map(document -> AlertSender.start(book, problems, document, clock));
    return new Alerts(
        book,
        Watch.start(book, fleet, audit),
        sender,
        new TargetEdits(targets, sender, audit, clock));
  }

  /** Returns the events that graphs mark, the latest first; none while the store is unavailable. */
  public List<Mark> marks() {
    try {
      return book.events().stream()
          .filter(event -> event.severity() != Severity.INFO || MARKED.contains(event.kind()))
          .map(
              event ->
                  new Mark(
                      event.at(),
                      event.kind(),
                      event.severity().spelling(),
                      event.about(),
                      event.words()))
          .toList();
    } catch (StoreException e) {
      LOG.debug("events cannot be read for graphs: {}", e.getMessage());
      return List.of();
    }
  }

  /** For programs. */
  public List<Resource> resources() {
    return List.of(new EventsPath(book), new TargetsPath(edits));
  }

  /** For people. */
  public List<Subject> subjects() {
    return List.of(new EventsSubject(book), new TargetsSubject(edits));
  }

  @Override
  public void close() {
    watch.close();
    sender.ifPresent(AlertSender::close);
    book.close();
  }
}
