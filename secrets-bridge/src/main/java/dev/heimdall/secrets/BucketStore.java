package dev.heimdall.secrets;

import dev.heimdall.routing.sdk.AwsTimeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Documents as objects in S3 below a prefix. A version is an object's ETag. An edit of several
 * documents is one commit ({@link BucketCommits}), made visible by {@link BucketJournal}.
 */
final class BucketStore implements DocumentStore {
  private static final int ATTEMPTS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final StoreLocation.Bucket location;
  private final AwsCalls calls;
  private final S3Client client;
  private final BucketObjects objects;
  private final BucketCommits commits;
  private final BucketJournal journal;

  private BucketStore(StoreLocation.Bucket location, AwsCalls calls, S3Client client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
    objects = new BucketObjects(location, calls, client);
    commits = new BucketCommits(location, calls, client);
    journal = new BucketJournal(objects, commits);
  }

  static BucketStore open(
      StoreLocation.Bucket location, AwsCredentialsProvider credentials, AwsTimeouts patience)
      throws StoreException {
    AwsCalls calls = new AwsCalls(location, location.place(), credentials, patience);
    return new BucketStore(location, calls, calls.client(builder(location.place())));
  }

  /** Wherever AWS does not have it, buckets are folders and not hosts. */
  static S3ClientBuilder builder(StoreLocation.Place place) {
    return S3Client.builder().forcePathStyle(place.endpoint().isPresent());
  }

  @Override
  public StoreLocation location() {
    return location;
  }

  private boolean readsCommits() {
    return location.commits() == StoreLocation.Commits.READ
        || location.commits() == StoreLocation.Commits.PREFERRED;
  }

  @Override
  public Documents read() throws StoreException {
    if (readsCommits()) {
      try {
        return commits.readIfChanged(Optional.empty()).orElseThrow().documents();
      } catch (StoreException e) {
        mayBeWithout(e);
      }
    }
    return view(Documents.of(Map.of())).documents();
  }

  /** Rethrows an error unless documents may be read one by one where there is no commit. */
  private void mayBeWithout(StoreException e) throws StoreException {
    if (location.commits() != StoreLocation.Commits.PREFERRED
        || e.kind() != StoreException.Kind.MISSING) {
      throw e;
    }
  }

  @Override
  public Optional<Documents> readIfChanged(Documents known) throws StoreException {
    if (readsCommits()) {
      try {
        return commits
            .readIfChanged(Optional.of(known.version()))
            .map(BucketCommits.Commit::documents);
      } catch (StoreException e) {
        mayBeWithout(e);
      }
    }
    BucketObjects.Listing listed = objects.list();
    BucketJournal.Begun begun = journal.begun(listed);
    return begun.current() && journal.versions(listed, begun).equals(versions(known))
        ? Optional.empty()
        : Optional.of(view(known).documents());
  }

  private static Map<String, String> versions(Documents documents) {
    return documents.all().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().version()));
  }

  /**
   * Current content of the bucket.
   *
   * @param read the documents as objects
   * @param documents the same with what was begun
   */
  private record View(
      BucketObjects.Listing listed,
      BucketJournal.Begun begun,
      Documents read,
      Documents documents) {}

  /** Anew when a commit happens meanwhile, so that nothing is a mixture of two edits. */
  private View view(Documents first) throws StoreException {
    Documents known = first;
    for (int i = 0; i < ATTEMPTS; i++) {
      rest(i);
      BucketObjects.Listing listed = objects.list();
      BucketJournal.Begun begun = journal.begun(listed);
      BucketObjects.Fetched fetched = objects.fetch(listed.documents(), known);
      known = fetched.documents();
      if (begun.current() && fetched.whole() && objects.list().commit().equals(listed.commit())) {
        return new View(listed, begun, known, journal.with(known, listed, begun));
      }
    }
    throw calls.failed(
        StoreException.Kind.UNREACHABLE, "read", "it changes faster than it can be read", null);
  }

  private static void rest(int attempt) throws StoreException {
    try {
      long most = Math.min(LONGEST_PAUSE.toMillis(), 10L << Math.min(attempt, Byte.SIZE));
      Thread.sleep(attempt == 0 ? 0 : ThreadLocalRandom.current().nextLong(most));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          StoreException.Kind.UNREACHABLE, "Waiting for another writer was interrupted.", e);
    }
  }

  /** Returns the content once all of the last commit is visible. */
  private View settled(Documents known) throws StoreException {
    View view = view(known);
    for (int i = 0; view.begun().isPending() && i < ATTEMPTS; i++) {
      journal.rollForward(view.begun().commit().orElseThrow(), view.listed());
      view = view(view.read());
    }
    if (view.begun().isPending()) {
      throw restless();
    }
    return view;
  }

  private StoreException restless() {
    return calls.failed(
        StoreException.Kind.CONFLICT, "written", "others write to it all the time", null);
  }

  @Override
  public Documents write(List<Change> changes) throws StoreException {
    if (readsCommits()) {
      throw new StoreException(
          StoreException.Kind.DENIED,
          "%s is read by whole commits and cannot be written so: it may be a copy, over which the next replication would write. Write to the place that it is a copy of; or, where this is to be the place from now on, without commits=%s."
              .formatted(
                  location, location.commits() == StoreLocation.Commits.READ ? "read" : "prefer"));
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    Documents known = Documents.of(Map.of());
    for (int i = 0; System.nanoTime() - end < 0; i++) {
      rest(i);
      View view = settled(known);
      known = view.read();
      Documents now = view.documents();
      List<Change> meant = changes.stream().map(change -> BucketJournal.over(change, now)).toList();
      new Edits(location).check(meant, now);
      boolean commits =
          location.commits() == StoreLocation.Commits.WRITTEN
              || view.listed().commit().isPresent()
              || meant.size() > 1;
      Optional<Documents> written = commits ? commit(meant, view) : alone(meant, view);
      if (written.isPresent()) {
        return written.get();
      }
      // Another writer was faster: whether he has changed the same documents is still to be seen.
    }
    throw restless();
  }

  /** One document, where there are no commits: S3 itself has it whole. */
  private Optional<Documents> alone(List<Change> meant, View view) throws StoreException {
    for (Change change : meant) {
      boolean done =
          change.content().isPresent()
              ? objects.put(change.name(), change.content().get(), change.over()).isPresent()
              : objects.delete(change.name(), change.over().orElseThrow());
      if (!done) {
        throw new Edits(location).conflict(List.of(change.name()), List.of());
      }
    }
    View after = view(view.read());
    if (after.listed().commit().isPresent()) {
      commitAll(); // the first commit, made meanwhile by another writer, may lack this one
    }
    return Optional.of(after.documents());
  }

  /** Empty when another writer was faster. */
  private Optional<Documents> commit(List<Change> meant, View view) throws StoreException {
    SortedMap<String, Content> contents = view.documents().contents();
    List<BucketCommits.Step> steps = new ArrayList<>();
    for (Change change : meant) {
      if (!change.content().equals(Optional.ofNullable(contents.get(change.name())))) {
        steps.add(new BucketCommits.Step(change.name(), change.over()));
      }
    }
    SortedMap<String, Content> next = view.documents().after(meant);
    String id = UUID.randomUUID().toString();
    Optional<String> version = commits.write(id, next, steps, view.listed().commit());
    if (version.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          visible(
              new BucketCommits.Commit(id, Documents.hashed(next, version.get()), steps), view));
    } catch (StoreException e) {
      // Committed it is, and who writes next makes it visible.
      throw e.kind() == StoreException.Kind.CONFLICT
          ? e
          : Edits.interrupted(e, meant.stream().map(Change::name).toList());
    }
  }

  /** Makes a commit visible; documents written past the commits in between stay. */
  private Documents visible(BucketCommits.Commit commit, View before) throws StoreException {
    List<String> refused = journal.rollForward(commit, before.listed());
    Documents after = view(before.read()).documents();
    SortedMap<String, Content> meant = commit.documents().contents();
    List<String> others =
        refused.stream()
            .filter(
                name ->
                    !Optional.ofNullable(meant.get(name))
                        .equals(Optional.ofNullable(after.contents().get(name))))
            .toList();
    if (!others.isEmpty() && commits.isLast(commit.documents().version())) {
      throw new Edits(location)
          .conflict(others, commit.steps().stream().map(BucketCommits.Step::name));
    }
    return after;
  }

  @Override
  public void commit() throws StoreException {
    if (location.commits() == StoreLocation.Commits.WRITTEN) {
      commitAll();
    }
  }

  /** Has the last commit be what is there, also what was written without. */
  private void commitAll() throws StoreException {
    Documents known = Documents.of(Map.of());
    for (int i = 0; i < ATTEMPTS; i++) {
      rest(i);
      View view = settled(known);
      known = view.read();
      SortedMap<String, Content> contents = view.documents().contents();
      Optional<String> last = view.listed().commit();
      boolean same =
          last.isPresent()
              && commits
                  .readIfChanged(Optional.empty())
                  .map(commit -> commit.documents().contents())
                  .equals(Optional.of(contents));
      if (same
          || commits.write(UUID.randomUUID().toString(), contents, List.of(), last).isPresent()) {
        return;
      }
    }
    throw restless();
  }

  @Override
  public void close() {
    client.close();
  }
}
