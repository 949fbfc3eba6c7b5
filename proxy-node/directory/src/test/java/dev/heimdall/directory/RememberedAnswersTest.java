package dev.heimdall.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.directory.DirectoryAnswer.Accepted;
import dev.heimdall.directory.DirectoryAnswer.Rejected;
import dev.heimdall.directory.DirectoryAnswer.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is remembered of a directory's answers, and for how long. */
class RememberedAnswersTest {
  private static final Accepted IN = new Accepted(List.of("reports"));
  private static final Rejected NO = new Rejected();

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
  private final RememberedAnswers remembered =
      new RememberedAnswers(Duration.ofSeconds(60), Duration.ofSeconds(5), clock::get);

  private void pass(long seconds) {
    clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void eachKindOfAnswerCountsForItsOwnTime() {
    remembered.remember("alice", "right", IN);
    remembered.remember("alice", "wrong", NO);
    remembered.remember("alice", "other", new Unavailable("why"));
    assertThat(remembered.of("alice", "right")).contains(IN);
    assertThat(remembered.of("alice", "wrong")).contains(NO);
    assertThat(remembered.of("alice", "other")).isEmpty();
    assertThat(remembered.of("bob", "right")).isEmpty();
    assertThat(remembered.of("alic", "eright")).isEmpty();

    pass(5);
    assertThat(remembered.of("alice", "wrong")).isEmpty();
    assertThat(remembered.of("alice", "right")).contains(IN);
    pass(54);
    assertThat(remembered.of("alice", "right")).contains(IN);
    pass(1);
    assertThat(remembered.of("alice", "right")).isEmpty();
  }

  @Test
  void ofAUsersPasswordsTheLastRightOneCounts() {
    remembered.remember("alice", "old", IN);
    remembered.remember("alice", "new", IN);
    assertThat(remembered.of("alice", "old")).isEmpty();
    assertThat(remembered.of("alice", "new")).contains(IN);
    remembered.remember("alice", "new", NO);
    assertThat(remembered.of("alice", "new")).contains(NO);
    remembered.remember("alice", "new", IN);
    assertThat(remembered.of("alice", "new")).contains(IN);
  }

  @Test
  void guessesPushNothingOutThatWasRightAndTakeABoundedPlace() {
    remembered.remember("alice", "right", IN);
    for (int i = 0; i <= RememberedAnswers.MOST; i++) {
      remembered.remember("alice", "guess" + i, NO);
    }
    assertThat(remembered.of("alice", "right")).contains(IN);
    assertThat(remembered.of("alice", "guess0")).isEmpty();
    assertThat(remembered.of("alice", "guess1")).contains(NO);
    assertThat(remembered).hasToString("RememberedAnswers[1, " + RememberedAnswers.MOST + "]");
  }

  @Test
  void nothingIsRememberedForNoTime() {
    RememberedAnswers none = new RememberedAnswers(Duration.ZERO, Duration.ZERO, clock::get);
    none.remember("alice", "right", IN);
    none.remember("alice", "wrong", NO);
    assertThat(none).hasToString("RememberedAnswers[0, 0]");
  }
}
