package dev.heimdall.secrets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * The commits of a directory, numbered, each a file {@code .heimdall/commits/N}: a journal that is
 * rolled forward. The writer that gets the next number has committed all of his changes, whether or
 * not he lives to make them visible: the next to look does that. Then the file is empty.
 *
 * <p>A change names the edit of its document that it follows ({@link EditChain}), so that one that
 * was made is never made again, however late a commit is rolled forward.
 */
final class CommitLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration KEPT_FOR = Duration.ofHours(1);

  /** With the pauses between them, this is some three seconds. */
  private static final int ATTEMPTS = 100;

  private final Path root;
  private final NumberedFiles commits;
  private final boolean completes;

  CommitLog(Path root) {
    this(root, true);
  }

  /**
   * @param completes whether it makes commits of others visible, where it has the permission
   */
  CommitLog(Path root, boolean completes) {
    this.root = root;
    this.completes = completes;
    commits = new NumberedFiles(root, NumberedFiles.hidden(root).resolve("commits"), KEPT_FOR);
  }

  /**
   * One document of a commit.
   *
   * @param after the number of the edit that it follows
   * @param content empty: there is to be no document
   */
  record Step(String name, long after, Optional<Content> content) {}

  /**
   * The last commit.
   *
   * @param number 0: there was none, or this process may not know of it
   * @param steps what may not be visible yet; none: all of it is
   */
  record Last(long number, List<Step> steps) {
    private static final Last NONE = new Last(0, List.of());

    boolean visible() {
      return steps.isEmpty();
    }
  }

  /** Reports the state of the last commit without changing anything. */
  Last last() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      NumberedFiles.pause(i);
      try {
        if (!commits.readable()) {
          return Last.NONE;
        }
        NavigableSet<Long> numbers = commits.listed();
        return numbers.isEmpty() ? Last.NONE : read(numbers.last());
      } catch (NoSuchFileException e) {
        // Another writer goes on while we look.
      }
    }
    throw restless();
  }

  /** Makes the last commit visible, if it is not; the number of that commit. */
  long settle() throws IOException {
    commits.begin();
    Last last = last();
    if (!last.visible()) {
      rollForward(last, () -> {});
    }
    return last.number();
  }

  /** The last commit, made visible where this process may do that. */
  Last settled() throws IOException {
    Last last = last();
    if (last.visible() || !completes || !commits.writable()) {
      return last;
    }
    rollForward(last, () -> {});
    return new Last(last.number(), List.of());
  }

  /** Commits; empty: another writer has got the number after that one. */
  Optional<Last> append(List<Step> steps, long last) throws IOException {
    Path next = commits.saved(written(steps));
    try {
      return commits.append(next, last)
          ? Optional.of(new Last(last + 1, List.copyOf(steps)))
          : Optional.empty();
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /**
   * Makes a commit visible.
   *
   * @param moved is called after each document
   * @return the documents that were edited by hand since they were read: those stay
   */
  List<String> rollForward(Last commit, Runnable moved) throws IOException {
    List<String> others = new ArrayList<>();
    for (Step step : commit.steps()) {
      if (!new EditChain(root, step.name()).follow(step.content(), step.after())) {
        others.add(step.name());
      }
      moved.run();
    }
    Path nothing = commits.saved(new byte[0]);
    Files.move(
        nothing,
        commits.file(commit.number()),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    commits.prune();
    return others;
  }

  private Last read(long number) throws IOException {
    byte[] bytes = Files.readAllBytes(commits.file(number));
    if (bytes.length == 0) {
      return new Last(number, List.of());
    }
    List<Step> steps = new ArrayList<>();
    for (JsonNode step : JSON.readTree(bytes).get("changes")) {
      JsonNode content = step.get("content");
      steps.add(
          new Step(
              step.get("name").textValue(),
              step.get("after").longValue(),
              content == null ? Optional.empty() : Optional.of(Content.of(content.binaryValue()))));
    }
    return new Last(number, steps);
  }

  private static byte[] written(List<Step> steps) throws IOException {
    ObjectNode commit = JSON.createObjectNode();
    ArrayNode changes = commit.put("heimdall", 1).putArray("changes");
    for (Step step : steps) {
      ObjectNode change = changes.addObject().put("name", step.name()).put("after", step.after());
      step.content().ifPresent(content -> change.put("content", content.bytes()));
    }
    return JSON.writeValueAsBytes(commit);
  }

  private IOException restless() {
    return new IOException("others commit to " + root + " all the time");
  }
}
