package dev.heimdall.manager.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of other managers in one place: the newest is read first, and one that has not been
 * written since it was taken is not read again. Not thread-safe.
 */
final class OtherCopies {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** Maximum number of copies read in a round; those that are left are read in the next ones. */
  static final int MOST = 8;

  private static final long LARGEST = 256L << 20;

  private final FigureCopies copies;
  private final String own;
  private final Consumer<String> unread;
  private final Map<String, Instant> taken = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private final Set<String> failing = new HashSet<>();

  /**
   * Knows them.
   *
   * @param own this manager's own copy, if it has one there: needed once, after its disk was lost
   * @param unread hears why they cannot be read
   */
  OtherCopies(FigureCopies copies, String own, Consumer<String> unread) {
    this.copies = copies;
    this.own = own;
    this.unread = unread;
  }

  /** Takes all of them again, as a file that is begun anew has nothing of them. */
  void forget() {
    taken.clear();
  }

  /**
   * Takes what is new, and deletes what is of managers that are no more.
   *
   * @param old copies that were written last before that have no owner any more
   */
  void take(Instant old, Consumer<ArchiveFile> into) {
    failing.clear();
    try {
      List<FigureCopies.Copy> all = copies.list();
      taken.keySet().retainAll(all.stream().map(FigureCopies.Copy::name).toList());
      Map<Boolean, List<FigureCopies.Copy>> byAge =
          all.stream().collect(Collectors.partitioningBy(copy -> copy.written().isBefore(old)));
      for (FigureCopies.Copy fresh : fresh(byAge.get(false))) {
        takeFrom(fresh, into);
      }
      for (FigureCopies.Copy unused : byAge.get(true)) {
        copies.delete(unused.name());
      }
    } catch (IOException e) {
      tell(e);
    }
    told.retainAll(failing);
  }

  private List<FigureCopies.Copy> fresh(List<FigureCopies.Copy> all) {
    return all.stream()
        .filter(copy -> copy.size() <= LARGEST && !isTaken(copy))
        .sorted(Comparator.comparing(FigureCopies.Copy::written).reversed())
        .limit(MOST)
        .toList();
  }

  private boolean isTaken(FigureCopies.Copy copy) {
    return copy.name().equals(own)
        ? taken.containsKey(own)
        : copy.written().equals(taken.get(copy.name()));
  }

  /** They write meanwhile: a copy is as it was at some moment, or is no file, and is left out. */
  private void takeFrom(FigureCopies.Copy other, Consumer<ArchiveFile> into) throws IOException {
    Path copy = Files.createTempFile("heimdall-", ArchiveFile.SUFFIX);
    try {
      copies.fetch(other.name(), copy);
      read(copy, other, into);
    } catch (NoSuchFileException e) {
      LOG.debug("figures of another manager are not there any more: {}", e.getMessage());
    } catch (IOException e) {
      tell(e);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private void read(Path copy, FigureCopies.Copy other, Consumer<ArchiveFile> into) {
    try (ArchiveFile theirs = ArchiveFile.read(copy)) {
      into.accept(theirs);
      taken.put(other.name(), other.written());
    } catch (ArchiveFile.Busy | IOException | RuntimeException e) {
      // What they hold may be garbage; what is wrong with our own file, the next write says.
      LOG.debug("figures of another manager cannot be read: {}", e.getMessage());
    }
  }

  /** Once for each reason, until it has been away. */
  private void tell(IOException e) {
    String reason = e.getClass().getSimpleName() + ": " + e.getMessage();
    failing.add(reason);
    if (told.add(reason)) {
      unread.accept(reason);
    }
  }
}
