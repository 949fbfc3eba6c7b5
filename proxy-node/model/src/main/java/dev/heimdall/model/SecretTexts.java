package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Texts of the secrets that documents refer to, as far as they are available where the documents
 * are read.
 */
final class SecretTexts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private enum Use {
    /** There are no references here. */
    NONE,
    /** Only the form of a reference can be checked. */
    CHECKED,
    /** Without what it stands for a reference is of no use. */
    NEEDED
  }

  private final Use use;
  private final boolean followed;
  private final Map<String, String> texts;
  private final Map<String, String> troubles;

  private SecretTexts(
      Use use, boolean followed, Map<String, String> texts, Map<String, String> troubles) {
    this.use = use;
    this.followed = followed;
    this.texts = texts;
    this.troubles = troubles;
  }

  /** For what is no part of a configuration. */
  static SecretTexts none() {
    return new SecretTexts(Use.NONE, false, Map.of(), Map.of());
  }

  /** For who cannot read secrets and need not. */
  static SecretTexts unread() {
    return new SecretTexts(Use.CHECKED, false, Map.of(), Map.of());
  }

  /** Those that were read for the documents of a directory. */
  static SecretTexts in(Path dir) {
    Map<String, String> texts = new HashMap<>();
    Map<String, String> troubles = new HashMap<>();
    boolean followed = true;
    try {
      JsonNode root = JSON.readTree(Files.readAllBytes(dir.resolve(SecretReference.FILE)));
      root.path("texts").properties().forEach(one -> texts.put(one.getKey(), text(one)));
      root.path("troubles").properties().forEach(one -> troubles.put(one.getKey(), text(one)));
    } catch (NoSuchFileException e) {
      followed = false;
    } catch (IOException e) {
      // Half of it, or unreadable: as if nothing had been read, until it is written again.
    }
    return new SecretTexts(Use.NEEDED, followed, texts, troubles);
  }

  private static String text(Map.Entry<String, JsonNode> one) {
    return one.getValue().asText();
  }

  /** True if a reference may stand for a secret at all. */
  boolean mayBeNamed() {
    return use != Use.NONE;
  }

  /** Returns the secret that a reference stands for; empty if that is a problem now. */
  Optional<Secret> read(
      SecretReference reference, JsonValue.Obj at, Format format, String path, Reading in) {
    if (use == Use.CHECKED) {
      return Optional.of(Secret.UNREAD);
    }
    String held = texts.get(reference.name());
    if (held == null) {
      missing(reference, at, path, in);
      return Optional.empty();
    }
    try {
      String text = reference.in(held);
      if (format.accepts(text)) {
        return Optional.of(new Secret(text));
      }
      in.problem(path, at.at(), "what is in " + reference, format.expected());
    } catch (SecretReference.Unusable e) {
      in.problem(path, at.at(), e.getMessage(), reference.expected());
    }
    return Optional.empty();
  }

  private void missing(SecretReference reference, JsonValue.Obj at, String path, Reading in) {
    if (followed) {
      in.problem(
          path,
          at.at(),
          reference
              + ", which was not read"
              + Optional.ofNullable(troubles.get(reference.name()))
                  .map(trouble -> ": " + trouble.replaceFirst("\\.$", ""))
                  .orElse(""),
          "a secret that can be read here");
    } else {
      in.problem(
          path,
          at.at(),
          reference + ", and a directory whose secrets nobody reads",
          "the text itself, or the configuration named as \"file:/DIRECTORY\", \"s3://…\" or"
              + " \"secret:…\"");
    }
  }
}
