package dev.heimdall.secrets;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Documents as files of a directory, which may be one of NFS that several machines write to. A
 * version is the hash of a content. Who was first is settled by {@link CommitLog}, without locks.
 */
final class DirectoryStore implements DocumentStore {
  private static final int DEEPEST = 8;
  private static final int ATTEMPTS = 100;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final StoreLocation.Directory location;
  private final Path root;
  private final CommitLog commits;
  private final Patience patience;

  DirectoryStore(StoreLocation.Directory location) {
    this(location, LIMIT);
  }

  /**
   * @param limit how long a file may take
   */
  DirectoryStore(StoreLocation.Directory location, Duration limit) {
    this(location, limit, new CommitLog(root(location)));
  }

  DirectoryStore(StoreLocation.Directory location, Duration limit, CommitLog commits) {
    this.location = location;
    this.commits = commits;
    root = root(location);
    patience = new Patience(location, limit);
  }

  private static Path root(StoreLocation.Directory location) {
    return location.path().toAbsolutePath().normalize();
  }

  @Override
  public StoreLocation location() {
    return location;
  }

  @Override
  public Documents read() throws StoreException {
    try {
      return patience.with(this::readNow, "");
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  /** Anew when a commit happens meanwhile, so that nothing is a mixture of two commits. */
  private Documents readNow() throws IOException, StoreException {
    if (Files.notExists(root)) {
      return Documents.of(Map.of());
    }
    for (int i = 0; i < ATTEMPTS; i++) {
      NumberedFiles.pause(i);
      CommitLog.Last before = commits.settled();
      Map<String, Content> contents = visible();
      for (CommitLog.Step step : before.steps()) {
        if (new EditChain(root, step.name()).isAt(step.after())) {
          step.content()
              .ifPresentOrElse(
                  content -> contents.put(step.name(), content),
                  () -> contents.remove(step.name()));
        }
      }
      patience.moved();
      if (commits.last().number() == before.number()) {
        return versioned(contents);
      }
    }
    throw new IOException("others commit to it all the time");
  }

  private Map<String, Content> visible() throws IOException, StoreException {
    Map<String, Content> contents = new TreeMap<>();
    for (Map.Entry<String, Path> file : files().entrySet()) {
      try {
        contents.put(file.getKey(), content(file.getKey(), file.getValue()));
      } catch (NoSuchFileException e) {
        // It went away since it was listed, and is none.
      }
      patience.moved();
    }
    for (String name : EditChain.edited(root)) {
      Optional<Content> decided = new EditChain(root, name).read();
      decided.ifPresentOrElse(content -> contents.put(name, content), () -> contents.remove(name));
      patience.moved();
    }
    return contents;
  }

  private Documents versioned(Map<String, Content> contents) throws StoreException {
    new Limits(location).check(contents);
    Map<String, StoredDocument> all = new HashMap<>();
    contents.forEach((name, content) -> all.put(name, new StoredDocument(content, content.hash())));
    return Documents.of(all);
  }

  /** Reads a document unless it is too large. */
  private Content content(String name, Path file) throws IOException, StoreException {
    new Limits(location).check(name, Files.size(file));
    return Content.of(Files.readAllBytes(file));
  }

  private Map<String, Path> files() throws IOException {
    Map<String, Path> files = new TreeMap<>();
    Files.walkFileTree(
        root,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        DEEPEST,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return !folder.equals(root) && folder.getFileName().toString().startsWith(".")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            patience.moved();
            String name = root.relativize(file).toString().replace('\\', '/');
            if (attributes.isRegularFile() && DocumentName.accepts(name)) {
              files.put(name, file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }

  @Override
  public Optional<Documents> readIfChanged(Documents known) throws StoreException {
    Documents now = read();
    return now.version().equals(known.version()) ? Optional.empty() : Optional.of(now);
  }

  @Override
  public Documents write(List<Change> changes) throws StoreException {
    new Edits(location).check(changes, read());
    try {
      patience.with(() -> writeNow(changes), " What was to be written is there, or nothing of it.");
    } catch (IOException e) {
      throw failed("written", e);
    }
    return read();
  }

  private Void writeNow(List<Change> changes) throws StoreException, IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      NumberedFiles.pause(i);
      long last = commits.settle();
      List<CommitLog.Step> steps = new ArrayList<>();
      for (Change change : changes) {
        steps.add(step(change));
      }
      Optional<CommitLog.Last> mine = commits.append(steps, last);
      if (mine.isPresent()) {
        finish(mine.get());
        return null;
      }
    }
    throw new IOException("others commit to it all the time");
  }

  /** Returns the step that follows the current edit, unless the document has changed by now. */
  private CommitLog.Step step(Change change) throws StoreException, IOException {
    EditChain chain = new EditChain(root, change.name());
    long after = chain.settle();
    patience.moved();
    if (!change.over().equals(chain.edit(after).map(Content::hash))) {
      throw new Edits(location).conflict(List.of(change.name()), List.of());
    }
    return new CommitLog.Step(change.name(), after, change.content());
  }

  /** Committed it is; edits by hand in between stay. */
  private void finish(CommitLog.Last commit) throws StoreException, IOException {
    List<String> others = commits.rollForward(commit, patience::moved);
    if (!others.isEmpty()) {
      throw new Edits(location).conflict(others, commit.steps().stream().map(CommitLog.Step::name));
    }
  }

  private StoreException failed(String done, IOException e) {
    return new StoreException(
        StoreException.Kind.UNREACHABLE,
        "%s cannot be %s: %s: %s"
            .formatted(location, done, e.getClass().getSimpleName(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    // Nothing stays open.
  }
}
