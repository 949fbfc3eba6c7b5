package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DoubtfulWritesTest {
  private final AtomicLong now = new AtomicLong(-1000);
  private final DoubtfulWrites doubtful = new DoubtfulWrites(now::get);

  @Test
  void aTableIsDoubtfulForAWhile() {
    assertThat(doubtful.any(List.of("a"))).isFalse();
    doubtful.add(List.of("a"), false);
    assertThat(doubtful.any(List.of("b", "a"))).isTrue();
    assertThat(doubtful.any(List.of("b"))).isFalse();
    now.addAndGet(DoubtfulWrites.LASTS.toNanos() - 1);
    assertThat(doubtful.any(List.of("a"))).isTrue();
    now.addAndGet(1);
    assertThat(doubtful.any(List.of("a"))).isFalse();
  }

  @Test
  void soAreAllTablesWhereNobodyKnowsWhich() {
    doubtful.add(List.of(), true);
    assertThat(doubtful.any(List.of("a"))).isTrue();
    now.addAndGet(DoubtfulWrites.LASTS.toNanos());
    assertThat(doubtful.any(List.of("a"))).isFalse();
  }

  @Test
  void withAnotherWriterNothingIs() {
    doubtful.add(List.of("a"), true);
    doubtful.clear();
    assertThat(doubtful.any(List.of("a"))).isFalse();
  }
}
