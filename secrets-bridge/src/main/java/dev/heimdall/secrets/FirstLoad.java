package dev.heimdall.secrets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fills a directory once from another store, when it holds nothing yet. Several machines may do so
 * at a time, and one that ends in the middle of it is continued by the next to look.
 */
public final class FirstLoad {
  private final StoreLocation.Directory directory;
  private final Path begun;

  public FirstLoad(StoreLocation.Directory directory) {
    this.directory = directory;
    begun = directory.path().resolve(".heimdall").resolve("first-load");
  }

  /**
   * Fills it, unless it holds documents.
   *
   * @return the documents that were written; none, if there was something already
   * @throws StoreException when the source cannot be read or holds nothing, or the directory cannot
   *     be written; it can be tried again
   */
  public List<String> from(DocumentStore source) throws StoreException {
    try {
      if (Files.notExists(begun) && !new DirectoryStore(directory).read().all().isEmpty()) {
        return List.of();
      }
      Files.createDirectories(begun.getParent());
      Files.write(begun, new byte[0]);
      List<String> written = fill(source);
      Files.deleteIfExists(begun);
      return written;
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.UNREACHABLE,
          "%s cannot be filled from %s: %s: %s."
              .formatted(
                  directory, source.location(), e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
  }

  /**
   * Writes the documents of the source; existing ones stay: another machine fills the directory,
   * too, or its people are at work.
   */
  private List<String> fill(DocumentStore source) throws StoreException {
    Documents from = source.read();
    if (from.all().isEmpty()) {
      throw new StoreException(
          StoreException.Kind.MISSING,
          "%s cannot be filled: %s holds no documents.".formatted(directory, source.location()));
    }
    DirectoryStore to = new DirectoryStore(directory);
    StoreException conflict = null;
    // After each conflict at least one document fewer is missing.
    for (int i = 0; i <= from.all().size(); i++) {
      Documents there = to.read();
      List<Change> missing =
          from.contents().entrySet().stream()
              .filter(document -> there.versionOf(document.getKey()).isEmpty())
              .map(document -> Change.create(document.getKey(), document.getValue()))
              .toList();
      try {
        to.write(missing);
        return missing.stream().map(Change::name).toList();
      } catch (StoreException e) {
        if (e.kind() != StoreException.Kind.CONFLICT) {
          throw e;
        }
        conflict = e;
      }
    }
    throw conflict;
  }
}
