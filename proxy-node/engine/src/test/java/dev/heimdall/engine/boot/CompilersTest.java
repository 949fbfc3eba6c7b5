package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CompilersTest {
  private long now;
  private long spent = 7_000;
  private final Compilers compilers = new Compilers(() -> now, () -> spent);

  @Test
  void theyRestAfterAnIntervalInWhichTheyHadNextToNothingToDo() {
    assertThat(compilers.rest()).isFalse();

    after(499, 60);
    assertThat(compilers.rest()).isFalse(); // not a whole one yet

    after(1, 0);
    assertThat(compilers.rest()).isTrue();
  }

  @Test
  void theyDoNotWhileTheyAreBusy() {
    after(500, 101);
    assertThat(compilers.rest()).isFalse();

    after(1000, 201);
    assertThat(compilers.rest()).isFalse();

    after(1000, 200);
    assertThat(compilers.rest()).isTrue();

    after(500, 400);
    assertThat(compilers.rest()).isFalse();
  }

  private void after(long milliseconds, long compiling) {
    now += TimeUnit.MILLISECONDS.toNanos(milliseconds);
    spent += compiling;
  }
}
