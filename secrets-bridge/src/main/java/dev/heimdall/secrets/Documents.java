package dev.heimdall.secrets;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All documents of a store, as they were at one time.
 *
 * @param all by name, such as {@code vdbs/shop.json}
 * @param version of them together: different after each change
 */
public record Documents(SortedMap<String, StoredDocument> all, String version) {
  public Documents {
    all = Collections.unmodifiableSortedMap(new TreeMap<>(all));
  }

  /** Documents without a version of their own: that follows from theirs. */
  static Documents of(Map<String, StoredDocument> all) {
    SortedMap<String, StoredDocument> sorted = new TreeMap<>(all);
    String versions =
        sorted.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().version() + "\n")
            .collect(Collectors.joining());
    return new Documents(sorted, Content.of(versions).hash());
  }

  /** Documents whose versions are hashes of their contents. */
  static Documents hashed(Map<String, Content> contents, String version) {
    SortedMap<String, StoredDocument> all = new TreeMap<>();
    contents.forEach((name, content) -> all.put(name, new StoredDocument(content, content.hash())));
    return new Documents(all, version);
  }

  /** Their contents. */
  public SortedMap<String, Content> contents() {
    SortedMap<String, Content> contents = new TreeMap<>();
    all.forEach((name, document) -> contents.put(name, document.content()));
    return contents;
  }

  /** Their contents once these changes are made. */
  public SortedMap<String, Content> after(Iterable<Change> changes) {
    SortedMap<String, Content> contents = contents();
    for (Change change : changes) {
      change
          .content()
          .ifPresentOrElse(
              content -> contents.put(change.name(), content),
              () -> contents.remove(change.name()));
    }
    return contents;
  }

  /** The version of a document that is there. */
  public Optional<String> versionOf(String name) {
    return Optional.ofNullable(all.get(name)).map(StoredDocument::version);
  }

  /** Returns the content of a document as text; empty if it is not there, or no text in UTF-8. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(all.get(name)).map(StoredDocument::content).flatMap(Content::text);
  }

  @Override
  public String toString() {
    return all.size() + " documents, version " + version;
  }
}
