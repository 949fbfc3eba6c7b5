package dev.heimdall.manager.problems;

import dev.heimdall.routing.threads.DaemonThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Free space where the manager writes. Looked at each second, on a thread of its own: a file system
 * that does not answer holds up no page.
 */
public final class DiskWatch implements AutoCloseable {
  /** With less than that a commit or an alert may not be written whole. */
  private static final long LOW = 16 << 20;

  /** So much more ends it, so that it does not flap. */
  private static final long AGAIN = 32 << 20;

  private final List<Path> directories;
  private final Function<Path, OptionalLong> room;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-disk-room"));

  private volatile Optional<LowDisk> known = Optional.empty();

  /**
   * A disk that is full, or nearly.
   *
   * @param left bytes
   */
  public record LowDisk(Path directory, long left) {}

  /**
   * @param room how many bytes may be written to the file system of a directory; empty: not known
   */
  DiskWatch(List<Path> directories, Function<Path, OptionalLong> room) {
    this.directories = List.copyOf(directories);
    this.room = room;
  }

  /** Looks from now on. */
  public static DiskWatch start(List<Path> directories) {
    DiskWatch watch = new DiskWatch(directories, DiskWatch::usable);
    if (!directories.isEmpty()) {
      watch.looking.scheduleWithFixedDelay(watch::look, 0, 1, TimeUnit.SECONDS);
    }
    return watch;
  }

  /** The one with the least room, if that is too little. */
  public Optional<LowDisk> low() {
    return known;
  }

  void look() {
    long limit = known.isPresent() ? AGAIN : LOW;
    Optional<LowDisk> low = Optional.empty();
    for (Path directory : directories) {
      OptionalLong left = room.apply(directory);
      if (left.isPresent() && left.getAsLong() < low.map(LowDisk::left).orElse(limit)) {
        low = Optional.of(new LowDisk(directory, left.getAsLong()));
      }
    }
    known = low;
  }

  static OptionalLong usable(Path directory) {
    try {
      return OptionalLong.of(Files.getFileStore(directory).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty(); // not there yet, or who writes says so
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
