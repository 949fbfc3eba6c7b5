package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each way in which a history may be broken is found, and nothing in one that is whole. */
class CheckerTest {
  private static final long SECOND = 1_000_000_000;
  private static final Duration ELSEWHERE = Duration.ofSeconds(3);

  private final History history = new History();
  private final List<Write.Key> rows = new ArrayList<>();
  private StaleReads staleReads = StaleReads.OFF;

  private void write(int client, int n, Region at, double begun, String server, int timeline) {
    history.add(
        new Write(
            client,
            n,
            at,
            (long) (begun * SECOND),
            (long) ((begun + 0.5) * SECOND),
            Write.Outcome.ACKNOWLEDGED,
            server,
            timeline,
            ""));
    rows.add(new Write.Key(client, n));
  }

  private void failed(int client, int n, Write.Outcome outcome) {
    history.add(new Write(client, n, Region.FIRST, 1, 2, outcome, "", 0, "57P03 no writer"));
  }

  private void read(int client, Region at, int of, double begun, int seen) {
    history.add(
        new Read(
            client,
            at,
            of,
            (long) (begun * SECOND),
            (long) ((begun + 0.5) * SECOND),
            seen,
            seen < 0 ? "57P03 no writer" : ""));
  }

  private Verdict verdict(Write.Key... tail) {
    return new Checker(rows, Set.of(tail), ELSEWHERE, staleReads).check(history);
  }

  /** A switchover between two regions; everything that is allowed happens. */
  private void whole() {
    write(1, 1, Region.FIRST, 1, "w1", 1);
    write(2, 1, Region.SECOND, 2, "w1", 1);
    read(1, Region.FIRST, 1, 2, 1);
    read(1, Region.FIRST, 2, 3, 0); // written elsewhere, a moment ago
    failed(1, 2, Write.Outcome.REFUSED);
    failed(2, 2, Write.Outcome.UNKNOWN);
    rows.add(new Write.Key(2, 2));
    write(1, 3, Region.FIRST, 5, "e1", 2);
    // Begun before the other had acknowledged anything.
    write(2, 3, Region.SECOND, 5.4, "w1", 1);
    read(1, Region.FIRST, 1, 6, 3);
    read(1, Region.FIRST, 2, 6.1, 2); // allowed: 3 s have not passed since 2/3
    read(2, Region.SECOND, 2, 6.2, -1);
    write(1, 4, Region.FIRST, 7, "w1", 3);
    history.add(new Idle(9, Region.FIRST, ""));
  }

  @Test
  void aHistoryThatIsWholeIsWell() {
    whole();
    assertThat(verdict().well()).as(verdict().toString()).isTrue();
    assertThat(verdict().tail()).isEmpty();
  }

  @Test
  void anAcknowledgedWriteThatIsGoneIsFound() {
    whole();
    rows.remove(new Write.Key(1, 3));
    assertThat(verdict().gone()).extracting(Write::key).containsExactly(new Write.Key(1, 3));
    assertThat(verdict().well()).isFalse();
  }

  @Test
  void whatReplicationHadNotCarriedIsListedAndNobodysFault() {
    whole();
    rows.remove(new Write.Key(2, 3));
    Verdict verdict = verdict(new Write.Key(2, 3), new Write.Key(2, 2));
    assertThat(verdict.tail()).extracting(Write::key).containsExactly(new Write.Key(2, 3));
    assertThat(verdict.well()).as(verdict.toString()).isTrue();
  }

  @Test
  void aRowThatIsThereTwiceIsFound() {
    whole();
    rows.add(new Write.Key(2, 2));
    assertThat(verdict().twice()).containsExactly(new Write.Key(2, 2));
    assertThat(verdict().well()).isFalse();
  }

  @Test
  void aRowThatWasRefusedAndIsThereIsFound() {
    whole();
    rows.add(new Write.Key(1, 2));
    assertThat(verdict().refused()).extracting(Write::key).containsExactly(new Write.Key(1, 2));
    assertThat(verdict().well()).isFalse();
  }

  @Test
  void aWriteTakenByAWriterThatHasASuccessorIsFound() {
    whole();
    write(2, 4, Region.SECOND, 5.6, "w1", 1);
    assertThat(verdict().secondWriter())
        .extracting(Write::key)
        .containsExactly(new Write.Key(2, 4));
    assertThat(verdict().well()).isFalse();
  }

  @Test
  void aSessionThatMissesItsOwnWriteIsFound() {
    whole();
    read(1, Region.FIRST, 1, 5.6, 1);
    assertThat(verdict().stale()).hasSize(1);
    assertThat(verdict().well()).isFalse();
  }

  @Test
  void aSessionThatMissesAWriteOfItsRegionIsFound() {
    whole();
    read(3, Region.FIRST, 1, 5.6, 1);
    assertThat(verdict().stale()).hasSize(1);
  }

  @Test
  void aReadMayMissWhatAnotherRegionWroteForSoLongAndNoLonger() {
    whole();
    read(3, Region.SECOND, 1, 8.4, 1);
    assertThat(verdict().stale()).isEmpty();
    read(3, Region.SECOND, 1, 8.6, 1);
    assertThat(verdict().stale()).hasSize(1);
  }

  @Test
  void inAnOutageAReadMayMissTheEndOfWhatWasWrittenAndNoMore() {
    whole();
    Occurrence outage =
        new Occurrence(
            Occurrence.Kind.LOST_REGION,
            "outage",
            Optional.empty(),
            5 * SECOND,
            "e1",
            6 * SECOND,
            7 * SECOND);
    staleReads = new StaleReads(Duration.ofSeconds(1), List.of(outage));
    read(1, Region.FIRST, 1, 5.6, 1);
    assertThat(verdict().stale()).isEmpty();
    read(1, Region.FIRST, 1, 5.7, 0); // a write of long before
    assertThat(verdict().stale()).hasSize(1);
    read(1, Region.FIRST, 1, 7.1, 1); // when it was over
    assertThat(verdict().stale()).hasSize(2);
  }

  @Test
  void anIdleClientThatWasDroppedIsFound() {
    whole();
    history.add(new Idle(8, Region.SECOND, "57P01 terminating connection"));
    assertThat(verdict().dropped()).hasSize(1);
    assertThat(verdict().well()).isFalse();
  }
}
