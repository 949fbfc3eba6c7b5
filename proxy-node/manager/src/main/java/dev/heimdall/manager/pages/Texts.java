package dev.heimdall.manager.pages;

import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoredDocument;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Documents as texts. */
final class Texts {
  private Texts() {}

  /** What is there now by this name; empty: nothing, or no text. */
  static Optional<String> now(Documents documents, String name) {
    return Optional.ofNullable(documents.all().get(name)).flatMap(Texts::text);
  }

  static Optional<String> text(StoredDocument stored) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(stored.content().bytes()))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Where secrets of a text may come from: what is there, and what was drafted before. */
  static List<String> known(Documents documents, String name, Session session) {
    Optional<String> drafted =
        session.draft().filter(draft -> draft.document().equals(name)).flatMap(Draft::text);
    return Stream.of(now(documents, name), drafted).flatMap(Optional::stream).toList();
  }
}
