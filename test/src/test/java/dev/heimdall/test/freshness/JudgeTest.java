package dev.heimdall.test.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Consistency;
import dev.heimdall.test.freshness.Operation.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Short histories with a known outcome. */
class JudgeTest {
  private static final long PROPAGATION = 100;

  private static Operation raise(int session, int node, long value, long began, long ended) {
    return Operation.raised(session, node, "c", value, new Span(began, ended));
  }

  private static Operation read(int session, int node, long value, long began, long ended) {
    return Operation.read(session, node, "c", value, new Span(began, ended));
  }

  private static Operation append(long element, long began, long ended) {
    return Operation.appended(1, 1, "l", element, new Span(began, ended));
  }

  private static Operation list(long began, long ended, Long... elements) {
    return Operation.readList(1, 1, "l", Arrays.asList(elements), new Span(began, ended));
  }

  private static Verdict judge(Consistency consistency, long last, Operation... history) {
    return new Judge(consistency, PROPAGATION).judge(List.of(history), Map.of("c", last), Map.of());
  }

  private static Verdict judgeList(List<Long> last, Operation... history) {
    return new Judge(Consistency.SESSION, PROPAGATION)
        .judge(List.of(history), Map.of(), Map.of("l", last));
  }

  @ParameterizedTest
  @EnumSource(Consistency.class)
  void aSessionThatMissesItsOwnWriteIsAViolationInEachConsistency(Consistency consistency) {
    Operation write = raise(1, 1, 1, 10, 20);

    assertThat(judge(consistency, 1, write, read(1, 1, 0, 21, 30)).violations())
        .isNotEmpty()
        .first()
        .asString()
        .contains("found 0", "told of 1");
    assertThat(judge(consistency, 1, write, read(1, 1, 1, 21, 30)).violations()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Consistency.class)
  void whatWasNotAcknowledgedBeforeTheReadBeganMayBeMissed(Consistency consistency) {
    assertThat(judge(consistency, 1, raise(1, 1, 1, 10, 20), read(2, 1, 0, 20, 30)).violations())
        .isEmpty();
    assertThat(judge(consistency, 1, raise(1, 1, 1, 10, 20), read(2, 1, 0, 15, 30)).violations())
        .isEmpty();
  }

  @Test
  void anotherSessionOfTheNodeMayMissItOnlyInSession() {
    Operation[] history = {raise(1, 1, 1, 10, 20), read(2, 1, 0, 21, 30)};

    assertThat(judge(Consistency.SESSION, 1, history).violations()).isEmpty();
    assertThat(judge(Consistency.FLEET, 1, history).violations()).hasSize(1);
    assertThat(judge(Consistency.STRICT, 1, history).violations()).hasSize(1);
  }

  @Test
  void aSessionOfAnotherNodeMayMissItForAsLongAsNewsTravelInFleetAndNeverInStrict() {
    Operation write = raise(1, 1, 1, 10, 20);
    Operation soon = read(2, 2, 0, 120, 130);
    Operation late = read(2, 2, 0, 121, 131);

    assertThat(judge(Consistency.SESSION, 1, write, late).violations()).isEmpty();
    assertThat(judge(Consistency.FLEET, 1, write, soon).violations()).isEmpty();
    assertThat(judge(Consistency.FLEET, 1, write, late).violations()).hasSize(1);
    assertThat(judge(Consistency.STRICT, 1, write, soon).violations()).hasSize(1);
  }

  @Test
  void howLongAgoTheMissedWasAcknowledgedIsMeasuredFromTheFirstThatWasMissed() {
    Verdict verdict =
        judge(
            Consistency.SESSION,
            3,
            raise(1, 1, 1, 0, 1_000_000),
            raise(1, 1, 2, 0, 2_000_000),
            raise(1, 1, 3, 0, 4_000_000),
            read(2, 2, 1, 5_000_000, 6_000_000));

    assertThat(verdict.missedMillis(1)).isEqualTo(3.0);
  }

  @Test
  void theGreatestCountsWhateverTheOrderOfReplies() {
    // The server made 2 after 1, but who made 1 was told later.
    Operation[] history = {
      raise(1, 1, 2, 10, 20), raise(2, 1, 1, 10, 25), read(3, 1, 1, 30, 40),
    };

    assertThat(judge(Consistency.FLEET, 2, history).violations()).hasSize(1);
  }

  @Test
  void anAcknowledgedWriteThatIsNotThereInTheEndIsLost() {
    Verdict verdict = judge(Consistency.SESSION, 1, raise(1, 1, 1, 0, 1), raise(1, 1, 2, 2, 3));

    assertThat(verdict.lost()).hasSize(1).first().asString().contains("RAISE c of session 1");
  }

  @Test
  void twoAcknowledgedWritesThatMadeTheSameAreOneLost() {
    assertThat(judge(Consistency.SESSION, 2, raise(1, 1, 1, 0, 1), raise(2, 1, 1, 2, 3)).lost())
        .hasSize(1);
  }

  @Test
  void aWriteOfUnknownOutcomeIsNeitherLostNorOneTooMany() {
    Operation unknown = raise(1, 1, 0, 0, 1).unknown();

    assertThat(judge(Consistency.STRICT, 0, unknown, read(1, 1, 0, 5, 6)))
        .satisfies(
            verdict -> {
              assertThat(verdict.violations()).isEmpty();
              assertThat(verdict.lost()).isEmpty();
              assertThat(verdict.unknown).isEqualTo(1);
            });
    assertThat(judge(Consistency.STRICT, 1, unknown, read(1, 1, 1, 5, 6)).violations()).isEmpty();
  }

  @Test
  void aWriteThatWasCarriedOutTwiceIsAViolation() {
    assertThat(judge(Consistency.SESSION, 2, raise(1, 1, 1, 0, 1)).violations())
        .containsExactly("c was written 2 times and asked to be 1 times");
    assertThat(judgeList(List.of(7L, 7L), append(7, 0, 1)).violations())
        .contains("l holds 7 twice");
  }

  @Test
  void aReadOfWhatIsNotThereInTheEndIsAViolation() {
    assertThat(
            judge(Consistency.SESSION, 1, raise(1, 1, 1, 0, 1), read(1, 1, 2, 5, 6)).violations())
        .hasSize(1);
  }

  @Test
  void aListIsReadAsFarAsItWasAppendedTo() {
    Operation[] writes = {append(7, 0, 1), append(9, 2, 3)};

    assertThat(judgeList(List.of(7L, 9L), with(writes, list(4, 5, 7L, 9L))).violations()).isEmpty();
    assertThat(judgeList(List.of(7L, 9L), with(writes, list(4, 5, 7L))).violations()).hasSize(1);
    assertThat(judgeList(List.of(7L, 9L), with(writes, list(2, 5, 7L))).violations()).isEmpty();
  }

  @Test
  void aListThatWasReadInAnotherOrderIsAViolation() {
    assertThat(
            judgeList(List.of(7L, 9L), append(7, 0, 9), append(9, 0, 9), list(1, 2, 9L))
                .violations())
        .hasSize(1)
        .first()
        .asString()
        .contains("no beginning");
  }

  @Test
  void anAppendedElementThatIsNotThereIsLost() {
    assertThat(judgeList(List.of(7L), append(7, 0, 1), append(9, 2, 3)).lost()).hasSize(1);
  }

  @Test
  void whoReadsLessThanBeforeIsCountedAndNoViolation() {
    Verdict verdict =
        judge(Consistency.FLEET, 1, raise(1, 2, 1, 0, 1), read(2, 1, 1, 2, 3), read(2, 1, 0, 4, 5));

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.backwards).isEqualTo(1);
  }

  @Test
  void whoReadsLessThanLongBeforeIsAViolationInEachConsistency() {
    for (Consistency consistency : Consistency.values()) {
      Operation write = raise(1, 2, 1, 0, 900).unknown();
      Operation first = read(2, 1, 1, 2, 3);

      assertThat(judge(consistency, 1, write, first, read(2, 1, 0, 203, 204)).violations())
          .isEmpty();
      assertThat(judge(consistency, 1, write, first, read(2, 1, 0, 204, 205)).violations())
          .hasSize(1)
          .first()
          .asString()
          .contains("its own session, long ago,");
      assertThat(judge(consistency, 1, write, first, read(3, 1, 0, 204, 205)).violations())
          .isEmpty();
    }
  }

  private static Operation[] with(Operation[] history, Operation last) {
    List<Operation> all = new ArrayList<>(List.of(history));
    all.add(last);
    return all.toArray(Operation[]::new);
  }
}
