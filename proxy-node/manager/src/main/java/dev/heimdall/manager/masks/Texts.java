package dev.heimdall.manager.masks;

import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoredDocument;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Documents as texts. */
public final class Texts {
  private Texts() {}

  /** What is there now by this name; empty: nothing, or no text. */
  public static Optional<String> now(Documents documents, String name) {
    return Optional.ofNullable(documents.all().get(name)).flatMap(Texts::text);
  }

  /** Of a document; empty: it is no text. */
  public static Optional<String> text(StoredDocument stored) {
    return text(stored.content());
  }

  /** Of a content; empty: it is no text. */
  public static Optional<String> of(Content content) {
    return text(content);
  }

  static Optional<String> text(Content content) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content.bytes())).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
