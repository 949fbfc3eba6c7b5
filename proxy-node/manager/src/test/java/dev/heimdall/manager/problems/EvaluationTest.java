package dev.heimdall.manager.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.manager.store.Unchanged;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts of one and of two managers, second by second, without threads and places. */
class EvaluationTest {
  private static final Instant BEGIN = Instant.parse("2026-11-26T03:00:00Z");

  /** What managers share. */
  private AlertBook book = AlertBook.EMPTY;

  private Instant now = BEGIN;

  /** A manager, which may be started anew. */
  private final class Manager {
    private final String name;
    private Tracks tracks = new Tracks();
    private Instant started = now;
    private Duration clockAhead = Duration.ZERO;
    private Unchanged<Evaluation.Sight, Instant> confirmed = unchanged();

    Manager(String name) {
      this.name = name;
    }

    private Unchanged<Evaluation.Sight, Instant> unchanged() {
      return new Unchanged<>(() -> Duration.between(BEGIN, now).toNanos());
    }

    void restart() {
      confirmed = unchanged();
      tracks = new Tracks();
      started = now;
    }

    /** Whether what is shared is different then. */
    boolean sees(Finding... findings) {
      return sees(true, findings);
    }

    boolean sees(boolean heard, Finding... findings) {
      return sees(heard, AlertBook.EMPTY, findings);
    }

    /** Its place answers again. */
    void recovers(AlertBook inMemory, Finding... findings) {
      sees(true, inMemory, findings);
    }

    private boolean sees(boolean heard, AlertBook unsaved, Finding... findings) {
      Instant clock = now.plus(clockAhead);
      tracks.look(List.of(findings), clock);
      boolean settled = Duration.between(started, now).toSeconds() >= 20;
      AlertBook next =
          new Evaluation(name, tracks, settled, heard, confirmed, clock).of(book, unsaved);
      boolean changed = next != book;
      book = next;
      return changed;
    }
  }

  private static Finding finding(ProblemKind kind, boolean critical, String... nodes) {
    return new Finding(
        kind, "main", critical, "It is wrong", "", List.of(nodes), Optional.empty(), kind.timing());
  }

  private static final Finding NO_WRITER = finding(ProblemKind.NO_WRITER, true, "a");
  private static final Finding NOT_READY = finding(ProblemKind.NODES_NOT_READY, false, "a");

  /** That of so many clusters. */
  private static List<Finding> noWriters(int clusters, IntPredicate critical) {
    return IntStream.range(0, clusters)
        .mapToObj(
            i ->
                new Finding(
                    ProblemKind.NO_WRITER,
                    "c" + i,
                    critical.test(i),
                    "x",
                    "",
                    List.of(),
                    Optional.empty(),
                    ProblemKind.NO_WRITER.timing()))
        .toList();
  }

  private void later(int seconds) {
    now = now.plusSeconds(seconds);
  }

  private Alert only() {
    assertThat(book.alerts()).hasSize(1);
    return book.alerts().get(0);
  }

  @Test
  void whatHasToLastIsAnAlertOnceItHasLastedAndBeginsWhenItWasSeenFirst() {
    Manager one = new Manager("one");
    for (int i = 0; i < 30; i++, later(1)) {
      assertThat(one.sees(NOT_READY)).isFalse();
    }
    assertThat(one.sees(NOT_READY)).isTrue();
    assertThat(only().started()).isEqualTo(BEGIN);
    later(1);
    assertThat(one.sees(NOT_READY)).as("it is written once").isFalse();
  }

  @Test
  void whatDoesNotLastIsNone() {
    Manager one = new Manager("one");
    for (int i = 0; i < 200; i++, later(1)) {
      // There for 20 seconds of 22, which is never for 30 without a break.
      one.sees(i % 22 < 20 ? new Finding[] {NOT_READY} : new Finding[0]);
    }
    assertThat(book.alerts()).isEmpty();
  }

  @Test
  void itEndsWhenItWasSeenLastAndOnlyOnceItHasBeenGoneForAWhile() {
    Manager one = new Manager("one");
    later(60);
    one.sees(NO_WRITER);
    Alert begun = only();
    for (int i = 0; i < 9; i++) {
      later(1);
      one.sees();
    }
    assertThat(only()).as("gone for 9 s").isEqualTo(begun);
    one.sees(NO_WRITER);
    Instant last = now;
    for (int i = 0; i < 10; i++) {
      later(1);
      one.sees();
    }
    assertThat(only().ended()).contains(last);
    assertThat(only().id()).isEqualTo(begun.id());
    later(1);
    one.sees(NO_WRITER);
    assertThat(book.alerts()).as("another one").hasSize(2);
    assertThat(book.open()).hasSize(1);
  }

  @Test
  void ofTwoManagersOneBeginsItAndItEndsWhenNeitherSeesIt() {
    Manager one = new Manager("one");
    Manager two = new Manager("two");
    later(60);
    one.sees(NO_WRITER);
    String id = only().id();
    two.sees(NO_WRITER);
    assertThat(only().seenBy()).containsOnlyKeys("one", "two");
    for (int i = 0; i < 15; i++) {
      later(1);
      one.sees();
      two.sees(NO_WRITER);
    }
    assertThat(only().isOpen()).isTrue();
    assertThat(only().seenBy()).containsOnlyKeys("two");
    Instant last = now;
    for (int i = 0; i < 10; i++) {
      later(1);
      one.sees();
      two.sees();
    }
    assertThat(only().ended()).contains(last);
    assertThat(only().id()).isEqualTo(id);
  }

  @Test
  void whatOneCouldNotWriteDownEndsWhereAnotherHasBegunTheSame() {
    Manager one = new Manager("one");
    Manager two = new Manager("two");
    later(60);
    one.sees(NO_WRITER);
    AlertBook inMemory = book;
    book = AlertBook.EMPTY; // its place did not answer
    two.sees(NO_WRITER);
    Alert theirs = only();
    later(1);
    one.recovers(inMemory, NO_WRITER);
    assertThat(book.open()).extracting(Alert::id).containsExactly(theirs.id());
    assertThat(book.alerts())
        .filteredOn(alert -> alert.id().equals(inMemory.alerts().get(0).id()))
        .singleElement()
        .satisfies(ours -> assertThat(ours.ended()).contains(now));
    later(1);
    assertThat(one.sees(NO_WRITER)).as("it is written once").isFalse();
  }

  @Test
  void whatAManagerThatDiedHasSeenEndsOnceItIsNotConfirmed() {
    Manager one = new Manager("one");
    Manager two = new Manager("two");
    later(60);
    one.sees(NO_WRITER);
    for (int i = 0; i < 7 * 60; i++, later(1)) {
      two.sees();
      assertThat(only().isOpen()).isTrue();
    }
    two.sees();
    assertThat(only().isOpen()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {-600, -150, 0, 150, 600})
  void whatOneSeesGoesOnWhateverTheClockOfAnotherSays(long secondsAhead) {
    Manager sees = new Manager("sees");
    Manager other = new Manager("other");
    other.clockAhead = Duration.ofSeconds(secondsAhead);
    for (int i = 0; i < 1800; i += 5, later(5)) {
      sees.sees(NO_WRITER);
      other.sees();
      assertThat(only().isOpen()).isTrue();
    }
    // Once it has ended, one has to say so, and once.
    for (int i = 0; i < 60; i += 5, later(5)) {
      sees.sees();
      other.sees();
    }
    assertThat(only().isOpen()).isFalse();
    // One that dies is believed for some minutes.
    sees.sees(NO_WRITER);
    for (int i = 0; i < 400; i += 5, later(5)) {
      other.sees();
      assertThat(book.open()).hasSize(1);
    }
    for (int i = 0; i < 30; i += 5, later(5)) {
      other.sees();
    }
    assertThat(book.open()).isEmpty();
  }

  @Test
  void aManagerThatSeesItConfirmsItAndWritesNothingElse() {
    Manager one = new Manager("one");
    later(60);
    int written = 0;
    for (int i = 0; i < 3600; i++, later(1)) {
      written += one.sees(NO_WRITER) ? 1 : 0;
    }
    assertThat(written).isBetween(11, 13);
  }

  @Test
  void whatFiresBeforeARestartFiresAfterItAsTheSame() {
    Manager one = new Manager("one");
    later(60);
    one.sees(NO_WRITER);
    Alert before = only();
    later(30);
    one.restart();
    one.sees(); // no node has reported yet
    later(5);
    one.sees(NO_WRITER);
    assertThat(only()).isEqualTo(before);
  }

  @Test
  void whatEndedWhileTheManagerWasAwayEndsOnceItKnowsTheNodes() {
    Manager one = new Manager("one");
    later(60);
    one.sees(NO_WRITER);
    later(300);
    one.restart();
    for (int i = 0; i < 20; i++, later(1)) {
      one.sees();
      assertThat(only().isOpen()).as("after %d s", i).isTrue();
    }
    one.sees();
    assertThat(only().ended()).contains(now);
  }

  @Test
  void nothingIsKnownToHaveEndedWhileNoNodeReports() {
    Manager one = new Manager("one");
    later(60);
    one.sees(NO_WRITER);
    Finding silent = finding(ProblemKind.NO_NODE_REPORTS, true, "a");
    for (int i = 0; i < 60; i++) {
      later(1);
      one.sees(false, silent);
    }
    assertThat(book.open())
        .extracting(Alert::kind)
        .containsExactlyInAnyOrder("no-writer", "no-node-reports");
    for (int i = 0; i < 10; i++) {
      later(1);
      one.sees(true);
    }
    assertThat(book.open()).isEmpty();
  }

  @Test
  void whatBecomesCriticalStaysSo() {
    Manager one = new Manager("one");
    one.sees(finding(ProblemKind.DATABASE_UNREACHABLE, false, "a"));
    later(10);
    one.sees(finding(ProblemKind.DATABASE_UNREACHABLE, false, "a"));
    assertThat(only().critical()).isFalse();
    one.sees(finding(ProblemKind.DATABASE_UNREACHABLE, true, "a", "b"));
    assertThat(only().critical()).isTrue();
    assertThat(one.sees(finding(ProblemKind.DATABASE_UNREACHABLE, false, "a"))).isFalse();
    assertThat(only().critical()).isTrue();
  }

  @Test
  void whatCouldNotBeWrittenIsTheSameAlertWhenItCan() {
    Tracks tracks = new Tracks();
    tracks.look(List.of(NO_WRITER), now);
    Evaluation evaluation =
        new Evaluation("one", tracks, true, true, new Unchanged<>(() -> 0), now);
    AlertBook inMemory = evaluation.of(AlertBook.EMPTY, AlertBook.EMPTY);
    AlertBook written = evaluation.of(AlertBook.EMPTY, inMemory);
    assertThat(written.alerts().get(0).id()).isEqualTo(inMemory.alerts().get(0).id());
  }

  @Test
  void aQueueThatALookFindsShortGoesOn() {
    Timing timing = ProblemKind.POOL_FULL.timing().pausing(Duration.ofSeconds(5));
    Finding full =
        new Finding(
            ProblemKind.POOL_FULL,
            "shop",
            false,
            "full",
            "",
            List.of("a"),
            Optional.empty(),
            timing);
    Tracks tracks = new Tracks();
    for (int second = 0; second <= 12; second += 2) {
      tracks.look(second % 4 == 2 ? List.of() : List.of(full), now.plusSeconds(second));
    }
    assertThat(tracks.present()).singleElement().matches(Tracks.Track::isDue);

    tracks.look(List.of(), now.plusSeconds(14));
    tracks.look(List.of(), now.plusSeconds(30));
    tracks.look(List.of(full), now.plusSeconds(32));
    assertThat(tracks.present()).singleElement().matches(track -> !track.isDue());
  }

  @Test
  void whereThereIsNoRoomForAllTheCriticalOnesHaveIt() {
    Tracks tracks = new Tracks();
    tracks.look(noWriters(300, i -> i % 10 == 0), now);
    book =
        new Evaluation("one", tracks, true, true, new Unchanged<>(() -> 0), now)
            .of(book, AlertBook.EMPTY);

    assertThat(book.open()).hasSize(100).filteredOn(Alert::critical).hasSize(30);
  }

  @Test
  void thereAreNoMoreThanARoomful() {
    Tracks tracks = new Tracks();
    tracks.look(noWriters(300, i -> true), now);
    book =
        new Evaluation("one", tracks, true, true, new Unchanged<>(() -> 0), now)
            .of(book, AlertBook.EMPTY);
    assertThat(book.open()).hasSize(100);
    now = now.plusSeconds(60);
    tracks.look(List.of(), now);
    book =
        new Evaluation("one", tracks, true, true, new Unchanged<>(() -> 0), now)
            .of(book, AlertBook.EMPTY);
    assertThat(book.alerts()).hasSize(50).noneMatch(Alert::isOpen);
  }

  @Test
  void silencesAreOfAKindAClusterOrANode() {
    Manager one = new Manager("one");
    one.sees(NO_WRITER);
    Alert alert = only();
    assertThat(silence("", "", "").isOf(alert, now)).isTrue();
    assertThat(silence("no-writer", "main", "a").isOf(alert, now)).isTrue();
    assertThat(silence("pool-full", "", "").isOf(alert, now)).isFalse();
    assertThat(silence("", "other", "").isOf(alert, now)).isFalse();
    assertThat(silence("", "", "b").isOf(alert, now)).isFalse();
    assertThat(silence("", "", "").isOf(alert, now.plusSeconds(60))).isFalse();
    later(1);
    Alert ofTwo = alert.foundBy("one", finding(ProblemKind.NO_WRITER, true, "a", "b"), now);
    assertThat(silence("", "", "a").isOf(ofTwo, now)).as("b has it, too").isFalse();
  }

  private Silence silence(String kind, String about, String node) {
    return new Silence("s", kind, about, node, now.plusSeconds(60), "alice", now, "work");
  }

  @Test
  void itIsReadAsItWasWritten() throws Exception {
    Manager one = new Manager("one");
    one.sees(NO_WRITER);
    Alert.Acknowledged by = new Alert.Acknowledged("alice", now, "on it");
    book = book.with(only().id(), alert -> alert.acknowledged(Optional.of(by)));
    book = book.withSilences(List.of(silence("no-writer", "main", "a")));
    AlertBookForm form = new AlertBookForm();
    assertThat(form.read(Optional.of(form.write(book)))).isEqualTo(book);
    assertThat(form.read(Optional.empty())).isEqualTo(AlertBook.EMPTY);
    for (String broken : List.of("{", "{\"alerts\": [{\"id\": \"x\"}]}", "\u0000\u0001")) {
      assertThatThrownBy(() -> form.read(Optional.of(Content.of(broken))))
          .isInstanceOf(StoreException.class);
    }
  }
}
