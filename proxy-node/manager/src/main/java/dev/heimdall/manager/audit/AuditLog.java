package dev.heimdall.manager.audit;

import dev.heimdall.manager.store.LogWriter;
import dev.heimdall.manager.store.SegmentedLog;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Entries of what was done. Each is a line of the manager's log at once, and is written to its
 * place when that is available. What strangers can bring about has room of its own there, so that
 * it displaces nothing else.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final SegmentedLog.Bounds BOUNDS = new SegmentedLog.Bounds(64 << 10, 2 << 20);

  /** Hears of what is done. */
  public interface Listener {
    /** Must not wait. */
    void done(Action action, String user, String address, String subject);
  }

  private record Places(Series deeds, Series attempts) {
    static Places in(DocumentStore store) {
      return new Places(Series.in(store, "deeds"), Series.in(store, "attempts"));
    }

    List<Series> all() {
      return List.of(deeds, attempts);
    }
  }

  private record Series(SegmentedLog log, LogWriter<AuditEntry> writer) {
    static Series in(DocumentStore store, String name) {
      SegmentedLog log = new SegmentedLog(store, name, BOUNDS);
      return new Series(log, LogWriter.start("manager-audit-" + name, new Written(log)));
    }
  }

  private final Optional<Places> places;
  private final Clock clock;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLongArray noted = new AtomicLongArray(Action.values().length);

  /**
   * @param store empty: there is the manager's log only
   */
  public AuditLog(Optional<DocumentStore> store, Clock clock) {
    places = store.map(Places::in);
    this.clock = clock;
  }

  /** Adds a listener of all that is done from now on. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Number of times that this was done since the manager's start, recorded or not. */
  public long noted(Action action) {
    return noted.get(action.ordinal());
  }

  /**
   * Takes down what was done, without waiting.
   *
   * @param subject what it was done to; never a secret
   */
  public void note(Action action, String user, String address, String subject) {
    noted.incrementAndGet(action.ordinal());
    new LogLine(action.words())
        .pair("user", user)
        .pair("addr", address)
        .pair("subject", subject)
        .log(LOG, action.level());
    listeners.forEach(listener -> listener.done(action, user, address, subject));
    if (places.isPresent()) {
      Series series = action.isAnybodys() ? places.get().attempts() : places.get().deeds();
      series
          .writer()
          .add(
              new AuditEntry(
                  UUID.randomUUID().toString(),
                  clock.instant(),
                  action.spelling(),
                  user,
                  address,
                  subject));
    }
  }

  /**
   * The last entries, the last one first.
   *
   * @param most of them
   */
  public List<AuditEntry> entries(int most) throws StoreException {
    List<String> lines = new ArrayList<>();
    for (Series series : places.map(Places::all).orElse(List.of())) {
      series.writer().settle();
      lines.addAll(series.log().lines());
    }
    return lines.stream()
        .map(AuditEntry::read)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(AuditEntry::at).reversed())
        .limit(most)
        .toList();
  }

  private record Written(SegmentedLog log) implements LogWriter.Log<AuditEntry> {
    @Override
    public void append(List<AuditEntry> batch) throws StoreException {
      log.append(
          lines -> {
            // A write whose answer was lost may have been carried out.
            Set<String> there =
                lines.stream()
                    .map(AuditEntry::read)
                    .flatMap(Optional::stream)
                    .map(AuditEntry::id)
                    .collect(Collectors.toSet());
            return batch.stream()
                .filter(entry -> !there.contains(entry.id()))
                .map(AuditEntry::text)
                .toList();
          });
    }

    @Override
    public void failed(Exception cause) {
      new LogLine("the audit log cannot be written to its place, and waits; it is in this log, too")
          .pair("reason", String.valueOf(cause.getMessage()))
          .log(LOG, Level.WARN);
    }

    @Override
    public void dropped() {
      new LogLine("an entry of the audit log is in this log only: its place is unavailable")
          .log(LOG, Level.WARN);
    }
  }

  /** Ends it, once what was noted is written; not much later if it cannot be. */
  @Override
  public void close() {
    places.ifPresent(all -> all.all().forEach(series -> series.writer().close()));
  }
}
