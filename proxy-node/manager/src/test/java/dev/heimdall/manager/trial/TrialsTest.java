package dev.heimdall.manager.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.manager.web.Refusal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class TrialsTest {
  private static final Verdict NONE =
      new Verdict(
          List.of(),
          Optional.empty(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Verdict.Place.WRITER,
          List.of());

  private static Question question(String statement) {
    return new Question(
        "shop",
        statement,
        "alice",
        List.of(),
        Optional.empty(),
        "",
        InetAddress.getLoopbackAddress(),
        OptionalInt.empty(),
        false,
        false);
  }

  @Test
  void whatTakesTooLongIsGivenUpAndKeepsItsPlaceUntilItEnds() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Semaphore ended = new Semaphore(0);
    StatementTrial slow =
        (configuration, asked) -> {
          if (asked.statement().equals("quick")) {
            return NONE;
          }
          try {
            end.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            ended.release();
          }
          return NONE;
        };
    Trials trials = new Trials(slow, Duration.ofMillis(10));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> trials.verdict(null, question("slow")))
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("takes longer");
    }
    assertThatThrownBy(() -> trials.verdict(null, question("quick")))
        .hasMessageContaining("busy with other statements");
    end.countDown();
    ended.acquire(2);
    assertThat(eventually(trials)).isEqualTo(NONE);
  }

  /** The place is given back right behind the end. */
  private static Verdict eventually(Trials trials) throws InterruptedException {
    while (true) {
      try {
        return trials.verdict(null, question("quick"));
      } catch (Refusal e) {
        Thread.sleep(1);
      }
    }
  }

  @Test
  void aStatementHasABound() {
    Trials trials = new Trials((configuration, asked) -> NONE);

    assertThatThrownBy(
            () -> trials.verdict(null, question("x".repeat(Question.LONGEST_STATEMENT + 1))))
        .hasMessageContaining("65,536");
  }

  @Test
  void anAddressIsNeverLookedUp() {
    assertThat(Question.address("10.1.2.3")).isPresent();
    assertThat(Question.address("::1")).isPresent();
    assertThat(Question.address("db.example")).isEmpty();
    assertThat(Question.address("1.2.3.4.5")).isEmpty();
    assertThat(Question.address("cafe")).isEmpty();
    assertThat(Question.address("300.1.1.1")).isEmpty();
  }
}
