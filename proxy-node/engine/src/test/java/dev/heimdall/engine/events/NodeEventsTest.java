package dev.heimdall.engine.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NodeEventsTest {
  private final AtomicLong nanos = new AtomicLong(-7);
  private final NodeEvents events = new NodeEvents(Clock.systemUTC(), nanos::get);

  private List<NodeEvent> last() {
    return events.last().events();
  }

  private void exhaust() {
    events.counted(EventKind.POOL_EXHAUSTED, "shop", "", "waited in vain");
  }

  private void pass(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void eachHasTheNextNumberAndTheOldestGo() {
    for (int i = 0; i < NodeEvents.MOST + 3; i++) {
      events.happened(EventKind.SERVER_LOST, "shop", "db" + i + ":1", "no answer");
    }

    assertThat(last()).hasSize(NodeEvents.MOST);
    assertThat(last().get(0).number()).isEqualTo(4);
    assertThat(last().get(NodeEvents.MOST - 1).server()).isEqualTo("db102:1");
    assertThat(events.last().forgotten()).isEqualTo(3);
  }

  @Test
  void whoListensHearsOfEach() {
    AtomicLong heard = new AtomicLong();
    events.listen(heard::incrementAndGet);
    events.happened(EventKind.STORE_SLOW, "", "a:1", "after 400 ms");
    exhaust();
    exhaust();
    assertThat(heard).hasValue(2);
  }

  @Test
  void whatHappensOftenIsToldAtOnceAndThenCounted() {
    exhaust();
    assertThat(last()).hasSize(1);
    for (int i = 0; i < 500; i++) {
      exhaust();
    }
    assertThat(last()).hasSize(1);

    pass(30);
    assertThat(last()).extracting(NodeEvent::count).containsExactly(1L, 500L);
  }

  @Test
  void aPoolThatIsNotExhaustedAnyMoreHasRecovered() {
    exhaust();
    exhaust();
    pass(30);
    last();
    pass(29);
    assertThat(last()).hasSize(2);

    pass(1);
    assertThat(last())
        .extracting(NodeEvent::kind)
        .containsExactly(
            EventKind.POOL_EXHAUSTED, EventKind.POOL_EXHAUSTED, EventKind.POOL_RECOVERED);
    exhaust();
    assertThat(last()).hasSize(4);
  }

  @Test
  void causesAreBoundedAndSoAreTheirWords() {
    for (int i = 0; i < 1_000; i++) {
      events.counted(EventKind.RULE_NOTIFIES, "vdb" + i, "", "line\nbreak " + "x".repeat(9_000));
    }

    assertThat(last()).hasSize(NodeEvents.MOST);
    assertThat(last().get(0).words()).hasSizeLessThan(400).doesNotContain("\n");
  }
}
