package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What belongs to which event, and what is made of many. */
class FiguresTest {
  private static final long SECOND = 1_000_000_000;

  private final History history = new History();

  private static Occurrence event(String what, double began, double over, String writer) {
    return new Occurrence(
        Occurrence.Kind.SWITCHOVER,
        what,
        Optional.empty(),
        (long) (began * SECOND),
        writer,
        (long) ((began + 1) * SECOND),
        (long) (over * SECOND));
  }

  private void write(double begun, double ended, Write.Outcome outcome, String server) {
    history.add(
        new Write(
            1,
            1,
            Region.FIRST,
            (long) (begun * SECOND),
            (long) (ended * SECOND),
            outcome,
            server,
            1,
            ""));
  }

  private void read(double begun, double ended) {
    history.add(
        new Read(1, Region.FIRST, 1, (long) (begun * SECOND), (long) (ended * SECOND), 1, ""));
  }

  private Figures of(int event, Occurrence... happened) {
    return Figures.of(List.of(happened), List.of(Region.FIRST), history).get(event);
  }

  @Test
  void theFirstWriteIsTheOneThatTheNewWriterAcknowledgedFirst() {
    write(0.5, 2.1, Write.Outcome.ACKNOWLEDGED, "w1"); // by the one before
    write(1, 2.5, Write.Outcome.ACKNOWLEDGED, "e1");
    write(1, 2.4, Write.Outcome.REFUSED, "");

    Figures figures = of(0, event("there", 1, 3, "e1"));

    assertThat(figures.firstWrite()).hasValue(500);
    assertThat(figures.refused()).isOne();
  }

  @Test
  void whatWasInProgressWhenAnEventBeganBelongsToIt() {
    read(0.1, 0.6); // over before
    read(0.5, 3); // begun before the first event
    read(5.5, 9); // begun before the second one
    Occurrence first = event("there", 1, 4, "e1");
    Occurrence second = event("back", 6, 8, "w1");

    assertThat(of(0, first, second).longestRead()).isEqualTo(2500);
    assertThat(of(1, first, second).longestRead()).isEqualTo(3500);
  }

  @Test
  void whatIsLostWithARegionIsWhatClientsWereAcknowledged() {
    write(1, 1.5, Write.Outcome.ACKNOWLEDGED, "w1");
    write(1, 1.7, Write.Outcome.UNKNOWN, "");
    Set<Write.Key> tail = Set.of(new Write.Key(1, 1), new Write.Key(2, 1));

    assertThat(Loss.of(Region.FIRST, tail, 2 * SECOND, history))
        .isEqualTo(new Loss(Region.FIRST, 1, Optional.of(500L)));
    assertThat(Loss.of(Region.FIRST, Set.of(), 2 * SECOND, history))
        .isEqualTo(new Loss(Region.FIRST, 0, Optional.empty()));
  }

  @Test
  void aTableHasTheMiddleAndTheWorst() {
    write(1, 2.5, Write.Outcome.ACKNOWLEDGED, "e1");
    FigureTable table = new FigureTable();
    table.add(List.of(of(0, event("there", 1, 3, "e1"))), List.of());
    write(1, 2.2, Write.Outcome.ACKNOWLEDGED, "e1");
    table.add(
        List.of(of(0, event("there", 1, 3, "e1"))),
        List.of(new Loss(Region.FIRST, 4, Optional.of(90L))));

    assertThat(table.toString())
        .contains("| planned switchover | another region (2 times) | 200 ms, at most 500 ms |")
        .contains("acknowledged writes 4, at most 4; the oldest was")
        .contains("lost by 90 ms, at most 90 ms");
  }
}
