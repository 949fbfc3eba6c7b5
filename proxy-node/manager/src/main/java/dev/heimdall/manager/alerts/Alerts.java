package dev.heimdall.manager.alerts;

import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.secrets.DocumentStore;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** What happened: heard, kept, and shown to programs and people. */
public final class Alerts implements AutoCloseable {
  private final EventBook book;
  private final Watch watch;

  private Alerts(EventBook book, Watch watch) {
    this.book = book;
    this.watch = watch;
  }

  /**
   * Begins to hear.
   *
   * @param events where they are kept; empty: as long as the manager runs
   */
  public static Alerts start(
      Fleet fleet, AuditLog audit, Optional<DocumentStore> events, Clock clock) {
    EventBook book = new EventBook(events, clock);
    return new Alerts(book, Watch.start(book, fleet, audit));
  }

  /** For programs. */
  public List<Resource> resources() {
    return List.of(new EventsPath(book));
  }

  /** For people. */
  public List<Subject> subjects() {
    return List.of(new EventsSubject(book));
  }

  @Override
  public void close() {
    watch.close();
    book.close();
  }
}
