package dev.heimdall.secrets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A directory that holds what a store does, for readers of files. What others put into it, such as
 * rules that a node has learnt, stays as it is. Not thread-safe.
 */
public final class MirrorDirectory {
  private static final String NAME = "heimdall-configuration-";
  private static final String OURS = NAME + ProcessHandle.current().pid() + "-";
  private static final String LOCK = ".lock";

  private final Path root;
  private final FileChannel lock;
  private Set<String> shown = Set.of();

  private MirrorDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * A new one, readable to its user only, and in memory where the machine has such a place: the
   * documents hold passwords.
   */
  public static MirrorDirectory create() throws IOException {
    return create(StoreMirror.places(System::getenv));
  }

  static MirrorDirectory create(List<Path> places) throws IOException {
    IOException last = null;
    for (Path place : places) {
      if (Files.isDirectory(place) && Files.isWritable(place)) {
        try {
          deleteLeftOver(place);
          Path root = Files.createTempDirectory(place, OURS);
          return new MirrorDirectory(root, locked(root).orElseThrow());
        } catch (IOException e) {
          last = e;
        }
      }
    }
    throw last == null ? new IOException("none of " + places + " can be written to") : last;
  }

  /**
   * Those of processes that were killed: as long as one lives, it has a lock. Our own are not
   * looked at, as that would undo their locks.
   */
  private static void deleteLeftOver(Path place) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(place, NAME + "*")) {
      all.forEach(found::add);
    }
    for (Path root : found) {
      if (!root.getFileName().toString().startsWith(OURS)
          && Files.isWritable(root)
          && Files.exists(root.resolve(LOCK))) {
        deleteUnlessLocked(root);
      }
    }
  }

  private static void deleteUnlessLocked(Path root) {
    try {
      Optional<FileChannel> lock = locked(root);
      if (lock.isPresent()) {
        new MirrorDirectory(root, lock.get()).delete();
      }
    } catch (IOException | UncheckedIOException e) {
      // Another process deletes it, too.
    }
  }

  /** Empty when another process has it. */
  private static Optional<FileChannel> locked(Path root) throws IOException {
    FileChannel channel =
        FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() != null) {
      return Optional.of(channel);
    }
    channel.close();
    return Optional.empty();
  }

  /** Path of the directory. */
  public Path path() {
    return root;
  }

  /**
   * New and changed files first, each at once; then those that are not wanted any more go. What
   * cannot be shown as a whole, because a disk is full, is taken back the next time.
   *
   * @throws IOException also for a document below another one, before anything is written: a bucket
   *     and a secret can have both, but no directory
   */
  public void show(SortedMap<String, Content> contents) throws IOException {
    for (String name : contents.keySet()) {
      Optional<String> below = below(name, contents);
      if (below.isPresent()) {
        throw new IOException(
            "there is a document \"%s\" and one below it, \"%s\": one of them needs another name"
                .formatted(name, below.get()));
      }
    }
    Set<String> before = shown;
    Set<String> both = new HashSet<>(before);
    both.addAll(contents.keySet());
    shown = both;
    for (String name : before) {
      if (!contents.containsKey(name) && inTheWay(name, contents)) {
        hide(name);
      }
    }
    for (Map.Entry<String, Content> entry : contents.entrySet()) {
      Path file = root.resolve(entry.getKey());
      if (!Files.isRegularFile(file)
          || !Content.of(Files.readAllBytes(file)).equals(entry.getValue())) {
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling(".next");
        Files.deleteIfExists(next);
        Files.createFile(
            next,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(next, entry.getValue().bytes());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    for (String name : both) {
      if (!contents.containsKey(name)) {
        hide(name);
      }
    }
    shown = Set.copyOf(contents.keySet());
  }

  /** True if a wanted file is to be where this one has a folder, or below this one. */
  private static boolean inTheWay(String name, SortedMap<String, Content> contents) {
    boolean folder = false;
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      folder |= contents.containsKey(name.substring(0, slash));
    }
    return folder || below(name, contents).isPresent();
  }

  private static Optional<String> below(String name, SortedMap<String, Content> contents) {
    return contents.tailMap(name + "/").keySet().stream()
        .findFirst()
        .filter(next -> next.startsWith(name + "/"));
  }

  private void hide(String name) throws IOException {
    Path file = root.resolve(name);
    if (Files.isRegularFile(file)) {
      Files.delete(file);
      deleteEmpty(file.getParent());
    }
  }

  private void deleteEmpty(Path folder) throws IOException {
    for (Path empty = folder; !empty.equals(root); empty = empty.getParent()) {
      try {
        Files.deleteIfExists(empty);
      } catch (DirectoryNotEmptyException e) {
        return;
      }
    }
  }

  /** Ends it; who is killed before leaves it to the next one that is made. */
  public void delete() throws IOException {
    try (lock) {
      for (Path path : tree()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Returns the paths of the tree, the deepest first. */
  private List<Path> tree() throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      return new ArrayList<>(tree.sorted(Comparator.reverseOrder()).toList());
    }
  }
}
