package dev.heimdall.secrets;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The edits of one document in a directory, numbered, each a file {@code .heimdall/edits/NAME/N}.
 * The document itself is another link to the last edit; a reader that finds it behind, because its
 * writer has died or was slow, brings it up to date.
 *
 * <p>People edit documents, too. A document that is a file of its own is such an edit and gets the
 * next number. An edit that no other link leads to was replaced or deleted by hand: those that were
 * not made visible yet, or have been pushed aside by a slow writer, still have their second link.
 */
final class EditChain {
  private static final Duration KEPT_FOR = Duration.ofHours(1);

  /** With the pauses between them, this is some three seconds: others are slow, or asleep. */
  private static final int ATTEMPTS = 100;

  private final Path document;
  private final NumberedFiles edits;

  EditChain(Path root, String name) {
    this(root, name, KEPT_FOR);
  }

  /**
   * @param keptFor how long edits stay that others have followed, and what writers put aside
   */
  EditChain(Path root, String name, Duration keptFor) {
    document = root.resolve(name);
    edits =
        new NumberedFiles(
            root, edits(root).resolve(URLEncoder.encode(name, StandardCharsets.UTF_8)), keptFor);
  }

  private static Path edits(Path root) {
    return NumberedFiles.hidden(root).resolve("edits");
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
      return all.map(
              path -> URLDecoder.decode(path.getFileName().toString(), StandardCharsets.UTF_8))
          .filter(DocumentName::accepts)
          .toList();
    }
  }

  /**
   * Returns the content of the document, which may be ahead of the visible one; empty if there is
   * none.
   */
  Optional<Content> read() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      NumberedFiles.pause(i);
      try {
        NavigableSet<Long> numbers = edits.listed();
        if (numbers.isEmpty()) {
          return unedited();
        }
        long last = numbers.last();
        Seen seen = look(last);
        if (seen == Seen.BEHIND && edits.writable()) {
          show(last);
          continue;
        }
        if (seen == Seen.SHOWN && numbers.size() > 1 && edits.writable()) {
          edits.forget(numbers);
        }
        return switch (seen) {
          case SHOWN, BEHIND -> contentOf(edits.file(last));
          case EDITED_BY_HAND -> contentOf(document);
          case DELETED_BY_HAND -> Optional.empty();
        };
      } catch (NoSuchFileException e) {
        // Another writer goes on while we look.
      }
    }
    throw restless();
  }

  /**
   * The number of the last edit, which the document shows now. An edit by hand becomes one; a
   * document that no store has edited begins with one.
   */
  long settle() throws IOException {
    edits.begin();
    for (int i = 0; i < ATTEMPTS; i++) {
      NumberedFiles.pause(i);
      try {
        long last = edits.last();
        switch (look(last)) {
          case SHOWN -> {
            return last;
          }
          case BEHIND -> show(last);
          case EDITED_BY_HAND -> adopt(last);
          case DELETED_BY_HAND -> {
            Path nothing = edits.saved(new byte[0]);
            edits.append(nothing, last);
            Files.delete(nothing);
          }
        }
      } catch (NoSuchFileException e) {
        // Another writer goes on while we look.
      }
    }
    throw restless();
  }

  /** Returns the content of an edit; empty if there is no document, or the edit is long gone. */
  Optional<Content> edit(long number) throws IOException {
    try {
      return contentOf(edits.file(number));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** True if the edit of that number is the last one, and there was no edit by hand since. */
  boolean isAt(long number) throws IOException {
    try {
      NavigableSet<Long> numbers = edits.listed();
      if (numbers.isEmpty() || numbers.last() != number) {
        return false;
      }
      Seen seen = look(number);
      return seen == Seen.SHOWN || seen == Seen.BEHIND;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Makes this the edit after that number, and has the document show it; nothing is done twice.
   *
   * @param content empty: there is to be no document
   * @return false: the edit after that number is another writer's
   */
  boolean follow(Optional<Content> content, long number) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      NumberedFiles.pause(i);
      if (settle() != number) {
        return passed(number) || edit(number + 1).equals(content);
      }
      Path next = edits.saved(content.map(Content::bytes).orElse(new byte[0]));
      try {
        if (edits.append(next, number)) {
          show(number + 1);
          settle();
          edits.prune();
          return true;
        }
      } finally {
        Files.deleteIfExists(next);
      }
    }
    throw restless();
  }

  /** True if what came after that number is long gone. */
  private boolean passed(long number) throws IOException {
    return edits.numbers().first() > number + 1;
  }

  /** Returns the existing content if the first writer is about to begin, or died before it did. */
  private Optional<Content> unedited() throws IOException {
    try {
      return contentOf(document);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Relation of the document to the last edit. */
  private enum Seen {
    SHOWN,
    BEHIND,
    EDITED_BY_HAND,
    DELETED_BY_HAND
  }

  private Seen look(long last) throws IOException {
    Optional<Object> shown = identity(document);
    boolean deleted = Files.size(edits.file(last)) == 0;
    if (shown.isEmpty()) {
      if (deleted) {
        return Seen.SHOWN;
      }
      return alone(last) ? Seen.DELETED_BY_HAND : Seen.BEHIND;
    }
    NavigableSet<Long> numbers = edits.numbers();
    if (numbers.last() != last) {
      throw new NoSuchFileException(edits.file(last).toString());
    }
    for (long number : numbers.descendingSet()) {
      if (shown.equals(identity(edits.file(number)))) {
        return number == last ? Seen.SHOWN : Seen.BEHIND;
      }
    }
    return deleted || alone(last) ? Seen.EDITED_BY_HAND : Seen.BEHIND;
  }

  /**
   * Makes an edit by hand the last one, unless a slow writer puts an older one in its place now.
   */
  private void adopt(long last) throws IOException {
    Path found = edits.mine();
    Files.createLink(found, document);
    Optional<Object> identity = identity(found);
    boolean known = false;
    for (long number : edits.numbers()) {
      known |= identity.equals(identity(edits.file(number)));
    }
    if (!known) {
      edits.append(found, last);
    }
    Files.delete(found);
  }

  private boolean alone(long number) throws IOException {
    return ((Number) Files.getAttribute(edits.file(number), "unix:nlink")).intValue() == 1;
  }

  /** Tells files apart whatever they are called; empty: there is none. */
  private static Optional<Object> identity(Path file) throws IOException {
    try {
      return Optional.of(Files.getAttribute(file, "unix:ino"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Has the document show an edit. */
  private void show(long number) throws IOException {
    Path mine = edits.mine();
    if (Files.size(edits.file(number)) == 0) {
      hide(number, mine);
    } else {
      edits.folder(document.getParent());
      Files.createLink(mine, edits.file(number));
      Files.move(
          mine, document, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    NumberedFiles.force(document.getParent());
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
    for (long later : edits.numbers().tailSet(number, false)) {
      if (gone.equals(identity(edits.file(later)))) {
        try {
          Files.createLink(document, mine);
        } catch (FileAlreadyExistsException e) {
          // Another writer has done so.
        }
      }
    }
  }

  private static Optional<Content> contentOf(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return bytes.length == 0 ? Optional.empty() : Optional.of(Content.of(bytes));
  }

  private IOException restless() {
    return new IOException("others change " + document + " all the time");
  }
}
