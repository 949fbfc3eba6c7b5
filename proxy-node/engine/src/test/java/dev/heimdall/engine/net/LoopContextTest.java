package dev.heimdall.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopContextTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LoopContext loop = new LoopContext(0, channel.eventLoop());
  private final List<String> seen = new ArrayList<>();
  private final RuntimeException flaw = new IllegalStateException("flaw");

  @AfterEach
  void close() {
    channel.close();
  }

  private void stumble() {
    loop.flushLater(() -> seen.add("flushed"));
    throw flaw;
  }

  private void failed(Throwable cause) {
    seen.add("failed: " + cause.getMessage());
  }

  @Test
  void whatATaskThrowsIsToldAndWhatItWroteIsFlushed() {
    loop.soon(this::stumble, this::failed);
    assertThat(seen).isEmpty();

    channel.runPendingTasks();

    assertThat(seen).containsExactly("failed: flaw", "flushed");
  }

  @Test
  void whatALaterTaskThrowsIsToldToo() {
    loop.later(this::stumble, 1, TimeUnit.HOURS, this::failed);
    channel.runScheduledPendingTasks();
    assertThat(seen).isEmpty();

    channel.advanceTimeBy(1, TimeUnit.HOURS);
    channel.runScheduledPendingTasks();

    assertThat(seen).containsExactly("failed: flaw", "flushed");
  }

  @Test
  void anErrorOfWhoIsToldDoesNotReachTheLoop() {
    loop.inEvent(
        this::stumble,
        cause -> {
          failed(cause);
          throw new IllegalStateException("another");
        });

    assertThat(seen).containsExactly("failed: flaw", "flushed");
  }

  private void reads(String whose, int bytes) {
    loop.beginRead();
    loop.written(bytes);
    loop.flushLater(() -> seen.add(whose));
    loop.endRead();
  }

  @Test
  void whatSeveralReadsWriteLeavesAtTheEndOfTheTurn() {
    reads("first", 100);
    reads("second", 100);
    assertThat(seen).isEmpty();

    channel.runPendingTasks();

    assertThat(seen).containsExactly("first", "second");
  }

  @Test
  void muchDoesNotWaitForTheEndOfTheTurn() {
    reads("first", 40_000);
    reads("second", 40_000);

    assertThat(seen).containsExactly("first", "second");
  }

  @Test
  void anotherEventBeginsBehindWhatReadsHaveWritten() {
    reads("first", 100);

    loop.inEvent(() -> seen.add("event"), this::failed);

    assertThat(seen).containsExactly("first", "event");
  }

  /** A flush makes room, its client goes on, and what that writes is flushed as well. */
  @Test
  void whatAFlushLetsOthersWriteIsFlushed() {
    loop.beginRead();
    loop.flushLater(() -> {});
    loop.flushLater(
        () -> {
          loop.inEvent(() -> seen.add("event"), this::failed);
          reads("behind", 100);
        });
    loop.endRead();

    channel.runPendingTasks();

    assertThat(seen).containsExactly("event", "behind");
  }
}
