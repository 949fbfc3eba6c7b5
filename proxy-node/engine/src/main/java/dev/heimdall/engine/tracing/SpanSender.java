package dev.heimdall.engine.tracing;

import dev.heimdall.model.TracingSettings;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans from a thread of its own. What comes while the queue is full is dropped, and so is
 * what the collector does not take: both are counted, and no thread waits.
 *
 * <p>The SDK's processor of batches queues spans that are written: event loops would write them,
 * and what it drops it does not tell.
 */
final class SpanSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.tracing");
  private static final long LAST_WORDS_MILLIS = 2000;

  /** Says of each failed post, with a stack trace, what is said here once. */
  private static final java.util.logging.Logger ITS_LOG =
      java.util.logging.Logger.getLogger("io.opentelemetry.exporter");

  private final BlockingQueue<StatementSpan> queue;
  private final int batch;
  private final long delayNanos;
  private final long timeoutMillis;
  private final SpanExporter exporter;
  private final LongConsumer sent;
  private final LongConsumer dropped;
  private final List<SpanData> written = new ArrayList<>();
  private final SdkTracerProvider provider;
  private final SpanWriter writer;
  private final Thread thread = new Thread(this::run, "heimdall-tracing");
  private volatile boolean closed;
  private boolean failing;

  SpanSender(
      TracingSettings settings,
      Tracing.Node node,
      SpanExporter exporter,
      LongConsumer sent,
      LongConsumer dropped) {
    this.queue = new ArrayBlockingQueue<>(settings.queue());
    this.batch = settings.batch();
    this.delayNanos = settings.delay().toNanos();
    this.timeoutMillis = settings.timeout().toMillis();
    this.exporter = exporter;
    this.sent = sent;
    this.dropped = dropped;
    provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault() // says which SDK this is, as conventions want it
                    .merge(
                        Resource.create(
                            Attributes.of(
                                AttributeKey.stringKey("service.name"),
                                settings.serviceName(),
                                AttributeKey.stringKey("service.version"),
                                node.version(),
                                AttributeKey.stringKey("service.instance.id"),
                                node.name()))))
            .setSampler(Sampler.alwaysOn()) // they were chosen before
            .addSpanProcessor(new Written())
            .build();
    writer = new SpanWriter(provider.get("dev.heimdall", node.version()));
    thread.setDaemon(true);
  }

  /** Posts by HTTP, as the settings say. */
  static SpanExporter exporter(TracingSettings settings) {
    ITS_LOG.setLevel(java.util.logging.Level.OFF);
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(settings.traces().toString())
            .setTimeout(settings.timeout())
            .setCompression("gzip");
    settings.headersByName().forEach(builder::addHeader);
    return builder.build();
  }

  void start() {
    thread.start();
  }

  /** On any thread; never waits. */
  void add(StatementSpan span) {
    if (closed || !queue.offer(span)) {
      dropped.accept(1);
    }
  }

  /** Keeps what the thread writes. */
  private final class Written implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      written.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  private void run() {
    List<StatementSpan> next = new ArrayList<>(batch);
    try {
      while (!closed || !queue.isEmpty()) {
        take(next);
        if (!next.isEmpty()) {
          send(next);
          next.clear();
        }
      }
    } catch (InterruptedException late) {
      dropped.accept(next.size() + (long) queue.size()); // the node is closed, and has waited
    }
  }

  private void take(List<StatementSpan> into) throws InterruptedException {
    StatementSpan first = closed ? queue.poll() : queue.poll(100, TimeUnit.MILLISECONDS);
    if (first == null) {
      return;
    }
    into.add(first);
    long until = System.nanoTime() + delayNanos;
    queue.drainTo(into, batch - into.size());
    while (into.size() < batch && !closed) {
      long left = Math.min(until - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(100));
      if (left <= 0) {
        break;
      }
      StatementSpan another = queue.poll(left, TimeUnit.NANOSECONDS);
      if (another != null) {
        into.add(another);
        queue.drainTo(into, batch - into.size());
      }
    }
  }

  private void send(List<StatementSpan> spans) throws InterruptedException {
    boolean taken = false;
    try {
      spans.forEach(writer::write);
      CompletableResultCode result = exporter.export(List.copyOf(written));
      result.join(timeoutMillis, TimeUnit.MILLISECONDS);
      taken = result.isSuccess();
    } catch (RuntimeException e) {
      LOG.error("spans could not be written: {}", e.getClass().getName());
    } finally {
      written.clear();
    }
    (taken ? sent : dropped).accept(spans.size());
    if (taken == failing) {
      failing = !taken;
      if (taken) {
        LOG.info("the collector takes traces again");
      } else {
        LOG.warn("the collector does not take traces; they are dropped");
      }
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(LAST_WORDS_MILLIS);
      thread.interrupt();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exporter.shutdown();
    provider.shutdown();
  }
}
