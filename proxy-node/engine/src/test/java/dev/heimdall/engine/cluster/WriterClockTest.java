package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WriterClockTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  @Test
  void anErrorFailsWhoWaitsAndTheNextIsAnswered() {
    Queue<Error> errors = new ArrayDeque<>();
    errors.add(new NoClassDefFoundError("an error of the test's"));
    WriterClock clock =
        new WriterClock(
            tasks::add,
            () -> {
              if (!errors.isEmpty()) {
                throw errors.remove();
              }
              return 7;
            });

    CompletableFuture<Long> first = clock.next();
    tasks.remove().run();
    CompletableFuture<Long> second = clock.next();
    tasks.remove().run();

    assertThat(first).isCompletedExceptionally();
    assertThat(second).isCompletedWithValue(7L);
  }
}
