package dev.heimdall.engine.cloudwatch;

import com.fasterxml.jackson.core.JsonFactory;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps the log lines of one virtual database until CloudWatch takes them: so many as there is room
 * for, what comes then is dropped. Filled on any thread without a lock, emptied by one.
 */
final class LogSender {
  /** Of memory, about. */
  static final long MOST_BYTES = 4L << 20;

  /** Time that a line waits for others to go with it. */
  static final Duration LINGER = Duration.ofSeconds(2);

  private final String stream;
  private final LogsApi api;
  private final Backoff backoff;
  private final ExportTroubles complaints;
  private final Metrics counters;
  private final LongSupplier nanoClock;
  private final JsonFactory json = new JsonFactory();
  private final Queue<Line> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();

  private volatile LogGroup group;
  private LogBatch batch = new LogBatch();
  private long due;
  private boolean waiting;
  private long notBefore;

  /**
   * Log group for the lines.
   *
   * @param days how long a group that is made for them keeps them; 0 for ever
   */
  record LogGroup(String name, int days) {}

  LogSender(
      LogGroup group,
      String stream,
      LogsApi api,
      Backoff backoff,
      ExportTroubles complaints,
      Metrics counters,
      LongSupplier nanoClock) {
    this.group = group;
    this.stream = stream;
    this.api = api;
    this.backoff = backoff;
    this.complaints = complaints;
    this.counters = counters;
    this.nanoClock = nanoClock;
  }

  /** Lines go there from now on, those too that wait. */
  void group(LogGroup next) {
    group = next;
  }

  /** Takes a line; on any thread. */
  void offer(Line line) {
    int size = line.size();
    if (bytes.addAndGet(size) > MOST_BYTES) {
      bytes.addAndGet(-size);
      counters.count(NodeCounter.CLOUDWATCH_LINES_DROPPED);
    } else {
      queue.add(line);
    }
  }

  /**
   * Sends what is due, unless CloudWatch is to be left alone.
   *
   * @param last whether no more lines will come, so that none is worth waiting for
   */
  void round(boolean last) {
    if (waiting && nanoClock.getAsLong() - notBefore < 0) {
      return;
    }
    waiting = false;
    boolean full = fill();
    while (!batch.isEmpty() && (full || last || nanoClock.getAsLong() - due >= 0)) {
      if (!send()) {
        return;
      }
      batch = new LogBatch();
      full = fill();
    }
  }

  /** Drops these lines, which no longer have a receiver. */
  void drop() {
    int lines = batch.size();
    batch = new LogBatch();
    while (queue.poll() != null) {
      lines++;
    }
    counters.count(NodeCounter.CLOUDWATCH_LINES_DROPPED, lines);
  }

  /** Moves lines into the batch; says whether no more fit into it. */
  private boolean fill() {
    for (Line line = queue.peek(); line != null; line = queue.peek()) {
      boolean begins = batch.isEmpty();
      if (!batch.add(line.millis(), line.json(json))) {
        return true;
      }
      if (begins) {
        due = nanoClock.getAsLong() + LINGER.toNanos();
      }
      queue.remove();
      bytes.addAndGet(-line.size());
    }
    return false;
  }

  /** True if the batch is done with. */
  private boolean send() {
    LogGroup to = group;
    try {
      int refused = put(to);
      counters.count(NodeCounter.CLOUDWATCH_LINES_SENT, batch.size() - refused);
      counters.count(NodeCounter.CLOUDWATCH_LINES_DROPPED, refused);
      backoff.reset();
      complaints.over();
      return true;
    } catch (CallFailure trouble) {
      counters.count(NodeCounter.CLOUDWATCH_FAILURES);
      complaints.about(trouble);
      if (trouble.kind() == CallFailure.Kind.REFUSED && trouble.action().equals(LogsApi.PUT)) {
        counters.count(NodeCounter.CLOUDWATCH_LINES_DROPPED, batch.size());
        return true;
      }
      waiting = true;
      notBefore = nanoClock.getAsLong() + backoff.after(trouble.kind()).toNanos();
      return false;
    }
  }

  private int put(LogGroup to) throws CallFailure {
    try {
      return api.put(to.name(), stream, batch.events());
    } catch (CallFailure trouble) {
      if (trouble.kind() != CallFailure.Kind.MISSING) {
        throw trouble;
      }
    }
    prepare(to);
    return api.put(to.name(), stream, batch.events());
  }

  /** Makes the stream, and before it the group if that is not there either. */
  private void prepare(LogGroup to) throws CallFailure {
    try {
      api.createStream(to.name(), stream);
      return;
    } catch (CallFailure trouble) {
      if (trouble.kind() != CallFailure.Kind.MISSING) {
        throw trouble;
      }
    }
    boolean made = api.createGroup(to.name());
    api.createStream(to.name(), stream);
    if (made && to.days() > 0) {
      try {
        api.retention(to.name(), to.days());
      } catch (CallFailure trouble) {
        // The lines arrive all the same; that they stay for ever is worth a word.
        counters.count(NodeCounter.CLOUDWATCH_FAILURES);
        complaints.retention(to.name(), to.days(), trouble);
      }
    }
  }
}
