package dev.heimdall.engine.tracing;

import dev.heimdall.model.TracingSettings;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Traces every statement, and keeps the spans. */
public final class RecordedSpans implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();
  private final Tracing tracing =
      new Tracing(
          new TracingSettings(
              true,
              "http://127.0.0.1:1",
              Optional.empty(),
              1,
              true,
              1000,
              "heimdall",
              10_000,
              1,
              Duration.ofMillis(1),
              Duration.ofSeconds(1)),
          new Tracing.Node("one", "1"),
          new Kept(),
          sent -> {},
          dropped -> {});

  public RecordedSpans() {
    tracing.start();
  }

  private final class Kept implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> some) {
      spans.addAll(some);
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

  public Tracing tracing() {
    return tracing;
  }

  /** The spans that have ended, in the order in which they did, once there are so many. */
  public List<SpanData> await(int number) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (spans.size() < number && System.nanoTime() - deadline < 0) {
      Thread.sleep(1);
    }
    return List.copyOf(spans);
  }

  @Override
  public void close() {
    tracing.close();
  }
}
