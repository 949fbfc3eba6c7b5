package dev.heimdall.secrets;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The edits of one document in a directory, numbered, each a file {@code .heimdall/edits/NAME/N}
 * that is linked into its place whole. A link is made only where there is none yet, on NFS too: of
 * two writers that follow the same edit one succeeds, and that decides. The document itself is
 * another link to the last edit; whoever finds it behind, because its writer has died or was slow,
 * brings it up to date.
 *
 * <p>People edit documents, too. A document that is a file of its own is such an edit and gets the
 * next number. An edit that no other link leads to was replaced or deleted by hand: those that were
 * not made visible yet, or have been pushed aside by a slow writer, still have their second link.
 *
 * <p>Only the last edits are kept. Whoever has taken a number checks that the one before is still
 * there: if it is not, others have gone on far beyond that number, and it decides nothing.
 */
final class EditChain {
  private static final String HIDDEN = ".heimdall";
  private static final int KEPT = 8;
  private static final Duration KEPT_FOR = Duration.ofDays(1);

  /** With the pauses between them, this is some three seconds: others are slow, or asleep. */
  private static final int ATTEMPTS = 100;

  private static final int AT_ONCE = 10;
  private static final int LONGEST_PAUSE_MILLIS = 50;

  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r-----");

  private final Path root;
  private final Path document;
  private final Path edits;
  private final Path aside;
  private final Duration keptFor;

  EditChain(Path root, String name) {
    this(root, name, KEPT_FOR);
  }

  /**
   * @param keptFor how long edits stay that others have followed, and what writers put aside
   */
  EditChain(Path root, String name, Duration keptFor) {
    this.root = root;
    this.keptFor = keptFor;
    document = root.resolve(name);
    edits = edits(root).resolve(URLEncoder.encode(name, StandardCharsets.UTF_8));
    aside = root.resolve(HIDDEN).resolve("aside");
  }

  private static Path edits(Path root) {
    return root.resolve(HIDDEN).resolve("edits");
  }

  /**
   * The names of all documents that were ever edited by a store. Who may read documents, but not
   * how they came about, takes them as they can be seen.
   */
  static List<String> edited(Path root) throws IOException {
    if (Files.notExists(edits(root)) || !Files.isExecutable(edits(root))) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(edits(root))) {
      return all.map(path -> URLDecoder.decode(name(path), StandardCharsets.UTF_8))
          .filter(DocumentName::accepts)
          .toList();
    }
  }

  /** What the document says, which may be more than can be seen yet; empty: there is none. */
  Optional<Content> read() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      pause(i);
      try {
        NavigableSet<Long> numbers = listed();
        if (numbers.isEmpty()) {
          return unedited();
        }
        long last = numbers.last();
        Seen seen = look(last);
        if (seen == Seen.BEHIND && Files.isWritable(edits)) {
          show(last);
          continue;
        }
        return switch (seen) {
          case SHOWN, BEHIND -> contentOf(edit(last));
          case EDITED_BY_HAND -> contentOf(document);
          case DELETED_BY_HAND -> Optional.empty();
        };
      } catch (NoSuchFileException e) {
        // Somebody goes on while we look.
      }
    }
    throw restless();
  }

  /** Carries out a change; false: it is made over a version that is not there any more. */
  boolean write(Change change) throws IOException {
    directory(edits.getParent().getParent());
    directory(edits.getParent());
    directory(edits);
    directory(aside);
    begin();
    Path next = mine();
    try {
      save(next, change.content().map(Content::bytes).orElse(new byte[0]));
      for (int i = 0; i < ATTEMPTS; i++) {
        long last = settle();
        if (!change.over().equals(settled(last).map(Content::hash))) {
          return false;
        }
        if (append(next, last)) {
          show(last + 1);
          settle();
          prune();
          return true;
        }
      }
      throw restless();
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /** Gives those who change the document the time to get on. */
  private static void pause(int attempt) throws IOException {
    if (attempt < AT_ONCE) {
      return;
    }
    try {
      Thread.sleep(Math.min(attempt - AT_ONCE + 1, LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while others change a document");
    }
  }

  /** What is there when the first writer is about to begin, or died before it did. */
  private Optional<Content> unedited() throws IOException {
    try {
      return contentOf(document);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** What an edit says; those that are gone were long ago. */
  private Optional<Content> settled(long number) throws IOException {
    try {
      return contentOf(edit(number));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The number of the last edit, which the document shows now; an edit by hand becomes one. */
  private long settle() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      pause(i);
      try {
        long last = last();
        switch (look(last)) {
          case SHOWN -> {
            return last;
          }
          case BEHIND -> show(last);
          case EDITED_BY_HAND -> adopt(last);
          case DELETED_BY_HAND -> {
            Path nothing = mine();
            save(nothing, new byte[0]);
            append(nothing, last);
            Files.delete(nothing);
          }
        }
      } catch (NoSuchFileException e) {
        // Somebody goes on while we look.
      }
    }
    throw restless();
  }

  /** How the document relates to the last edit. */
  private enum Seen {
    SHOWN,
    BEHIND,
    EDITED_BY_HAND,
    DELETED_BY_HAND
  }

  private Seen look(long last) throws IOException {
    Optional<Object> shown = identity(document);
    boolean deleted = Files.size(edit(last)) == 0;
    if (shown.isEmpty()) {
      if (deleted) {
        return Seen.SHOWN;
      }
      return alone(last) ? Seen.DELETED_BY_HAND : Seen.BEHIND;
    }
    NavigableSet<Long> numbers = numbers();
    if (numbers.last() != last) {
      throw new NoSuchFileException(edit(last).toString());
    }
    for (long number : numbers.descendingSet()) {
      if (shown.equals(identity(edit(number)))) {
        return number == last ? Seen.SHOWN : Seen.BEHIND;
      }
    }
    return deleted || alone(last) ? Seen.EDITED_BY_HAND : Seen.BEHIND;
  }

  /**
   * Makes an edit by hand the last one, unless a slow writer puts an older one in its place now.
   */
  private void adopt(long last) throws IOException {
    Path found = mine();
    Files.createLink(found, document);
    Optional<Object> identity = identity(found);
    boolean known = false;
    for (long number : numbers()) {
      known |= identity.equals(identity(edit(number)));
    }
    if (!known) {
      append(found, last);
    }
    Files.delete(found);
  }

  private boolean alone(long number) throws IOException {
    return ((Number) Files.getAttribute(edit(number), "unix:nlink")).intValue() == 1;
  }

  /** Tells files apart whatever they are called; empty: there is none. */
  private static Optional<Object> identity(Path file) throws IOException {
    try {
      return Optional.of(Files.getAttribute(file, "unix:ino"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Makes a file the edit after that one; false: somebody else was faster. */
  boolean append(Path file, long last) throws IOException {
    Path place = edit(last + 1);
    try {
      Files.createLink(place, file);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException e) {
      throw new IOException("its file system has no hard links, which keep writers apart", e);
    }
    if (Files.notExists(edit(last))) {
      Files.deleteIfExists(place);
      return false;
    }
    force(edits);
    return true;
  }

  /** Has the document show an edit. */
  private void show(long number) throws IOException {
    Path mine = mine();
    if (Files.size(edit(number)) == 0) {
      hide(number, mine);
    } else {
      folder(document.getParent());
      Files.createLink(mine, edit(number));
      Files.move(
          mine, document, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    force(document.getParent());
    // Left over when both were the same file already.
    Files.deleteIfExists(mine);
  }

  private void hide(long number, Path mine) throws IOException {
    try {
      Files.move(document, mine, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return;
    }
    // What went is perhaps not what was to go: then its second link tells others that it is wanted.
    Optional<Object> gone = identity(mine);
    for (long later : numbers().tailSet(number, false)) {
      if (gone.equals(identity(edit(later)))) {
        try {
          Files.createLink(document, mine);
        } catch (FileAlreadyExistsException e) {
          // Somebody has done so.
        }
      }
    }
  }

  /** The edit before all others: there is no document. */
  private void begin() throws IOException {
    if (!listed().isEmpty()) {
      return;
    }
    try {
      Files.createFile(edit(0), PosixFilePermissions.asFileAttribute(FILE));
      own(edit(0));
    } catch (FileAlreadyExistsException e) {
      // Somebody else begins as well.
    }
  }

  /**
   * From the first one on, so that those that are left have no gap; and none that a slow writer may
   * still be about to show. What writers that died have put aside goes likewise: as a second link
   * it would bring a document back that somebody deletes by hand.
   */
  private void prune() throws IOException {
    Instant young = Instant.now().minus(keptFor);
    try (Stream<Path> all = Files.list(aside)) {
      for (Path left : (Iterable<Path>) all::iterator) {
        // Of the link, not of the text: that may have been written long before.
        if (!changed(left).isAfter(young)) {
          Files.deleteIfExists(left);
        }
      }
    }
    NavigableSet<Long> numbers = numbers();
    for (long number : numbers.headSet(numbers.last() - KEPT)) {
      if (Files.getLastModifiedTime(edit(number)).toInstant().isAfter(young)) {
        return;
      }
      Files.deleteIfExists(edit(number));
    }
  }

  private static Instant changed(Path file) throws IOException {
    try {
      return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
    } catch (NoSuchFileException e) {
      return Instant.MAX; // its writer has gone on
    }
  }

  private long last() throws IOException {
    return numbers().last();
  }

  private NavigableSet<Long> numbers() throws IOException {
    NavigableSet<Long> numbers = listed();
    if (numbers.isEmpty()) {
      throw new NoSuchFileException(edits.toString());
    }
    return numbers;
  }

  private NavigableSet<Long> listed() throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try (Stream<Path> all = Files.list(edits)) {
      for (Path edit : (Iterable<Path>) all::iterator) {
        numbers.add(Long.parseLong(name(edit)));
      }
    }
    return numbers;
  }

  private Path edit(long number) {
    return edits.resolve(Long.toString(number));
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static Optional<Content> contentOf(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return bytes.length == 0 ? Optional.empty() : Optional.of(Content.of(bytes));
  }

  /** A name that nobody else uses. */
  private Path mine() {
    return aside.resolve(UUID.randomUUID().toString());
  }

  private IOException restless() {
    return new IOException("others change " + document + " all the time");
  }

  private void directory(Path path) throws IOException {
    if (Files.notExists(path)) {
      Files.createDirectories(path.getParent());
      try {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(DIRECTORY));
        own(path);
      } catch (FileAlreadyExistsException e) {
        // Somebody else begins as well.
      }
    }
  }

  private void folder(Path path) throws IOException {
    if (Files.notExists(path)) {
      Files.createDirectories(path);
      own(path);
    }
  }

  /** Whoever the configuration belongs to reads it, whoever writes it. */
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

  private void save(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(FILE))) {
      ByteBuffer all = ByteBuffer.wrap(bytes);
      while (all.hasRemaining()) {
        channel.write(all);
      }
      channel.force(true);
    }
    own(file);
  }

  /** Makes names in a directory as durable as what they name. */
  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
