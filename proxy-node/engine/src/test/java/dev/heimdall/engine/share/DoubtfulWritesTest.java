package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DoubtfulWritesTest {
  private static final long LASTS = DoubtfulWrites.LASTS.toNanos();

  private final AtomicLong now = new AtomicLong(-1000);
  private final DoubtfulWrites doubtful = new DoubtfulWrites(now::get);

  @Test
  void aTableIsDoubtfulForAWhile() {
    assertThat(doubtful.any(List.of("a"))).isFalse();
    doubtful.add(List.of("a"), false, LASTS);
    assertThat(doubtful.any(List.of("b", "a"))).isTrue();
    assertThat(doubtful.any(List.of("b"))).isFalse();
    now.addAndGet(DoubtfulWrites.LASTS.toNanos() - 1);
    assertThat(doubtful.any(List.of("a"))).isTrue();
    now.addAndGet(1);
    assertThat(doubtful.any(List.of("a"))).isFalse();
  }

  @Test
  void soAreAllTablesWhereNobodyKnowsWhich() {
    doubtful.add(List.of(), true, LASTS);
    assertThat(doubtful.any(List.of("a"))).isTrue();
    now.addAndGet(DoubtfulWrites.LASTS.toNanos());
    assertThat(doubtful.any(List.of("a"))).isFalse();
  }

  @Test
  void withAnotherWriterNothingIs() {
    doubtful.add(List.of("a"), true, LASTS);
    doubtful.clear();
    assertThat(doubtful.any(List.of("a"))).isFalse();
  }

  @Test
  void whatIsHeardOfAnotherNodeLastsAsLongAsItDoesThere() {
    doubtful.add(List.of("a", "b"), false, 1000);
    doubtful.add(List.of("a"), false, 10);
    doubtful.add(List.of("b"), false, 2000);
    now.addAndGet(900);
    assertThat(doubtful.present())
        .containsExactly(
            new DoubtfulWrites.Doubt(List.of("a"), 100),
            new DoubtfulWrites.Doubt(List.of("b"), 1100));
    now.addAndGet(100);
    assertThat(doubtful.any(List.of("a"))).isFalse();
    assertThat(doubtful.any(List.of("b"))).isTrue();
    doubtful.add(List.of(), true, LASTS);
    doubtful.add(List.of(), true, 5);
    assertThat(doubtful.present()).contains(new DoubtfulWrites.Doubt(List.of(), LASTS));
  }
}
