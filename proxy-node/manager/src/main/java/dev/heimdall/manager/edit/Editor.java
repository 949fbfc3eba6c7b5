package dev.heimdall.manager.edit;

import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.history.Past;
import dev.heimdall.manager.history.Revision;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Edits one configuration. One writes at a time: what two authors write through the same manager is
 * judged together. What another manager writes meanwhile, to the same documents, the store refuses.
 *
 * <p>May be called by any thread; the methods wait for the store and for each other, each for a
 * bounded time.
 */
public final class Editor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Enough of a version to find it again. */
  private static final int SHOWN_VERSION = 12;

  private final DocumentStore store;
  private final Journal journal;

  /** Of those who write. */
  private final ReentrantLock turn = new ReentrantLock(/* fair= */ true);

  /** Of the store's user; never held while documents are judged, so that reads are quick. */
  private final ReentrantLock storing = new ReentrantLock(/* fair= */ true);

  private final Bench commits;
  private final Bench looks;
  private final Bench checks;

  /** Checks of those who may change nothing: previews and the wizard do not wait for them. */
  private final Bench readersChecks;

  private final Semaphore comparing = new Semaphore(2, /* fair= */ true);
  private final Earlier earlier = new Earlier();
  private Optional<Documents> known = Optional.empty();

  /**
   * One that writes nothing down.
   *
   * @param store is closed with it
   */
  public Editor(DocumentStore store) throws IOException {
    this(store, Optional.empty(), new AuditLog(Optional.empty(), Clock.systemUTC()));
  }

  /** One that knows nothing of the files that a configuration names. */
  public Editor(DocumentStore store, Optional<History> history, AuditLog audit) throws IOException {
    this(store, history, audit, configuration -> List.of(), RegionFacts.unknown());
  }

  /**
   * @param store is closed with it
   * @param history empty: nothing is written down
   * @param files what is wrong with the files that a configuration names
   * @param facts what references to the region stand for, as far as that is known here
   */
  public Editor(
      DocumentStore store,
      Optional<History> history,
      AuditLog audit,
      FileCheck files,
      RegionFacts facts)
      throws IOException {
    this.store = store;
    journal = new Journal(history, audit);
    commits = new Bench(files, facts);
    looks = new Bench(files, facts);
    checks = new Bench(files, facts);
    readersChecks = new Bench(files, facts);
  }

  /**
   * Judge for one kind of requests, one at a time: a check by one user, however long it takes,
   * keeps no other user from looking and committing.
   */
  private static final class Bench implements AutoCloseable {
    private final ReentrantLock place = new ReentrantLock(/* fair= */ true);
    private final Judge judge;

    Bench(FileCheck files, RegionFacts facts) throws IOException {
      judge = new Judge(files, facts);
    }

    Reading judged(SortedMap<String, Content> documents) throws EditRefused.Busy {
      enter(place::tryLock);
      try {
        return judge.judged(documents);
      } finally {
        place.unlock();
      }
    }

    Reading alone(SortedMap<String, Content> documents) throws EditRefused.Busy {
      enter(place::tryLock);
      try {
        return judge.alone(documents);
      } finally {
        place.unlock();
      }
    }

    /** Judges changes; one that says nothing new is not to blame. */
    List<Problem> problems(List<Change> changes, Documents before) throws EditRefused.Busy {
      Set<String> edited =
          changes.stream()
              .filter(change -> !isThere(change, before))
              .map(Change::name)
              .collect(Collectors.toSet());
      enter(place::tryLock);
      try {
        return judge.problems(before.after(changes), edited);
      } finally {
        place.unlock();
      }
    }

    @Override
    public void close() {
      judge.close();
    }
  }

  /** Location of the configuration, for people. */
  public String place() {
    return store.location().toString();
  }

  /** A place among those who compare documents, until it is closed. */
  public interface Comparing extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits for a place to compare documents: all documents of two versions are held in memory
   * meanwhile, read and as text.
   */
  public Comparing comparing() throws EditRefused {
    enter(comparing::tryAcquire);
    return comparing::release;
  }

  private interface Gate {
    boolean opens(long within, TimeUnit unit) throws InterruptedException;
  }

  private static void enter(Gate gate) throws EditRefused.Busy {
    try {
      if (!gate.opens(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new EditRefused.Busy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EditRefused.Busy();
    }
  }

  private interface Turn<T> {
    T take() throws StoreException, EditRefused;
  }

  private <T> T inTurn(Turn<T> turnTaken) throws StoreException, EditRefused {
    enter(turn::tryLock);
    try {
      return turnTaken.take();
    } finally {
      turn.unlock();
    }
  }

  /** All documents as they are now. */
  public Documents read() throws StoreException, EditRefused {
    enter(storing::tryLock);
    try {
      return now();
    } finally {
      storing.unlock();
    }
  }

  /** All documents as they are now, and what they say. */
  public Seen look() throws StoreException, EditRefused {
    Documents now = read();
    Reading judged = looks.judged(now.contents());
    return new Seen(now, judged.configuration(), judged.problems());
  }

  /**
   * All documents as they are now, and what they would say if these changes were made; nothing is
   * written.
   *
   * @param changes the versions they are made over are not looked at
   */
  public Seen look(List<Change> changes) throws StoreException, EditRefused {
    return look(changes, checks);
  }

  /** Does the same for those who may change nothing. */
  public Seen lookOfReader(List<Change> changes) throws StoreException, EditRefused {
    return look(changes, readersChecks);
  }

  private Seen look(List<Change> changes, Bench bench) throws StoreException, EditRefused {
    Documents now = read();
    Reading judged = bench.judged(now.after(changes));
    return new Seen(now, judged.configuration(), judged.problems());
  }

  private Documents now() throws StoreException {
    storing.lock();
    try {
      Documents now = known.isEmpty() ? store.read() : latest(known.get());
      know(now);
      return now;
    } finally {
      storing.unlock();
    }
  }

  private Documents write(List<Change> changes) throws StoreException {
    storing.lock();
    try {
      Documents after = store.write(changes);
      know(after);
      return after;
    } finally {
      storing.unlock();
    }
  }

  private void know(Documents now) {
    known.filter(before -> before != now).ifPresent(before -> earlier.changed(before, now));
    known = Optional.of(now);
  }

  /** Returns a document at a version that no longer exists, if that is still known. */
  public Optional<Content> before(String name, String version) {
    return earlier.find(name, version);
  }

  private SortedMap<String, Content> there() throws StoreException {
    return now().contents();
  }

  private Documents latest(Documents before) throws StoreException {
    return store.readIfChanged(before).orElse(before);
  }

  /**
   * Returns the problems that the configuration would have after these changes; nothing is written.
   *
   * @param changes the versions they are made over are not looked at
   */
  public List<Problem> check(List<Change> changes) throws StoreException, EditRefused {
    return checks.problems(changes, read());
  }

  /** Does the same for those who may change nothing. */
  public List<Problem> checkOfReader(List<Change> changes) throws StoreException, EditRefused {
    return readersChecks.problems(changes, read());
  }

  /** Reads documents as if there were no others; nothing is written. */
  public Reading alone(Map<String, Content> documents) throws StoreException, EditRefused {
    return checks.alone(new TreeMap<>(documents));
  }

  /** Carries out all changes, unless one is outdated or they make the configuration wrong. */
  public Edited commit(List<Change> changes, Author author) throws StoreException, EditRefused {
    return inTurn(() -> committed(changes, author, OptionalInt.empty()));
  }

  /** The revisions of the configuration, the last one first; what others did is noticed by it. */
  public List<Revision> revisions() throws StoreException, EditRefused {
    return inTurn(() -> journal.revisions(this::there));
  }

  /** Returns the changes of a revision; empty if there is no such revision. */
  public Optional<List<Comparison>> changes(int revision) throws StoreException, EditRefused {
    return inTurn(() -> journal.changes(revision));
  }

  /** All documents as they were after a revision; empty: there is no such revision. */
  public Optional<Past> after(int revision) throws StoreException, EditRefused {
    return inTurn(() -> journal.after(revision, this::there));
  }

  /** Returns the effect of going back to a revision; empty if there is no such revision. */
  public Optional<WayBack> wayBack(int revision) throws StoreException, EditRefused {
    Optional<Past> past = after(revision);
    if (past.isEmpty()) {
      return Optional.empty();
    }
    Documents now = read();
    List<Problem> problems =
        past.get().lost().isEmpty() ? checks.problems(back(past.get(), now), now) : List.of();
    return Optional.of(new WayBack(now, past.get(), problems));
  }

  /**
   * Makes all documents what they were after a revision: by a commit, judged as any other.
   *
   * @return empty: there is no such revision
   */
  public Optional<Edited> goBack(int revision, Author author) throws StoreException, EditRefused {
    return goBack(revision, Optional.empty(), author);
  }

  /**
   * Goes back to a revision, from the version that its author has looked at.
   *
   * @param seen the version of the whole; empty: whatever is there
   * @throws EditRefused.Moved when it is another one by now
   */
  public Optional<Edited> goBack(int revision, Optional<String> seen, Author author)
      throws StoreException, EditRefused {
    return inTurn(
        () -> {
          Documents now = now();
          if (seen.isPresent() && !seen.get().equals(now.version())) {
            throw new EditRefused.Moved();
          }
          Optional<Past> past = journal.after(revision, this::there);
          return past.isEmpty()
              ? Optional.empty()
              : Optional.of(committed(back(past.get(), now), author, OptionalInt.of(revision)));
        });
  }

  private static List<Change> back(Past past, Documents now) throws EditRefused {
    if (!past.lost().isEmpty()) {
      throw new EditRefused.Forgotten(past.lost());
    }
    SortedMap<String, Content> there = now.contents();
    List<Change> changes = new ArrayList<>();
    past.documents()
        .forEach(
            (name, content) -> {
              if (!content.equals(there.get(name))) {
                changes.add(new Change(name, Optional.of(content), now.versionOf(name)));
              }
            });
    for (String name : there.keySet()) {
      if (!past.documents().containsKey(name)) {
        changes.add(new Change(name, Optional.empty(), now.versionOf(name)));
      }
    }
    return changes;
  }

  private Edited committed(List<Change> changes, Author author, OptionalInt of)
      throws StoreException, EditRefused {
    Documents before = now();
    List<Conflict> conflicts = conflicts(changes, before);
    if (!conflicts.isEmpty()) {
      throw new EditRefused.Outdated(conflicts, List.of());
    }
    List<Problem> problems = commits.problems(changes, before);
    if (!problems.isEmpty()) {
      throw new EditRefused.Wrong(problems);
    }
    List<Change> real = changes.stream().filter(change -> !isThere(change, before)).toList();
    return real.isEmpty() ? new Edited(before, List.of()) : written(real, before, author, of);
  }

  private static boolean isThere(Change change, Documents now) {
    return change
        .content()
        .equals(Optional.ofNullable(now.all().get(change.name())).map(StoredDocument::content));
  }

  private Edited written(List<Change> changes, Documents before, Author author, OptionalInt of)
      throws StoreException, EditRefused {
    SortedMap<String, Content> wanted = before.after(changes);
    Journal.Entry entry = journal.begin(this::there, before.contents(), wanted, author, of);
    Documents after;
    try {
      after = write(changes);
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.CONFLICT) {
        entry.end(e.written());
      } else {
        entry.leave(e.written());
      }
      throw partly(changes, author, e);
    }
    entry.end(changes.stream().map(Change::name).toList());
    changes.forEach(change -> tell(change, author, after.versionOf(change.name())));
    SortedMap<String, Content> there = after.contents();
    return new Edited(after, there.equals(wanted) ? List.of() : judged(there));
  }

  private List<Problem> judged(SortedMap<String, Content> there) throws EditRefused.Busy {
    List<Problem> problems = commits.judged(there).problems();
    if (!problems.isEmpty()) {
      new LogLine("the configuration is wrong: somebody else has edited it at the same time")
          .pair("place", place())
          .pair("problems", Integer.toString(problems.size()))
          .pair("first", problems.get(0).toString())
          .log(LOG, Level.WARN);
    }
    return problems;
  }

  /** Not all was written, perhaps nothing. */
  private EditRefused partly(List<Change> changes, Author author, StoreException failure)
      throws StoreException {
    changes.stream()
        .filter(change -> failure.written().contains(change.name()))
        .forEach(change -> tell(change, author, change.content().map(content -> "?")));
    if (failure.kind() != StoreException.Kind.CONFLICT) {
      throw failure;
    }
    Documents now = now();
    List<Change> missed =
        changes.stream().filter(change -> !failure.written().contains(change.name())).toList();
    List<Conflict> conflicts = conflicts(missed, now);
    if (conflicts.isEmpty()) {
      // The faster editor has taken it back meanwhile.
      throw failure;
    }
    return new EditRefused.Outdated(conflicts, failure.written());
  }

  private static List<Conflict> conflicts(List<Change> changes, Documents now) {
    List<Conflict> conflicts = new ArrayList<>();
    for (Change change : changes) {
      Optional<String> version = now.versionOf(change.name());
      if (!change.over().equals(version)) {
        conflicts.add(new Conflict(change.name(), change.over(), version));
      }
    }
    return conflicts;
  }

  private void tell(Change change, Author author, Optional<String> version) {
    new LogLine(change.content().isPresent() ? "document changed" : "document deleted")
        .pair("user", author.user())
        .pair("addr", author.address())
        .pair("place", place())
        .pair("document", change.name())
        .pair("from", change.over().map(Editor::shown).orElse("none"))
        .pair("to", version.map(Editor::shown).orElse("none"))
        .pair("comment", author.comment())
        .log(LOG, Level.INFO);
  }

  private static String shown(String version) {
    return version.length() > SHOWN_VERSION ? version.substring(0, SHOWN_VERSION) : version;
  }

  /** Ends what is on disk for it; no user may be editing. */
  @Override
  public void close() {
    commits.close();
    looks.close();
    checks.close();
    readersChecks.close();
    store.close();
  }
}
