package dev.heimdall.engine.tracing;

import dev.heimdall.model.TracingSettings;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;

/**
 * Chooses the statements that are traced, and takes what was noted of them. For any thread; none
 * ever waits for it.
 */
public final class Tracing implements AutoCloseable {
  private final int oneIn;
  private final boolean fromComments;
  private final SecondLimit commented;
  private final SpanSender sender;

  /**
   * @param node what the node calls itself, and its version
   * @param sent told how many spans the collector has taken
   * @param dropped told how many it has not got
   */
  public Tracing(TracingSettings settings, Node node, LongConsumer sent, LongConsumer dropped) {
    this(settings, node, SpanSender.exporter(settings), sent, dropped);
  }

  /** The node as traces name it. */
  public record Node(String name, String version) {}

  Tracing(
      TracingSettings settings,
      Node node,
      SpanExporter exporter,
      LongConsumer sent,
      LongConsumer dropped) {
    oneIn = settings.oneIn();
    fromComments = settings.fromComments();
    commented = new SecondLimit(settings.commentsPerSecond(), System::nanoTime);
    sender = new SpanSender(settings, node, exporter, sent, dropped);
  }

  /** Begins to send. */
  public void start() {
    sender.start();
  }

  /**
   * A statement begins.
   *
   * @param sql its text
   * @return where to note what becomes of it; null where it is not traced
   */
  public StatementSpan begin(byte[] sql, int offset, int length) {
    TraceParent parent = fromComments ? TraceParent.of(sql, offset, length) : null;
    if (parent != null) {
      return parent.sampled() && commented.take() ? new StatementSpan(this, parent) : null;
    }
    return chosen() ? new StatementSpan(this, null) : null;
  }

  private boolean chosen() {
    return oneIn == 1 || (oneIn > 1 && ThreadLocalRandom.current().nextInt(oneIn) == 0);
  }

  void ended(StatementSpan span) {
    sender.add(span);
  }

  @Override
  public void close() {
    sender.close();
  }
}
