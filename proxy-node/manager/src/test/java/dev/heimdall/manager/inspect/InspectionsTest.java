package dev.heimdall.manager.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InspectionsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final Inspections inspections = new Inspections();
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void close() {
    inspections.close();
  }

  private void forEver() {
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEnd(Inspection<?> inspection) throws InterruptedException {
    while (inspection.isRunning()) {
      Thread.sleep(5);
    }
  }

  @Test
  void whatIsFoundIsThereBeforeTheEnd() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    Inspection<String> inspection =
        inspections.begin(
            LONG,
            found -> {
              found.accept("first");
              told.countDown();
              forEver();
            });
    told.await();
    assertThat(inspection.found()).containsExactly("first");
    assertThat(inspection.isRunning()).isTrue();
    inspection.stop("enough");
    assertThat(inspection.failure()).isEqualTo("enough");
  }

  @Test
  void itsTimeIsBounded() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    Inspection<String> inspection =
        inspections.begin(
            Duration.ofMillis(50),
            found -> {
              forEver();
              found.accept("too late");
              interrupted.countDown();
            });
    awaitEnd(inspection);
    interrupted.await();
    assertThat(inspection.failure()).startsWith("It took longer than");
    assertThat(inspection.found()).isEmpty();
  }

  @Test
  void tooManyAreRefusedAndNotHeld() {
    List<Inspection<String>> begun = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      begun.add(inspections.begin(LONG, found -> forEver()));
    }
    assertThat(begun.get(39).isRunning()).isFalse();
    assertThat(begun.get(39).failure()).contains("busy");
    assertThat(begun.get(0).isRunning()).isTrue();
  }

  @Test
  void aCheckThatFailsEnds() throws Exception {
    Inspection<String> inspection =
        inspections.begin(
            LONG,
            found -> {
              throw new IllegalStateException("with a secret in it");
            });
    awaitEnd(inspection);
    assertThat(inspection.failure()).contains("log").doesNotContain("secret");
  }
}
