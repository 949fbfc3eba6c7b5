package dev.heimdall.secrets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Brings the objects of a bucket to what its last commit says, which was written before them: its
 * writer may have ended in between, and any other writer goes on where it stopped. Readers take
 * what the commit says of an object that still is as it was before.
 */
final class BucketJournal {
  /** Prefix of a document's version that is not an object yet. */
  private static final String PENDING = "pending-";

  /** After this time another writer may have gone on, and committed again. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final int ATTEMPTS = 20;

  private final BucketObjects objects;
  private final BucketCommits commits;
  private volatile Optional<BucketCommits.Commit> last = Optional.empty();

  BucketJournal(BucketObjects objects, BucketCommits commits) {
    this.objects = objects;
    this.commits = commits;
  }

  /**
   * Condition that a listing has to be read with.
   *
   * @param commit of which some may not be visible; empty: there is nothing to look at
   * @param current false: another writer has committed since
   */
  record Begun(Optional<BucketCommits.Commit> commit, boolean current) {
    private static final Begun NOTHING = new Begun(Optional.empty(), true);
    private static final Begun OUTDATED = new Begun(Optional.empty(), false);

    boolean isPending() {
      return commit.isPresent();
    }
  }

  Begun begun(BucketObjects.Listing listed) throws StoreException {
    if (listed.commit().isEmpty() || listed.settled().contains(listed.commit().get())) {
      return Begun.NOTHING;
    }
    String version = listed.commit().get();
    Optional<BucketCommits.Commit> known = last.filter(commit -> is(commit, version));
    if (known.isEmpty()) {
      known = commits.readIfChanged(Optional.empty());
      last = known;
    }
    BucketCommits.Commit commit = known.orElseThrow();
    if (!is(commit, version)) {
      return Begun.OUTDATED;
    }
    return commit.hasNoSteps() ? Begun.NOTHING : new Begun(known, true);
  }

  private static boolean is(BucketCommits.Commit commit, String version) {
    return commit.documents().version().equals(version);
  }

  private static List<BucketCommits.Step> notVisible(
      BucketCommits.Commit commit, BucketObjects.Listing listed) {
    return commit.steps().stream()
        .filter(step -> step.over().equals(listed.version(step.name())))
        .toList();
  }

  /** The versions that documents have with what was begun. */
  Map<String, String> versions(BucketObjects.Listing listed, Begun begun) {
    Map<String, String> versions = new HashMap<>();
    listed.documents().forEach((name, object) -> versions.put(name, object.etag()));
    if (begun.isPending()) {
      BucketCommits.Commit commit = begun.commit().get();
      SortedMap<String, Content> contents = commit.documents().contents();
      for (BucketCommits.Step step : notVisible(commit, listed)) {
        Content content = contents.get(step.name());
        if (content == null) {
          versions.remove(step.name());
        } else {
          versions.put(step.name(), pending(content));
        }
      }
    }
    return versions;
  }

  /** Documents with what was begun. */
  Documents with(Documents read, BucketObjects.Listing listed, Begun begun) {
    if (!begun.isPending()) {
      return read;
    }
    BucketCommits.Commit commit = begun.commit().get();
    SortedMap<String, Content> contents = commit.documents().contents();
    SortedMap<String, StoredDocument> all = new TreeMap<>(read.all());
    for (BucketCommits.Step step : notVisible(commit, listed)) {
      Content content = contents.get(step.name());
      if (content == null) {
        all.remove(step.name());
      } else {
        all.put(step.name(), new StoredDocument(content, pending(content)));
      }
    }
    return Documents.of(all);
  }

  private static String pending(Content content) {
    return PENDING + content.hash();
  }

  /** A change that is made over what was not an object yet, over what that is by now. */
  static Change over(Change change, Documents now) {
    Optional<StoredDocument> there = Optional.ofNullable(now.all().get(change.name()));
    return there
            .filter(document -> change.over().equals(Optional.of(pending(document.content()))))
            .isPresent()
        ? new Change(change.name(), change.content(), there.map(StoredDocument::version))
        : change;
  }

  /**
   * Makes a commit visible, unless it is not the last one any more.
   *
   * @return objects that were not what the commit was made over: they stay
   */
  List<String> rollForward(BucketCommits.Commit commit, BucketObjects.Listing listed)
      throws StoreException {
    String version = commit.documents().version();
    SortedMap<String, Content> contents = commit.documents().contents();
    List<String> others = new ArrayList<>();
    Map<String, Optional<String>> made = new HashMap<>();
    long known = System.nanoTime();
    for (BucketCommits.Step step : notVisible(commit, listed)) {
      if (System.nanoTime() - known > FRESH.toNanos()) {
        if (!commits.isLast(version)) {
          break; // later commits have made all of this one visible before
        }
        known = System.nanoTime();
      }
      Content content = contents.get(step.name());
      Optional<String> put = Optional.empty();
      boolean done;
      if (content == null) {
        done = objects.delete(step.name(), step.over().orElseThrow());
      } else {
        put = objects.put(step.name(), content, step.over());
        done = put.isPresent();
      }
      if (done) {
        made.put(step.name(), put);
      } else {
        others.add(step.name());
      }
    }
    if (commits.isLast(version)) {
      objects.settled(version, listed.settled());
    } else {
      giveBack(commit, made);
    }
    return others;
  }

  /**
   * Gives objects back to the last commit that were made what an earlier one says: that had been
   * taken back meanwhile, and objects of the same text have the same version, so that the late step
   * found what it was made over.
   *
   * @param made the version that each has since; empty: it was deleted
   */
  private void giveBack(BucketCommits.Commit earlier, Map<String, Optional<String>> made)
      throws StoreException {
    SortedMap<String, Content> mine = earlier.documents().contents();
    for (int i = 0; i < ATTEMPTS && !made.isEmpty(); i++) {
      BucketCommits.Commit now = commits.readIfChanged(Optional.empty()).orElseThrow();
      BucketObjects.Listing listed = objects.list();
      for (Map.Entry<String, Optional<String>> one : made.entrySet()) {
        String name = one.getKey();
        Optional<Content> wanted = Optional.ofNullable(now.documents().contents().get(name));
        boolean still = listed.version(name).equals(one.getValue());
        if (still && !wanted.equals(Optional.ofNullable(mine.get(name)))) {
          if (wanted.isPresent()) {
            objects.put(name, wanted.get(), one.getValue());
          } else {
            objects.delete(name, one.getValue().orElseThrow());
          }
        }
      }
      if (commits.isLast(now.documents().version())) {
        return;
      }
    }
  }
}
