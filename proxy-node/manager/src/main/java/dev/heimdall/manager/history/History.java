package dev.heimdall.manager.history;

import dev.heimdall.manager.store.SegmentedLog;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The revisions of one configuration, in a place that several managers share. A commit is written
 * down before it is made, and once more afterwards: who dies between the two leaves one of which
 * the next look finds out what came of it. What was changed past the managers is a revision without
 * an author, from when it was noticed.
 *
 * <p>Texts are kept as they are, with the passwords in them.
 */
public final class History {
  /** Within this time a manager has either ended what it began, or died. */
  static final Duration UNDERWAY = Duration.ofMinutes(2);

  private static final SegmentedLog.Bounds BOUNDS = new SegmentedLog.Bounds(256 << 10, 8 << 20);

  private final SegmentedLog log;
  private final Kept kept;
  private final Clock clock;

  /**
   * Retention of revisions: they are neither too many nor too old, as far as they have room.
   *
   * @param most revisions
   * @param age of the oldest one
   */
  public record Kept(int most, Duration age) {
    /** Half a thousand, and three months. */
    public static Kept standard() {
      return new Kept(500, Duration.ofDays(90));
    }
  }

  /**
   * All documents as they are when it is asked. What others have done is found out by comparing
   * them with what the history has said a moment before, never with what it says later: else a
   * commit of another manager looks as if it had no author.
   */
  public interface There {
    SortedMap<String, Content> documents() throws StoreException;
  }

  public History(DocumentStore store, Kept kept, Clock clock) {
    this(new SegmentedLog(store, "revisions", BOUNDS), kept, clock);
  }

  History(SegmentedLog log, Kept kept, Clock clock) {
    this.log = log;
    this.kept = kept;
    this.clock = clock;
  }

  /**
   * Writes down what is about to be done, after what was done by others.
   *
   * @param there all documents, as they are when that is asked
   * @param before all documents, as the author has them
   * @param after all documents, as they are to be
   * @param of the revision that this goes back to, if it does
   * @return its number
   */
  public int begin(
      There there,
      SortedMap<String, Content> before,
      SortedMap<String, Content> after,
      Signature signature,
      OptionalInt of)
      throws StoreException {
    String key = UUID.randomUUID().toString();
    List<String> lines =
        log.append(
            new Entries(there) {
              @Override
              List<Line> more(int number) {
                List<DocumentChange> changes = Ledger.difference(hashes(before), hashes(after));
                return List.of(
                    new Line.Begin(
                        number,
                        key,
                        clock.instant(),
                        Optional.of(signature),
                        of,
                        changes,
                        Line.packed(texts(changes, before, after))));
              }
            });
    return new Ledger(lines)
        .open().stream()
            .filter(begin -> begin.key().equals(key))
            .map(Line.Begin::number)
            .findFirst()
            .orElseThrow();
  }

  /**
   * Writes down what came of it.
   *
   * @param written the documents that were written or deleted
   */
  public void end(int number, Set<String> written) throws StoreException {
    String line = new Line.End(number, clock.instant(), written).text();
    log.append(
        new Entries(TreeMap::new) {
          @Override
          public List<String> after(List<String> lines) {
            return List.of(line);
          }
        });
  }

  /**
   * All revisions, the last one first. What others have done is noticed by this.
   *
   * @param there all documents, as they are when that is asked
   */
  public List<Revision> revisions(There there) throws StoreException {
    return new Ledger(log.append(new Entries(there)))
        .revisions(kept.most(), clock.instant().minus(kept.age()));
  }

  /**
   * The documents as they were after a revision.
   *
   * @param there all documents, as they are when that is asked
   * @return empty: there is no such revision
   */
  public Optional<Past> after(int number, There there) throws StoreException {
    Ledger ledger = new Ledger(log.append(new Entries(there)));
    SortedMap<String, Content> documentsNow = there.documents();
    boolean known =
        ledger.revisions(kept.most(), clock.instant().minus(kept.age())).stream()
            .anyMatch(revision -> revision.number() == number);
    if (!known) {
      return Optional.empty();
    }
    SortedMap<String, String> now = hashes(documentsNow);
    SortedMap<String, Content> documents = new TreeMap<>();
    List<String> lost = new ArrayList<>();
    ledger
        .after(number)
        .forEach(
            (name, hash) ->
                Optional.of(name)
                    .filter(document -> hash.equals(now.get(document)))
                    .map(documentsNow::get)
                    .or(() -> ledger.text(hash))
                    .ifPresentOrElse(
                        content -> documents.put(name, content), () -> lost.add(name)));
    return Optional.of(new Past(documents, lost));
  }

  /**
   * Returns the changes of a revision.
   *
   * @return empty: there is no such revision
   */
  public Optional<List<Comparison>> changes(int number) throws StoreException {
    Ledger ledger = new Ledger(log.lines());
    return ledger
        .begun(number)
        .map(
            begin ->
                begin.changes().stream()
                    .map(
                        change ->
                            Comparison.of(
                                change,
                                change.before().flatMap(ledger::text),
                                change.after().flatMap(ledger::text)))
                    .toList());
  }

  private static SortedMap<String, String> hashes(SortedMap<String, Content> documents) {
    SortedMap<String, String> hashes = new TreeMap<>();
    documents.forEach((name, content) -> hashes.put(name, content.hash()));
    return hashes;
  }

  private static List<Content> texts(
      List<DocumentChange> changes,
      SortedMap<String, Content> before,
      SortedMap<String, Content> after) {
    return changes.stream()
        .flatMap(
            change ->
                Stream.of(before, after)
                    .map(documents -> Optional.ofNullable(documents.get(change.document())))
                    .flatMap(Optional::stream))
        .toList();
  }

  /** Entries to append: changes that were noticed precede new ones. */
  private class Entries implements SegmentedLog.Entries {
    private final There whatIsThere;

    Entries(There there) {
      whatIsThere = there;
    }

    /** New lines, of which the first may have this number. */
    List<Line> more(int number) {
      return List.of();
    }

    @Override
    public List<String> after(List<String> lines) throws StoreException {
      SortedMap<String, Content> there = whatIsThere.documents();
      SortedMap<String, String> hashes = hashes(there);
      List<String> added = new ArrayList<>();
      for (Line.Begin begin : new Ledger(lines).open()) {
        if (begin.at().isBefore(clock.instant().minus(UNDERWAY))) {
          added.add(new Line.End(begin.number(), clock.instant(), found(begin, hashes)).text());
        }
      }
      List<String> settled = new ArrayList<>(lines);
      settled.addAll(added);
      Ledger ledger = new Ledger(settled);
      int number = ledger.next();
      List<DocumentChange> outside = ledger.outside(hashes);
      if (!outside.isEmpty()) {
        added.add(noticed(number++, outside, ledger, there).text());
      }
      more(number).forEach(line -> added.add(line.text()));
      return added;
    }

    private Line.Begin noticed(
        int number, List<DocumentChange> outside, Ledger ledger, SortedMap<String, Content> there) {
      List<Content> texts = new ArrayList<>();
      for (DocumentChange change : outside) {
        change.before().flatMap(ledger::text).ifPresent(texts::add);
        Optional.ofNullable(there.get(change.document())).ifPresent(texts::add);
      }
      return new Line.Begin(
          number,
          UUID.randomUUID().toString(),
          clock.instant(),
          Optional.empty(),
          OptionalInt.empty(),
          outside,
          Line.packed(texts));
    }

    private static Set<String> found(Line.Begin begin, SortedMap<String, String> hashes) {
      Set<String> written = new HashSet<>();
      for (DocumentChange change : begin.changes()) {
        if (change.after().equals(Optional.ofNullable(hashes.get(change.document())))) {
          written.add(change.document());
        }
      }
      return written;
    }

    @Override
    public List<String> opening(List<String> lines) {
      Ledger ledger = new Ledger(lines);
      return List.of(new Line.Opening(ledger.next(), ledger.state()).text());
    }

    @Override
    public boolean isOver(List<String> oldest, List<String> later) {
      Instant since = clock.instant().minus(kept.age());
      return new Ledger(later).revisions(kept.most(), Instant.MIN).size() >= kept.most()
          || new Ledger(oldest).revisions(Integer.MAX_VALUE, since).isEmpty();
    }
  }
}
