package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.fleet.Fleet;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WatchTest {
  @Test
  void anAccountThatIsGuessedAtIsNamedOnceHoweverManyAddressesThereAre() throws Exception {
    Clock clock = Clock.systemUTC();
    try (AuditLog audit = new AuditLog(Optional.empty(), clock);
        EventBook book = new EventBook(Optional.empty(), clock);
        Watch watch = Watch.start(book, new Fleet(clock), audit)) {
      for (int i = 0; i < 50; i++) {
        audit.note(Action.LOG_IN_DELAYED, "alice", "10.0.0." + i, "");
        audit.note(Action.LOG_IN_REFUSED, "alice", "10.0.0." + i, "");
      }
      audit.note(Action.LOG_IN_DELAYED, "bob", "10.0.1.1", "");
      book.settle();
      List<Event> events =
          book.events().stream()
              .filter(event -> event.kind().equals("manager-log-ins-delayed"))
              .toList();
      assertThat(events).extracting(Event::about).containsExactlyInAnyOrder("alice", "bob");
      assertThat(events).allMatch(event -> event.severity() == Severity.WARNING);
      assertThat(events).extracting(Event::count).containsOnly(1L);
      assertThat(events)
          .filteredOn(event -> event.about().equals("alice"))
          .first()
          .asString()
          .contains("10.0.0.0");
      assertThat(watch).isNotNull();
    }
  }
}
