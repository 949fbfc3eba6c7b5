package dev.heimdall.engine.cloudwatch;

import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

/**
 * Keeps metrics until CloudWatch takes them: so many as there is room for, the oldest go first.
 * Filled by one thread and emptied by another.
 */
final class MetricSender {
  /** CloudWatch takes twice as many in a call; these stay far below its limit of bytes. */
  static final int BATCH = 500;

  /** A call takes 1 MiB; a value with its count is some 100 bytes there. */
  static final int BATCH_VALUES = 5_000;

  /** More than an hour of thirty virtual databases. */
  static final int MOST = 10_000;

  private final MetricsApi api;
  private final Backoff backoff;
  private final ExportTroubles complaints;
  private final Metrics counters;
  private final LongSupplier nanoClock;
  private final Deque<MetricDatum> queue = new ArrayDeque<>();
  private boolean waiting;
  private long notBefore;

  MetricSender(
      MetricsApi api,
      Backoff backoff,
      ExportTroubles complaints,
      Metrics counters,
      LongSupplier nanoClock) {
    this.api = api;
    this.backoff = backoff;
    this.complaints = complaints;
    this.counters = counters;
    this.nanoClock = nanoClock;
  }

  void offer(List<MetricDatum> data) {
    int dropped = 0;
    synchronized (queue) {
      queue.addAll(data);
      while (queue.size() > MOST) {
        queue.removeFirst();
        dropped++;
      }
    }
    counters.count(NodeCounter.CLOUDWATCH_METRICS_DROPPED, dropped);
  }

  /** Sends what there is, unless CloudWatch is to be left alone. */
  void round() {
    if (waiting && nanoClock.getAsLong() - notBefore < 0) {
      return;
    }
    waiting = false;
    while (!waiting) {
      List<MetricDatum> batch = take();
      if (batch.isEmpty()) {
        return;
      }
      send(batch);
    }
  }

  private void send(List<MetricDatum> batch) {
    try {
      api.put(batch);
      counters.count(NodeCounter.CLOUDWATCH_METRICS_SENT, batch.size());
      backoff.reset();
      complaints.over();
    } catch (CallFailure trouble) {
      counters.count(NodeCounter.CLOUDWATCH_FAILURES);
      complaints.about(trouble);
      if (trouble.kind() == CallFailure.Kind.REFUSED) {
        counters.count(NodeCounter.CLOUDWATCH_METRICS_DROPPED, batch.size());
      } else {
        giveBack(batch);
        waiting = true;
        notBefore = nanoClock.getAsLong() + backoff.after(trouble.kind()).toNanos();
      }
    }
  }

  private List<MetricDatum> take() {
    List<MetricDatum> batch = new ArrayList<>();
    synchronized (queue) {
      int values = 0;
      while (!queue.isEmpty() && batch.size() < BATCH && values < BATCH_VALUES) {
        values += queue.getFirst().values().size();
        batch.add(queue.removeFirst());
      }
    }
    return batch;
  }

  /** As far as there is still room. */
  private void giveBack(List<MetricDatum> batch) {
    int dropped = 0;
    synchronized (queue) {
      for (int i = batch.size() - 1; i >= 0; i--) {
        if (queue.size() < MOST) {
          queue.addFirst(batch.get(i));
        } else {
          dropped++;
        }
      }
    }
    counters.count(NodeCounter.CLOUDWATCH_METRICS_DROPPED, dropped);
  }
}
