package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NameWatchTest {
  @Test
  void anErrorDoesNotEndTheWatch() throws InterruptedException {
    CountDownLatch looks = new CountDownLatch(2);
    try (NameWatch names =
        new NameWatch(
            () -> {
              looks.countDown();
              if (looks.getCount() > 0) {
                throw new NoClassDefFoundError("an error of the test's");
              }
              return List.of();
            },
            Thread::new)) {
      names.start();

      assertThat(looks.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }
}
