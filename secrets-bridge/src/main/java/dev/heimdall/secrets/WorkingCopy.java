package dev.heimdall.secrets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A directory for edits of the documents of another store. It remembers what they were like when
 * both were equal last, in {@code .heimdall/base.json}; so no edit is overwritten by accident,
 * neither here nor there.
 */
public final class WorkingCopy {
  private static final String STORE = "store";
  private static final String DOCUMENTS = "documents";

  private final DocumentStore directory;
  private final DocumentStore store;
  private final Path remembered;

  /**
   * Both are the caller's to close.
   *
   * @param directory where they are edited
   * @param store whose documents they are
   */
  public WorkingCopy(StoreLocation.Directory directory, DocumentStore store) {
    this.directory = new DirectoryStore(directory);
    this.store = store;
    remembered = directory.path().resolve(".heimdall").resolve("base.json");
  }

  /**
   * Brings the directory to what the store holds.
   *
   * @param overwrite even where the directory was edited since both were equal
   * @return the names of the documents that were written or deleted
   * @throws StoreException of the kind CONFLICT when the directory was edited
   */
  public List<String> pull(boolean overwrite) throws StoreException {
    return copy(
        store,
        directory,
        overwrite,
        "The directory %s was edited since it was pulled or pushed: %s. Push the edits, or pull again with --overwrite, which loses them.");
  }

  /**
   * Brings the store to what the directory holds.
   *
   * @param overwrite even where the store was changed since both were equal
   * @return the names of the documents that were written or deleted
   * @throws StoreException of the kind CONFLICT when the store was changed
   */
  public List<String> push(boolean overwrite) throws StoreException {
    return copy(
        directory,
        store,
        overwrite,
        "%s was changed by somebody else since this directory was pulled or pushed: %s. Nothing was written. Pull into another directory to see what, or push again with --overwrite, which loses that.");
  }

  private List<String> copy(DocumentStore of, DocumentStore to, boolean overwrite, String conflict)
      throws StoreException {
    Documents from = of.read();
    if (from.all().isEmpty()) {
      throw new StoreException(StoreException.Kind.MISSING, of.location() + " holds no documents.");
    }
    Documents there = to.read();
    Map<String, String> base = base();
    TreeSet<String> names = new TreeSet<>(from.all().keySet());
    names.addAll(there.all().keySet());
    List<Change> changes = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String name : names) {
      Optional<Content> wanted =
          Optional.ofNullable(from.all().get(name)).map(StoredDocument::content);
      Optional<Content> has =
          Optional.ofNullable(there.all().get(name)).map(StoredDocument::content);
      if (wanted.equals(has)) {
        continue;
      }
      if (!has.map(Content::hash).equals(Optional.ofNullable(base.get(name)))) {
        others.add(name);
      }
      changes.add(new Change(name, wanted, there.versionOf(name)));
    }
    if (!others.isEmpty() && !overwrite) {
      throw new StoreException(
          StoreException.Kind.CONFLICT,
          conflict.formatted(to.location(), String.join(", ", others)));
    }
    if (changes.isEmpty()) {
      to.commit();
    } else {
      to.write(changes);
    }
    remember(from);
    return changes.stream().map(Change::name).toList();
  }

  /** The hashes of all contents when both were equal; none, if they never were. */
  private Map<String, String> base() throws StoreException {
    SortedMap<String, String> base = new TreeMap<>();
    try {
      JsonNode root = Bundle.JSON.readTree(Files.readAllBytes(remembered));
      if (root.path(STORE).asText().equals(store.location().toString())) {
        root.path(DOCUMENTS)
            .properties()
            .forEach(entry -> base.put(entry.getKey(), entry.getValue().asText()));
      }
      return base;
    } catch (NoSuchFileException e) {
      return base;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void remember(Documents both) throws StoreException {
    ObjectNode root = Bundle.JSON.createObjectNode();
    root.put(STORE, store.location().toString());
    ObjectNode documents = root.putObject(DOCUMENTS);
    both.contents().forEach((name, content) -> documents.put(name, content.hash()));
    try {
      Files.createDirectories(remembered.getParent());
      Path next = remembered.resolveSibling("base.json.next");
      Files.write(next, Bundle.bytes(root));
      Files.move(
          next, remembered, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private StoreException failed(IOException e) {
    return new StoreException(
        StoreException.Kind.CORRUPT,
        "%s, which tells what the directory was like when it was pulled or pushed, cannot be used: %s."
            .formatted(
                remembered, e instanceof JsonProcessingException ? "it is no JSON" : e.toString()),
        e);
  }
}
