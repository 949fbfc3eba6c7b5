package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
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
              return new Lsn(7);
            });

    CompletableFuture<Position> first = clock.next();
    tasks.remove().run();
    CompletableFuture<Position> second = clock.next();
    tasks.remove().run();

    assertThat(first).isCompletedExceptionally();
    assertThat(second).isCompletedWithValue(new Lsn(7));
  }
}
