package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventBookTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  @TempDir private Path directory;

  private EventBook book() throws StoreException {
    return new EventBook(
        Optional.of(DocumentStore.open(new StoreLocation.Directory(directory.resolve("events")))),
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static Sighting lost(String node, long number, Instant at) {
    return new Sighting(
        node + "-run",
        number,
        at,
        "server-lost",
        Severity.WARNING,
        "shop",
        "db:5432",
        "no \"answer\"",
        1,
        node);
  }

  private static List<Event> seen(EventBook book) throws StoreException {
    book.settle();
    return book.events();
  }

  @Test
  void whatSixNodesSeeThroughTwoManagersIsOneEvent() throws Exception {
    try (EventBook one = book();
        EventBook other = book()) {
      for (int node = 0; node < 6; node++) {
        for (EventBook book : List.of(one, other)) {
          book.note(lost("node" + node, 7, NOW.plusMillis(300L * node)));
        }
      }
      one.settle();
      other.settle();

      assertThat(one.events()).isEqualTo(other.events()).hasSize(1);
      Event event = one.events().get(0);
      assertThat(event.by()).hasSize(6);
      assertThat(event.count()).isEqualTo(1);
      assertThat(event.words()).isEqualTo("no \"answer\"");
      assertThat(event.last()).isEqualTo(NOW.plusMillis(1500));
    }
  }

  @Test
  void whatNodesTellAgainToAManagerThatWasStartedAnewIsKnown() throws Exception {
    try (EventBook book = book()) {
      book.note(lost("a", 1, NOW));
      assertThat(seen(book)).hasSize(1);
    }
    try (EventBook book = book()) {
      book.note(lost("a", 1, NOW));
      book.note(lost("a", 2, NOW.plusSeconds(120)));
      assertThat(seen(book)).extracting(Event::count).containsExactly(1L, 1L);
    }
  }

  @Test
  void theSameInAMinuteIsCountedAndLaterIsAnother() throws Exception {
    try (EventBook book = book()) {
      book.note(lost("a", 1, NOW));
      book.note(lost("a", 2, NOW.plusSeconds(30)));
      book.note(lost("a", 3, NOW.plusSeconds(600)));
      assertThat(seen(book)).extracting(Event::count).containsExactly(1L, 2L);
    }
  }

  @Test
  void whatIsOlderThanThirtyDaysIsGone() throws Exception {
    try (EventBook book = book()) {
      book.note(lost("a", 1, NOW.minusSeconds(31 * 86_400)));
      book.note(lost("a", 2, NOW.minusSeconds(29 * 86_400)));
      assertThat(seen(book)).extracting(Event::id).containsExactly("a-run-2");
    }
  }

  @Test
  void noMoreIsKeptThanThereIsRoomForAndWhatWasLetGoDoesNotComeBack() throws Exception {
    try (EventBook book = book()) {
      for (int batch = 0; batch < 8; batch++) {
        for (int i = 0; i < 2_000; i++) {
          int number = batch * 2_000 + i + 1;
          book.note(lost("a", number, NOW.minusSeconds(2_000_000 - number * 100L)));
        }
        book.settle();
      }
      int kept = seen(book).size();
      assertThat(kept).isBetween(5_000, 10_000);
    }
    try (EventBook book = book()) {
      int before = book.events().size();
      book.note(lost("a", 1, NOW.minusSeconds(2_000_000 - 100L)));
      assertThat(seen(book)).hasSize(before);
    }
  }

  @Test
  void withoutAPlaceTheyAreKeptInMemory() throws Exception {
    try (EventBook book = new EventBook(Optional.empty(), Clock.fixed(NOW, ZoneOffset.UTC))) {
      book.note(lost("a", 1, NOW));
      book.note(lost("a", 1, NOW));
      assertThat(seen(book)).extracting(Event::count).containsExactly(1L);
    }
  }
}
