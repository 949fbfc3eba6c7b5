package dev.heimdall.manager.alerts;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Map;

/** {@code /events}: what happened, as far as it is asked for. */
final class EventsSubject implements Subject {
  private static final String PATH = "/events";
  private static final int MOST = 300;
  private static final int MOST_NAMES = 3;

  private final EventBook book;

  EventsSubject(EventBook book) {
    this.book = book;
  }

  @Override
  public List<Page> pages() {
    return List.of(Page.get(PATH, Permission.READ_CONFIGURATION, this::look));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry(Entry.Group.WATCH, "Events", PATH, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(Asset.style("events.css", "/dev/heimdall/manager/alerts/events.css"));
  }

  private Answer look(Visit visit) throws Refusal, StoreException {
    Wanted wanted = Wanted.of(visit.request());
    List<Event> all = book.events();
    List<Event> found = wanted.of(all);
    EventsView view =
        new EventsView(
            wanted,
            all.stream().map(Event::kind).distinct().sorted().toList(),
            all.stream().flatMap(event -> event.by().stream()).distinct().sorted().toList(),
            PATH + "?" + wanted.query(),
            found.stream().limit(MOST).map(EventsSubject::row).toList(),
            found.size());
    return visit.wantsPart()
        ? visit.part(200, "eventlist", Map.of("view", view))
        : visit.page(200, "events", "Events", Map.of("view", view));
  }

  private static String words(String spelling) {
    return Character.toUpperCase(spelling.charAt(0)) + spelling.substring(1).replace('-', ' ');
  }

  private static EventsView.Row row(Event event) {
    return new EventsView.Row(
        Times.shown(event.last()),
        words(event.kind()),
        words(event.severity().spelling()),
        switch (event.severity()) {
          case INFO -> "";
          case WARNING -> "warn";
          case CRITICAL -> "bad";
        },
        event.about(),
        event.server(),
        event.words(),
        event.by().size() <= MOST_NAMES
            ? String.join(", ", event.by())
            : "%d nodes".formatted(event.by().size()),
        event.count() == 1 ? "" : "%,d times".formatted(event.count()));
  }
}
