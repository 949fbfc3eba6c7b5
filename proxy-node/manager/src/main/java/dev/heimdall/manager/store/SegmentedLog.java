package dev.heimdall.manager.store;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lines that several processes append to, in documents of a bounded size. What is appended is
 * worked out from the lines before it: of two processes that do so at the same time the second
 * works it out again. The oldest documents are deleted when there are too many.
 *
 * <p>May be called by any thread; waits for the store.
 */
public final class SegmentedLog {
  private static final int ATTEMPTS = 60;
  private static final int LONGEST_PAUSE_MILLIS = 40;
  private static final String FORM = "%s/%08d.jsonl";

  /** Lines to append. */
  public interface Entries {
    /** New lines, none of which has a line break; may be asked more than once. */
    List<String> after(List<String> lines) throws StoreException;

    /** Lines that a new document begins with, for when those before are deleted. */
    default List<String> opening(List<String> lines) {
      return List.of();
    }

    /** True if a document's lines are of no use any more. */
    default boolean isOver(List<String> oldest, List<String> later) {
      return false;
    }
  }

  /**
   * Size limits of the log.
   *
   * @param segment bytes of a document before the next one is begun
   * @param all bytes of all documents
   */
  public record Bounds(int segment, int all) {}

  private final DocumentStore store;
  private final String series;
  private final Bounds bounds;
  private final ReentrantLock lock = new ReentrantLock();
  private Documents known;

  /**
   * @param series what the documents' names begin with
   */
  public SegmentedLog(DocumentStore store, String series, Bounds bounds) {
    this.store = store;
    this.series = series;
    this.bounds = bounds;
  }

  /** All lines, the oldest first. */
  public List<String> lines() throws StoreException {
    lock.lock();
    try {
      look();
      return lines(segments().values());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Appends; all lines afterwards.
   *
   * @throws StoreException also when it is not known whether the lines were written
   */
  public List<String> append(Entries entries) throws StoreException {
    lock.lock();
    try {
      boolean alone = false;
      for (int attempt = 0; ; attempt++) {
        look();
        SortedMap<String, StoredDocument> segments = segments();
        List<String> lines = lines(segments.values());
        List<String> added = entries.after(lines);
        if (added.isEmpty()) {
          return lines;
        }
        try {
          known = store.write(changes(segments, lines, added, entries, alone));
          trim(entries);
          return lines(segments().values());
        } catch (StoreException e) {
          known = null;
          if (e.kind() == StoreException.Kind.OVERSIZED && segments.size() > 1) {
            delete(segments.firstKey());
          } else if (e.kind() == StoreException.Kind.OVERSIZED && !alone) {
            // Not even the last one goes with more: a secret is small.
            alone = true;
          } else if (e.kind() != StoreException.Kind.CONFLICT || attempt == ATTEMPTS) {
            throw e;
          }
        }
        pause(attempt);
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() throws StoreException {
    known = known == null ? store.read() : store.readIfChanged(known).orElse(known);
  }

  private SortedMap<String, StoredDocument> segments() {
    // '0' is the character behind '/'.
    return known.all().subMap(series + "/", series + "0");
  }

  /**
   * @param alone whether those before have to go for it
   */
  private List<Change> changes(
      SortedMap<String, StoredDocument> segments,
      List<String> lines,
      List<String> added,
      Entries entries,
      boolean alone) {
    String text = text(added);
    if (!segments.isEmpty() && !alone) {
      StoredDocument last = segments.get(segments.lastKey());
      if (last.content().size() + text.length() <= bounds.segment()) {
        return List.of(
            Change.replace(segments.lastKey(), Content.of(string(last) + text), last.version()));
      }
    }
    int number = segments.isEmpty() ? 0 : number(segments.lastKey());
    List<Change> changes = new ArrayList<>();
    changes.add(
        Change.create(
            FORM.formatted(series, number + 1), Content.of(text(entries.opening(lines)) + text)));
    if (alone) {
      segments.forEach((name, segment) -> changes.add(Change.delete(name, segment.version())));
    }
    return changes;
  }

  private int number(String name) {
    String digits = name.substring(series.length() + 1).replaceFirst("\\..*", "");
    return digits.matches("[0-9]{1,9}") ? Integer.parseInt(digits) : 0;
  }

  private void trim(Entries entries) throws StoreException {
    while (true) {
      SortedMap<String, StoredDocument> segments = segments();
      if (segments.size() < 2) {
        return;
      }
      long bytes = segments.values().stream().mapToLong(segment -> segment.content().size()).sum();
      List<StoredDocument> all = List.copyOf(segments.values());
      if (bytes <= bounds.all()
          && !entries.isOver(lines(all.subList(0, 1)), lines(all.subList(1, all.size())))) {
        return;
      }
      delete(segments.firstKey());
      look();
    }
  }

  /** Unless another process has done so, or still appends to it. */
  private void delete(String name) throws StoreException {
    Documents now = store.read();
    try {
      if (now.versionOf(name).isPresent()) {
        now = store.write(List.of(Change.delete(name, now.versionOf(name).get())));
      }
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.CONFLICT) {
        throw e;
      }
      now = store.read();
    }
    known = now;
  }

  private static void pause(int attempt) {
    int millis = ThreadLocalRandom.current().nextInt(Math.min(LONGEST_PAUSE_MILLIS, 2 + attempt));
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static String text(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static String string(StoredDocument segment) {
    return new String(segment.content().bytes(), StandardCharsets.UTF_8);
  }

  private static List<String> lines(Collection<StoredDocument> segments) {
    List<String> lines = new ArrayList<>();
    segments.forEach(segment -> string(segment).lines().forEach(lines::add));
    return lines;
  }
}
