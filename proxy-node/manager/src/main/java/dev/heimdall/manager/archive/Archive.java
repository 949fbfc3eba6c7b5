package dev.heimdall.manager.archive;

import dev.heimdall.model.report.LogLine;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The figures of the last day by minutes, and of the last thirty by ten minutes, in a file that
 * this manager alone writes. What it has missed it has from the files of others in the same
 * directory, and from copies that managers have in S3 for each other. A thread of its own does all
 * of it: a disk that is full, slow or away holds no request up, and is tried again; so is S3.
 */
public final class Archive implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** Number of days that are kept. */
  public static final int DAYS = 30;

  private static final int MINUTES = 1440;

  /** By how many minutes a minute's writing goes on at most, whatever the clock says. */
  private static final long LONGEST_STEP = 10;

  private static final long MINUTE_MILLIS = 60_000;
  private static final int EVERY_SECONDS = 1;
  private static final long OPEN_AGAIN = TimeUnit.MINUTES.toNanos(1);
  private static final long EVERY_HOUR = TimeUnit.HOURS.toNanos(1);

  /** Interval of copies to S3: 4,320 copies in thirty days. */
  static final Duration COPY_EVERY = Duration.ofMinutes(10);

  private static final int CLOSE_SECONDS = 2;

  /** With the last copy, which is given up where S3 takes longer. */
  private static final int CLOSE_WITH_COPY_SECONDS = 10;

  private final Optional<Path> directory;
  private final Optional<BucketCopies> bucket;
  private final List<OtherCopies> others;
  private final long copyEveryNanos;
  private final String name;
  private final Archived figures;
  private final char absent;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-figures"));

  /** Guarded by this; empty: it cannot be used at the moment. */
  private Optional<ArchiveFile> file = Optional.empty();

  // Of the thread.
  private long written;
  private long opened = System.nanoTime() - OPEN_AGAIN;
  private long looked = System.nanoTime() - EVERY_HOUR;
  private long copied = System.nanoTime();
  private long copiedMinute;
  private String notCopied = "";
  private boolean restored;
  private String failing = "";
  private int leftOut;

  private Archive(
      Place place, String name, Archived figures, char absent, Clock clock, Duration copyEvery) {
    directory = place.directory();
    bucket = place.bucket().map(BucketCopies::new);
    copyEveryNanos = copyEvery.toNanos();
    this.name = name.replaceAll("[^A-Za-z0-9.-]", "_") + ArchiveFile.SUFFIX;
    others =
        Stream.concat(
                directory.map(at -> new DirectoryCopies(at, this.name)).stream(), bucket.stream())
            .map(copies -> new OtherCopies(copies, this.name, why -> tellUnread(copies, why)))
            .toList();
    this.figures = figures;
    this.absent = absent;
    this.clock = clock;
    written = minuteNow() - 1;
  }

  /**
   * Place where figures are kept.
   *
   * @param directory where the files of managers are; empty: nothing is kept
   * @param bucket where each has a copy for the others, if the directory is one manager's alone
   */
  public record Place(Optional<Path> directory, Optional<StoreLocation.Bucket> bucket) {
    /** One directory for all managers, if any. */
    public static Place of(Optional<Path> directory) {
      return new Place(directory, Optional.empty());
    }
  }

  /**
   * Begins to keep them.
   *
   * @param name of this manager, which no other one has
   * @param absent the value that stands for none
   */
  public static Archive start(
      Place place, String name, Archived figures, char absent, Clock clock) {
    return start(place, name, figures, absent, clock, COPY_EVERY);
  }

  static Archive start(
      Place place, String name, Archived figures, char absent, Clock clock, Duration copyEvery) {
    Archive archive = new Archive(place, name, figures, absent, clock, copyEvery);
    if (place.directory().isPresent()) {
      archive.thread.scheduleWithFixedDelay(archive::keep, 0, EVERY_SECONDS, TimeUnit.SECONDS);
    }
    return archive;
  }

  /** Returns the values kept of these ten-minute intervals, by their numbers since 1970. */
  public SortedMap<Long, char[]> tens(String of, long from, long to, int width) {
    synchronized (this) {
      try {
        return file.isPresent() ? file.get().tens(of, from, to, width, absent) : new TreeMap<>();
      } catch (RuntimeException e) { // whatever a file brings about that is torn
        giveUp(e);
        return new TreeMap<>();
      }
    }
  }

  /** Of whom something is kept. */
  public Set<String> names() {
    synchronized (this) {
      try {
        return file.isPresent() ? new TreeSet<>(file.get().names()) : Set.of();
      } catch (RuntimeException e) {
        giveUp(e);
        return Set.of();
      }
    }
  }

  private void keep() {
    try {
      if (!isOpen() && System.nanoTime() - opened >= OPEN_AGAIN) {
        opened = System.nanoTime();
        open();
      }
      if (!isOpen()) {
        return;
      }
      if (System.nanoTime() - looked >= EVERY_HOUR) {
        looked = System.nanoTime();
        Instant old = oldest();
        others.forEach(copies -> copies.take(old, this::take));
        compact();
      }
      if (!restored) {
        restored = true;
        restore();
      }
      write();
      failing = "";
      if (System.nanoTime() - copied >= copyEveryNanos) {
        copied = System.nanoTime();
        copy();
      }
    } catch (IOException | RuntimeException e) { // MVStore's are of the latter
      giveUp(e);
    }
  }

  /** Puts a copy where other managers read it, if there is anything new. */
  private void copy() {
    if (bucket.isEmpty() || written == copiedMinute) {
      return;
    }
    try {
      Path copy = Files.createTempFile("heimdall-", ArchiveFile.SUFFIX);
      try {
        Optional<ArchiveFile> open = current();
        if (open.isEmpty()) {
          return;
        }
        // No caller waits: this thread alone writes, and what a reader gives up, the copy fails of.
        open.get().copyTo(copy);
        bucket.get().put(name, copy);
        copiedMinute = written;
        notCopied = "";
      } finally {
        Files.deleteIfExists(copy);
      }
    } catch (IOException | ArchiveFile.Busy | RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(notCopied)) {
        new LogLine("figures cannot be copied for other managers, and that is tried again")
            .pair("place", bucket.get().toString())
            .pair("reason", reason)
            .log(LOG, Level.WARN);
      }
      notCopied = reason;
    }
  }

  private synchronized Optional<ArchiveFile> current() {
    return file;
  }

  private boolean isOpen() {
    return current().isPresent();
  }

  private synchronized void giveUp(Exception e) {
    file.ifPresent(
        open -> {
          try {
            open.abandon();
          } catch (RuntimeException again) {
            LOG.debug("the file of figures cannot be closed", again);
          }
        });
    file = Optional.empty();
    tell("figures cannot be kept, and are tried again", e);
  }

  private void tell(String words, Exception e) {
    String reason = e.getClass().getSimpleName() + ": " + e.getMessage();
    if (!reason.equals(failing)) {
      new LogLine(words)
          .pair("directory", directory.orElseThrow().toString())
          .pair("reason", reason)
          .log(LOG, Level.WARN);
    }
    failing = reason;
  }

  private void open() throws IOException {
    Path at = directory.orElseThrow();
    if (!Files.isDirectory(at)) {
      Files.createDirectories(at.getParent());
      Files.createDirectory(
          at, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Path own = at.resolve(name);
    Optional<ArchiveFile> open = Optional.empty();
    try {
      open = Optional.of(ArchiveFile.open(own));
    } catch (ArchiveFile.Busy e) {
      tell("another process has the file of figures open", new IOException(own.toString()));
      return;
    } catch (IOException e) {
      if (!isReadable(own)) {
        throw e; // its disk is away for a moment, or there are too many open files
      }
      putAside(own, at.resolve(name + ".broken"));
      tell("the file of figures cannot be read, and a new one is begun", e);
      try {
        open = Optional.of(ArchiveFile.open(own));
      } catch (ArchiveFile.Busy busy) {
        return;
      }
    }
    others.forEach(OtherCopies::forget);
    synchronized (this) {
      file = open;
    }
  }

  private static boolean isReadable(Path own) {
    try (InputStream bytes = Files.newInputStream(own)) {
      bytes.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Sets a broken file aside: the manager loses its content and begins anew; people have the larger
   * of two.
   */
  private static void putAside(Path own, Path broken) throws IOException {
    if (Files.exists(broken) && Files.size(broken) > Files.size(own)) {
      Files.delete(own);
    } else {
      Files.move(own, broken, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private long minuteNow() {
    return Math.floorDiv(clock.millis(), MINUTE_MILLIS);
  }

  private synchronized void compact() {
    file.orElseThrow().compact();
  }

  private void restore() {
    long first = minuteNow() - MINUTES;
    long last = minuteNow() + 1;
    synchronized (this) {
      Iterator<Long> minutes = file.orElseThrow().minutesFrom(first);
      while (minutes.hasNext()) {
        long minute = minutes.next();
        if (minute <= last) {
          figures.restore(minute, file.get().minute(minute));
        }
      }
    }
  }

  private void write() {
    long now = minuteNow();
    // A clock that was put back: minutes that come now were there before.
    written = Math.min(written, now - 1);
    SortedMap<Long, Map<String, char[]>> fresh = figures.minutes(written);
    if (fresh.isEmpty()) {
      return;
    }
    synchronized (this) {
      ArchiveFile open = file.orElseThrow();
      Set<String> names = new HashSet<>();
      fresh.values().forEach(rows -> names.addAll(rows.keySet()));
      tellOfNames(open.makeRoom(names, Math.floorDiv(now, (long) ArchiveFile.TEN)));
      fresh.forEach(open::putMinute);
      Set<Long> tens = new TreeSet<>();
      fresh.keySet().forEach(minute -> tens.add(Math.floorDiv(minute, (long) ArchiveFile.TEN)));
      tens.forEach(ten -> sumUp(open, ten));
      trim(open, now);
      open.commit();
    }
    written = fresh.lastKey();
  }

  /**
   * Lets go of what is old by what was written before: a clock that is far ahead or behind for some
   * minutes takes no month's figures with it. Where it stays there, these go within days.
   */
  static void trim(ArchiveFile open, long now) {
    long before = open.reached().orElseGet(() -> Math.min(now, open.newest().orElse(now)));
    long reached =
        now > before ? Math.min(now, before + LONGEST_STEP) : Math.max(now, before - LONGEST_STEP);
    open.reach(reached);
    long first = Math.min(now, reached);
    long last = Math.max(now, reached);
    open.trim(
        first - MINUTES,
        last + MINUTES,
        Math.floorDiv(first, (long) MINUTES) - DAYS,
        Math.floorDiv(last, (long) MINUTES) + 1);
  }

  private void tellOfNames(int leftOut) {
    if (leftOut > 0 && leftOut != this.leftOut) {
      new LogLine(
              "not all figures are kept on disk: there are more nodes, virtual databases and replicas than it keeps")
          .pair("kept", Integer.toString(ArchiveFile.MOST_NAMES))
          .pair("left_out", Integer.toString(leftOut))
          .log(LOG, Level.WARN);
    }
    this.leftOut = leftOut;
  }

  private void sumUp(ArchiveFile open, long ten) {
    Map<String, List<char[]>> rows = new HashMap<>();
    for (long minute = ten * ArchiveFile.TEN; minute < (ten + 1) * ArchiveFile.TEN; minute++) {
      open.minute(minute)
          .forEach((of, row) -> rows.computeIfAbsent(of, one -> new ArrayList<>()).add(row));
    }
    rows.forEach(
        (of, all) ->
            open.putTens(of, new TreeMap<>(Map.of(ten, figures.together(of, all))), absent));
  }

  // ---- what other managers have

  private static void tellUnread(FigureCopies copies, String reason) {
    new LogLine("figures of other managers cannot be read, and that is tried again within an hour")
        .pair("place", copies.toString())
        .pair("reason", reason)
        .log(LOG, Level.WARN);
  }

  /** By what was written, too: a clock that is ahead deletes no other's file. */
  private synchronized Instant oldest() {
    long reached = file.orElseThrow().reached().orElse(0L);
    return Instant.EPOCH
        .plus(Duration.ofMinutes(Math.min(reached, minuteNow())))
        .minus(Duration.ofDays(DAYS + 1L));
  }

  /**
   * Adds the figures of another manager's file; figures that are already there stay. Readers wait
   * for a part of it at most.
   */
  private void take(ArchiveFile theirs) {
    long now = minuteNow();
    synchronized (this) {
      takeMinutes(theirs, file.orElseThrow(), now);
    }
    for (String of : theirs.names()) {
      synchronized (this) {
        takeTens(of, theirs, file.orElseThrow(), now);
      }
    }
    synchronized (this) {
      file.orElseThrow().commit();
    }
  }

  private static void takeMinutes(ArchiveFile theirs, ArchiveFile own, long now) {
    Iterator<Long> minutes = theirs.minutesFrom(now - MINUTES);
    while (minutes.hasNext()) {
      long minute = minutes.next();
      if (minute < now) {
        Map<String, char[]> more = theirs.minute(minute);
        more.keySet().removeAll(own.minute(minute).keySet());
        if (!more.isEmpty()) {
          own.putMinute(minute, more);
        }
      }
    }
  }

  private void takeTens(String of, ArchiveFile theirs, ArchiveFile own, long now) {
    long last = Math.floorDiv(now, (long) ArchiveFile.TEN);
    long first = last - (long) DAYS * ArchiveFile.TENS_OF_DAY;
    int width = figures.width(of);
    SortedMap<Long, char[]> more = theirs.tens(of, first, last, width, absent);
    more.keySet().removeAll(own.tens(of, first, last, width, absent).keySet());
    own.putTens(of, more, absent);
  }

  /** Ends it, once what is known is written, and copied: within 2 s, or 10 s with a copy. */
  @Override
  public void close() {
    bucket.ifPresent(copies -> thread.execute(this::copy));
    thread.shutdown();
    try {
      int seconds = bucket.isPresent() ? CLOSE_WITH_COPY_SECONDS : CLOSE_SECONDS;
      if (!thread.awaitTermination(seconds, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      try {
        file.ifPresent(ArchiveFile::close);
      } catch (RuntimeException e) {
        LOG.debug("the file of figures cannot be closed", e);
      }
      file = Optional.empty();
    }
    bucket.ifPresent(BucketCopies::close);
  }
}
