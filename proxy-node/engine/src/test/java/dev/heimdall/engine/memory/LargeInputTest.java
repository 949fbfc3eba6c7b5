package dev.heimdall.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargeInputTest {
  /** 500 bytes for clients with a server connection, 500 for the others, 750 for one alone. */
  private final LargeInput room = new MemoryBudget(1_000, 1).largeInput();

  private final List<String> given = new ArrayList<>();

  private LargeInput.Room of(String name) {
    return room.room(() -> given.add(name));
  }

  @Test
  void whoComesFirstIsServedFirst() {
    LargeInput.Room ann = of("ann");
    LargeInput.Room bob = of("bob");
    LargeInput.Room cid = of("cid");
    assertThat(ann.need(400, false)).isTrue();
    assertThat(bob.need(300, false)).isFalse();
    assertThat(cid.need(50, false)).as("behind bob, though it would fit").isFalse();
    assertThat(ann.awaited()).isTrue();
    assertThat(bob.awaited()).isFalse();

    ann.need(0, false);

    assertThat(given).containsExactly("bob", "cid");
    assertThat(ann.awaited()).isFalse();
  }

  @Test
  void oneAloneMayHaveMore() {
    LargeInput.Room ann = of("ann");
    assertThat(room.most()).isEqualTo(750);
    assertThat(ann.need(750, false)).isTrue();
    assertThat(of("bob").need(1, false)).isFalse();
    assertThat(of("with").need(100, true)).isTrue();
  }

  /** Both have half of what they need, and nobody else has anything. */
  @Test
  void thoseWhoGrowDoNotWaitForEachOther() {
    LargeInput.Room ann = of("ann");
    LargeInput.Room bob = of("bob");
    assertThat(ann.need(250, false)).isTrue();
    assertThat(bob.need(250, false)).isTrue();

    assertThat(ann.need(400, false)).isTrue();
    assertThat(bob.need(400, false)).isFalse();
    assertThat(ann.need(500, false)).isTrue();
    ann.need(0, false);

    assertThat(given).containsExactly("bob");
  }

  @Test
  void whoLeavesTheQueueIsNotGivenAnything() {
    LargeInput.Room ann = of("ann");
    LargeInput.Room bob = of("bob");
    ann.need(400, false);
    bob.need(400, false);

    bob.need(0, false);
    ann.need(0, false);

    assertThat(given).isEmpty();
  }
}
