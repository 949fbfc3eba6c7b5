package dev.heimdall.engine.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.TracingSettings;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String SAMPLED =
      "SELECT 1 /*traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/";

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final Collector collector = new Collector();

  /** Takes spans once it is let. */
  private static final class Collector implements SpanExporter {
    final List<SpanData> taken = new CopyOnWriteArrayList<>();
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    volatile boolean refuses;

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      asked.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return CompletableResultCode.ofFailure();
      }
      if (refuses) {
        return CompletableResultCode.ofFailure();
      }
      taken.addAll(spans);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private Tracing tracing(int oneIn, int commentsPerSecond, int queue, int batch) {
    TracingSettings settings =
        new TracingSettings(
            true,
            "http://127.0.0.1:1",
            Optional.empty(),
            oneIn,
            true,
            commentsPerSecond,
            "heimdall",
            queue,
            batch,
            Duration.ofMillis(10),
            Duration.ofSeconds(1));
    return new Tracing(
        settings, new Tracing.Node("one", "1"), collector, sent::addAndGet, dropped::addAndGet);
  }

  private static StatementSpan begin(Tracing tracing, String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return tracing.begin(text, 0, text.length);
  }

  @Test
  void oneInSoManyIsChosen() {
    Tracing none = tracing(0, 1, 10, 10);
    Tracing all = tracing(1, 1, 10, 10);
    Tracing some = tracing(10, 1, 10, 10);
    int chosen = 0;
    for (int i = 0; i < 10_000; i++) {
      assertThat(begin(none, "SELECT 1")).isNull();
      assertThat(begin(all, "SELECT 1")).isNotNull();
      chosen += begin(some, "SELECT 1") == null ? 0 : 1;
    }
    assertThat(chosen).isBetween(700, 1300); // the odds of another one are below 1 to 10^20
  }

  @Test
  void aCommentDecidesWhetherItsStatementIsTraced() {
    assertThat(begin(tracing(0, 1, 10, 10), SAMPLED).parent().spanId())
        .isEqualTo("b7ad6b7169203331");
    assertThat(begin(tracing(1, 1, 10, 10), SAMPLED.replace("-01'", "-00'"))).isNull();
  }

  @Test
  void soManyCommentsASecondAreFollowed() {
    AtomicLong nanos = new AtomicLong(-5);
    SecondLimit limit = new SecondLimit(2, nanos::get);
    assertThat(List.of(limit.take(), limit.take(), limit.take()))
        .containsExactly(true, true, false);
    nanos.addAndGet(999_999_999);
    assertThat(limit.take()).isFalse();
    nanos.addAndGet(1);
    assertThat(List.of(limit.take(), limit.take(), limit.take()))
        .containsExactly(true, true, false);
  }

  @Test
  void whatTheQueueHasNoPlaceForIsDroppedAndCounted() throws InterruptedException {
    Tracing tracing = tracing(1, 1, 3, 1);
    tracing.start();
    begin(tracing, "SELECT 1").end();
    collector.asked.await();
    for (int i = 0; i < 10; i++) {
      begin(tracing, "SELECT 1").end(); // does not wait
    }
    assertThat(dropped).hasValue(7);
    collector.open.countDown();
    tracing.close();
    assertThat(sent).hasValue(4);
    assertThat(collector.taken).hasSize(4);
    begin(tracing, "SELECT 1").end();
    assertThat(dropped).hasValue(8);
  }

  @Test
  void whatTheCollectorDoesNotTakeIsCounted() {
    Tracing tracing = tracing(1, 1, 10, 10);
    collector.refuses = true;
    collector.open.countDown();
    for (int i = 0; i < 5; i++) {
      begin(tracing, "SELECT 1").end();
    }
    tracing.start();
    tracing.close();
    assertThat(dropped).hasValue(5);
    assertThat(sent).hasValue(0);
  }
}
