package dev.heimdall.secrets;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Files of a hidden directory that have numbers. Each is linked into its place whole, and only
 * where there is none yet, on NFS too: of two writers that want the same number one gets it, and
 * that decides.
 *
 * <p>What others have followed goes after a while, as secrets may be in it; the last one stays. A
 * writer that has got a number checks that the one before is still there: if it is not, others have
 * gone on long ago, and it decides nothing.
 */
final class NumberedFiles {
  private static final String HIDDEN = ".heimdall";

  /** More than these do not stay for as long: commits are not to fill a disk. */
  private static final int MANY = 32;

  /** Time after which a writer that has begun with a number has finished, or is dead. */
  private static final Duration SURELY = Duration.ofMinutes(10);

  private static final int AT_ONCE = 10;
  private static final int LONGEST_PAUSE_MILLIS = 50;

  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r-----");

  private final Path root;
  private final Path directory;
  private final Path aside;
  private final Duration keptFor;
  private final Duration surely;

  /**
   * @param root the directory of the documents, whose owner its hidden files belong to
   * @param directory of the numbers, below {@link #hidden}
   * @param keptFor how long numbers stay that others have followed, and what writers put aside
   */
  NumberedFiles(Path root, Path directory, Duration keptFor) {
    this(root, directory, keptFor, SURELY);
  }

  /**
   * @param surely how long those stay of which there are many
   */
  NumberedFiles(Path root, Path directory, Duration keptFor, Duration surely) {
    this.root = root;
    this.directory = directory;
    this.keptFor = keptFor;
    this.surely = surely;
    aside = hidden(root).resolve("aside");
  }

  /** Path where a store keeps files that are no documents. */
  static Path hidden(Path root) {
    return root.resolve(HIDDEN);
  }

  /** True if there are numbers that this process may know of. */
  boolean readable() {
    return Files.isReadable(directory) && Files.isExecutable(directory);
  }

  /** True if this process may get a number. */
  boolean writable() {
    return Files.isWritable(directory);
  }

  /** Makes the directory, if there is none, with number 0: an empty file. */
  void begin() throws IOException {
    hide(hidden(root));
    hide(directory.getParent());
    hide(directory);
    hide(aside);
    if (!listed().isEmpty()) {
      return;
    }
    try {
      Files.createFile(file(0), PosixFilePermissions.asFileAttribute(FILE));
      own(file(0));
    } catch (FileAlreadyExistsException e) {
      // Another writer begins as well.
    }
  }

  /** The numbers that are there; none, if no writer has begun. */
  NavigableSet<Long> listed() throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        numbers.add(Long.parseLong(file.getFileName().toString()));
      }
    }
    return numbers;
  }

  /**
   * The numbers that are there.
   *
   * @throws NoSuchFileException if there is none
   */
  NavigableSet<Long> numbers() throws IOException {
    NavigableSet<Long> numbers = listed();
    if (numbers.isEmpty()) {
      throw new NoSuchFileException(directory.toString());
    }
    return numbers;
  }

  long last() throws IOException {
    return numbers().last();
  }

  Path file(long number) {
    return directory.resolve(Long.toString(number));
  }

  /** Gives a file the number after that one; false: another writer was faster. */
  boolean append(Path file, long last) throws IOException {
    Path place = file(last + 1);
    try {
      Files.createLink(place, file);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException e) {
      throw new IOException("its file system has no hard links, which keep writers apart", e);
    }
    if (Files.notExists(file(last))) {
      Files.deleteIfExists(place);
      return false;
    }
    force(directory);
    return true;
  }

  /**
   * From the first one on, so that those that are left have no gap; and none that a slow writer may
   * still be about to show. What writers that died have put aside goes likewise: as a second link
   * it would bring a document back that is deleted by hand.
   */
  void prune() throws IOException {
    Instant young = Instant.now().minus(keptFor);
    try (Stream<Path> all = Files.list(aside)) {
      for (Path left : (Iterable<Path>) all::iterator) {
        if (!changed(left).isAfter(young)) {
          Files.deleteIfExists(left);
        }
      }
    }
    forget(numbers());
  }

  /**
   * Numbers that were followed long ago.
   *
   * @param numbers that are there
   */
  void forget(NavigableSet<Long> numbers) throws IOException {
    Instant now = Instant.now();
    Instant young = now.minus(keptFor);
    Instant sure = now.minus(surely);
    for (long number : numbers.headSet(numbers.last())) {
      // Since the next one is there, which is when a writer of that may have begun to look for it.
      Instant followed = changed(file(number + 1));
      boolean goes =
          !followed.isAfter(young) || numbers.last() - number > MANY && !followed.isAfter(sure);
      if (!goes) {
        return;
      }
      Files.deleteIfExists(file(number));
    }
  }

  /** Of the link, not of the text: that may have been written long before. */
  private static Instant changed(Path file) throws IOException {
    try {
      return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.MAX; // its writer has gone on
    }
  }

  /** An unused name. */
  Path mine() {
    return aside.resolve(UUID.randomUUID().toString());
  }

  /** A file of that content under an unused name. */
  Path saved(byte[] content) throws IOException {
    Path file = mine();
    NewFile.write(file, content, FILE);
    own(file);
    return file;
  }

  private void hide(Path path) throws IOException {
    if (Files.notExists(path)) {
      Files.createDirectories(path.getParent());
      try {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(DIRECTORY));
        own(path);
      } catch (FileAlreadyExistsException e) {
        // Another writer begins as well.
      }
    }
  }

  /** A directory of documents. */
  void folder(Path path) throws IOException {
    if (Files.notExists(path)) {
      Files.createDirectories(path);
      own(path);
    }
  }

  /** Gives a file to the owner of the configuration, who reads it whichever process writes it. */
  private void own(Path path) throws IOException {
    for (String of : List.of("unix:gid", "unix:uid")) {
      Object owner = Files.getAttribute(root, of);
      if (!owner.equals(Files.getAttribute(path, of))) {
        try {
          Files.setAttribute(path, of, owner);
        } catch (FileSystemException e) {
          // Only root may give files away; who may not, shares them as the directory is set up.
        }
      }
    }
  }

  /** Makes names in a directory as durable as what they name. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Gives those who change the same thing the time to get on. */
  static void pause(int attempt) throws IOException {
    if (attempt < AT_ONCE) {
      return;
    }
    try {
      Thread.sleep(Math.min(attempt - AT_ONCE + 1, LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while others change the same");
    }
  }
}
