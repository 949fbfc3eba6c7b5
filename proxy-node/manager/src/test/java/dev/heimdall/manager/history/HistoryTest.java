package dev.heimdall.manager.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.store.SegmentedLog;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What became of a configuration. */
class HistoryTest {
  private static final Signature ALICE = new Signature("alice", "10.0.0.1", "larger pool");
  private static final Signature BOB = new Signature("bob", "10.0.0.2", "");

  @TempDir private Path directory;

  private final SettableClock clock = new SettableClock("2026-01-02T03:04:05Z");

  private History history() throws StoreException {
    return history(History.Kept.standard(), new SegmentedLog.Bounds(4 << 10, 1 << 20));
  }

  private History history(History.Kept kept, SegmentedLog.Bounds bounds) throws StoreException {
    return new History(
        new SegmentedLog(
            DocumentStore.open(new StoreLocation.Directory(directory)), "revisions", bounds),
        kept,
        clock);
  }

  private static SortedMap<String, Content> documents(Object... both) {
    SortedMap<String, Content> documents = new TreeMap<>();
    for (int i = 0; i < both.length; i += 2) {
      documents.put(both[i].toString(), Content.of(both[i + 1].toString()));
    }
    return documents;
  }

  private static void commit(
      History history,
      SortedMap<String, Content> before,
      SortedMap<String, Content> after,
      Signature by)
      throws StoreException {
    history.end(
        history.begin(() -> before, before, after, by, OptionalInt.empty()), after.keySet());
  }

  private static String text(Content content) {
    return new String(content.bytes());
  }

  @Test
  void aCommitIsThereWithItsAuthorItsCommentAndWhatItChanged() throws Exception {
    SortedMap<String, Content> one = documents("a", "{\"pool\": {\"size\": 5}, \"x\": [1, 2]}");
    SortedMap<String, Content> two = documents("a", "{\"pool\": {\"size\": 9}, \"x\": [1]}");
    commit(history(), documents(), one, BOB);
    commit(history(), one, two, ALICE);

    Revision last = history().revisions(() -> two).get(0);

    assertThat(last.number()).isEqualTo(2);
    assertThat(last.signature()).contains(ALICE);
    assertThat(last.state()).isEqualTo(Revision.State.WRITTEN);
    assertThat(last.at()).isEqualTo(clock.instant());
    assertThat(history().changes(2).orElseThrow().get(0).values(new Room()))
        .containsExactly(
            new Comparison.Value("$.pool.size", Optional.of("5"), Optional.of("9")),
            new Comparison.Value("$.x[1]", Optional.of("2"), Optional.empty()));
    assertThat(history().changes(3)).isEmpty();
  }

  @Test
  void whatIsChangedPastTheManagersIsNoticedOnce() throws Exception {
    SortedMap<String, Content> one = documents("a", "1", "b", "1");
    commit(history(), documents(), one, ALICE);
    SortedMap<String, Content> outside = documents("a", "2", "c", "3");

    for (History history : List.of(history(), history())) {
      List<Revision> revisions = history.revisions(() -> outside);
      assertThat(revisions).hasSize(2);
      assertThat(revisions.get(0).signature()).isEmpty();
      assertThat(revisions.get(0).changes())
          .extracting(DocumentChange::document)
          .containsExactly("a", "b", "c");
    }
    Comparison a = history().changes(2).orElseThrow().get(0);
    assertThat(a.isWhole()).isTrue();
    assertThat(text(a.before().orElseThrow()) + text(a.after().orElseThrow())).isEqualTo("12");
  }

  @Test
  void whatWasThereBeforeTheHistoryIsItsFirstRevision() throws Exception {
    SortedMap<String, Content> there = documents("a", "1");
    commit(history(), there, documents("a", "2"), ALICE);

    assertThat(history().revisions(() -> documents("a", "2")))
        .extracting(Revision::number, Revision::signature)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(2, Optional.of(ALICE)),
            org.assertj.core.api.Assertions.tuple(1, Optional.empty()));
  }

  @Test
  void aManagerThatDiesAfterItsCommitLeavesItsAuthorsName() throws Exception {
    SortedMap<String, Content> one = documents("a", "1");
    SortedMap<String, Content> two = documents("a", "2");
    commit(history(), documents(), one, BOB);
    history().begin(() -> one, one, two, ALICE, OptionalInt.empty());

    assertThat(history().revisions(() -> two).get(0).state()).isEqualTo(Revision.State.BEGUN);
    clock.forward(History.UNDERWAY.plusSeconds(1));

    Revision last = history().revisions(() -> two).get(0);
    assertThat(last.signature()).contains(ALICE);
    assertThat(last.state()).isEqualTo(Revision.State.WRITTEN);
    assertThat(history().revisions(() -> two)).hasSize(2);
  }

  @Test
  void aManagerThatDiesBeforeOrWithinItsCommitHasWrittenOnlyWhatIsThere() throws Exception {
    SortedMap<String, Content> one = documents("a", "1", "b", "1");
    SortedMap<String, Content> two = documents("a", "2", "b", "2");
    commit(history(), documents(), one, BOB);
    history().begin(() -> one, one, two, ALICE, OptionalInt.empty());
    clock.forward(History.UNDERWAY.plusSeconds(1));

    SortedMap<String, Content> half = documents("a", "2", "b", "1");
    List<Revision> revisions = history().revisions(() -> half);

    assertThat(revisions).hasSize(2);
    assertThat(revisions.get(0).state()).isEqualTo(Revision.State.PARTLY);
    assertThat(revisions.get(0).changes())
        .extracting(DocumentChange::document)
        .containsExactly("a");
  }

  @Test
  void commitsThatAreReportedInAnotherOrderThanTheyWereMadeAreNobodyElses() throws Exception {
    SortedMap<String, Content> one = documents("a", "1");
    SortedMap<String, Content> two = documents("a", "2");
    SortedMap<String, Content> three = documents("a", "3");
    commit(history(), documents(), one, BOB);
    int second = history().begin(() -> one, one, two, ALICE, OptionalInt.empty());
    int third = history().begin(() -> two, two, three, BOB, OptionalInt.empty());
    history().end(third, Set.of("a"));
    history().end(second, Set.of("a"));

    assertThat(history().revisions(() -> three))
        .extracting(Revision::number)
        .containsExactly(third, second, 1);
  }

  @Test
  void commitsOfTwoManagersToDifferentDocumentsAtOnceAreNobodyElses() throws Exception {
    SortedMap<String, Content> one = documents("a", "1", "b", "1");
    commit(history(), documents(), one, BOB);
    int alice =
        history().begin(() -> one, one, documents("a", "2", "b", "1"), ALICE, OptionalInt.empty());
    int bob =
        history().begin(() -> one, one, documents("a", "1", "b", "2"), BOB, OptionalInt.empty());
    // The one has written already, and has not said so.
    assertThat(history().revisions(() -> documents("a", "2", "b", "1"))).hasSize(3);
    history().end(alice, Set.of("a"));
    history().end(bob, Set.of("b"));

    assertThat(history().revisions(() -> documents("a", "2", "b", "2"))).hasSize(3);
  }

  /** What a manager has read a moment ago is not what is there. */
  @Test
  void whatAnotherManagerHasCommittedSinceIsNobodyElses() throws Exception {
    SortedMap<String, Content> one = documents("a", "1", "b", "1");
    SortedMap<String, Content> two = documents("a", "2", "b", "1");
    commit(history(), documents(), one, BOB);
    commit(history(), one, two, ALICE);

    // Bob has read the documents before Alice has written, and writes another one.
    SortedMap<String, Content> bobs = documents("a", "1", "b", "3");
    SortedMap<String, Content> three = documents("a", "2", "b", "3");
    int bob = history().begin(() -> two, one, bobs, BOB, OptionalInt.empty());
    history().end(bob, Set.of("b"));

    assertThat(history().revisions(() -> three))
        .extracting(Revision::signature)
        .containsExactly(Optional.of(BOB), Optional.of(ALICE), Optional.of(BOB));
  }

  @Test
  void aCommitThatSomebodyWasFasterThanIsNone() throws Exception {
    SortedMap<String, Content> one = documents("a", "1");
    SortedMap<String, Content> two = documents("a", "2");
    commit(history(), documents(), one, BOB);
    int late = history().begin(() -> one, one, documents("a", "3"), BOB, OptionalInt.empty());
    commit(history(), one, two, ALICE);
    history().end(late, Set.of());

    assertThat(history().revisions(() -> two))
        .extracting(Revision::signature)
        .containsExactly(Optional.of(ALICE), Optional.of(BOB));
    assertThat(history().after(late, () -> two)).isEmpty();
  }

  @Test
  void theDocumentsAfterEachRevisionCanBeHadWhileItIsKept() throws Exception {
    History.Kept kept = new History.Kept(10, Duration.ofDays(90));
    SegmentedLog.Bounds bounds = new SegmentedLog.Bounds(2 << 10, 1 << 20);
    SortedMap<String, Content> before = documents("never changed", "0");
    for (int i = 1; i <= 40; i++) {
      SortedMap<String, Content> after = new TreeMap<>(before);
      after.put("document " + i % 3, Content.of("text " + i));
      commit(history(kept, bounds), before, after, ALICE);
      before = after;
    }

    SortedMap<String, Content> last = before;
    History.There there = () -> last;
    History history = history(kept, bounds);
    List<Revision> revisions = history.revisions(there);
    assertThat(revisions).hasSize(10);
    for (Revision revision : revisions) {
      int i = revision.number() - 1; // the first one is what was there
      Past past = history.after(revision.number(), there).orElseThrow();
      assertThat(past.lost()).isEmpty();
      assertThat(past.documents().get("document " + i % 3)).isEqualTo(Content.of("text " + i));
      assertThat(past.documents()).hasSize(4);
    }
    assertThat(history.after(1, there)).isEmpty();
  }

  @Test
  void whatIsTooOldIsForgottenWithTheNextCommits() throws Exception {
    SegmentedLog.Bounds bounds = new SegmentedLog.Bounds(200, 1 << 20);
    History history = history(History.Kept.standard(), bounds);
    commit(history, documents(), documents("a", "a word that was secret"), ALICE);
    clock.forward(Duration.ofDays(91));
    assertThat(history.revisions(() -> documents("a", "a word that was secret"))).isEmpty();

    commit(history, documents("a", "a word that was secret"), documents("a", "2"), ALICE);
    clock.forward(Duration.ofDays(91));
    commit(history, documents("a", "2"), documents("a", "3"), ALICE);

    assertThat(history.revisions(() -> documents("a", "3"))).hasSize(1);
    assertThat(history.changes(1)).isEmpty();
  }

  @Test
  void whatIsTooLargeToBeKeptIsNamed() throws Exception {
    byte[] large = new byte[700 << 10];
    new java.util.Random(1).nextBytes(large);
    SortedMap<String, Content> one = new TreeMap<>(Map.of("large", Content.of(large)));
    one.put("small", Content.of("1"));
    commit(history(), documents(), one, ALICE);
    SortedMap<String, Content> two = documents("small", "2");
    commit(history(), one, two, ALICE);

    Past past = history().after(1, () -> two).orElseThrow();

    assertThat(past.lost()).containsExactly("large");
    assertThat(past.documents()).containsOnlyKeys("small");
    assertThat(history().changes(2).orElseThrow())
        .extracting(Comparison::isWhole)
        .containsExactly(false, true);
  }

  @Test
  void linesAreComparedAsPeopleReadThem() {
    assertThat(LineComparison.of("a\nb\nc\nd", "a\nc\nx\nd\n", new Room()).lines())
        .containsExactly(
            new LineChange(LineChange.Kind.SAME, "a"),
            new LineChange(LineChange.Kind.REMOVED, "b"),
            new LineChange(LineChange.Kind.SAME, "c"),
            new LineChange(LineChange.Kind.ADDED, "x"),
            new LineChange(LineChange.Kind.SAME, "d"));
  }

  @Test
  void nothingOfATextIsInWhatTheyShowOfThemselves() throws Exception {
    commit(history(), documents(), documents("a", "{\"password\": \"canary\"}"), ALICE);
    Comparison comparison = history().changes(1).orElseThrow().get(0);

    assertThat(comparison.toString() + comparison.values(new Room()) + comparison.lines(new Room()))
        .doesNotContain("canary");
  }
}
