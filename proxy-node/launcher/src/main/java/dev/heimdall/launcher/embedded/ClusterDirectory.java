package dev.heimdall.launcher.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * The directory of one cluster's data and logs, deleted on close.
 *
 * <p>It is locked while its owner lives, so that a later cluster can tell the remains of a killed
 * JVM from a cluster at work, and delete them.
 */
public final class ClusterDirectory implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM_IN_MEMORY = 4L << 30;
  private static final Duration SETTLED = Duration.ofMinutes(1);
  private static final String LOCK = "owner.lock";

  private final Path path;
  private final FileChannel lock;

  private ClusterDirectory(Path path) throws IOException {
    this.path = path.toRealPath();
    this.lock =
        FileChannel.open(
            this.path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock.lock();
  }

  /**
   * A temporary directory: in memory when the data need not last and there is plenty of room there,
   * because a new cluster is a thousand small files for each server.
   *
   * @param product what is in it; remains of other products are left alone
   */
  public static ClusterDirectory temporary(String product, boolean inMemory) {
    try {
      Path parent =
          inMemory && hasRoom(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
      deleteRemains(parent, product);
      return new ClusterDirectory(
          Files.createTempDirectory(parent, prefix(product) + ProcessHandle.current().pid() + "-"));
    } catch (IOException e) {
      throw new ServerException("cannot create the data directory: " + e.getMessage(), e);
    }
  }

  /** A directory of the caller's choice, absent or empty. */
  public static ClusterDirectory at(Path directory) {
    try {
      Files.createDirectories(directory);
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new IllegalArgumentException(
              directory + " is not empty; a cluster wants a directory of its own");
        }
      }
      return new ClusterDirectory(directory);
    } catch (IOException e) {
      throw new ServerException("cannot create the data directory: " + e.getMessage(), e);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      Directories.delete(path);
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }

  private static String prefix(String product) {
    return "heimdall-" + product + "-";
  }

  private static boolean hasRoom(Path directory) throws IOException {
    return Files.isDirectory(directory)
        && Files.isWritable(directory)
        && Files.getFileStore(directory).getUsableSpace() >= ROOM_IN_MEMORY;
  }

  /** Deletes what JVMs that were killed have left in {@code parent}. */
  static void deleteRemains(Path parent, String product) throws IOException {
    String own = prefix(product) + ProcessHandle.current().pid() + "-";
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, prefix(product) + "*")) {
      for (Path directory : found) {
        // Opening the lock of a cluster of this same process would release it.
        if (!directory.getFileName().toString().startsWith(own) && isAbandoned(directory)) {
          Directories.delete(directory);
        }
      }
    }
  }

  private static boolean isAbandoned(Path directory) {
    Path file = directory.resolve(LOCK);
    try {
      if (Files.getLastModifiedTime(file).toInstant().isAfter(Instant.now().minus(SETTLED))) {
        return false; // perhaps created just now and about to be locked
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          FileLock free = channel.tryLock()) {
        return free != null;
      }
    } catch (IOException e) {
      return false; // another process's, or being deleted by its owner
    }
  }
}
