package dev.heimdall.secrets;

import java.util.Optional;

/**
 * Requested change of one document, and the version that its author knows: unless that is still
 * current, the change is not made.
 *
 * @param content what it is to say; empty: it is to be deleted
 * @param over the version that he has read; empty: there was no such document
 */
public record Change(String name, Optional<Content> content, Optional<String> over) {
  public Change {
    DocumentName.check(name);
    if (content.isPresent() && content.get().size() == 0) {
      throw new IllegalArgumentException("The document " + name + " would be empty.");
    }
  }

  /** A document that there was not. */
  public static Change create(String name, Content content) {
    return new Change(name, Optional.of(content), Optional.empty());
  }

  /** Another content of a document that was read. */
  public static Change replace(String name, Content content, String version) {
    return new Change(name, Optional.of(content), Optional.of(version));
  }

  /** No such document any more. */
  public static Change delete(String name, String version) {
    return new Change(name, Optional.empty(), Optional.of(version));
  }
}
