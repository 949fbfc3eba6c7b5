package dev.heimdall.engine.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OwnCommitsTest {
  private static final ServerAddress SERVER = new ServerAddress("a", 5432);
  private static final ServerAddress OTHER = new ServerAddress("b", 5432);

  private long now = Long.MAX_VALUE - 10;
  private final OwnCommits commits = new OwnCommits(() -> now);

  @Test
  void aCommitIsKnownOnceForEachOfItsTables() {
    commits.noted(SERVER, 7, List.of("t", "u"));
    assertThat(commits.take(SERVER, 7, "t")).isTrue();
    assertThat(commits.take(SERVER, 7, "t")).isFalse();
    assertThat(commits.take(SERVER, 7, "u")).isTrue();
    assertThat(commits.take(SERVER, 7, "v")).isFalse();
  }

  @Test
  void twoCommitsAreKnownTwice() {
    commits.noted(SERVER, 7, List.of("t"));
    commits.noted(SERVER, 7, List.of("t"));
    assertThat(commits.take(SERVER, 7, "t")).isTrue();
    assertThat(commits.take(SERVER, 7, "t")).isTrue();
    assertThat(commits.take(SERVER, 7, "t")).isFalse();
  }

  @Test
  void othersProcessesAreNotKnownNorThoseOfAnotherServer() {
    commits.noted(SERVER, 7, List.of("t"));
    assertThat(commits.take(SERVER, 8, "t")).isFalse();
    assertThat(commits.take(OTHER, 7, "t")).isFalse();
  }

  @Test
  void afterAWhileACommitIsForgotten() {
    commits.noted(SERVER, 7, List.of("t"));
    now += OwnCommits.REMEMBERED;
    assertThat(commits.take(SERVER, 7, "t")).isTrue();
    commits.noted(SERVER, 7, List.of("t"));
    now += OwnCommits.REMEMBERED + 1;
    assertThat(commits.take(SERVER, 7, "t")).isFalse();
  }

  @Test
  void numbersOfAServerThatWasStartedAnewSayNothing() {
    commits.noted(SERVER, 7, List.of("t"));
    commits.forget();
    assertThat(commits.take(SERVER, 7, "t")).isFalse();
  }

  @Test
  void tooManyForgetTheOldest() {
    commits.noted(SERVER, 7, List.of("first"));
    commits.noted(SERVER, 7, IntStream.range(0, 10_000).mapToObj(i -> "t" + i).toList());
    assertThat(commits.take(SERVER, 7, "first")).isFalse();
    assertThat(commits.take(SERVER, 7, "t0")).isTrue();
  }
}
